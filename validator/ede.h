/* ede.h: Extended DNS Errors (RFC 8914 and its IANA registry). */
#ifndef VALIDATOR_EDE_H
#define VALIDATOR_EDE_H

#include "config.h"

#include <stdint.h>

typedef enum {
	EDE_NONE = 0xffff, /* not on the wire: no extended error */
	EDE_OTHER = 0,
	EDE_UNSUPPORTED_DNSKEY_ALGORITHM = 1,
	EDE_UNSUPPORTED_DS_DIGEST = 2,
	EDE_STALE_ANSWER = 3,
	EDE_FORGED_ANSWER = 4,
	EDE_DNSSEC_INDETERMINATE = 5,
	EDE_DNSSEC_BOGUS = 6,
	EDE_SIGNATURE_EXPIRED = 7,
	EDE_SIGNATURE_NOT_YET_VALID = 8,
	EDE_DNSKEY_MISSING = 9,
	EDE_RRSIGS_MISSING = 10,
	EDE_NO_ZONE_KEY_BIT = 11,
	EDE_NSEC_MISSING = 12,
	EDE_CACHED_ERROR = 13,
	EDE_NOT_READY = 14,
	EDE_BLOCKED = 15,
	EDE_PROHIBITED = 18,
	EDE_STALE_NXDOMAIN = 19,
	EDE_NOT_AUTHORITATIVE = 20,
	EDE_NOT_SUPPORTED = 21,
	EDE_NO_REACHABLE_AUTHORITY = 22,
	EDE_NETWORK_ERROR = 23,
	EDE_INVALID_DATA = 24,
	EDE_NSEC3_ITERATIONS = 27,
	EDE_NEGATIVE_TRUST_ANCHOR = 33,
} ede_t;

/* The code that fits libunbound's reason for "bogus" (its why_bogus text), EDE_DNSSEC_BOGUS when no rule fits better.
 * `why` may be NULL. */
MUST_USE ede_t ede_from_reason(const char *why);

/* The registry's name of a code, for people; "unassigned" for one that this list does not know. Never NULL. */
const char *ede_name(ede_t code);

#endif
