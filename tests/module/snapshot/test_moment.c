/* test_moment.c: how long ago something was, and when nobody can tell. */
#include "module/snapshot/moment.h"

#include "tests/support.h"

enum { REFUSED = -1 };

typedef struct row {
	const char *name;
	uint8_t then_boot;
	uint64_t then_up, then_wall;
	uint8_t now_boot;
	uint64_t now_up, now_wall;
	int64_t want; /* seconds */
	const char *problem;
} row_t;

static const row_t rows[] = {
	{ "a moment ago", 1, 1000, 500000, 1, 1000, 500000, 0, NULL },
	{ "within a run the time since the start counts", 1, 1000, 500000, 1, 4600, 503601, 3600, NULL },
	{ "a clock that drifts is no step", 1, 1000, 500000, 1, 4600, 503600 + 300, 3600, NULL },
	{ "nor in the other direction", 1, 1000, 500000, 1, 4600, 503600 - 300, 3600, NULL },
	{ "the clock was set ahead", 1, 1000, 500000, 1, 4600, 503600 + 301, REFUSED, "by +301 seconds" },
	{ "the clock was set back", 1, 1000, 500000, 1, 4600, 503600 - 301, REFUSED, "by -301 seconds" },
	{ "the clock was set to the year 1970", 1, 1000, 500000, 1, 4600, 0, REFUSED, "the clock was set" },
	{ "a run that goes back", 1, 1000, 500000, 1, 999, 499999, REFUSED, "from the future" },
	{ "between runs the clock counts", 1, 90000, 500000, 2, 30, 500100, 101, NULL },
	{ "the clock is behind", 1, 90000, 500000, 2, 30, 499999, REFUSED, "1 seconds behind" },
	{ "the clock has gone back, but not that far", 1, 90000, 500000, 2, 3000, 500100, REFUSED, "up for 3000" },
	{ "the clocks are not read at once", 1, 90000, 500000, 2, 102, 500100, 101, NULL },
	{ "an unknown run is none that was before", 0, 90000, 500000, 0, 90100, 500100, 101, NULL },
	{ "of which nobody knows whether it was before", 0, 90000, 500000, 2, 3000, 500100, 101, NULL },
	{ "so long ago that nothing lasts", 1, 1, 1, 2, 1, UINT64_MAX / 2, UINT32_MAX, NULL },
};

static void tells(void **state)
{
	const row_t *row = *state;
	moment_t then = { .up = row->then_up, .wall = row->then_wall };
	moment_t now = { .up = row->now_up, .wall = row->now_wall };
	char problem[MOMENT_PROBLEM_MAX] = "";
	uint32_t seconds;
	bool told;

	memset(then.boot, row->then_boot, sizeof(then.boot));
	memset(now.boot, row->now_boot, sizeof(now.boot));
	told = moment_since(&then, &now, &seconds, problem);
	assert_int_equal(told, row->want != REFUSED);
	if (told)
		assert_int_equal(seconds, row->want);
	else
		assert_non_null(strstr(problem, row->problem));
}

/* Whichever way this machine tells its run: it is the same one all the while. */
static void now_is_now(void **state)
{
	const moment_t one = moment_now();
	const moment_t other = moment_now();
	char problem[MOMENT_PROBLEM_MAX];
	uint32_t seconds;

	(void)state;
	assert_memory_equal(one.boot, other.boot, sizeof(one.boot));
	assert_true(moment_since(&one, &other, &seconds, problem));
	assert_in_range(seconds, 0, 60);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest row_tests[ROWS];
	const struct CMUnitTest tests[] = { cmocka_unit_test(now_is_now) };

	for (size_t i = 0; i < ROWS; i++)
		row_tests[i] = (struct CMUnitTest){ rows[i].name, tells, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(row_tests, NULL, NULL) + cmocka_run_group_tests(tests, NULL, NULL);
}
