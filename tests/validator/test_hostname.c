#include "tests/support.h"
#include "validator/hostname.h"
#include "validator/name.h"

struct row {
	const char *name; /* in presentation format */
	hostname_t kind;
	bool special;
};

static struct row rows[] = {
	{ "mx1.example.org", HOSTNAME_ORDINARY, false },
	{ "1.2.example.org", HOSTNAME_ORDINARY, false },
	{ "xn--bcher-kva.example.org", HOSTNAME_ORDINARY, false },
	{ "a-b.example.org", HOSTNAME_ORDINARY, false },
	{ "mx", HOSTNAME_ORDINARY, true },
	{ "_dc-mx.abc.example.org", HOSTNAME_UNDERSCORE, false },
	{ "a_b.example.org", HOSTNAME_UNDERSCORE, false },
	{ "localhost", HOSTNAME_LOCALHOST, true },
	{ "mx.localhost", HOSTNAME_LOCALHOST, true },
	{ "notlocalhost.example.org", HOSTNAME_ORDINARY, false },
	{ "192.0.2.1", HOSTNAME_ADDRESS, false },
	{ "mx.example.123", HOSTNAME_ADDRESS, false },
	{ "7", HOSTNAME_ADDRESS, true },
	{ ".", HOSTNAME_NONE, true },
	{ "[192.0.2.1]", HOSTNAME_NONE, false },
	{ "2001:db8::1", HOSTNAME_NONE, true },
	{ "a\\032b.example.org", HOSTNAME_NONE, false },
	{ "a\\@b.example.org", HOSTNAME_NONE, false },
	{ "a\\.b.example.org", HOSTNAME_NONE, false },
	{ "*.example.org", HOSTNAME_NONE, false },
	{ "a\\000.example.org", HOSTNAME_NONE, false },
	{ "b\\195\\188cher.example.org", HOSTNAME_NONE, false },
	{ "http://mx.example.org", HOSTNAME_NONE, false },
	{ "-a.example.org", HOSTNAME_ORDINARY, false },
	{ "a-.example.org", HOSTNAME_ORDINARY, false },
	{ "ms1.msv1.invalid", HOSTNAME_ORDINARY, true },
	{ "mx.home.arpa", HOSTNAME_ORDINARY, true },
	{ "mx.test", HOSTNAME_ORDINARY, true },
};

static void tells_kinds(void **state)
{
	const struct row *row = *state;
	name_t name;

	assert_true(name_from_text(row->name, &name));
	assert_int_equal(hostname_kind(&name), row->kind);
	assert_int_equal(hostname_is_special(&name), row->special);
}

static void finds_the_fault(void **state)
{
	name_t name;

	(void)state;
	assert_true(name_from_text("ok.a b@.example.org", &name));
	assert_int_equal(hostname_fault(&name), ' ');
	assert_true(name_from_text("ok.b-.example.org", &name));
	assert_int_equal(hostname_fault(&name), -1);
}

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

int main(void)
{
	struct CMUnitTest tests[ROWS + 1];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, tells_kinds, NULL, NULL, &rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(finds_the_fault);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
