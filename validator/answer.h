/* answer.h: takes a resolver's packet apart and builds from it the answer that clients may see.
 *
 * Only what belongs to the question survives: the chain of CNAME and DNAME records from the question's name, the RRset at
 * its end, for negative answers the SOA of RFC 2308, and for DNSSEC the signatures and proofs of these. Everything else in
 * the packet, all of ADDITIONAL included, is dropped (RFC 2181, 5.4.1; RFC 5452, 6; CVE-2026-42960). Records are written
 * again, field by field, so that nothing is passed on that was not understood.
 *
 * The result is a message body in four parts, in this order, so that the form for DO=0 is made by leaving out parts:
 *
 *	answer | its RRSIGs | authority (the SOA) | its RRSIG, NSEC and NSEC3
 *
 * Names are compressed against the question and the first part only, never against a part that can be left out; offsets
 * count from the start of a message whose question section holds the question's name, type and class. */
#ifndef VALIDATOR_ANSWER_H
#define VALIDATOR_ANSWER_H

#include "validator/wire.h"

typedef enum { SECURITY_INSECURE = 0, SECURITY_BOGUS = 1, SECURITY_SECURE = 2 } security_t; /* as libunbound counts */

typedef enum {
	ANSWER_OK = 0,
	ANSWER_NO_MEMORY,
	ANSWER_MALFORMED, /* the packet does not read as a DNS message, a record that is needed does not read, or the
				* records contradict each other or the RCODE */
	ANSWER_NOT_OURS,  /* its question is another one (RFC 5452, 9.1), or it is no response */
	ANSWER_LOOP,      /* the chain of aliases comes back to itself */
	ANSWER_CHAIN_TOO_LONG, /* more than ANSWER_CHAIN_MAX aliases */
	ANSWER_RCODE,          /* an RCODE other than NOERROR, NXDOMAIN and YXDOMAIN (this one only with the DNAME that
				* explains it, RFC 6672, 2.2): no answer, a failure */
	ANSWER_TOO_LARGE,      /* more than 65535 octets once rebuilt, more than 4096 records, or truncated (TC) */
} answer_err_t;

enum { ANSWER_CHAIN_MAX = 16 };

typedef enum {
	ANSWER_PART_ANSWER,
	ANSWER_PART_ANSWER_DNSSEC,
	ANSWER_PART_AUTHORITY,
	ANSWER_PART_AUTHORITY_DNSSEC,
	ANSWER_PARTS,
} answer_part_id_t;

typedef struct answer_part {
	uint16_t size;    /* octets */
	uint16_t records; /* resource records in them */
} answer_part_t;

/* How long answers may be kept, in seconds. */
typedef struct answer_limits {
	uint32_t min_ttl; /* TTLs below are raised to this, but never past a signature's end */
	uint32_t max_ttl; /* TTLs above are lowered to this; one with the top bit set counts as 0 (RFC 2181, 8) */
	uint32_t negative_max_ttl; /* the same for NXDOMAIN and NODATA (RFC 2308, 5) */
} answer_limits_t;

typedef struct answer {
	uint8_t rcode; /* 0 NOERROR, 3 NXDOMAIN, 6 YXDOMAIN */
	bool negative; /* NXDOMAIN, or NOERROR with no record of the asked type (RFC 2308, 2) */
	uint32_t ttl;  /* seconds that this answer may be used: the lowest of all; 0: use once, do not keep */
	answer_part_t parts[ANSWER_PARTS];
	size_t size;           /* octets in all parts together */
	const uint8_t *octets; /* owned by the answer */
	size_t ttl_count;      /* one for each record */
	const uint16_t
		*ttl_offsets; /* where in octets each TTL field (four octets) begins, ascending; owned by the answer */
	unsigned dropped;     /* records of the packet, OPT aside, that did not belong to the question, or came twice */
} answer_t;

/* Builds *answer for the question `name` (lower case) and `type`, class IN, from a resolver's packet of `size` octets.
 * `now` is wall-clock time in seconds since 1970, for the ends of signatures (RFC 4035, 5.3.3). An RRset's records all
 * get its lowest TTL (RFC 2181, 5.2), which does not reach past the end of the first signature to end; signatures that have
 * ended already count only when there is no other: the TTL is 0 then. Identical records come once, MX records in order of
 * preference, those of equal preference in an order that `now` decides. `type` is a type of data, not ANY. Free with answer_free(), also after an error. */
MUST_USE answer_err_t answer_build(answer_t *answer, const name_t *name, uint16_t type, const uint8_t *packet,
				   size_t size, const answer_limits_t *limits, uint64_t now);
void answer_free(answer_t *answer);

/* Where a packet leads from the question. */
typedef struct answer_chain {
	size_t links;                       /* aliases */
	name_t names[ANSWER_CHAIN_MAX + 1]; /* lower case; names[0] is the question's, names[links] the chain's end */
	uint8_t rcode;                      /* as in answer_t */
	bool found;                         /* there is an RRset of the asked type at the end; it need not read */
} answer_chain_t;

/* Follows the chain as answer_build() does, with the same errors, but looks at no record that is not on it: an RRset with a
 * malformed record is found all the same. */
MUST_USE answer_err_t answer_follow(answer_chain_t *chain, const name_t *name, uint16_t type, const uint8_t *packet,
				    size_t size);

/* What becomes of a record of the RRset at the chain's end. */
typedef enum {
	ANSWER_KEEP,
	ANSWER_DROP, /* leave it out, whether it reads or not */
	ANSWER_CUT,  /* MX: without the octets that follow the exchange */
} answer_change_t;

/* `changes` holds one answer_change_t for each of the first `count` records of that RRset, in the packet's order; more
 * are kept. Borrowed. */
typedef struct answer_edit {
	const uint8_t *changes;
	size_t count;
} answer_edit_t;

/* As answer_build(), with the RRset at the chain's end changed. Signatures of an RRset of which a record is dropped or cut
 * are left out: they would not fit. ANSWER_MALFORMED when no record would be left: nothing is turned into NODATA.
 * `edit` may be NULL. */
MUST_USE answer_err_t answer_build_with(answer_t *answer, const name_t *name, uint16_t type, const uint8_t *packet,
					size_t size, const answer_limits_t *limits, uint64_t now,
					const answer_edit_t *edit);
const char *answer_strerror(answer_err_t err);

#endif
