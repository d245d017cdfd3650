/* json.c: a result for programs. The keys are documented in mxward-lookup(1) and stay. */
#include "module/lookup/json.h"

#include "module/ask/records.h"
#include "validator/ede.h"
#include "validator/name.h"

#include <stdio.h>
#include <stdlib.h>

enum { RCODE_NOERROR = 0 };

static const char *const trust_names[] = {
	[TRUST_UNKNOWN] = "unknown", [TRUST_INSECURE] = "insecure", [TRUST_UNCHECKED] = "unchecked",
	[TRUST_BOGUS] = "bogus",     [TRUST_SECURE] = "secure",
};

static const char *status_name(const result_t *result)
{
	switch (result->status) {
	case RESULT_ANSWER: return "answer";
	case RESULT_NO_RECORD: return result->rcode == RCODE_NOERROR ? "no-record" : "no-name";
	case RESULT_BOGUS: return "bogus";
	case RESULT_REJECTED: return "rejected";
	case RESULT_FAILED: break;
	}
	return "failed";
}

/* Takes the text over; null when there is none. */
static json_t *text(char *from)
{
	json_t *to = from != NULL ? json_string(from) : NULL;

	free(from);
	return to;
}

static json_t *record_json(const ldns_rr *record)
{
	json_t *object = json_pack("{s:o, s:o, s:i, s:o}", "owner", text(records_text(ldns_rr_owner(record))), "type",
				   text(ldns_rr_type2str(ldns_rr_get_type(record))), "ttl", (int)ldns_rr_ttl(record),
				   "data", text(records_rdata(record)));

	if (object == NULL || ldns_rr_get_type(record) != LDNS_RR_TYPE_MX)
		return object;
	if (json_object_set_new(object, "preference", json_integer(ldns_rdf2native_int16(ldns_rr_rdf(record, 0)))) !=
		    0 ||
	    json_object_set_new(object, "exchange", text(records_text(ldns_rr_rdf(record, 1)))) != 0) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static json_t *records_json(const result_t *result, uint16_t type)
{
	ldns_rr_list *sorted = result_sorted(result, type);
	json_t *array = sorted != NULL ? json_array() : NULL;

	for (size_t i = 0; array != NULL && i < ldns_rr_list_rr_count(sorted); i++)
		if (json_array_append_new(array, record_json(ldns_rr_list_rr(sorted, i))) != 0) {
			json_decref(array);
			array = NULL;
		}
	ldns_rr_list_free(sorted);
	return array;
}

/* The aliases in the order in which they lead to the answer. */
static json_t *chain_json(const request_t *request, const result_t *result)
{
	const ldns_rr_list *answer = result->records != NULL ? ldns_pkt_answer(result->records) : NULL;
	json_t *array = json_array();

	for (size_t i = 0; array != NULL && answer != NULL && i < ldns_rr_list_rr_count(answer); i++) {
		const ldns_rr *record = ldns_rr_list_rr(answer, i);

		if (result_is_alias(record, request->type) && json_array_append_new(array, record_json(record)) != 0) {
			json_decref(array);
			array = NULL;
		}
	}
	return array;
}

static json_t *errors_json(const result_t *result)
{
	json_t *array = json_array();

	for (size_t i = 0; array != NULL && i < result->error_count; i++)
		if (json_array_append_new(array, json_pack("{s:i, s:s, s:s}", "code", result->errors[i].code, "name",
							   ede_name((ede_t)result->errors[i].code), "text",
							   result->errors[i].text)) != 0) {
			json_decref(array);
			array = NULL;
		}
	return array;
}

json_t *json_of_result(const request_t *request, const result_t *result)
{
	bool answered = result->status == RESULT_ANSWER || result->status == RESULT_NO_RECORD;
	bool implicit = result->status == RESULT_NO_RECORD && result->rcode == RCODE_NOERROR &&
			request->type == LDNS_RR_TYPE_MX;
	char name[NAME_TEXT_MAX];
	char rcode[16];

	return json_pack("{s:s, s:o, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:b, s:b, s:s, s:s?, s:i, s:i}", "name",
			 name_to_text(&request->name, name), "type",
			 text(ldns_rr_type2str((ldns_rr_type)request->type)), "status", status_name(result), "security",
			 trust_names[result->trust], "rcode", summary_rcode(result->rcode, rcode), "why", result->why,
			 "extended_errors", errors_json(result), "chain", chain_json(request, result), "records",
			 records_json(result, request->type), "ttl", answered ? json_integer(result->ttl) : json_null(),
			 "null_mx", (int)result_is_null_mx(result), "implicit_mx", (int)implicit, "source",
			 result->source[0] != '\0' ? result->source : "resolver", "transport",
			 result->source[0] == '\0' ? NULL
			 : result->over_tcp        ? "tcp"
						   : "udp",
			 "took_ms", (int)result->took_ms, "exit", (int)result->status);
}

bool result_print_json(FILE *out, const request_t *request, const result_t *result)
{
	json_t *object = json_of_result(request, result);
	bool made = object != NULL && json_dumpf(object, out, JSON_INDENT(2) | JSON_ENSURE_ASCII) == 0;

	if (made)
		fputc('\n', out);
	json_decref(object);
	return made;
}
