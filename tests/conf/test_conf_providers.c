/* test_conf_providers.c: files of providers, and what is wrong with bad ones. */
#include "conf/conf_providers.h"

#include "tests/conf/rows.h"

#include <unistd.h>

#define EXAMPLE ", for example Example Mail: [mx.example.net]"

static const refused_t refused[] = {
	{ "a list", "[a, b]", "1:1: providers are wanted here" EXAMPLE },
	{ "a text", "Google", "1:1: providers are wanted here" EXAMPLE },
	{ "no YAML", "A: [b",
	  "2:1: this is no YAML: did not find expected ',' or ']' while parsing a flow sequence that begins in line 1; "
	  "check quotes, brackets and indentation" },
	{ "a list for a name", "[a]: b.example", "1:1: a provider's name is wanted here" EXAMPLE },
	{ "an empty name", "\"\": b.example", "1:1: a provider's name is wanted here" EXAMPLE },
	{ "NUL in a name", "\"a\\0b\": b.example", "1:1: a provider's name is wanted here" EXAMPLE },
	{ "a long name", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA: b.example",
	  "1:1: a provider's name has at most 63 octets, and this one 64" },
	{ "terminal escapes in a name", "\"a\\e[2J\": b.example",
	  "1:1: a provider's name is printable ASCII: write it so" },
	{ "another script in a name", "Caf\303\251: b.example",
	  "1:1: a provider's name is printable ASCII: write it so" },
	{ "a provider twice", "A: b.example\nB: c.example\nA: d.example",
	  "3:1: A is here twice, first in line 1: keep one of them" },
	{ "a name twice", "A: [b.example]\nB: [c.example, B.Example.]",
	  "2:16: b.example is here twice, first in line 1 for A: keep one of them" },
	{ "a name twice in a line", "A: [b.example, b.example]",
	  "1:16: b.example is here twice, first in line 1 for A: keep one of them" },
	{ "a mapping for a name", "A: {b: c}", "1:4: a domain name is wanted here" EXAMPLE },
	{ "a list in the list", "A: [[b.example]]", "1:5: a domain name is wanted here" EXAMPLE },
	{ "NUL in a domain", "A: \"b\\0c\"", "1:4: a domain name is wanted here" EXAMPLE },
	{ "nothing for a name", "A:", "1:3: \"\" is no domain name: the root is \".\"" },
	{ "no domain name", "A: [b..example]", "1:5: \"b..example\" is no domain name: it has an empty label" },
	{ "a pattern", "A: \"*.example\"",
	  "1:4: \"*.example\" is no domain name: give letters, digits, - and _, other scripts as xn--..." },
	{ "the root", "A B: .", "1:6: every host lies below the root: give the name that A B's hosts lie below" },
	{ "an anchor", "A: &b [c]", "1:4: an anchor (b) is not used here: write the value out" },
};

static void says_what_is_wrong(void **state)
{
	const refused_t *row = *state;
	uint8_t *text = test_copy((const uint8_t *)row->text, strlen(row->text));
	conf_providers_t providers = { .count = 7 };
	char *error = NULL;

	assert_false(conf_providers_parse(&providers, (const char *)text, strlen(row->text), "f", &error));
	assert_int_equal(providers.count, 0);
	assert_non_null(error);
	assert_memory_equal(error, "f:", 2);
	assert_string_equal(error + 2, row->error);
	free(error);
	free(text);
}

static void is_item(const conf_provider_t *item, const char *suffix, const char *name, unsigned line)
{
	assert_string_equal(item->suffix, suffix);
	assert_string_equal(item->name, name);
	assert_int_equal(item->place.line, line);
}

static void reads_and_sorts(void **state)
{
	static const char text[] = "Zed Mail: [Mx.Example.NET., a.example]\nOne: one.example\nNobody: []\n";
	conf_providers_t providers;
	char *error = NULL;

	(void)state;
	assert_true(conf_providers_parse(&providers, text, strlen(text), "f", &error));
	assert_null(error);
	assert_int_equal(providers.count, 3);
	is_item(&providers.items[0], "a.example", "Zed Mail", 1);
	is_item(&providers.items[1], "mx.example.net", "Zed Mail", 1);
	is_item(&providers.items[2], "one.example", "One", 2);
	assert_int_equal(providers.items[2].place.column, 6);
	conf_providers_clear(&providers);
	assert_int_equal(providers.count, 0);
}

static void takes_an_empty_file(void **state)
{
	conf_providers_t providers;
	char *error = NULL;

	(void)state;
	assert_true(conf_providers_parse(&providers, "# none\n", 7, "f", &error));
	assert_int_equal(providers.count, 0);
	assert_true(conf_providers_load(&providers, "/dev/null", &error));
	assert_int_equal(providers.count, 0);
}

static void tells_why_a_file_cannot_be_read(void **state)
{
	conf_providers_t providers = { .count = 7 };
	char *error = NULL;

	(void)state;
	assert_false(conf_providers_load(&providers, "/nonexistent/p.yaml", &error));
	assert_int_equal(providers.count, 0);
	assert_string_equal(error, "/nonexistent/p.yaml: cannot be opened: No such file or directory");
	free(error);
	assert_false(conf_providers_load(&providers, "/", &error));
	assert_string_equal(error, "/: cannot be read: Is a directory");
	free(error);
}

/* The file that is installed. */
static void loads_what_comes_with_it(void **state)
{
	conf_providers_t providers;
	bool google = false;
	char *error = NULL;

	(void)state;
	if (!conf_providers_load(&providers, CONF_PROVIDERS_FILE, &error))
		fail_msg("%s", error);
	assert_true(providers.count >= 100);
	for (size_t i = 0; i < providers.count; i++)
		google |= strcmp(providers.items[i].suffix, "google.com") == 0 &&
			  strcmp(providers.items[i].name, "Google Workspace") == 0;
	assert_true(google);
	conf_providers_clear(&providers);
}

/* ---- memory ---- */

static unsigned g_allocations;
static unsigned g_fail_at;

static bool fails_now(void)
{
	return ++g_allocations == g_fail_at;
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
char *__wrap_strdup(const char *text);

void *__wrap_calloc(size_t count, size_t size)
{
	return fails_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_malloc(size_t size)
{
	return fails_now() ? NULL : __real_malloc(size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
	return fails_now() ? NULL : __real_reallocarray(old, count, size);
}

char *__wrap_strdup(const char *text)
{
	return fails_now() ? NULL : __real_strdup(text);
}

static void survives_without_memory(void **state)
{
	unsigned fail_at = 0;
	bool good = false;

	(void)state;
	while (!good) {
		conf_providers_t providers;
		char *error = NULL;

		g_allocations = 0;
		g_fail_at = ++fail_at;
		good = conf_providers_load(&providers, CONF_PROVIDERS_FILE, &error);
		g_fail_at = 0;
		if (!good)
			assert_non_null(strstr(error, ": memory is out"));
		assert_int_equal(good, providers.count > 0);
		conf_providers_clear(&providers);
		free(error);
		assert_in_range(fail_at, 1, 10000);
	}
	assert_in_range(g_allocations, 100, 10000); /* it did go through all of them */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_sorts),
		cmocka_unit_test(takes_an_empty_file),
		cmocka_unit_test(tells_why_a_file_cannot_be_read),
		cmocka_unit_test(loads_what_comes_with_it),
		cmocka_unit_test(survives_without_memory),
	};

	return RUN_ROWS("refused", refused, says_what_is_wrong) + cmocka_run_group_tests(tests, NULL, NULL);
}
