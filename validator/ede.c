/* ede.c: see ede.h. */
#include "validator/ede.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* What libunbound 1.17.1 says, and newer ones say alike. A reason names the question first, then what went wrong, perhaps
 * several things, and last where; so the first row that is found in it counts, and rows that explain more come first.
 * Names in it have no spaces, so nobody can put these words into a name. */
static const struct {
	const char *words;
	ede_t code;
} reasons[] = {
	{ "signature expired", EDE_SIGNATURE_EXPIRED },
	{ "signature before inception date", EDE_SIGNATURE_NOT_YET_VALID },
	{ "signature inception after expiration", EDE_SIGNATURE_NOT_YET_VALID },
	{ "dnskey without ZSK flag", EDE_NO_ZONE_KEY_BIT },

	{ "unsupported algorithm by crypto library", EDE_UNSUPPORTED_DNSKEY_ALGORITHM },
	{ "algorithm refused by cryptolib", EDE_UNSUPPORTED_DNSKEY_ALGORITHM },
	{ "signature, unknown algorithm", EDE_UNSUPPORTED_DNSKEY_ALGORITHM },
	{ "zone has no known algorithms", EDE_UNSUPPORTED_DNSKEY_ALGORITHM },

	/* The trust anchor's own keys could not be had: there is no validation at all yet. */
	{ "no DNSKEY rrset", EDE_NOT_READY },

	{ "no DNSKEY record", EDE_DNSKEY_MISSING },
	{ "signatures from unknown keys", EDE_DNSKEY_MISSING },
	{ "no keys have a DS", EDE_DNSKEY_MISSING },
	{ "DS hash mismatches key", EDE_DNSKEY_MISSING },
	{ "DNSKEY RRset did not match", EDE_DNSKEY_MISSING },

	/* Before "no signatures", which they begin with: the proof is there, but nobody signed it. */
	{ "no signatures over NSEC", EDE_RRSIGS_MISSING },
	{ "no signatures", EDE_RRSIGS_MISSING },
	{ "signature missing", EDE_RRSIGS_MISSING },
	{ "DS got unsigned CNAME answer", EDE_RRSIGS_MISSING },

	{ "no DNSSEC records", EDE_NSEC_MISSING },
	{ "NSEC does not prove absence", EDE_NSEC_MISSING },
	{ "NSEC for wildcard does not prove absence", EDE_NSEC_MISSING },
	{ "no valid NSEC3", EDE_NSEC_MISSING },
	{ "no NSEC3", EDE_NSEC_MISSING },
	{ "covering NSEC3 was not opt-out", EDE_NSEC_MISSING },
	{ "no DS but also no proof of that", EDE_NSEC_MISSING },
	{ "message fails to prove that", EDE_NSEC_MISSING },
	{ "proof failed", EDE_NSEC_MISSING },

	/* The parent's servers did not answer, so that nobody knows whether there is a DS. */
	{ "SERVFAIL no DS", EDE_NO_REACHABLE_AUTHORITY },
	{ "REFUSED no DS", EDE_NO_REACHABLE_AUTHORITY },
	{ "all servers for this domain failed", EDE_NO_REACHABLE_AUTHORITY },
	{ "stub or forward servers failed", EDE_NO_REACHABLE_AUTHORITY },
	{ "upstream server timeout", EDE_NO_REACHABLE_AUTHORITY },
	{ "no server to query", EDE_NO_REACHABLE_AUTHORITY },

	/* A key that failed before, and nothing tells why. */
	{ "while building chain of trust", EDE_DNSKEY_MISSING },
};

ede_t ede_from_reason(const char *why)
{
	for (size_t i = 0; why != NULL && i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		if (strcasestr(why, reasons[i].words) != NULL)
			return reasons[i].code;
	}
	return EDE_DNSSEC_BOGUS;
}

const char *ede_name(ede_t code)
{
	switch (code) {
	case EDE_NONE: return "none";
	case EDE_OTHER: return "Other Error";
	case EDE_UNSUPPORTED_DNSKEY_ALGORITHM: return "Unsupported DNSKEY Algorithm";
	case EDE_UNSUPPORTED_DS_DIGEST: return "Unsupported DS Digest Type";
	case EDE_STALE_ANSWER: return "Stale Answer";
	case EDE_FORGED_ANSWER: return "Forged Answer";
	case EDE_DNSSEC_INDETERMINATE: return "DNSSEC Indeterminate";
	case EDE_DNSSEC_BOGUS: return "DNSSEC Bogus";
	case EDE_SIGNATURE_EXPIRED: return "Signature Expired";
	case EDE_SIGNATURE_NOT_YET_VALID: return "Signature Not Yet Valid";
	case EDE_DNSKEY_MISSING: return "DNSKEY Missing";
	case EDE_RRSIGS_MISSING: return "RRSIGs Missing";
	case EDE_NO_ZONE_KEY_BIT: return "No Zone Key Bit Set";
	case EDE_NSEC_MISSING: return "NSEC Missing";
	case EDE_CACHED_ERROR: return "Cached Error";
	case EDE_NOT_READY: return "Not Ready";
	case EDE_BLOCKED: return "Blocked";
	case EDE_PROHIBITED: return "Prohibited";
	case EDE_STALE_NXDOMAIN: return "Stale NXDOMAIN Answer";
	case EDE_NOT_AUTHORITATIVE: return "Not Authoritative";
	case EDE_NOT_SUPPORTED: return "Not Supported";
	case EDE_NO_REACHABLE_AUTHORITY: return "No Reachable Authority";
	case EDE_NETWORK_ERROR: return "Network Error";
	case EDE_INVALID_DATA: return "Invalid Data";
	case EDE_NSEC3_ITERATIONS: return "Unsupported NSEC3 Iterations Value";
	case EDE_NEGATIVE_TRUST_ANCHOR: return "Negative Trust Anchor";
	}
	return "unassigned";
}
