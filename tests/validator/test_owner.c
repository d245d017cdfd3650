/* test_owner.c: whose a mail host is. */
#include "tests/support.h"
#include "validator/name.h"
#include "validator/owner.h"

static const owner_rule_t rules[] = {
	{ "google.com", "Google Workspace" },      { "googlemail.com.", "Google Workspace" },
	{ "Protection.Outlook.COM", "Outlook" },   { "olc.protection.outlook.com", "Outlook for people" },
	{ "protection.outlook.com", "Microsoft" }, { "corp", "Ourselves" },
};

enum { RULES = sizeof(rules) / sizeof(rules[0]) };

struct row {
	const char *host;
	const char *owner;
};

static const struct row rows[] = {
	{ "aspmx.l.google.com.", "Google Workspace" },
	{ "google.com", "Google Workspace" },
	{ "ASPMX.L.GOOGLE.COM", "Google Workspace" },
	{ "alt4.aspmx.l.googlemail.com", "Google Workspace" },
	{ "notgoogle.com", "notgoogle.com" },
	{ "google.com.example.org", "example.org" },
	{ "evil\\.google.com", "evil\\.google.com" },               /* one label with a dot in it */
	{ "example-org.mail.protection.outlook.com", "Microsoft" }, /* the later rule */
	{ "hotmail-com.olc.protection.outlook.com", "Outlook for people" },
	{ "outlook.com", "outlook.com" },
	{ "mx.corp", "Ourselves" },
	{ "mx1.example.co.uk", "example.co.uk" },
	{ "co.uk", "co.uk" },
	{ "MX1.Example.Org", "example.org" },
	{ "a\\009b.example.org", "example.org" },
	{ ".", "." },
	{ "..", ".." },
};

static owner_table_t *table(void)
{
	owner_table_t *made = owner_table_new(rules, RULES);

	assert_non_null(made);
	return made;
}

static void finds_owners(void **state)
{
	owner_table_t *owners = table();
	char text[OWNER_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(owner_text_of(owners, rows[i].host, text), rows[i].owner);
	owner_table_free(owners);
	owner_table_free(NULL);
}

static void does_without_a_table(void **state)
{
	owner_table_t *none = owner_table_new(NULL, 0);
	char text[OWNER_TEXT_MAX];

	(void)state;
	assert_non_null(none);
	assert_string_equal(owner_text_of(NULL, "aspmx.l.google.com", text), "google.com");
	assert_string_equal(owner_text_of(none, "aspmx.l.google.com", text), "google.com");
	owner_table_free(none);
}

static void refuses_what_is_no_name(void **state)
{
	const owner_rule_t bad = { "a..b", "Nobody" };

	(void)state;
	assert_null(owner_table_new(&bad, 1));
}

static bool same(const owner_table_t *owners, const char *one, const char *other)
{
	owner_t a;
	owner_t b;
	name_t name;

	assert_true(name_from_text(one, &name));
	owner_find(owners, &name, &a);
	assert_true(name_from_text(other, &name));
	owner_find(owners, &name, &b);
	assert_int_equal(owner_equal(&a, &b), owner_equal(&b, &a));
	return owner_equal(&a, &b);
}

static void compares_owners(void **state)
{
	owner_table_t *owners = table();

	(void)state;
	assert_true(same(owners, "aspmx.l.google.com", "aspmx2.googlemail.com"));
	assert_false(same(owners, "aspmx.l.google.com", "x.mail.protection.outlook.com"));
	assert_true(same(owners, "mx1.example.org", "MX2.sub.Example.org"));
	assert_false(same(owners, "mx1.example.org", "mx1.example.net"));
	assert_false(same(owners, "mx1.example.org", "aspmx.l.google.com"));
	owner_table_free(owners);
}

/* A name in presentation format can be four times as long as on the wire. */
static void cuts_what_is_too_long(void **state)
{
	char host[4 * 63 + sizeof(".corp2")];
	char text[OWNER_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < 63; i++)
		memcpy(host + 4 * i, "\\200", 4);
	memcpy(host + sizeof(host) - sizeof(".corp2"), ".corp2", sizeof(".corp2"));
	owner_text_of(NULL, host, text);
	assert_int_equal(strlen(text), OWNER_TEXT_MAX - 1);
	assert_memory_equal(text, "\\200", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_owners),          cmocka_unit_test(does_without_a_table),
		cmocka_unit_test(compares_owners),       cmocka_unit_test(refuses_what_is_no_name),
		cmocka_unit_test(cuts_what_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
