/* test_expect.c: what is expected of a domain after what was learned of it and of others. */
#include "module/inquiry/expect.h"

#include "tests/support.h"
#include "validator/name.h"

enum { NOW = 1000, STEPS = 12 };

struct row {
	const char *name;
	const char *learned[STEPS]; /* "+" a secure answer for the name, "-" an insecure one */
	const char *asked;
	bool expected;
};

static struct row rows[] = {
	{ "nothing is known", { NULL }, "a.example.org", false },
	{ "a domain that was secure", { "+a.example.org" }, "b.example.org", true },
	{ "a domain that was not", { "-a.example.org" }, "a.example.org", false },
	{ "the last answer counts", { "+example.org", "-www.example.org" }, "example.org", false },
	{ "and the one after it", { "-example.org", "+example.org" }, "example.org", true },
	{ "two domains do not make a suffix", { "+a.org", "+b.org" }, "c.org", false },
	{ "three do", { "+a.org", "+b.org", "+c.org" }, "mail.d.org", true },
	{ "one, asked three times, does not", { "+a.org", "+www.a.org", "+mail.a.org", "+b.org" }, "c.org", false },
	{ "three in a row", { "+a.org", "+b.org", "-c.org", "+d.org", "+e.org" }, "f.org", false },
	{ "an insecure one among them", { "+a.org", "+b.org", "+c.org", "-d.org" }, "d.org", false },
	{ "makes one look twice", { "+a.org", "+b.org", "+c.org", "-d.org" }, "e.org", false },
	{ "but does not make others insecure", { "+a.org", "+b.org", "+c.org", "-d.org" }, "a.org", true },
	{ "and what was taken for granted is learned again",
	  { "+a.org", "+b.org", "+c.org", "+d.org", "-e.org", "+d.org" },
	  "d.org",
	  true },
	{ "suffixes are public ones", { "+a.co.uk", "+b.co.uk", "+c.co.uk" }, "d.co.uk", true },
	{ "and one is not the other", { "+a.co.uk", "+b.co.uk", "+c.co.uk" }, "d.uk", false },
	{ "a suffix is a domain, too", { "+org" }, "org", true },
	{ "but says nothing about those below", { "+org" }, "a.org", false },
	{ "the root", { "+." }, ".", true },
};

static void expects(void **state)
{
	const struct row *row = *state;
	cache_t *cache = cache_new(1 << 20);
	name_t name;

	cache_thread_begin();
	for (size_t i = 0; i < STEPS && row->learned[i] != NULL; i++) {
		assert_true(name_from_text(row->learned[i] + 1, &name));
		expect_learn(cache, &name, row->learned[i][0] == '+', NOW);
	}
	assert_true(name_from_text(row->asked, &name));
	assert_int_equal(expect_secure(cache, &name, NOW), row->expected);
	assert_false(expect_secure(cache, &name, NOW + EXPECT_SECONDS));
	cache_thread_end();
	cache_free(cache);
}

/* However many domains there are, where they are alike there is nothing to keep. */
static void keeps_nothing_of_what_is_as_expected(void **state)
{
	cache_t *cache = cache_new(1 << 20);
	cache_stats_t stats;
	char text[32];
	name_t name;

	(void)state;
	cache_thread_begin();
	for (unsigned i = 0; i < 200; i++) {
		snprintf(text, sizeof(text), "a%u.%s", i, i % 2 == 0 ? "org" : "com");
		assert_true(name_from_text(text, &name));
		expect_learn(cache, &name, i % 2 == 0, NOW);
	}
	cache_stats(cache, &stats);
	assert_int_equal(stats.entries, 1 + EXPECT_IN_A_ROW);
	cache_thread_end();
	cache_free(cache);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 1];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, expects, NULL, NULL, &rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(keeps_nothing_of_what_is_as_expected);
	return cmocka_run_group_tests_name("expect", tests, NULL, NULL);
}
