/* result.h: what a lookup found out, whether by itself, as the daemon would (by_resolver.c, by_inquiry.c), or from a server
 * (by_server.c). */
#ifndef MODULE_LOOKUP_RESULT_H
#define MODULE_LOOKUP_RESULT_H

#include "module/ask/address.h"
#include "module/ask/summary.h"
#include "module/inquiry/inquiry.h"
#include "module/lookup/request.h"

#include <ldns/ldns.h>

/* In the order of the exit statuses, which are documented and stay. */
typedef enum {
	RESULT_ANSWER = 0,
	RESULT_NO_RECORD = 1, /* no such name, or no record of the type */
	RESULT_BOGUS = 2,     /* rejected: DNSSEC proves that it is not what its owner signed */
	RESULT_FAILED = 3,    /* could not be resolved */
	RESULT_REJECTED = 4,  /* an MX answer that policy does not let pass (validator/check.h) */
} result_status_t;

typedef enum {
	TRUST_UNKNOWN,   /* nothing was resolved */
	TRUST_INSECURE,  /* provably not signed */
	TRUST_UNCHECKED, /* the server that was asked does not validate */
	TRUST_BOGUS,
	TRUST_SECURE,
} trust_t;

enum { RESULT_WHY_MAX = 1024 };

typedef struct result {
	result_status_t status;
	trust_t trust;
	uint16_t rcode;
	uint32_t ttl;      /* seconds; how long the answer may be used */
	ldns_pkt *records; /* what belongs to the question; NULL when there is nothing to show */
	char why[RESULT_WHY_MAX]; /* one sentence on failure, bogus or insecure, safe to print; "" if there is nothing to say */
	size_t error_count; /* extended errors (RFC 8914) */
	summary_error_t errors[SUMMARY_ERRORS_MAX];
	verdict_t *verdict;            /* of an MX answer that was judged here, without its octets; else NULL */
	bool replied;                  /* by_server: there was a reply that can be read */
	char source[ADDRESS_TEXT_MAX]; /* the server's address, or "" when we resolved by ourselves */
	bool over_tcp;
	unsigned took_ms;
} result_t;

/* Fill in *result. result_free() afterwards, whatever came out. `policy` is taken over. */
void result_by_server(const request_t *request, result_t *result);
void result_by_resolver(const request_t *request, const conf_t *conf, policy_t *policy, result_t *result);
void result_free(result_t *result);

/* Takes the records of `packet` into the result and tells an answer from a negative one. The rcode is set already. */
void result_take_packet(result_t *result, const request_t *request, const uint8_t *packet, size_t size);

/* The same with the octets of an answer that was taken apart already. */
void result_take_answer(result_t *result, const request_t *request, const answer_t *answer);

/* Takes what came of an inquiry: what the daemon would send. */
void result_take_inquiry(result_t *result, const request_t *request, const resolution_t *resolution,
			 const verdict_t *verdict);

/* Sets status and the sentence why. */
void result_fail(result_t *result, result_status_t status, const char *format, ...) PRINTF_LIKE(3, 4);

/* The record is a CNAME or DNAME on the way to records of `type`. */
MUST_USE bool result_is_alias(const ldns_rr *record, uint16_t type);

/* The answer is one null MX: the domain takes no mail (RFC 7505). */
MUST_USE bool result_is_null_mx(const result_t *result);

/* The answer's records of the asked type, MX in preference order (equal ones by name); a new list that borrows the records,
 * to be freed with ldns_rr_list_free(). NULL when there are none, or memory is out. */
MUST_USE ldns_rr_list *result_sorted(const result_t *result, uint16_t type);

/* For people, and one JSON object. False when memory is out. */
bool result_print(FILE *out, const request_t *request, const result_t *result, bool colour);
bool result_print_json(FILE *out, const request_t *request, const result_t *result);

#endif
