/* test_logspread.c: percentiles of what was counted. */
#include "module/logread/logspread.h"

#include "tests/support.h"

typedef struct row {
	const char *name;
	uint32_t values[8];
	size_t count;
	unsigned per_cent;
	uint32_t want;
} row_t;

static const row_t rows[] = {
	{ "nothing", { 0 }, 0, 50, 0 },
	{ "zero alone", { 0 }, 1, 100, 0 },
	{ "one value is every percentile", { 7 }, 1, 1, 7 },
	{ "the median", { 1, 2, 3, 4, 5 }, 5, 50, 3 },
	{ "the median of an even number is the lower one", { 1, 2, 3, 4 }, 4, 50, 2 },
	{ "the order does not matter", { 5, 1, 4, 2, 3 }, 5, 50, 3 },
	{ "all", { 1, 2, 3, 4, 5 }, 5, 100, 5 },
	{ "the last that has a cell of its own", { 63 }, 1, 50, 63 },
	{ "cells of two", { 128, 200, 300 }, 3, 1, 131 },
	{ "never more than the largest", { 1000 }, 1, 50, 1000 },
	{ "the largest that there is", { UINT32_MAX }, 1, 99, UINT32_MAX },
	{ "one of them", { 1, UINT32_MAX }, 2, 50, 1 },
};

static void tells(void **state)
{
	const row_t *row = *state;
	logspread_t *spread = calloc(1, sizeof(*spread));

	assert_non_null(spread);
	for (size_t i = 0; i < row->count; i++)
		logspread_add(spread, row->values[i]);
	assert_int_equal(logspread_percentile(spread, row->per_cent), row->want);
	assert_int_equal(spread->count, row->count);
	free(spread);
}

/* Of each value, between a smaller and a larger one, the median is it, or at most 1/32 more. */
static void is_right_to_three_per_cent(void **state)
{
	(void)state;
	for (uint64_t value = 1; value < UINT32_MAX; value += 1 + value / 7) {
		logspread_t spread = { 0 };
		uint32_t median;

		logspread_add(&spread, 0);
		logspread_add(&spread, (uint32_t)value);
		logspread_add(&spread, UINT32_MAX);
		median = logspread_percentile(&spread, 50);
		assert_in_range(median, value, value + value / 32);
	}
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 1];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, tells, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(is_right_to_three_per_cent);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
