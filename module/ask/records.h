/* records.h: the records of an answer, in words. libldns knows every type's presentation format; it is shown only what
 * the validator's reader has taken apart and written again (validator/answer.h), never a packet as it came. */
#ifndef MODULE_ASK_RECORDS_H
#define MODULE_ASK_RECORDS_H

#include "validator/answer.h"

#include <ldns/ldns.h>

/* Reads the answer to the question `name` (lower case) and `type` from a packet. On ANSWER_OK *records is a packet with
 * what belongs to the question, signatures and proofs only with `dnssec`, to be freed with ldns_pkt_free(); else it is
 * NULL. *answer_ttl (may be NULL) is how long the answer may be used, in seconds. */
MUST_USE answer_err_t records_read(const name_t *name, uint16_t type, const uint8_t *packet, size_t size, bool dnssec,
				   ldns_pkt **records, uint32_t *answer_ttl);

/* The same from an answer to that question that was taken apart already. */
MUST_USE answer_err_t records_from_answer(const name_t *name, uint16_t type, const answer_t *answer, bool dnssec,
					  ldns_pkt **records);

/* RDATA in presentation format, safe to print; NULL when memory is out. Free with free(). */
MUST_USE char *records_rdata(const ldns_rr *record);

/* A name in presentation format from a record's owner or RDATA; NULL when memory is out. Free with free(). */
MUST_USE char *records_text(const ldns_rdf *field);

#endif
