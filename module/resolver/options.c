/* options.c: see options.h. */
#include "module/resolver/options.h"

#include "module/resolver/options_text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DNS_PORT = 53 };

/* The text as it grows. */
typedef struct text {
	FILE *out;
	bool refused; /* a value would have ended its own quotation */
} text_t;

static bool can_be_quoted(const char *value)
{
	for (const char *c = value; *c != '\0'; c++)
		if (*c == '"' || iscntrl((unsigned char)*c))
			return false;
	return true;
}

static void put(text_t *text, const char *name, const char *value)
{
	if (!can_be_quoted(value)) {
		text->refused = true;
		return;
	}
	fprintf(text->out, "\t%s: \"%s\"\n", name, value);
}

static void put_number(text_t *text, const char *name, size_t number)
{
	fprintf(text->out, "\t%s: %zu\n", name, number);
}

/* ---- what does not come from the administrator ---- */

/* Neither a daemon nor a user of files; and the subnetcache module, which Debian's build puts first, is not wanted. Every
 * process has one thread, so caches need no slabs. */
static void put_fixed(text_t *text)
{
	static const char *const rows[][2] = {
		{ "module-config", "validator iterator" },
		{ "do-daemonize", "no" },
		{ "use-syslog", "no" },
		{ "logfile", "" },
		{ "log-time-ascii", "no" },
		{ "chroot", "" },
		{ "username", "" },
		{ "pidfile", "" },
		{ "use-systemd", "no" },
		{ "prefetch", "no" },
		{ "serve-expired", "no" },
		{ "msg-cache-slabs", "1" },
		{ "rrset-cache-slabs", "1" },
		{ "infra-cache-slabs", "1" },
		{ "key-cache-slabs", "1" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		put(text, rows[i][0], rows[i][1]);
}

/* Shares of resolver.memory, which two contexts (UDP, TCP) divide. Our own cache holds answers; libunbound's have to hold
 * delegations, addresses of servers, keys and proofs. */
static void put_sizes(text_t *text, const conf_t *conf)
{
	static const struct {
		const char *name;
		unsigned divisor;
		size_t least;
	} rows[] = {
		{ "rrset-cache-size", 4, 1 << 20 },     { "msg-cache-size", 8, 1 << 19 },
		{ "key-cache-size", 16, 1 << 18 },      { "neg-cache-size", 32, 1 << 17 },
		{ "infra-cache-numhosts", 4096, 1000 }, /* a host is some 500 octets */
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t share = conf->resolver.memory / rows[i].divisor;

		put_number(text, rows[i].name, share > rows[i].least ? share : rows[i].least);
	}
	put_number(text, "num-queries-per-thread", conf->resolver.max_questions);
	put_number(text, "cache-max-ttl", conf->cache.max_ttl);
	put_number(text, "cache-max-negative-ttl", conf->cache.negative_max_ttl);
	put_number(text, "verbosity", conf->log.level == CONF_LOG_DEBUG ? 1 : 0);
}

/* ---- trust ---- */

/* The RFC 5011 state takes the place of the first static file, which it was made from. */
static void put_anchors(text_t *text, const conf_resolver_t *resolver, bool writable_anchor)
{
	bool automatic = writable_anchor && resolver->auto_trust_anchor_file[0] != '\0';

	if (automatic)
		put(text, "auto-trust-anchor-file", resolver->auto_trust_anchor_file);
	for (size_t i = automatic ? 1 : 0; i < resolver->trust_anchor_files.count; i++)
		put(text, "trust-anchor-file", resolver->trust_anchor_files.items[i]);
	for (size_t i = 0; i < resolver->domain_insecure.count; i++)
		put(text, "domain-insecure", resolver->domain_insecure.items[i]);
}

/* ---- whom never to ask ---- */

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

static void put_address(text_t *text, const char *name, const struct sockaddr *address)
{
	char host[INET6_ADDRSTRLEN];
	const void *octets = address->sa_family == AF_INET
				     ? (const void *)&((const struct sockaddr_in *)address)->sin_addr
				     : (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr;

	if (inet_ntop(address->sa_family, octets, host, sizeof(host)) != NULL)
		put(text, name, host);
}

/* A wildcard address is every address that this machine has now. */
static void put_interfaces(text_t *text, int family)
{
	struct ifaddrs *interfaces = NULL;

	if (getifaddrs(&interfaces) != 0)
		return;
	for (const struct ifaddrs *i = interfaces; i != NULL; i = i->ifa_next)
		if (i->ifa_addr != NULL && i->ifa_addr->sa_family == family)
			put_address(text, "do-not-query-address", i->ifa_addr);
	freeifaddrs(interfaces);
}

/* Whoever claims that we are the servers of his zone would have us ask ourselves. Servers are asked at port 53, so what
 * listens at another one is not in danger, and an authoritative server may have our address. */
static void put_ourselves(text_t *text, const conf_addresses_t *listen)
{
	for (size_t i = 0; i < listen->count; i++) {
		const conf_address_t *address = &listen->items[i];

		if (port_of(address) != DNS_PORT)
			continue;
		if (is_wildcard(address))
			put_interfaces(text, address->sa.any.sa_family);
		else
			put_address(text, "do-not-query-address", &address->sa.any);
	}
}

/* "This host" (RFC 1122, 3.2.1.3), which Linux takes for loopback, and IPv4 in IPv6's clothes. */
static void put_never_asked(text_t *text, const conf_t *conf)
{
	put(text, "do-not-query-address", "0.0.0.0/8");
	put(text, "do-not-query-address", "::");
	put(text, "do-not-query-address", "::ffff:0:0/96");
	put_ourselves(text, &conf->listen);
}

/* ---- forward, stub ---- */

/* Zones at or below these are answered by libunbound itself (RFC 6761, 6303), unless a local zone of that name says not. */
static void put_local_zone(text_t *text, const char *zone)
{
	static const char *const special[] = { "arpa", "test", "onion", "invalid", "localhost", "local" };
	const char *dot = strrchr(zone, '.');
	const char *top = dot != NULL ? dot + 1 : zone;

	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (strcasecmp(top, special[i]) == 0 && can_be_quoted(zone))
			fprintf(text->out, "\tlocal-zone: \"%s\" transparent\n", zone);
}

static void put_local_zones(text_t *text, const conf_resolver_t *resolver)
{
	for (size_t i = 0; i < resolver->forward.count; i++)
		put_local_zone(text, resolver->forward.items[i].zone);
	for (size_t i = 0; i < resolver->stub.count; i++)
		put_local_zone(text, resolver->stub.items[i].zone);
	for (size_t i = 0; i < resolver->domain_insecure.count; i++)
		put_local_zone(text, resolver->domain_insecure.items[i]);
}

static void put_server(text_t *text, const char *name, const conf_address_t *address)
{
	char host[INET6_ADDRSTRLEN];
	const void *octets = address->sa.any.sa_family == AF_INET ? (const void *)&address->sa.v4.sin_addr
								  : (const void *)&address->sa.v6.sin6_addr;

	if (inet_ntop(address->sa.any.sa_family, octets, host, sizeof(host)) != NULL)
		fprintf(text->out, "\t%s: %s@%u\n", name, host, port_of(address));
}

static void put_routes(text_t *text, const char *clause, const char *server, const conf_routes_t *routes)
{
	for (size_t i = 0; i < routes->count; i++) {
		const conf_route_t *route = &routes->items[i];

		fprintf(text->out, "%s:\n", clause);
		put(text, "name", route->zone);
		for (size_t j = 0; j < route->to.count; j++)
			put_server(text, server, &route->to.items[j]);
	}
}

/* ---- all of it ---- */

static size_t lines_in(const char *octets, size_t size)
{
	size_t lines = 0;

	for (size_t i = 0; i < size; i++)
		lines += octets[i] == '\n';
	return lines;
}

/* The options of resolver.hardening are in unbound.conf(5)'s own syntax already. The administrator's own text is the last of the server clause, so that it has the last word. */
static void put_server_clause(text_t *text, const conf_t *conf, bool writable_anchor)
{
	const conf_resolver_t *resolver = &conf->resolver;

	fputs("server:\n", text->out);
	put_fixed(text);
	put_sizes(text, conf);
	if (resolver->root_hints[0] != '\0')
		put(text, "root-hints", resolver->root_hints);
	put_anchors(text, resolver, writable_anchor);
	for (size_t i = 0; i < resolver->option_count; i++)
		fprintf(text->out, "\t%s: %s\n", resolver->options[i].name, resolver->options[i].value);
	put_never_asked(text, conf);
	put_local_zones(text, resolver);
}

char *options_write(const conf_t *conf, bool writable_anchor, options_lines_t *theirs)
{
	char *octets = NULL;
	size_t size = 0;
	text_t text = { .out = open_memstream(&octets, &size) };
	bool failed;

	if (text.out == NULL)
		return NULL;
	put_server_clause(&text, conf, writable_anchor);
	failed = fflush(text.out) != 0;
	theirs->first = lines_in(octets, size) + 1;
	theirs->count = lines_in(conf->resolver.libunbound, strlen(conf->resolver.libunbound)) + 1;
	fprintf(text.out, "%s\n", conf->resolver.libunbound);
	put_routes(&text, "forward-zone", "forward-addr", &conf->resolver.forward);
	put_routes(&text, "stub-zone", "stub-addr", &conf->resolver.stub);
	failed = fclose(text.out) != 0 || failed;
	if (!failed && !text.refused)
		return octets;
	free(octets);
	return NULL;
}

char *options_text(const conf_t *conf, bool writable_anchor)
{
	options_lines_t theirs;

	return options_write(conf, writable_anchor, &theirs);
}
