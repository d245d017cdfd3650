/* address.c: addresses in words and back, through the C library's own numeric parsers (they know scopes too). */
#include "module/ask/address.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A port in decimal digits and nothing else. */
static bool is_port(const char *text)
{
	char *end;
	unsigned long port;

	if (text[strspn(text, "0123456789")] != '\0' || text[0] == '\0' || strlen(text) > 5)
		return false;
	port = strtoul(text, &end, 10);
	return port >= 1 && port <= 65535;
}

bool address_from_text(const char *text, conf_address_t *address)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_DGRAM };
	const char *at = strchr(text, '@');
	const char *port = at != NULL ? at + 1 : "53";
	size_t size = at != NULL ? (size_t)(at - text) : strlen(text);
	struct addrinfo *found;
	char host[ADDRESS_TEXT_MAX];

	if (size == 0 || size >= sizeof(host) || !is_port(port))
		return false;
	memcpy(host, text, size);
	host[size] = '\0';
	if (getaddrinfo(host, port, &hints, &found) != 0)
		return false;
	memset(address, 0, sizeof(*address));
	memcpy(&address->sa, found->ai_addr, found->ai_addrlen);
	address->size = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

const char *address_to_text(const conf_address_t *address, char *text)
{
	char host[80];
	char port[8];

	if (getnameinfo(&address->sa.any, address->size, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		snprintf(text, ADDRESS_TEXT_MAX, "(no address)");
	else
		snprintf(text, ADDRESS_TEXT_MAX, "%s@%s", host, port);
	return text;
}

bool address_same_host(const conf_address_t *a, const conf_address_t *b)
{
	if (a->sa.any.sa_family != b->sa.any.sa_family)
		return false;
	if (a->sa.any.sa_family == AF_INET)
		return a->sa.v4.sin_addr.s_addr == b->sa.v4.sin_addr.s_addr;
	return memcmp(&a->sa.v6.sin6_addr, &b->sa.v6.sin6_addr, sizeof(a->sa.v6.sin6_addr)) == 0 &&
	       a->sa.v6.sin6_scope_id == b->sa.v6.sin6_scope_id;
}

bool address_is_loopback(const conf_address_t *address)
{
	if (address->sa.any.sa_family == AF_INET)
		return ntohl(address->sa.v4.sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&address->sa.v6.sin6_addr);
}
