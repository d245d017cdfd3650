/* test_throttle.c: who passes, and how many are told to have been held. */
#include "module/log/throttle.h"
#include "tests/support.h"

enum { MOST = 2, STEPS_MAX = 8 };

typedef struct step {
	time_t second;
	bool passes;
	uint64_t held; /* that it is told, when it passes */
} step_t;

typedef struct row {
	const char *name;
	size_t count;
	step_t steps[STEPS_MAX];
} row_t;

static const row_t rows[] = {
	{ "few enough", 4, { { 7, true, 0 }, { 7, true, 0 }, { 8, true, 0 }, { 8, true, 0 } } },
	{ "too many in a second", 4, { { 7, true, 0 }, { 7, true, 0 }, { 7, false, 0 }, { 7, false, 0 } } },
	{ "the next one tells of them, once",
	  6,
	  { { 7, true, 0 }, { 7, true, 0 }, { 7, false, 0 }, { 7, false, 0 }, { 9, true, 2 }, { 9, true, 0 } } },
	{ "again and again",
	  8,
	  { { 1, true, 0 },
	    { 1, true, 0 },
	    { 1, false, 0 },
	    { 2, true, 1 },
	    { 2, true, 0 },
	    { 2, false, 0 },
	    { 2, false, 0 },
	    { 3, true, 2 } } },
	{ "the clock is set back", 4, { { 7, true, 0 }, { 7, true, 0 }, { 7, false, 0 }, { 3, true, 1 } } },
};

static void passes(void **state)
{
	const row_t *row = *state;
	throttle_t throttle = { 0 };

	for (size_t i = 0; i < row->count; i++) {
		const step_t *step = &row->steps[i];
		uint64_t held = 0;

		assert_int_equal(throttle_pass(&throttle, MOST, step->second, &held), step->passes);
		assert_int_equal(held, step->held);
	}
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, passes, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("throttle", tests, NULL, NULL);
}
