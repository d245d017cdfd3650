/* conf_check.c: keys that contradict each other. The defaults do not, so every contradiction has a key in the file. */
#include "conf/conf_check.h"

#include "conf/conf_keys.h"
#include "conf/conf_text.h"
#include "conf/conf_value.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct pair {
	const char *one;
	const char *other;
} pair_t;

/* The first may not be larger than the second. */
static const pair_t ordered[] = {
	{ "cache.min-ttl", "cache.max-ttl" },
	{ "cache.min-ttl", "cache.negative-max-ttl" },
	{ "tcp.max-per-client", "tcp.max-connections" },
	{ "resolver.hardening.val-sig-skew-min", "resolver.hardening.val-sig-skew-max" },
};

typedef struct exclusion {
	pair_t switches;
	const char *value; /* which not both may have */
	const char *why;
} exclusion_t;

static const exclusion_t exclusions[] = {
	{ { "resolver.hardening.do-ip4", "resolver.hardening.do-ip6" }, "no", "no server could be asked" },
	{ { "resolver.hardening.prefer-ip4", "resolver.hardening.prefer-ip6" }, "yes", "only one can be preferred" },
};

/* Paths of files that mxward writes: two writers would ruin each other's lines. */
static const pair_t distinct[] = {
	{ "validation-log.file", "log.to" },
	{ "validation-log.key", "log.to" },
	{ "validation-log.key", "validation-log.file" },
	{ "control.nta-file", "log.to" },
	{ "control.nta-file", "validation-log.file" },
	{ "control.nta-file", "validation-log.key" },
	{ "control.nta-file", "resolver.auto-trust-anchor-file" },
	{ "control.nta-file", "alerts.file" },
	{ "alerts.file", "log.to" },
	{ "alerts.file", "validation-log.file" },
	{ "alerts.file", "validation-log.key" },
	{ "alerts.file", "resolver.auto-trust-anchor-file" },
	{ "resolver.auto-trust-anchor-file", "log.to" },
	{ "resolver.auto-trust-anchor-file", "validation-log.file" },
	{ "resolver.auto-trust-anchor-file", "validation-log.key" },
	{ "inspection.log-index", "log.to" },
	{ "inspection.log-index", "validation-log.file" },
	{ "inspection.log-index", "validation-log.key" },
	{ "inspection.log-index", "resolver.auto-trust-anchor-file" },
	{ "inspection.log-index", "inspection.token-file" },
	{ "cache.snapshot.file", "log.to" },
	{ "cache.snapshot.file", "cache.snapshot.key" },
	{ "cache.snapshot.file", "validation-log.file" },
	{ "cache.snapshot.file", "validation-log.key" },
	{ "cache.snapshot.file", "resolver.auto-trust-anchor-file" },
	{ "cache.snapshot.file", "alerts.file" },
	{ "cache.snapshot.file", "history.file" },
	{ "cache.snapshot.file", "control.nta-file" },
	{ "cache.snapshot.key", "log.to" },
	{ "cache.snapshot.key", "validation-log.file" },
	{ "cache.snapshot.key", "validation-log.key" },
	{ "history.file", "log.to" },
	{ "history.file", "validation-log.file" },
	{ "history.file", "validation-log.key" },
	{ "history.file", "resolver.auto-trust-anchor-file" },
	{ "history.file", "alerts.file" },
	{ "history.file", "inspection.log-index" },
	{ "history.file", "inspection.token-file" },
};

static yaml_mark_t mark_of(const conf_t *conf, const char *path)
{
	conf_place_t place = conf_place(conf, path);

	return (yaml_mark_t){ .line = place.line - 1, .column = place.column - 1 };
}

/* Points to the one that the file set. */
static yaml_mark_t mark_of_pair(const conf_t *conf, const pair_t *pair)
{
	return mark_of(conf, conf_place(conf, pair->one).line > 0 ? pair->one : pair->other);
}

static const char *option_value(const conf_t *conf, const char *path)
{
	return conf->resolver.options[conf_key_option_index(conf_key(path))].value;
}

static uint64_t number_at(const conf_t *conf, const char *path)
{
	const conf_key_t *key = conf_key(path);

	return conf_key_is_option(key) ? strtoull(option_value(conf, path), NULL, 10) : conf_value_number(conf, key);
}

static bool check_ordered(const conf_t *conf, conf_report_t *report)
{
	for (size_t i = 0; i < sizeof(ordered) / sizeof(ordered[0]); i++)
		if (number_at(conf, ordered[i].one) > number_at(conf, ordered[i].other))
			return conf_report_at(report, mark_of_pair(conf, &ordered[i]),
					      "%s is larger than %s: make it at most as large", ordered[i].one,
					      ordered[i].other);
	return true;
}

