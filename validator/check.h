/* check.h: the checks of an MX answer, one row each (check.c). The log, `mxward lookup --explain`, docs/checks.md and the
 * configuration's mx.policy follow from the table. What holds for all rows (hard rules R1 to R9 of docs/checks.md) is in the
 * one function that turns a finding into an action (judge_action()); when a check fails is in failing.c. */
#ifndef VALIDATOR_CHECK_H
#define VALIDATOR_CHECK_H

#include "config.h"

#include <stdbool.h>

/* Ordered: a verdict takes the largest action of its findings. */
typedef enum { ACTION_IGNORE, ACTION_LOG, ACTION_STRIP, ACTION_REJECT } action_t;

typedef enum { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ALERT } severity_t;

typedef enum {
	ON_ANSWER, /* the packet and its RRset as a whole */
	ON_RECORD, /* one MX record, by itself */
	ON_TARGET, /* one exchange, with what is known of it: addresses, security, TLSA */
	ON_SET,    /* all exchanges together */
} check_on_t;

typedef enum {
	/* ON_ANSWER */
	CHECK_BOGUS,
	CHECK_UNRELATED_RECORDS,
	CHECK_ALIAS_CHAIN_TOO_LONG,
	CHECK_ALIAS_BESIDE_MX,
	CHECK_WILDCARD_ABOVE_ZONE,
	CHECK_IMPLICIT_MX,
	CHECK_TRANSPORT_MISMATCH,
	CHECK_UNCORROBORATED,
	CHECK_PIN_MISMATCH,
	/* ON_RECORD */
	CHECK_RDATA_MALFORMED,
	CHECK_RDATA_TRAILING,
	CHECK_NULL_MX_PREFERENCE,
	CHECK_NULL_MX_NOT_ALONE,
	CHECK_TARGET_NOT_HOSTNAME,
	CHECK_TARGET_UNDERSCORE,
	CHECK_TARGET_IS_ADDRESS,
	CHECK_TARGET_LOCALHOST,
	CHECK_TARGET_TWO_PREFERENCES,
	CHECK_TOO_MANY_TARGETS,
	/* ON_TARGET */
	CHECK_TARGET_IS_ALIAS,
	CHECK_TARGET_MISSING,
	CHECK_TARGET_DOMAIN_MISSING,
	CHECK_TARGET_OWN_CHILD_MISSING,
	CHECK_TARGET_NO_ADDRESS,
	CHECK_TARGET_BOGUS,
	CHECK_TARGET_INTERNAL,
	CHECK_TARGET_PARTLY_INTERNAL,
	CHECK_TARGET_IS_OURSELVES,
	CHECK_TARGET_INSECURE,
	/* ON_SET */
	CHECK_NO_USABLE_TARGET,
	CHECK_UNEVEN_PROTECTION,
	CHECK_MX_DRIFT,
	CHECK_MX_CHANGED,
	CHECKS,
} check_id_t;

typedef struct check {
	const char *name; /* stable: "target-is-alias" */
	check_on_t on;
	severity_t severity;
	action_t action;       /* by default, for insecure sets */
	action_t secure;       /* by default, for secure sets: log or reject, never strip (R4) */
	action_t when_last;    /* instead of ACTION_STRIP when nothing would be left: reject (R2), or log */
	const char *source;    /* "RFC 2181, 10.3" */
	const char *sentence;  /* what it means, for people: "The exchange is an alias (CNAME) of another name." */
	action_t least;        /* no policy goes below: what cannot be passed on is not, whatever anyone wants */
	action_t least_secure; /* the same for secure sets */
} check_t;

/* The row of a check; never NULL. */
const check_t *check_row(check_id_t id);

/* By its name. False when there is none. */
MUST_USE bool check_find(const char *name, check_id_t *id);

/* Never NULL. */
const char *action_name(action_t action);
const char *severity_name(severity_t severity);
const char *check_on_name(check_on_t on);

/* By its name ("strip"). False when there is none. */
MUST_USE bool action_find(const char *name, action_t *action);

#endif
