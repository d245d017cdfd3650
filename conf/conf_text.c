/* conf_text.c: single values as people write them. */
#include "conf/conf_text.h"

#include "conf/conf_shown.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct unit {
	const char *name;
	uint64_t factor;
} unit_t;

/* Smallest first; the one without a name is a bare number's, and ends the table. */
static const unit_t size_units[] = { { "k", 1 << 10 }, { "M", 1 << 20 }, { "G", 1 << 30 }, { "", 1 } };
static const unit_t duration_units[] = { { "s", 1 },     { "m", 60 },     { "h", 3600 },
					 { "d", 86400 }, { "w", 604800 }, { "", 1 } };
static const unit_t millisecond_units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "", 1000 } };

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff }; /* ::ffff:0:0/96 (RFC 4291, 2.5.5.2) */

static bool wrong(char problem[CONF_PROBLEM_MAX], const char *format, ...) PRINTF_LIKE(2, 3);

/* False, so that a reader can end with `return wrong(...)`. */
static bool wrong(char problem[CONF_PROBLEM_MAX], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(problem, CONF_PROBLEM_MAX, format, args);
	va_end(args);
	return false;
}

/* Decimal digits at the start of text; NULL when there are none or too many, else what follows them. */
static const char *digits(const char *text, uint64_t *number)
{
	char *end;

	if (!isdigit((unsigned char)*text))
		return NULL;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return errno == 0 ? end : NULL;
}

static bool with_unit(const char *text, const unit_t *units, uint64_t *amount)
{
	const char *rest = digits(text, amount);
	const unit_t *unit = units;

	if (rest == NULL)
		return false;
	while (*unit->name != '\0' && strcmp(unit->name, rest) != 0)
		unit++;
	return strcmp(unit->name, rest) == 0 && !__builtin_mul_overflow(*amount, unit->factor, amount);
}

bool conf_text_number(const char *text, uint64_t *number, char problem[CONF_PROBLEM_MAX])
{
	const char *rest = digits(text, number);

	if (rest != NULL && *rest == '\0')
		return true;
	return wrong(problem, "is no whole number");
}

bool conf_text_size(const char *text, uint64_t *octets, char problem[CONF_PROBLEM_MAX])
{
	if (with_unit(text, size_units, octets))
		return true;
	return wrong(problem, "is no size: give octets, or a number with the unit k, M or G");
}

bool conf_text_duration(const char *text, uint64_t *seconds, char problem[CONF_PROBLEM_MAX])
{
	if (with_unit(text, duration_units, seconds))
		return true;
	return wrong(problem, "is no duration: give seconds, or a number with the unit s, m, h, d or w");
}

bool conf_text_milliseconds(const char *text, uint64_t *milliseconds, char problem[CONF_PROBLEM_MAX])
{
	if (with_unit(text, millisecond_units, milliseconds))
		return true;
	return wrong(problem, "is no duration: give seconds, or a number with the unit ms, s or m");
}

static const char *amount_text(uint64_t amount, const unit_t *units, char text[CONF_AMOUNT_MAX])
{
	const unit_t *best = NULL;

	for (const unit_t *unit = units; *unit->name != '\0'; unit++)
		if (amount >= unit->factor && amount % unit->factor == 0)
			best = unit;
	if (best == NULL)
		snprintf(text, CONF_AMOUNT_MAX, "%" PRIu64, amount);
	else
		snprintf(text, CONF_AMOUNT_MAX, "%" PRIu64 "%s", amount / best->factor, best->name);
	return text;
}

const char *conf_text_of_size(uint64_t octets, char text[CONF_AMOUNT_MAX])
{
	return amount_text(octets, size_units, text);
}

const char *conf_text_of_duration(uint64_t seconds, char text[CONF_AMOUNT_MAX])
{
	return amount_text(seconds, duration_units, text);
}

const char *conf_text_of_milliseconds(uint64_t milliseconds, char text[CONF_AMOUNT_MAX])
{
	return amount_text(milliseconds, millisecond_units, text);
}

/* An IPv6 scope: an interface's number or name (RFC 4007, 11.2). */
static bool read_scope(const char *text, uint32_t *scope, char problem[CONF_PROBLEM_MAX])
{
	char shown[CONF_SHOWN_MAX];
	uint64_t number;
	const char *rest = digits(text, &number);

	if (rest != NULL && *rest == '\0' && number > 0 && number <= UINT32_MAX)
		*scope = (uint32_t)number;
	else
		*scope = if_nametoindex(text);
	if (*scope != 0)
		return true;
	return wrong(problem, "names the interface %s, which this machine does not have", conf_shown(text, shown));
}

