/* test_conf_report.c: errors as lines for people. */
#include "conf/conf_report.h"

#include "tests/conf/rows.h"

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

	return cmocka_run_group_tests(tests, NULL, NULL);
}
