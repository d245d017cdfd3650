/* print.c: a result in words for people. Every octet that came from outside has been escaped before it gets here. */
#include "module/ask/records.h"
#include "module/lookup/result.h"
#include "validator/ede.h"
#include "validator/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RCODE_NXDOMAIN = 3, RCODE_YXDOMAIN = 6 };

typedef struct word {
	const char *word;
	const char *colour; /* SGR parameters (ECMA-48, 8.3.117) */
	const char *means;
} word_t;

static const word_t trust_words[] = {
	[TRUST_UNKNOWN] = { "unresolved", "31", "nothing is known about it" },
	[TRUST_INSECURE] = { "insecure", "33", "not signed: nothing proves that its owner published this" },
	[TRUST_UNCHECKED] = { "unchecked", "33", "the server does not validate (no AD on . NS): anything is possible" },
	[TRUST_BOGUS] = { "bogus", "31", "rejected: DNSSEC proves that this is not what its owner signed" },
	[TRUST_SECURE] = { "secure", "32", "signed, and validated by DNSSEC" },
};

/* Policy rejects what DNSSEC has nothing against. */
static const word_t rejected_word = { "rejected", "31", "policy does not let this answer pass" };

static bool print_field(FILE *out, const char *before, char *text, const char *after)
{
	bool made = text != NULL;

	if (made)
		fprintf(out, "%s%s%s", before, text, after);
	free(text);
	return made;
}

static bool print_alias(FILE *out, const ldns_rr *record)
{
	bool whole_tree = ldns_rr_get_type(record) == LDNS_RR_TYPE_DNAME; /* RFC 6672 */

	return print_field(out, whole_tree ? "  all below " : "  ", records_text(ldns_rr_owner(record)),
			   whole_tree ? " is moved to " : " is an alias of ") &&
	       print_field(out, "", records_text(ldns_rr_rdf(record, 0)), "\n");
}

/* Aliases that lead from the question to the answer, one a line. */
static bool print_chain(FILE *out, const request_t *request, const result_t *result)
{
	const ldns_rr_list *answer = ldns_pkt_answer(result->records);

	for (size_t i = 0; i < ldns_rr_list_rr_count(answer); i++) {
		const ldns_rr *record = ldns_rr_list_rr(answer, i);

		if (result_is_alias(record, request->type) && !print_alias(out, record))
			return false;
	}
	return true;
}

static bool print_record(FILE *out, const ldns_rr *record)
{
	if (ldns_rr_get_type(record) != LDNS_RR_TYPE_MX)
		return print_field(out, "  ", records_rdata(record), "\n");
	fprintf(out, "  %5u  ", ldns_rdf2native_int16(ldns_rr_rdf(record, 0)));
	return print_field(out, "", records_text(ldns_rr_rdf(record, 1)), "\n");
}

static bool print_records(FILE *out, const request_t *request, const result_t *result)
{
	ldns_rr_list *sorted = result_sorted(result, request->type);
	bool made = sorted != NULL;

	for (size_t i = 0; made && i < ldns_rr_list_rr_count(sorted); i++)
		made = print_record(out, ldns_rr_list_rr(sorted, i));
	if (result_is_null_mx(result))
		fputs("  null MX: the domain takes no mail (RFC 7505)\n", out);
	ldns_rr_list_free(sorted);
	return made;
}

static bool print_negative(FILE *out, const request_t *request, const result_t *result)
{
	if (result->rcode == RCODE_NXDOMAIN)
		fputs("  no such name (NXDOMAIN)\n", out);
	else if (result->rcode == RCODE_YXDOMAIN)
		fputs("  no such name: too long once its DNAME is applied (YXDOMAIN, RFC 6672)\n", out);
	else if (request->type == LDNS_RR_TYPE_MX)
		fputs("  no MX record: mail goes to the name's own address, if it has one (RFC 5321, 5.1)\n", out);
	else
		return print_field(out, "  no ", ldns_rr_type2str((ldns_rr_type)request->type), " record\n");
	return true;
}

static bool print_question(FILE *out, const request_t *request)
{
	char name[NAME_TEXT_MAX];

	fprintf(out, "%s ", name_to_text(&request->name, name));
	return print_field(out, "", ldns_rr_type2str((ldns_rr_type)request->type), "\n");
}

/* The extended error's text is the reason itself where we resolved by ourselves. */
static bool is_said_below(const result_t *result)
{
	for (size_t i = 0; i < result->error_count; i++)
		if (strcmp(result->errors[i].text, result->why) == 0)
			return true;
	return false;
}

static void print_verdict(FILE *out, const result_t *result, bool colour)
{
	const word_t *word = result->status == RESULT_REJECTED ? &rejected_word : &trust_words[result->trust];

	if (colour)
		fprintf(out, "\033[%sm%s\033[0m: %s\n", word->colour, word->word, word->means);
	else
		fprintf(out, "%s: %s\n", word->word, word->means);
	if (result->why[0] != '\0' && !is_said_below(result))
		fprintf(out, "why: %s\n", result->why);
	for (size_t i = 0; i < result->error_count; i++)
		fprintf(out, "extended error %u (%s)%s%s\n", result->errors[i].code,
			ede_name((ede_t)result->errors[i].code), result->errors[i].text[0] != '\0' ? ": " : "",
			result->errors[i].text);
}

static void print_origin(FILE *out, const result_t *result)
{
	if (result->status == RESULT_ANSWER || result->status == RESULT_NO_RECORD)
		fprintf(out, "may be used for %u s; ", result->ttl);
	if (result->source[0] == '\0')
		fprintf(out, "resolved here in %u ms\n", result->took_ms);
	else
		fprintf(out, "asked %s over %s, %u ms\n", result->source, result->over_tcp ? "TCP" : "UDP",
			result->took_ms);
}

bool result_print(FILE *out, const request_t *request, const result_t *result, bool colour)
{
	bool made = print_question(out, request);

	if (made && result->records != NULL)
		made = print_chain(out, request, result) && print_records(out, request, result);
	if (made && result->status == RESULT_NO_RECORD)
		made = print_negative(out, request, result);
	print_verdict(out, result, colour);
	print_origin(out, result);
	return made;
}
