/* options_never.c: whom libunbound never asks, whatever a zone claims; see options_text.h. Whoever says that loopback or our
 * own address is his name server would have us ask ourselves or our neighbours.
 *
 * libunbound has a switch for loopback (do-not-query-localhost), but it would keep the administrator's own forwarders and
 * stubs from being asked too, a list server on 127.0.0.1 for example. So these addresses are left open, and only these:
 * libunbound knows no exception, and gets the blocks around them instead. It looks at no port either; where a forwarder
 * has the address that we listen at, a zone can have us ask ourselves, and gets what the cache holds or REFUSED. */
#include "module/resolver/options_text.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <string.h>

enum { DNS_PORT = 53, LOOPBACK_BITS = 8 };

typedef bool matches_fn(const conf_address_t *address, const void *wanted);

static bool any_of(const conf_routes_t *routes, matches_fn *matches, const void *wanted)
{
	for (size_t i = 0; i < routes->count; i++)
		for (size_t j = 0; j < routes->items[i].to.count; j++)
			if (matches(&routes->items[i].to.items[j], wanted))
				return true;
	return false;
}

/* Whether a forwarder or a stub's server matches. */
static bool any_server(const conf_resolver_t *resolver, matches_fn *matches, const void *wanted)
{
	return any_of(&resolver->forward, matches, wanted) || any_of(&resolver->stub, matches, wanted);
}

/* ---- loopback ---- */

typedef struct block {
	uint32_t network;
	unsigned bits;
} block_t;

static bool is_in_block(const conf_address_t *address, const void *wanted)
{
	const block_t *block = wanted;

	return address->sa.any.sa_family == AF_INET &&
	       (ntohl(address->sa.v4.sin_addr.s_addr) ^ block->network) >> (32 - block->bits) == 0;
}

static bool is_loopback6(const conf_address_t *address, const void *unused)
{
	(void)unused;
	return address->sa.any.sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&address->sa.v6.sin6_addr);
}

/* The largest blocks of `block` that hold no server of the administrator's. */
static void put_block(options_text_t *text, block_t block, const conf_resolver_t *resolver)
{
	const struct in_addr network = { htonl(block.network) };
	char host[INET_ADDRSTRLEN];
	char value[INET_ADDRSTRLEN + 4];

	if (!any_server(resolver, is_in_block, &block)) {
		snprintf(value, sizeof(value), "%s/%u", inet_ntop(AF_INET, &network, host, sizeof(host)), block.bits);
		options_put(text, "do-not-query-address", value);
	} else if (block.bits < 32) {
		const uint32_t half = 1U << (31 - block.bits);

		put_block(text, (block_t){ block.network, block.bits + 1 }, resolver);
		put_block(text, (block_t){ block.network | half, block.bits + 1 }, resolver);
	}
}

static bool wants_no_loopback(const conf_resolver_t *resolver)
{
	for (size_t i = 0; i < resolver->option_count; i++)
		if (strcmp(resolver->options[i].name, "do-not-query-localhost") == 0)
			return strcmp(resolver->options[i].value, "yes") == 0;
	return false;
}

static void put_loopback(options_text_t *text, const conf_resolver_t *resolver)
{
	const block_t loopback = { INADDR_LOOPBACK & ~((1U << (32 - LOOPBACK_BITS)) - 1), LOOPBACK_BITS };

	if (!wants_no_loopback(resolver) ||
	    !(any_server(resolver, is_in_block, &loopback) || any_server(resolver, is_loopback6, NULL)))
		return;
	options_put(text, "do-not-query-localhost", "no");
	put_block(text, loopback, resolver);
	if (!any_server(resolver, is_loopback6, NULL))
		options_put(text, "do-not-query-address", "::1");
}

/* ---- ourselves ---- */

static bool is_wildcard(const conf_address_t *address)
{
	if (address->sa.any.sa_family == AF_INET)
		return address->sa.v4.sin_addr.s_addr == htonl(INADDR_ANY);
	return IN6_IS_ADDR_UNSPECIFIED(&address->sa.v6.sin6_addr);
}

static unsigned port_of(const conf_address_t *address)
{
	return ntohs(address->sa.any.sa_family == AF_INET ? address->sa.v4.sin_port : address->sa.v6.sin6_port);
}

static const void *octets_of(const struct sockaddr *address)
{
	return address->sa_family == AF_INET ? (const void *)&((const struct sockaddr_in *)address)->sin_addr
					     : (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr;
}

static bool is_same_host(const conf_address_t *address, const void *wanted)
{
	const struct sockaddr *other = wanted;
	const size_t size = other->sa_family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);

	return address->sa.any.sa_family == other->sa_family &&
	       memcmp(octets_of(&address->sa.any), octets_of(other), size) == 0;
}

static void put_host(options_text_t *text, const struct sockaddr *address, const conf_resolver_t *resolver)
{
	char host[INET6_ADDRSTRLEN];

	if (!any_server(resolver, is_same_host, address) &&
	    inet_ntop(address->sa_family, octets_of(address), host, sizeof(host)) != NULL)
		options_put(text, "do-not-query-address", host);
}

/* A wildcard address is every address that this machine has now. */
static void put_interfaces(options_text_t *text, int family, const conf_resolver_t *resolver)
{
	struct ifaddrs *interfaces = NULL;

	if (getifaddrs(&interfaces) != 0)
		return;
	for (const struct ifaddrs *i = interfaces; i != NULL; i = i->ifa_next)
		if (i->ifa_addr != NULL && i->ifa_addr->sa_family == family)
			put_host(text, i->ifa_addr, resolver);
	freeifaddrs(interfaces);
}

/* Servers are asked at port 53, so what listens at another one is not in danger, and a server may have our address. */
static void put_ourselves(options_text_t *text, const conf_t *conf)
{
	for (size_t i = 0; i < conf->listen.count; i++) {
		const conf_address_t *address = &conf->listen.items[i];

		if (port_of(address) != DNS_PORT)
			continue;
		if (is_wildcard(address))
			put_interfaces(text, address->sa.any.sa_family, &conf->resolver);
		else
			put_host(text, &address->sa.any, &conf->resolver);
	}
}

/* "This host" (RFC 1122, 3.2.1.3) is loopback to Linux; IPv4 in IPv6's clothes (RFC 4291, 2.5.5.2) would pass by all of it. */
void options_never_asked(options_text_t *text, const conf_t *conf)
{
	options_put(text, "do-not-query-address", "0.0.0.0/8");
	options_put(text, "do-not-query-address", "::");
	options_put(text, "do-not-query-address", "::ffff:0:0/96");
	put_loopback(text, &conf->resolver);
	put_ourselves(text, conf);
}
