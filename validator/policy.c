/* policy.c: see policy.h. Lists are short and are walked: an administrator's own words. */
#include "validator/policy.h"

#include "validator/assessment.h"
#include "validator/name.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

typedef struct pin {
	name_t domain;
	bool star;      /* the pattern began with "*.": names below `pattern` match */
	name_t pattern; /* lower case, without the star */
} pin_t;

typedef struct prefix {
	int family;
	unsigned bits;
	uint8_t address[16];
} prefix_t;

/* A growing array of one of the types above, or of names. */
typedef struct list {
	void *items;
	size_t count;
} list_t;

struct policy {
	bool monitor;
	bool corroborate;
	unsigned max_targets;
	bool overridden[CHECKS];
	action_t actions[CHECKS]; /* of those */
	list_t internal_names;    /* name_t */
	list_t pins;              /* pin_t */
	list_t allowed;           /* prefix_t */
	list_t own_addresses;     /* prefix_t */
	list_t own_names;         /* name_t */
	owner_table_t *owners;
};

static bool append(list_t *list, const void *item, size_t size)
{
	void *items = reallocarray(list->items, list->count + 1, size);

	if (items == NULL)
		return false;
	list->items = items;
	memcpy((uint8_t *)items + list->count++ * size, item, size);
	return true;
}

static bool read_name(const char *text, name_t *name)
{
	if (!name_from_text(text, name))
		return false;
	name_lower(name);
	return true;
}

static bool add_name(list_t *list, const char *text)
{
	name_t name;

	return read_name(text, &name) && append(list, &name, sizeof(name));
}

static bool add_prefix(list_t *list, int family, const uint8_t *address, unsigned bits)
{
	prefix_t prefix = { .family = family, .bits = bits };

	memcpy(prefix.address, address, family == AF_INET ? 4 : 16);
	return append(list, &prefix, sizeof(prefix));
}

policy_t *policy_new(const policy_settings_t *settings)
{
	const unsigned targets = settings->max_targets;
	policy_t *policy = calloc(1, sizeof(*policy));
	bool whole = policy != NULL;

	for (size_t i = 0; whole && i < settings->internal_name_count; i++)
		whole = add_name(&policy->internal_names, settings->internal_names[i]);
	if (!whole) {
		policy_free(policy);
		return NULL;
	}
	policy->monitor = settings->monitor;
	policy->corroborate = settings->corroborate;
	policy->max_targets = targets < ASSESSMENT_TARGETS_MAX ? targets : ASSESSMENT_TARGETS_MAX;
	return policy;
}

void policy_free(policy_t *policy)
{
	if (policy == NULL)
		return;
	free(policy->internal_names.items);
	free(policy->pins.items);
	free(policy->allowed.items);
	free(policy->own_addresses.items);
	free(policy->own_names.items);
	owner_table_free(policy->owners);
	free(policy);
}

void policy_set_action(policy_t *policy, check_id_t check, action_t action)
{
	policy->overridden[check] = true;
	policy->actions[check] = action;
}

bool policy_add_pin(policy_t *policy, const char *domain, const char *pattern)
{
	pin_t pin = { .star = strncmp(pattern, "*.", 2) == 0 };

	return read_name(domain, &pin.domain) && read_name(pattern + (pin.star ? 2 : 0), &pin.pattern) &&
	       append(&policy->pins, &pin, sizeof(pin));
}

bool policy_allow_addresses(policy_t *policy, int family, const uint8_t *address, unsigned bits)
{
	return add_prefix(&policy->allowed, family, address, bits);
}

bool policy_add_own_address(policy_t *policy, int family, const uint8_t *address)
{
	return add_prefix(&policy->own_addresses, family, address, family == AF_INET ? 32 : 128);
}

bool policy_add_own_name(policy_t *policy, const char *name)
{
	return add_name(&policy->own_names, name);
}

void policy_set_owners(policy_t *policy, owner_table_t *owners)
{
	owner_table_free(policy->owners);
	policy->owners = owners;
}

bool policy_monitors(const policy_t *policy)
{
	return policy->monitor;
}

bool policy_corroborates(const policy_t *policy)
{
	return policy->corroborate;
}

unsigned policy_max_targets(const policy_t *policy)
{
	return policy->max_targets;
}

action_t policy_action(const policy_t *policy, check_id_t check, bool secure)
{
	const check_t *row = check_row(check);

	if (policy->overridden[check])
		return policy->actions[check];
	return secure ? row->secure : row->action;
}

bool policy_has_pin(const policy_t *policy, const name_t *domain)
{
	const pin_t *pins = policy->pins.items;

	for (size_t i = 0; i < policy->pins.count; i++)
		if (name_equal(&pins[i].domain, domain))
			return true;
	return false;
}

static bool pin_matches(const pin_t *pin, const name_t *exchange)
{
	if (!pin->star)
		return name_equal(&pin->pattern, exchange);
	return exchange->size > pin->pattern.size && name_is_under(exchange, &pin->pattern);
}

bool policy_pin_allows(const policy_t *policy, const name_t *domain, const name_t *exchange)
{
	const pin_t *pins = policy->pins.items;

	for (size_t i = 0; i < policy->pins.count; i++)
		if (name_equal(&pins[i].domain, domain) && pin_matches(&pins[i], exchange))
			return true;
	return false;
}

bool policy_has_internal_targets(const policy_t *policy, const name_t *domain)
{
	const name_t *names = policy->internal_names.items;

	for (size_t i = 0; i < policy->internal_names.count; i++)
		if (name_is_under(domain, &names[i]))
			return true;
	return false;
}

static bool is_within(const prefix_t *prefix, int family, const uint8_t *address)
{
	const unsigned rest = prefix->bits % 8;
	const unsigned whole = prefix->bits / 8;

	if (prefix->family != family || memcmp(prefix->address, address, whole) != 0)
		return false;
	return rest == 0 || (prefix->address[whole] ^ address[whole]) >> (8 - rest) == 0;
}

static bool any_holds(const list_t *list, int family, const uint8_t *address)
{
	const prefix_t *prefixes = list->items;

	for (size_t i = 0; i < list->count; i++)
		if (is_within(&prefixes[i], family, address))
			return true;
	return false;
}

bool policy_allows_address(const policy_t *policy, int family, const uint8_t *address)
{
	return any_holds(&policy->allowed, family, address);
}

bool policy_is_own_address(const policy_t *policy, int family, const uint8_t *address)
{
	return any_holds(&policy->own_addresses, family, address);
}

bool policy_is_own_name(const policy_t *policy, const name_t *name)
{
	const name_t *names = policy->own_names.items;

	for (size_t i = 0; i < policy->own_names.count; i++)
		if (name_equal(&names[i], name))
			return true;
	return false;
}

void policy_find_owner(const policy_t *policy, const name_t *host, owner_t *owner)
{
	owner_find(policy->owners, host, owner);
}