static bool check_exclusions(const conf_t *conf, conf_report_t *report)
{
	for (size_t i = 0; i < sizeof(exclusions) / sizeof(exclusions[0]); i++) {
		const exclusion_t *row = &exclusions[i];

		if (strcmp(option_value(conf, row->switches.one), row->value) == 0 &&
		    strcmp(option_value(conf, row->switches.other), row->value) == 0)
			return conf_report_at(report, mark_of_pair(conf, &row->switches),
					      "%s and %s are both %s, and %s: change one of them", row->switches.one,
					      row->switches.other, row->value, row->why);
	}
	return true;
}

static bool is_unspecified(const conf_address_t *address)
{
	if (address->sa.any.sa_family == AF_INET)
		return address->sa.v4.sin_addr.s_addr == htonl(INADDR_ANY);
	return IN6_IS_ADDR_UNSPECIFIED(&address->sa.v6.sin6_addr);
}

/* A route to ourselves is a loop that only the budget ends. */
static const char *problem_with(const conf_t *conf, const conf_route_t *route)
{
	for (size_t i = 0; i < route->to.count; i++) {
		if (is_unspecified(&route->to.items[i]))
			return "an unspecified address, which is no server: give the server's own";
		for (size_t j = 0; j < conf->listen.count; j++)
			if (conf_text_same_address(&route->to.items[i], &conf->listen.items[j]))
				return "an address of listen, which is this resolver itself: give another server's";
	}
	return NULL;
}

static bool check_routes(const conf_t *conf, const char *path, const conf_routes_t *routes, conf_report_t *report)
{
	for (size_t i = 0; i < routes->count; i++) {
		const char *problem = problem_with(conf, &routes->items[i]);

		if (problem != NULL)
			return conf_report_at(report, mark_of(conf, path), "%s sends %s to %s", path,
					      routes->items[i].zone, problem);
	}
	return true;
}

static bool check_zones(const conf_t *conf, conf_report_t *report)
{
	const conf_routes_t *forward = &conf->resolver.forward;
	const conf_routes_t *stub = &conf->resolver.stub;

	for (size_t i = 0; i < stub->count; i++)
		for (size_t j = 0; j < forward->count; j++)
			if (strcasecmp(stub->items[i].zone, forward->items[j].zone) == 0)
				return conf_report_at(
					report, mark_of(conf, "resolver.stub"),
					"resolver.stub and resolver.forward both have %s: keep one of them",
					stub->items[i].zone);
	return true;
}

static bool check_distinct(const conf_t *conf, conf_report_t *report)
{
	for (size_t i = 0; i < sizeof(distinct) / sizeof(distinct[0]); i++) {
		const char *path = conf_value_text(conf, conf_key(distinct[i].one));

		if (*path != '\0' && strcmp(path, conf_value_text(conf, conf_key(distinct[i].other))) == 0)
			return conf_report_at(report, mark_of_pair(conf, &distinct[i]),
					      "%s and %s name the same file: give each its own", distinct[i].one,
					      distinct[i].other);
	}
	return true;
}

static bool is_loopback(const conf_address_t *address)
{
	enum { LOOPBACK = 127, FIRST_OCTET = 24 };

	if (address->sa.any.sa_family == AF_INET)
		return ntohl(address->sa.v4.sin_addr.s_addr) >> FIRST_OCTET == LOOPBACK;
	return IN6_IS_ADDR_LOOPBACK(&address->sa.v6.sin6_addr);
}

/* What the log says about people's mail is not for everybody in the network. */
static const char *problem_with_inspection(const conf_t *conf, const conf_address_t *address)
{
	if (!is_loopback(address) && conf->inspection.token_file[0] == '\0')
		return "an address that is not loopback, and inspection.token-file is empty: name a file with a token, "
		       "or "
		       "listen on 127.0.0.1 and ::1 alone";
	for (size_t i = 0; i < conf->listen.count; i++)
		if (conf_text_same_address(address, &conf->listen.items[i]))
			return "an address and port of listen, where DNS is spoken: give another port";
	return NULL;
}

static bool check_inspection(const conf_t *conf, conf_report_t *report)
{
	for (size_t i = 0; conf->inspection.enable && i < conf->inspection.listen.count; i++) {
		const char *problem = problem_with_inspection(conf, &conf->inspection.listen.items[i]);

		if (problem != NULL)
			return conf_report_at(report, mark_of(conf, "inspection.listen"), "inspection.listen has %s",
					      problem);
	}
	return true;
}

bool conf_check(const conf_t *conf, conf_report_t *report)
{
	return check_ordered(conf, report) && check_exclusions(conf, report) && check_distinct(conf, report) &&
	       check_routes(conf, "resolver.forward", &conf->resolver.forward, report) &&
	       check_routes(conf, "resolver.stub", &conf->resolver.stub, report) && check_zones(conf, report) &&
	       check_inspection(conf, report);
}
