/* test_counts.c: each outcome is counted where an administrator looks for it. */
#include "module/pending/counts.h"

#include "tests/support.h"
#include "validator/ede.h"

typedef struct row {
	const char *name;
	verdict_t verdict;
	counts_verdict_t want;
} row_t;

static const row_t rows[] = {
	{ "nothing found", { .action = ACTION_IGNORE }, COUNTS_ACCEPT },
	{ "noted", { .action = ACTION_LOG }, COUNTS_LOG },
	{ "stripped", { .action = ACTION_STRIP }, COUNTS_STRIP },
	{ "rejected", { .action = ACTION_REJECT, .rejected = true }, COUNTS_REJECT },
	{ "nothing to judge", { .action = ACTION_IGNORE, .rejected = true, .failed = true }, COUNTS_FAILED },
	{ "would be stripped", { .action = ACTION_STRIP, .monitored = true }, COUNTS_LOG },
	{ "would be rejected", { .action = ACTION_REJECT, .monitored = true }, COUNTS_LOG },
};

static void counts_verdict(void **state)
{
	const row_t *row = *state;
	counts_t counts = { 0 };

	counts_note(&counts, &row->verdict, false, false, EDE_NONE, 1, 3);
	for (unsigned i = 0; i < COUNTS_VERDICTS; i++)
		assert_int_equal(counts_read(&counts.verdicts[i]), i == (unsigned)row->want);
	assert_int_equal(counts_read(&counts.corroboration[CORROBORATION_NONE]), 1);
}

static void counts_findings(void **state)
{
	verdict_t verdict = { .action = ACTION_STRIP,
			      .corroboration = CORROBORATION_DIFFERED,
			      .finding_count = 3,
			      .findings = { { .check = CHECK_TARGET_IS_ADDRESS, .action = ACTION_STRIP },
					    { .check = CHECK_TARGET_IS_ALIAS, .action = ACTION_LOG },
					    { .check = CHECK_TARGET_IS_ALIAS, .action = ACTION_LOG } } };
	counts_t counts = { 0 };

	(void)state;
	counts_note(&counts, &verdict, false, false, EDE_NONE, 1, 0);
	assert_int_equal(counts_read(&counts.findings[CHECK_TARGET_IS_ADDRESS][ACTION_STRIP]), 1);
	assert_int_equal(counts_read(&counts.findings[CHECK_TARGET_IS_ALIAS][ACTION_LOG]), 2);
	assert_int_equal(counts_read(&counts.findings[CHECK_TARGET_IS_ALIAS][ACTION_STRIP]), 0);
	assert_int_equal(counts_read(&counts.corroboration[CORROBORATION_DIFFERED]), 1);
}

static void counts_failures(void **state)
{
	counts_t counts = { 0 };

	(void)state;
	counts_note(&counts, NULL, true, true, EDE_SIGNATURE_EXPIRED, 5, 2);
	counts_note(&counts, NULL, true, true, EDE_NONE, 0, 2);
	counts_note(&counts, NULL, true, false, EDE_NO_REACHABLE_AUTHORITY, 2, 2);
	assert_int_equal(counts_read(&counts.servfail), 7);
	assert_int_equal(counts_read(&counts.bogus[EDE_SIGNATURE_EXPIRED]), 1);
	assert_int_equal(counts_read(&counts.bogus[COUNTS_EDE_MAX]), 1);
	assert_int_equal(counts_read(&counts.bogus[EDE_NO_REACHABLE_AUTHORITY]), 0);
}

static void measures_both(void **state)
{
	const verdict_t verdict = { .action = ACTION_IGNORE };
	histogram_sum_t miss = { 0 }, assessment = { 0 };
	counts_t counts = { 0 };

	(void)state;
	counts_note(&counts, &verdict, false, false, EDE_NONE, 1, 20);
	counts_note(&counts, NULL, false, false, EDE_NONE, 1, 3);
	histogram_read(&counts.miss, &miss);
	histogram_read(&counts.assessment, &assessment);
	assert_int_equal(miss.count, 2);
	assert_int_equal(miss.microseconds, 23000);
	assert_int_equal(assessment.count, 1);
	assert_int_equal(assessment.microseconds, 20000);
}

static void names_verdicts(void **state)
{
	static const char *const names[] = { "accept", "log", "strip", "reject", "failed" };

	(void)state;
	for (unsigned i = 0; i < COUNTS_VERDICTS; i++)
		assert_string_equal(counts_verdict_name((counts_verdict_t)i), names[i]);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 4];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, counts_verdict, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(counts_findings);
	tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(counts_failures);
	tests[ROWS + 2] = (struct CMUnitTest)cmocka_unit_test(measures_both);
	tests[ROWS + 3] = (struct CMUnitTest)cmocka_unit_test(names_verdicts);
	return _cmocka_run_group_tests("counts", tests, ROWS + 4, NULL, NULL);
}
