/* aliases.h: the chain of CNAME and DNAME records that a packet has for its question, followed to the RRset that answers it, or
 * to where nothing more is known. Internal to the validator room: for answer.c, which has the packet, and parts.c, which writes
 * what was found. */
#ifndef VALIDATOR_ALIASES_H
#define VALIDATOR_ALIASES_H

#include "validator/answer.h"
#include "validator/packet.h"
#include "validator/rrset.h"

/* Each alias is a DNAME with its CNAME at most; then the RRset or the SOA. */
enum { ALIASES_SETS_MAX = 2 * ANSWER_CHAIN_MAX + 1 };

/* An RRset of the answer, with its signatures; or the CNAME that follows from a DNAME, which has none (RFC 6672, 3.1). */
typedef struct aliases_set {
	const name_t *owner;
	const struct aliases_set *dname; /* from which this CNAME follows; NULL: the records are in the packet */
	const name_t *target;            /* of that CNAME */
	packet_section_t section;
	uint16_t type;
	uint32_t ttl; /* parts.c's */
} aliases_set_t;

/* About 6 kB: not for the stack. Points into itself: not to be copied. */
typedef struct aliases {
	uint16_t type; /* of the question */
	uint8_t rcode;
	bool overflow;  /* a DNAME made a name too long (RFC 6672, 2.2) */
	bool found;     /* there is an RRset at the chain's end */
	unsigned links; /* aliases */
	size_t set_count;
	rrset_records_t records;              /* borrowed: those of the packet */
	aliases_set_t sets[ALIASES_SETS_MAX]; /* what belongs to the answer, in its order */
	name_t names[ANSWER_CHAIN_MAX + 1]; /* lower case; the first is the question's, the last one the chain's end */
} aliases_t;

/* At the question. */
void aliases_begin(aliases_t *aliases, const packet_t *packet, const rrset_records_t *records);

/* To the chain's end. The errors are those of answer_follow(); up to there *aliases holds what was found. */
MUST_USE answer_err_t aliases_follow(aliases_t *aliases);

/* The name that the chain has come to. */
const name_t *aliases_end(const aliases_t *aliases);

#endif
