/* policy.h: what the administrator wants done about MX answers, in the form that assessments use. */
#ifndef VALIDATOR_POLICY_H
#define VALIDATOR_POLICY_H

#include "validator/check.h"
#include "validator/owner.h"
#include "validator/wire.h"

#include <stddef.h>
#include <stdint.h>

typedef struct policy policy_t;

typedef struct policy_settings {
	bool monitor;                      /* say what would be done, and change nothing */
	bool corroborate;                  /* ask insecure answers again over TCP */
	unsigned max_targets;              /* exchanges whose addresses are looked up: 1 to 100 */
	const char *const *internal_names; /* names whose exchanges may have internal addresses */
	size_t internal_name_count;
} policy_settings_t;

/* A policy with every check's default action. NULL when memory is out, or one of internal_names is no name. Read-only once it
 * is filled in, then any number of threads may use it. */
MUST_USE policy_t *policy_new(const policy_settings_t *settings);
void policy_free(policy_t *policy);

/* The administrator's word on a check, for secure sets as well; what no policy can allow stays as it is (check_t.least). */
void policy_set_action(policy_t *policy, check_id_t check, action_t action);

/* The MX set of `domain` may hold exchanges that match `pattern` ("mx1.example.org", "*.mail.example.net": any number of labels
 * in place of the star, one at least), and no other. False when either is no name, or memory is out. */
MUST_USE bool policy_add_pin(policy_t *policy, const char *domain, const char *pattern);

/* Addresses within this prefix are not counted as internal (an organisation's own). `bits` is at most 32 or 128. False when
 * memory is out. */
MUST_USE bool policy_allow_addresses(policy_t *policy, int family, const uint8_t *address, unsigned bits);

/* Addresses, and names, that are this host's own. False when it is no name, or memory is out. */
MUST_USE bool policy_add_own_address(policy_t *policy, int family, const uint8_t *address);
MUST_USE bool policy_add_own_name(policy_t *policy, const char *name);

/* Whose mail hosts are; taken over. Without it no provider is known. */
void policy_set_owners(policy_t *policy, owner_table_t *owners);

/* ---- what assessments ask; names are in lower case ---- */

bool policy_monitors(const policy_t *policy);
bool policy_corroborates(const policy_t *policy);
unsigned policy_max_targets(const policy_t *policy);

/* The administrator's action, or the row's own for a set that is secure or not; hard rules are not applied yet. */
action_t policy_action(const policy_t *policy, check_id_t check, bool secure);

bool policy_has_pin(const policy_t *policy, const name_t *domain);
bool policy_pin_allows(const policy_t *policy, const name_t *domain, const name_t *exchange);
bool policy_has_internal_targets(const policy_t *policy, const name_t *domain);
bool policy_allows_address(const policy_t *policy, int family, const uint8_t *address);
bool policy_is_own_address(const policy_t *policy, int family, const uint8_t *address);
bool policy_is_own_name(const policy_t *policy, const name_t *name);
void policy_find_owner(const policy_t *policy, const name_t *host, owner_t *owner);

#endif
