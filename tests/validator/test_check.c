#include "tests/support.h"
#include "validator/check.h"

#include <ctype.h>

static void holds_rows_that_make_sense(void **state)
{
	(void)state;
	for (unsigned id = 0; id < CHECKS; id++) {
		const check_t *row = check_row((check_id_t)id);

		for (const char *c = row->name; *c != '\0'; c++)
			if (!islower((unsigned char)*c) && *c != '-')
				fail_msg("%s is no name of a check", row->name);
		assert_true(row->source[0] != '\0');
		assert_true(isupper((unsigned char)row->sentence[0]));
		assert_int_equal(row->sentence[strlen(row->sentence) - 1], '.');
		/* A secure set is never stripped, and instead of a strip there is no other. */
		assert_true(row->secure == ACTION_LOG || row->secure == ACTION_REJECT);
		assert_true(row->when_last == ACTION_LOG || row->when_last == ACTION_REJECT);
		assert_true(row->action >= row->least && row->secure >= row->least_secure);
		assert_true(row->least_secure != ACTION_STRIP);
		/* The answer as a whole cannot be left out. */
		if (row->on == ON_ANSWER || row->on == ON_SET)
			assert_true(row->action != ACTION_STRIP);
		assert_string_not_equal(severity_name(row->severity), "unknown");
		assert_string_not_equal(check_on_name(row->on), "unknown");
	}
}

static void finds_names(void **state)
{
	check_id_t id;
	action_t action;

	(void)state;
	for (unsigned i = 0; i < CHECKS; i++) {
		assert_true(check_find(check_row((check_id_t)i)->name, &id));
		assert_int_equal(id, i);
	}
	for (unsigned i = ACTION_IGNORE; i <= ACTION_REJECT; i++) {
		assert_true(action_find(action_name((action_t)i), &action));
		assert_int_equal(action, i);
	}
	assert_false(check_find("target", &id));
	assert_false(check_find("", &id));
	assert_false(action_find("Log", &action));
}

static void names_what_is_out_of_range(void **state)
{
	(void)state;
	assert_string_equal(severity_name((severity_t)9), "unknown");
	assert_string_equal(check_on_name((check_on_t)9), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_rows_that_make_sense),
		cmocka_unit_test(finds_names),
		cmocka_unit_test(names_what_is_out_of_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
