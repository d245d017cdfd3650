/* policy_of.c: see policy_of.h. */
#include "module/policy_of.h"

#include "conf/conf_distance.h"

#include <ifaddrs.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct making {
	policy_t *policy;
	const conf_t *conf;
	const char *file;
	char **error;
} making_t;

/* ---- mx.policy ---- */

static bool report_choice(const making_t *making, const conf_place_t *place, const char *format, ...) PRINTF_LIKE(3, 4);

/* Always false. Names and words are plain (conf.h): they can be shown as they are. */
static bool report_choice(const making_t *making, const conf_place_t *place, const char *format, ...)
{
	char *what = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&what, format, args) < 0)
		what = NULL;
	va_end(args);
	if (what == NULL ||
	    asprintf(making->error, "%s:%u:%u: mx.policy: %s", making->file, place->line, place->column, what) < 0)
		*making->error = NULL;
	free(what);
	return false;
}

static const char *nearest_check(const char *name)
{
	unsigned nearest = 0;

	for (unsigned id = 1; id < CHECKS; id++)
		if (conf_distance(name, check_row((check_id_t)id)->name) <
		    conf_distance(name, check_row((check_id_t)nearest)->name))
			nearest = id;
	return check_row((check_id_t)nearest)->name;
}

/* What does not pass whatever the policy says: a lesser action would have no effect, and nobody would be told. */
static action_t least_action(check_id_t id)
{
	const check_t *row = check_row(id);

	return row->least < row->least_secure ? row->least : row->least_secure;
}

static bool set_action(const making_t *making, const conf_choice_t *choice)
{
	check_id_t check;
	action_t action;

	if (!check_find(choice->name, &check))
		return report_choice(making, &choice->name_place, "there is no check \"%s\": the nearest is %s",
				     choice->name, nearest_check(choice->name));
	if (!action_find(choice->word, &action))
		return report_choice(making, &choice->word_place, "\"%s\" is none of %s %s %s %s", choice->word,
				     action_name(ACTION_IGNORE), action_name(ACTION_LOG), action_name(ACTION_STRIP),
				     action_name(ACTION_REJECT));
	if (action < least_action(check))
		return report_choice(making, &choice->word_place, "%s is too little for %s: the least is %s",
				     choice->word, choice->name, action_name(least_action(check)));
	policy_set_action(making->policy, check, action);
	return true;
}

static bool set_actions(const making_t *making)
{
	const conf_choices_t *choices = &making->conf->mx.policy;

	for (size_t i = 0; i < choices->count; i++)
		if (!set_action(making, &choices->items[i]))
			return false;
	return true;
}

/* ---- mx.pin, mx.internal-addresses, mx.own-names: conf has checked them, so that only memory can be wanting ---- */

static bool add_pins(const making_t *making)
{
	const conf_pins_t *pins = &making->conf->mx.pins;

	for (size_t i = 0; i < pins->count; i++)
		for (size_t j = 0; j < pins->items[i].exchanges.count; j++)
			if (!policy_add_pin(making->policy, pins->items[i].domain, pins->items[i].exchanges.items[j]))
				return false;
	return true;
}

static bool allow_addresses(const making_t *making)
{
	const conf_prefixes_t *prefixes = &making->conf->mx.internal_addresses;

	for (size_t i = 0; i < prefixes->count; i++)
		if (!policy_allow_addresses(making->policy, prefixes->items[i].family, prefixes->items[i].address,
					    prefixes->items[i].bits))
			return false;
	return true;
}

static bool add_own_names(const making_t *making)
{
	const conf_strings_t *names = &making->conf->mx.own_names;

	for (size_t i = 0; i < names->count; i++)
		if (!policy_add_own_name(making->policy, names->items[i]))
			return false;
	return true;
}

/* ---- own addresses ---- */

/* Loopback and link-local addresses are every host's, and unspecified ones are none's. What is to say of an exchange there, the
 * checks of internal addresses say. NULL for these. */
static const uint8_t *own_v4(const struct sockaddr_in *v4)
{
	const uint8_t *octets = (const uint8_t *)&v4->sin_addr;
	const bool link_local = octets[0] == 169 && octets[1] == 254; /* RFC 3927 */

	return octets[0] == 0 || octets[0] == 127 || link_local ? NULL : octets;
}

static const uint8_t *own_v6(const struct sockaddr_in6 *v6)
{
	const struct in6_addr *address = &v6->sin6_addr;

	if (IN6_IS_ADDR_UNSPECIFIED(address) || IN6_IS_ADDR_LOOPBACK(address) || IN6_IS_ADDR_LINKLOCAL(address))
		return NULL;
	return address->s6_addr;
}

static bool add_own_address(policy_t *policy, const struct sockaddr *address)
{
	const uint8_t *octets = NULL;

	if (address->sa_family == AF_INET)
		octets = own_v4((const struct sockaddr_in *)(const void *)address);
	else if (address->sa_family == AF_INET6)
		octets = own_v6((const struct sockaddr_in6 *)(const void *)address);
	return octets == NULL || policy_is_own_address(policy, address->sa_family, octets) ||
	       policy_add_own_address(policy, address->sa_family, octets);
}

static bool add_listen(const making_t *making)
{
	const conf_addresses_t *listen = &making->conf->listen;

	for (size_t i = 0; i < listen->count; i++)
		if (!add_own_address(making->policy, &listen->items[i].sa.any))
			return false;
	return true;
}

/* A system that does not list its interfaces costs a note about an exchange, and no more: no reason not to start. */
static bool add_interfaces(const making_t *making)
{
	struct ifaddrs *interfaces = NULL;
	bool added = true;

	if (getifaddrs(&interfaces) != 0)
		return true;
	for (const struct ifaddrs *each = interfaces; added && each != NULL; each = each->ifa_next)
		added = each->ifa_addr == NULL || add_own_address(making->policy, each->ifa_addr);
	freeifaddrs(interfaces);
	return added;
}

policy_t *policy_of_conf(const conf_t *conf, const char *file, char **error)
{
	const policy_settings_t settings = {
		.monitor = conf->mx.mode == CONF_MX_MONITOR,
		.corroborate = conf->mx.corroborate,
		.max_targets = conf->mx.max_targets,
		.internal_names = (const char *const *)conf->mx.internal_domains.items,
		.internal_name_count = conf->mx.internal_domains.count,
	};
	const making_t making = { .policy = policy_new(&settings), .conf = conf, .file = file, .error = error };

	*error = NULL;
	if (making.policy != NULL && set_actions(&making) && add_pins(&making) && allow_addresses(&making) &&
	    add_own_names(&making) && add_listen(&making) && add_interfaces(&making))
		return making.policy;
	policy_free(making.policy);
	return NULL;
}
