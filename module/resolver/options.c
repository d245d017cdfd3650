/* options.c: see options.h. */
#include "module/resolver/options.h"

#include "module/resolver/options_text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool can_be_quoted(const char *value)
{
	for (const char *c = value; *c != '\0'; c++)
		if (*c == '"' || iscntrl((unsigned char)*c))
			return false;
	return true;
}

void options_put(options_text_t *text, const char *name, const char *value)
{
	if (!can_be_quoted(value)) {
		text->refused = true;
		return;
	}
	fprintf(text->out, "\t%s: \"%s\"\n", name, value);
}

static void put_number(options_text_t *text, const char *name, size_t number)
{
	fprintf(text->out, "\t%s: %zu\n", name, number);
}

/* ---- what does not come from the administrator ---- */

/* Neither a daemon nor a user of files; and the subnetcache module, which Debian's build puts first, is not wanted. Every
 * process has one thread, so caches need no slabs. */
static void put_fixed(options_text_t *text)
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
		options_put(text, rows[i][0], rows[i][1]);
}

/* Shares of resolver.memory, which four contexts divide: two for UDP and two for TCP (turns.h). Our own cache holds answers;
 * libunbound's have to hold delegations, addresses of servers, keys and proofs. */
static void put_sizes(options_text_t *text, const conf_t *conf)
{
	static const struct {
		const char *name;
		unsigned divisor;
		size_t least;
	} rows[] = {
		{ "rrset-cache-size", 8, 1 << 19 },    { "msg-cache-size", 16, 1 << 18 },
		{ "key-cache-size", 32, 1 << 17 },     { "neg-cache-size", 64, 1 << 16 },
		{ "infra-cache-numhosts", 8192, 500 }, /* a host is some 500 octets */
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
static void put_anchors(options_text_t *text, const conf_resolver_t *resolver, bool writable_anchor)
{
	bool automatic = writable_anchor && resolver->auto_trust_anchor_file[0] != '\0';

	if (automatic)
		options_put(text, "auto-trust-anchor-file", resolver->auto_trust_anchor_file);
	for (size_t i = automatic ? 1 : 0; i < resolver->trust_anchor_files.count; i++)
		options_put(text, "trust-anchor-file", resolver->trust_anchor_files.items[i]);
	for (size_t i = 0; i < resolver->domain_insecure.count; i++)
		options_put(text, "domain-insecure", resolver->domain_insecure.items[i]);
}

/* ---- forward, stub ---- */

/* Zones at or below these are answered by libunbound itself (RFC 6761, 6303), unless a local zone of that name says not. */
static void put_local_zone(options_text_t *text, const char *zone)
{
	static const char *const special[] = { "arpa", "test", "onion", "invalid", "localhost", "local" };
	const char *dot = strrchr(zone, '.');
	const char *top = dot != NULL ? dot + 1 : zone;

	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (strcasecmp(top, special[i]) == 0 && can_be_quoted(zone))
			fprintf(text->out, "\tlocal-zone: \"%s\" transparent\n", zone);
}

static void put_local_zones(options_text_t *text, const conf_resolver_t *resolver)
{
	for (size_t i = 0; i < resolver->forward.count; i++)
		put_local_zone(text, resolver->forward.items[i].zone);
	for (size_t i = 0; i < resolver->stub.count; i++)
		put_local_zone(text, resolver->stub.items[i].zone);
	for (size_t i = 0; i < resolver->domain_insecure.count; i++)
		put_local_zone(text, resolver->domain_insecure.items[i]);
}

static unsigned port_of(const conf_address_t *address)
{
	return ntohs(address->sa.any.sa_family == AF_INET ? address->sa.v4.sin_port : address->sa.v6.sin6_port);
}

static void put_server(options_text_t *text, const char *name, const conf_address_t *address)
{
	char host[INET6_ADDRSTRLEN];
	const void *octets = address->sa.any.sa_family == AF_INET ? (const void *)&address->sa.v4.sin_addr
								  : (const void *)&address->sa.v6.sin6_addr;

	if (inet_ntop(address->sa.any.sa_family, octets, host, sizeof(host)) != NULL)
		fprintf(text->out, "\t%s: %s@%u\n", name, host, port_of(address));
}

static void put_routes(options_text_t *text, const char *clause, const char *server, const conf_routes_t *routes)
{
	for (size_t i = 0; i < routes->count; i++) {
		const conf_route_t *route = &routes->items[i];

		fprintf(text->out, "%s:\n", clause);
		options_put(text, "name", route->zone);
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
static void put_server_clause(options_text_t *text, const conf_t *conf, bool writable_anchor)
{
	const conf_resolver_t *resolver = &conf->resolver;

	fputs("server:\n", text->out);
	put_fixed(text);
	put_sizes(text, conf);
	if (resolver->root_hints[0] != '\0')
		options_put(text, "root-hints", resolver->root_hints);
	put_anchors(text, resolver, writable_anchor);
	for (size_t i = 0; i < resolver->option_count; i++)
		fprintf(text->out, "\t%s: %s\n", resolver->options[i].name, resolver->options[i].value);
	options_never_asked(text, conf);
	put_local_zones(text, resolver);
}

char *options_write(const conf_t *conf, bool writable_anchor, options_lines_t *theirs)
{
	char *octets = NULL;
	size_t size = 0;
	options_text_t text = { .out = open_memstream(&octets, &size) };
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