static bool read_v6(char *host, conf_address_t *address, char problem[CONF_PROBLEM_MAX])
{
	struct sockaddr_in6 *v6 = &address->sa.v6;
	char *scope = strchr(host, '%');
	char v4[INET_ADDRSTRLEN];

	if (scope != NULL)
		*scope++ = '\0';
	if (inet_pton(AF_INET6, host, &v6->sin6_addr) != 1)
		return wrong(problem,
			     "is no address: give numbers, for example 192.0.2.1, 192.0.2.1@53 or 2001:db8::1@53");
	v6->sin6_family = AF_INET6;
	address->size = sizeof(*v6);
	if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
		inet_ntop(AF_INET, v6->sin6_addr.s6_addr + 12, v4, sizeof(v4));
		return wrong(problem, "is an IPv4 address in IPv6 clothes: write %s", v4);
	}
	if (scope == NULL && IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr))
		return wrong(problem, "is link-local and needs its interface: for example %s%%eth0", host);
	return scope == NULL || read_scope(scope, &v6->sin6_scope_id, problem);
}

static bool read_host(char *host, conf_address_t *address, char problem[CONF_PROBLEM_MAX])
{
	if (inet_pton(AF_INET, host, &address->sa.v4.sin_addr) != 1)
		return read_v6(host, address, problem);
	address->sa.v4.sin_family = AF_INET;
	address->size = sizeof(address->sa.v4);
	return true;
}

bool conf_text_address(const char *text, conf_address_t *address, char problem[CONF_PROBLEM_MAX])
{
	enum { HOST_MAX = 100 };
	const char *at = strchrnul(text, '@');
	size_t size = (size_t)(at - text);
	char host[HOST_MAX] = "";
	uint64_t port = 53;
	const char *rest = *at == '@' ? digits(at + 1, &port) : at;

	memset(address, 0, sizeof(*address));
	if (size < sizeof(host)) /* a longer one stays empty: no address */
		memcpy(host, text, size);
	if (!read_host(host, address, problem))
		return false;
	if (rest == NULL || *rest != '\0' || port < 1 || port > UINT16_MAX)
		return wrong(problem, "has no good port: after @ comes a number from 1 to 65535");
	if (address->sa.any.sa_family == AF_INET)
		address->sa.v4.sin_port = htons((uint16_t)port);
	else
		address->sa.v6.sin6_port = htons((uint16_t)port);
	return true;
}

bool conf_text_same_address(const conf_address_t *one, const conf_address_t *other)
{
	if (one->sa.any.sa_family != other->sa.any.sa_family)
		return false;
	if (one->sa.any.sa_family == AF_INET)
		return one->sa.v4.sin_port == other->sa.v4.sin_port &&
		       one->sa.v4.sin_addr.s_addr == other->sa.v4.sin_addr.s_addr;
	return one->sa.v6.sin6_port == other->sa.v6.sin6_port &&
	       one->sa.v6.sin6_scope_id == other->sa.v6.sin6_scope_id &&
	       IN6_ARE_ADDR_EQUAL(&one->sa.v6.sin6_addr, &other->sa.v6.sin6_addr);
}

/* Clears the bits behind the prefix; false when one was set. */
static bool clear_host_bits(conf_prefix_t *prefix)
{
	bool clear = true;

	for (unsigned i = 0; i < sizeof(prefix->address); i++) {
		unsigned kept = prefix->bits > i * 8 ? prefix->bits - i * 8 : 0;
		uint8_t mask = kept >= 8 ? 0xff : (uint8_t)(0xff << (8 - kept));

		clear = clear && (prefix->address[i] & ~mask) == 0;
		prefix->address[i] &= mask;
	}
	return clear;
}

