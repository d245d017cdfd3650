/* result.c: what the two sources of a result have in common. */
#include "module/lookup/result.h"

#include "module/ask/records.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { RCODE_NXDOMAIN = 3 };

void result_free(result_t *result)
{
	ldns_pkt_free(result->records);
	result->records = NULL;
	if (result->verdict != NULL) {
		free(result->verdict->targets);
		free(result->verdict->other);
		free((past_set_t *)(uintptr_t)result->verdict->past);
	}
	free(result->verdict);
	result->verdict = NULL;
}

void result_fail(result_t *result, result_status_t status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(result->why, sizeof(result->why), format, arguments);
	va_end(arguments);
	result->status = status;
}

static bool has_type(const ldns_rr_list *list, uint16_t type)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++)
		if (ldns_rr_get_type(ldns_rr_list_rr(list, i)) == (ldns_rr_type)type)
			return true;
	return false;
}

static void take_records(result_t *result, const request_t *request, answer_err_t err)
{
	char room[16];

	if (err == ANSWER_RCODE)
		result_fail(result, RESULT_FAILED, "the answer is %s", summary_rcode(result->rcode, room));
	else if (err != ANSWER_OK)
		result_fail(result, RESULT_FAILED, "the answer cannot be used: %s", answer_strerror(err));
	else
		result->status =
			result->rcode != RCODE_NXDOMAIN && has_type(ldns_pkt_answer(result->records), request->type)
				? RESULT_ANSWER
				: RESULT_NO_RECORD;
}

void result_take_packet(result_t *result, const request_t *request, const uint8_t *packet, size_t size)
{
	take_records(result, request,
		     records_read(&request->name, request->type, packet, size, false, &result->records, &result->ttl));
}

void result_take_answer(result_t *result, const request_t *request, const answer_t *answer)
{
	take_records(result, request,
		     records_from_answer(&request->name, request->type, answer, false, &result->records));
}

bool result_is_alias(const ldns_rr *record, uint16_t type)
{
	ldns_rr_type kind = ldns_rr_get_type(record);

	return (kind == LDNS_RR_TYPE_CNAME || kind == LDNS_RR_TYPE_DNAME) && kind != (ldns_rr_type)type;
}

bool result_is_null_mx(const result_t *result)
{
	const ldns_rr_list *answer = result->records != NULL ? ldns_pkt_answer(result->records) : NULL;
	size_t exchanges = 0;
	bool null = false;

	for (size_t i = 0; answer != NULL && i < ldns_rr_list_rr_count(answer); i++) {
		const ldns_rr *record = ldns_rr_list_rr(answer, i);

		if (ldns_rr_get_type(record) != LDNS_RR_TYPE_MX)
			continue;
		exchanges++;
		null = ldns_rdf_size(ldns_rr_rdf(record, 1)) == 1; /* the root label alone */
	}
	return exchanges == 1 && null;
}

/* MX by preference, then by exchange; everything else by its RDATA, so that output does not change from time to time. */
static int by_preference(const void *a, const void *b)
{
	const ldns_rr *left = *(ldns_rr *const *)a;
	const ldns_rr *right = *(ldns_rr *const *)b;

	return ldns_rr_compare(left, right);
}

ldns_rr_list *result_sorted(const result_t *result, uint16_t type)
{
	ldns_rr_list *answer = result->records != NULL ? ldns_pkt_answer(result->records) : NULL;
	ldns_rr_list *sorted = ldns_rr_list_new();

	for (size_t i = 0; sorted != NULL && answer != NULL && i < ldns_rr_list_rr_count(answer); i++) {
		ldns_rr *record = ldns_rr_list_rr(answer, i);

		if (ldns_rr_get_type(record) == (ldns_rr_type)type && !ldns_rr_list_push_rr(sorted, record)) {
			ldns_rr_list_free(sorted);
			return NULL;
		}
	}
	if (sorted != NULL && sorted->_rr_count > 0)
		qsort(sorted->_rrs, sorted->_rr_count, sizeof(*sorted->_rrs), by_preference);
	return sorted;
}
