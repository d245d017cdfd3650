/* parts.h: writes the four parts of an answer (answer.h): the sets of the chain, each with its TTL, their signatures, the SOA,
 * and the proofs. Internal to the validator room. */
#ifndef VALIDATOR_PARTS_H
#define VALIDATOR_PARTS_H

#include "validator/aliases.h"
#include "validator/writer.h"

enum { PARTS_TTLS_MAX = PACKET_RECORDS_MAX + ANSWER_CHAIN_MAX };

/* About 90 kB: not for the stack. */
typedef struct parts {
	/* Set by the caller; borrowed. */
	answer_t *answer; /* its rcode and negative are known */
	const answer_limits_t *limits;
	uint64_t now;
	aliases_t *aliases; /* at the chain's end */
	/* parts.c's own. */
	bool wildcard;         /* something in the answer comes from a wildcard: proofs belong to it */
	uint32_t negative_ttl; /* what the SOA allows (RFC 2308, 5); UINT32_MAX for positive answers */
	size_t head;           /* octets of header and question */
	rrset_members_t members;
	rrset_members_t signatures;
	uint16_t ttl_offsets[PARTS_TTLS_MAX];
	writer_t writer;
} parts_t;

/* Gives the answer its parts, octets, offsets and TTL, and marks the records that went into it as kept. ANSWER_MALFORMED,
 * ANSWER_TOO_LARGE or ANSWER_NO_MEMORY. */
MUST_USE answer_err_t parts_write(parts_t *parts);

#endif