static bool check_prefix(conf_prefix_t *prefix, char problem[CONF_PROBLEM_MAX])
{
	char network[INET6_ADDRSTRLEN];

	if (prefix->family == AF_INET6 && prefix->bits >= 96 &&
	    memcmp(prefix->address, mapped_prefix, sizeof(mapped_prefix)) == 0) {
		inet_ntop(AF_INET, prefix->address + 12, network, sizeof(network));
		return wrong(problem, "is an IPv4 network in IPv6 clothes: write %s/%u", network, prefix->bits - 96U);
	}
	if (clear_host_bits(prefix))
		return true;
	inet_ntop(prefix->family, prefix->address, network, sizeof(network));
	return wrong(problem, "has bits set behind its %u: the network is %s/%u", prefix->bits, network, prefix->bits);
}

bool conf_text_prefix(const char *text, conf_prefix_t *prefix, char problem[CONF_PROBLEM_MAX])
{
	const char *slash = strchrnul(text, '/');
	size_t size = (size_t)(slash - text);
	char host[INET6_ADDRSTRLEN] = "";
	unsigned most = 32;
	uint64_t bits;
	const char *rest = slash;

	*prefix = (conf_prefix_t){ .family = AF_INET };
	if (size < sizeof(host)) /* a longer one stays empty: no address */
		memcpy(host, text, size);
	if (inet_pton(AF_INET, host, prefix->address) != 1) {
		prefix->family = AF_INET6;
		most = 128;
		if (inet_pton(AF_INET6, host, prefix->address) != 1)
			return wrong(problem, "is no network: give one like 192.0.2.0/24, 2001:db8::/32 or 192.0.2.1");
	}
	bits = most;
	if (*slash == '/')
		rest = digits(slash + 1, &bits);
	if (rest == NULL || *rest != '\0' || bits > most)
		return wrong(problem, "has no good length: after / comes a number from 0 to %u", most);
	prefix->bits = (uint8_t)bits;
	return check_prefix(prefix, problem);
}

static bool is_name_octet(char c)
{
	return isascii((unsigned char)c) && (isalnum((unsigned char)c) || strchr("-_/.", c) != NULL);
}

static bool check_labels(const char *label, char problem[CONF_PROBLEM_MAX])
{
	for (;;) {
		size_t size = strcspn(label, ".");

		if (size == 0 || size > 63)
			return wrong(problem, "%s",
				     size == 0 ? "is no domain name: it has an empty label"
					       : "is no domain name: a label has at most 63 octets");
		if (label[size] == '\0')
			return true;
		label += size + 1;
	}
}

bool conf_text_name(const char *text, char name[CONF_NAME_MAX], char problem[CONF_PROBLEM_MAX])
{
	size_t size = strlen(text);

	if (strcmp(text, ".") == 0) {
		memcpy(name, ".", sizeof("."));
		return true;
	}
	if (size > 0 && text[size - 1] == '.')
		size--;
	if (size == 0 || size >= CONF_NAME_MAX)
		return wrong(problem, "%s",
			     size == 0 ? "is no domain name: the root is \".\""
				       : "is no domain name: it is longer than 253 octets");
	for (size_t i = 0; i < size; i++)
		if (!is_name_octet(text[i]))
			return wrong(problem,
				     "is no domain name: give letters, digits, - and _, other scripts as xn--...");
	memcpy(name, text, size);
	name[size] = '\0';
	return check_labels(name, problem);
}

bool conf_text_pattern(const char *text, char pattern[CONF_NAME_MAX], char problem[CONF_PROBLEM_MAX])
{
	const size_t star = strncmp(text, "*.", 2) == 0 ? 2 : 0; /* octets of it */
	char name[CONF_NAME_MAX];

	if (!conf_text_name(text + star, name, problem))
		return false;
	if (star > 0 && strcmp(name, ".") == 0)
		return wrong(problem,
			     "stands for every name: give the name behind the star, for example *.mail.example");
	if (star + strlen(name) >= CONF_NAME_MAX)
		return wrong(problem, "stands for no domain name: all below it are longer than 253 octets");
	memcpy(pattern, text, star);
	memcpy(pattern + star, name, strlen(name) + 1);
	return true;
}

static bool is_word_octet(char c)
{
	return isascii((unsigned char)c) && (isalnum((unsigned char)c) || c == '-');
}

bool conf_text_word(const char *text, char problem[CONF_PROBLEM_MAX])
{
	size_t size = 0;

	while (is_word_octet(text[size]))
		size++;
	if (size == 0 || text[size] != '\0')
		return wrong(problem, "is no plain word: give letters, digits and -");
	if (size > CONF_WORD_MAX)
		return wrong(problem, "is too long: the most are %d octets", CONF_WORD_MAX);
	return true;
}
