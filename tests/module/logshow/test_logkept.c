/* test_logkept.c: the newest lines, as many as are wanted. */
#include "module/logshow/logkept.h"

#include "tests/support.h"

typedef struct row {
	const char *name;
	uint64_t most;
	unsigned added;
	const char *want; /* the lines that are kept, oldest first: a letter each */
} row_t;

static const row_t rows[] = {
	{ "none yet", 3, 0, "" },        { "fewer than may be", 3, 2, "ab" }, { "as many as may be", 3, 3, "abc" },
	{ "one more", 3, 4, "bcd" },     { "many more", 3, 20, "rst" },       { "one alone", 1, 5, "e" },
	{ "no limit", 0, 7, "abcdefg" },
};

static void keeps(void **state)
{
	const row_t *row = *state;
	logkept_t *kept = logkept_new(row->most);

	assert_non_null(kept);
	for (unsigned i = 0; i < row->added; i++) {
		const char line[] = { (char)('a' + i), (char)('a' + i) };

		assert_true(logkept_add(kept, line, sizeof(line)));
	}
	assert_int_equal(logkept_count(kept), strlen(row->want));
	for (size_t i = 0; i < strlen(row->want); i++) {
		size_t size;
		const char *line = logkept_at(kept, i, &size);

		assert_int_equal(size, 2);
		assert_int_equal(line[0], row->want[i]);
		assert_int_equal(line[1], row->want[i]);
	}
	assert_false(logkept_is_cut(kept));
	logkept_free(kept);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, keeps, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
