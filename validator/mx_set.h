/* mx_set.h: the MX records at the end of an answer's chain, read leniently: what is wrong with one is said, and the others are
 * read all the same. Internal to the validator room. */
#ifndef VALIDATOR_MX_SET_H
#define VALIDATOR_MX_SET_H

#include "validator/answer.h"

typedef struct mx_record {
	uint16_t preference; /* 0 when malformed */
	bool malformed;      /* no preference and name (RFC 1035, 3.3.9) */
	bool trailing;       /* octets follow the exchange */
	wire_err_t err;      /* what is wrong with a malformed one */
	name_t exchange;     /* lower case; the root when malformed */
} mx_record_t;

/* What packets hold beside the RRset, as far as it is worth a note. */
typedef struct mx_beside {
	unsigned unrelated; /* records of ANSWER that are not on the chain; MX and addresses in AUTHORITY */
	bool alias;         /* a CNAME at the RRset's owner (RFC 2181, 10.1) */
	bool above_zone;    /* a signature has fewer labels than its signer's name (RFC 4035, 5.3.4) */
	name_t signer;      /* of that one */
} mx_beside_t;

typedef struct mx_set {
	size_t count;         /* distinct records */
	size_t null_count;    /* of those the null ones: the exchange is the root (RFC 7505, 3) */
	mx_record_t *records; /* in delivery order: preference, then name; malformed ones come last. Owned by the set */
	size_t packet_count;  /* records of the RRset in the packet */
	uint16_t *of;         /* for each of them, in the packet's order, its place in `records` */
	mx_beside_t beside;
} mx_set_t;

/* Reads the set that `chain` leads to: what answer_follow() said about the same packet, without error. False when memory is
 * out. Free with mx_set_free(), also then. */
MUST_USE bool mx_set_read(mx_set_t *set, const answer_chain_t *chain, const uint8_t *packet, size_t size);
void mx_set_free(mx_set_t *set);

/* The same preferences and exchanges; TTLs and the packet's order do not matter. */
MUST_USE bool mx_set_equal(const mx_set_t *a, const mx_set_t *b);

#endif
