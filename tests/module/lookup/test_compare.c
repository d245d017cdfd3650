/* test_compare.c: whether a server's answer is ours. */
#include "module/lookup/compare.h"

#include "tests/support.h"
#include "validator/ede.h"

enum { RECORDS_MAX = 3, SERVFAIL = 2 };

typedef struct side {
	const char *records[RECORDS_MAX];
	result_status_t status;
	trust_t trust;
	uint8_t rcode;
	uint16_t code; /* 0: no extended error */
	const char *text;
} side_t;

struct row {
	const char *name;
	side_t ours;
	side_t servers;
	bool no_reply;
	bool differs[DIFFERENCES];
};

#define ONE      "example.org. 300 IN MX 10 mx1.example.org."
#define ONE_LESS "example.org. 20 IN MX 10 mx1.example.org."
#define TWO      "example.org. 300 IN MX 20 mx2.example.org."

static const struct row rows[] = {
	{ "the same set, its TTL counted down",
	  { .records = { ONE, TWO }, .trust = TRUST_SECURE },
	  { .records = { TWO, ONE_LESS }, .trust = TRUST_SECURE },
	  .no_reply = false },
	{ "a record less",
	  { .records = { ONE, TWO }, .trust = TRUST_INSECURE },
	  { .records = { ONE }, .trust = TRUST_INSECURE },
	  .differs = { [DIFFERENCE_SET] = true } },
	{ "another record",
	  { .records = { ONE }, .trust = TRUST_INSECURE },
	  { .records = { TWO }, .trust = TRUST_UNCHECKED },
	  .differs = { [DIFFERENCE_SET] = true } },
	{ "no AD",
	  { .records = { ONE }, .trust = TRUST_SECURE },
	  { .records = { ONE }, .trust = TRUST_INSECURE },
	  .differs = { [DIFFERENCE_AD] = true } },
	{ "both have none", { .status = RESULT_NO_RECORD }, { .status = RESULT_NO_RECORD }, .no_reply = false },
	{ "only ours is rejected",
	  { .status = RESULT_REJECTED, .rcode = SERVFAIL, .code = EDE_BLOCKED, .text = "mx: a b" },
	  { .records = { ONE } },
	  .differs = { [DIFFERENCE_RCODE] = true, [DIFFERENCE_ERROR] = true } },
	{ "both are rejected",
	  { .status = RESULT_REJECTED, .rcode = SERVFAIL, .code = EDE_BLOCKED, .text = "mx: a b" },
	  { .status = RESULT_REJECTED, .rcode = SERVFAIL, .code = EDE_BLOCKED, .text = "mx: a b" },
	  .no_reply = false },
	{ "rejected for another reason",
	  { .status = RESULT_REJECTED, .rcode = SERVFAIL, .code = EDE_BLOCKED, .text = "mx: a b" },
	  { .status = RESULT_REJECTED, .rcode = SERVFAIL, .code = EDE_BLOCKED, .text = "mx: a c" },
	  .differs = { [DIFFERENCE_ERROR] = true } },
	{ "stripped here, rejected there",
	  { .records = { ONE }, .code = EDE_FORGED_ANSWER, .text = "mx: a b" },
	  { .status = RESULT_REJECTED, .rcode = SERVFAIL, .code = EDE_BLOCKED, .text = "mx: a b" },
	  .differs = { [DIFFERENCE_RCODE] = true, [DIFFERENCE_ERROR] = true } },
	{ "failures are no policy's",
	  { .status = RESULT_FAILED, .rcode = SERVFAIL, .code = EDE_NO_REACHABLE_AUTHORITY, .text = "a" },
	  { .status = RESULT_FAILED, .rcode = SERVFAIL, .code = EDE_NETWORK_ERROR, .text = "b" },
	  .no_reply = false },
	{ "no reply", { .records = { ONE } }, { .status = RESULT_FAILED }, .no_reply = true },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void fill(const side_t *side, result_t *result)
{
	*result = (result_t){ .status = side->status, .trust = side->trust, .rcode = side->rcode };
	if (side->code != 0) {
		result->errors[0].code = side->code;
		snprintf(result->errors[0].text, sizeof(result->errors[0].text), "%s", side->text);
		result->error_count = 1;
	}
	if (side->status != RESULT_ANSWER && side->status != RESULT_NO_RECORD)
		return;
	result->records = ldns_pkt_new();
	for (size_t i = 0; i < RECORDS_MAX && side->records[i] != NULL; i++) {
		ldns_rr *record = NULL;

		assert_int_equal(ldns_rr_new_frm_str(&record, side->records[i], 0, NULL, NULL), LDNS_STATUS_OK);
		ldns_pkt_push_rr(result->records, LDNS_SECTION_ANSWER, record);
	}
}

static void compares(void **state)
{
	const struct row *row = *state;
	result_t *results = calloc(2, sizeof(*results));
	comparison_t comparison;
	bool differs = false;

	assert_non_null(results);
	fill(&row->ours, &results[0]);
	fill(&row->servers, &results[1]);
	results[1].replied = !row->no_reply;
	comparison = compare(&results[0], &results[1]);
	for (unsigned i = 0; i < DIFFERENCES; i++) {
		if (comparison.differs[i] != row->differs[i])
			fail_msg("%s", compare_word((difference_t)i));
		differs = differs || row->differs[i];
	}
	assert_int_equal(comparison.agrees, !differs && !row->no_reply);
	result_free(&results[0]);
	result_free(&results[1]);
	free(results);
}

int main(void)
{
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, compares, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
