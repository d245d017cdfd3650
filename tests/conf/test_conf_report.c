/* test_conf_report.c: errors as lines for people. */
#include "conf/conf_report.h"

#include "tests/conf/rows.h"

typedef struct shown_row {
	const char *name;
	const char *text;
	const char *shown;
} shown_row_t;

#define FIFTY "12345678901234567890123456789012345678901234567890"

static const shown_row_t shown_rows[] = {
	{ "shown: as it is", "max-ttl", "max-ttl" },
	{ "shown: empty", "", "" },
	{ "shown: UTF-8 stays", "b\303\274cher", "b\303\274cher" },
	{ "shown: terminal escapes do not", "\33[31mred\177\n", "\\x1b[31mred\\x7f\\x0a" },
	{ "shown: nor do those beyond ASCII", "\302\2332J\302\240\302", "\\xc2\\x9b2J\302\240\302" },
	{ "shown: as much as fits", FIFTY "123", FIFTY "123" },
	{ "shown: cut when longer", FIFTY FIFTY, FIFTY "123..." },
	{ "shown: cut at an escape", FIFTY "12\n7", FIFTY "12\\x0a..." },
	{ "shown: cut at the longest escape", FIFTY "12\302\2331", FIFTY "12\\xc2\\x9b..." },
	{ "shown: escape at the end", FIFTY "12\n", FIFTY "12\\x0a" },
};

static void shows(void **state)
{
	const shown_row_t *row = *state;
	char shown[CONF_SHOWN_MAX];

	assert_string_equal(conf_shown(row->text, shown), row->shown);
}

static void counts_from_one(void **state)
{
	conf_report_t report = { .file = "/etc/x.yaml" };

	(void)state;
	assert_false(conf_report_at(&report, (yaml_mark_t){ .line = 13, .column = 2 }, "%s", "wrong"));
	assert_string_equal(report.error, "/etc/x.yaml:14:3: wrong");
	free(report.error);
}

static void keeps_the_first(void **state)
{
	conf_report_t report = { .file = "f" };

	(void)state;
	assert_false(conf_report_file(&report, "one %d", 1));
	assert_false(conf_report_at(&report, (yaml_mark_t){ 0 }, "two"));
	assert_false(conf_report_no_memory(&report));
	assert_true(report.failed);
	assert_string_equal(report.error, "f: one 1");
	free(report.error);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(counts_from_one), cmocka_unit_test(keeps_the_first) };

	return RUN_ROWS("shown", shown_rows, shows) + cmocka_run_group_tests(tests, NULL, NULL);
}
