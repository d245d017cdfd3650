/* Libraries that are loaded late: those that are there, and those that are not. */
#include "module/late.h"
#include "tests/support.h"

#include <string.h>

typedef struct table {
	__typeof__(strlen) *length;
	__typeof__(strcmp) *compare;
} table_t;

static const late_call_t calls[] = {
	{ "strlen", offsetof(table_t, length) },
	{ "strcmp", offsetof(table_t, compare) },
};

static void finds_functions(void **state)
{
	char problem[LATE_PROBLEM_MAX] = "";
	table_t table = { 0 };

	(void)state;
	if (!late_load("libc.so.6", calls, 2, &table, problem))
		fail_msg("%s", problem);
	assert_int_equal(table.length("abc"), 3);
	assert_int_equal(table.compare("abc", "abc"), 0);
}

static void says_what_is_not_there(void **state)
{
	static const late_call_t none[] = { { "mxward_has_no_such_function", 0 } };
	char problem[LATE_PROBLEM_MAX] = "";
	void *table = NULL;

	(void)state;
	assert_false(late_load("libmxward-has-no-such-library.so.1", calls, 2, &table, problem));
	assert_non_null(strstr(problem, "libmxward-has-no-such-library.so.1"));
	assert_false(late_load("libc.so.6", none, 1, &table, problem));
	assert_non_null(strstr(problem, "mxward_has_no_such_function"));
	assert_null(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_functions),
		cmocka_unit_test(says_what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
