/* test_history_name.c: names turned round, and what lies below one. */
#include "cache/history_name.h"
#include "tests/support.h"

#define LABEL_63 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg."

struct row {
	const char *name;
	const char *text;
	const char *reversed; /* NULL: refused */
};

static const struct row rows[] = {
	{ "a host", "mx1.example.net.", "net.example.mx1." },
	{ "one label", "net.", "net." },
	{ "the root", ".", "." },
	{ "a dot in a label", "a\\.b.example.", "example.a\\.b." },
	{ "a backslash before a dot", "a\\\\.example.", "example.a\\\\." },
	{ "an octet by its number", "a\\032b.example.", "example.a\\032b." },
	{ "long labels", LABEL_63 "b." LABEL_63, LABEL_63 "b." LABEL_63 },
	{ "no final dot", "example.net", NULL },
	{ "a backslash at the end", "example\\", NULL },
	{ "an escaped final dot", "example\\.", NULL },
	{ "nothing", "", NULL },
};

static void turns_round(void **state)
{
	const struct row *row = *state;
	char *name = (char *)test_copy((const uint8_t *)row->text, strlen(row->text) + 1);
	char reversed[HISTORY_NAME_MAX];
	char again[HISTORY_NAME_MAX];

	assert_int_equal(history_name_reverse(name, reversed), row->reversed != NULL);
	if (row->reversed != NULL) {
		assert_string_equal(reversed, row->reversed);
		assert_true(history_name_reverse(reversed, again));
		assert_string_equal(again, row->text);
	}
	free(name);
}

static void refuses_what_does_not_fit(void **state)
{
	char reversed[HISTORY_NAME_MAX];
	char name[HISTORY_NAME_MAX + 1];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[HISTORY_NAME_MAX - 2] = '.';
	name[HISTORY_NAME_MAX - 1] = '\0';
	assert_true(history_name_reverse(name, reversed));
	assert_string_equal(reversed, name);
	name[HISTORY_NAME_MAX - 2] = 'a';
	name[HISTORY_NAME_MAX - 1] = '.';
	name[HISTORY_NAME_MAX] = '\0';
	assert_false(history_name_reverse(name, reversed));
}

static const struct {
	const char *name;
	const char *suffix;
	bool below;
} hosts[] = {
	{ "mx1.example.net.", "example.net.", true },
	{ "a.mx1.example.net.", "example.net.", true },
	{ "!.example.net.", "example.net.", true },
	{ "\\255.example.net.", "example.net.", true },
	{ "~~~.example.net.", "example.net.", true },
	{ "example.net.", "example.net.", false },
	{ "badexample.net.", "example.net.", false },
	{ "example.net.evil.", "example.net.", false },
	{ "mx1.example-a.net.", "example.net.", false },
	{ "x.a\\.example.net.", "example.net.", false },
	{ "a\\.example.net.", "example.net.", false },
	{ "b.a\\.example.net.", "a\\.example.net.", true },
	{ "mx.", ".", true },
	{ "!.", ".", true },
	{ "~.", ".", true },
};

static void knows_what_lies_below(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		char reversed[HISTORY_NAME_MAX];
		char suffix[HISTORY_NAME_MAX];
		char least[HISTORY_BOUND_MAX];
		char beyond[HISTORY_BOUND_MAX];

		assert_true(history_name_reverse(hosts[i].name, reversed));
		assert_true(history_name_reverse(hosts[i].suffix, suffix));
		history_name_range(suffix, least, beyond);
		if ((strcmp(reversed, least) > 0 && strcmp(reversed, beyond) < 0) != hosts[i].below)
			fail_msg("%s and %s", hosts[i].name, hosts[i].suffix);
	}
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 2];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, turns_round, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(refuses_what_does_not_fit);
	tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(knows_what_lies_below);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
