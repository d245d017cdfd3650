/* test_address.c: addresses as people write them. */
#include "tests/support.h"

#include "module/ask/address.h"

struct row {
	const char *name;
	const char *text;
	const char *want; /* NULL: refused */
};

static const struct row rows[] = {
	{ "IPv4", "127.0.0.1", "127.0.0.1@53" },
	{ "IPv4 and port", "192.0.2.1@5353", "192.0.2.1@5353" },
	{ "IPv6", "::1", "::1@53" },
	{ "IPv6 and port", "2001:db8::0001@1", "2001:db8::1@1" },
	{ "IPv6 with a scope", "fe80::1%lo@53", "fe80::1%lo@53" },
	{ "empty", "", NULL },
	{ "port alone", "@53", NULL },
	{ "no port behind @", "127.0.0.1@", NULL },
	{ "port 0", "127.0.0.1@0", NULL },
	{ "port too large", "127.0.0.1@65536", NULL },
	{ "port of many digits", "127.0.0.1@00000000053", NULL },
	{ "port by name", "127.0.0.1@domain", NULL },
	{ "negative port", "127.0.0.1@-53", NULL },
	{ "a name", "localhost", NULL },
	{ "longer than any address",
	  "1111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111", NULL },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void reads(void **state)
{
	const struct row *row = *state;
	char text[ADDRESS_TEXT_MAX];
	conf_address_t address;

	assert_int_equal(address_from_text(row->text, &address), row->want != NULL);
	if (row->want != NULL)
		assert_string_equal(address_to_text(&address, text), row->want);
}

static conf_address_t address(const char *text)
{
	conf_address_t made;

	assert_true(address_from_text(text, &made));
	return made;
}

static void compares(void **state)
{
	const conf_address_t a = address("127.0.0.1");
	const conf_address_t b = address("127.0.0.1@5353");
	const conf_address_t c = address("127.0.0.2");
	const conf_address_t d = address("::1");
	const conf_address_t e = address("::2");

	(void)state;
	assert_true(address_same_host(&a, &b));
	assert_false(address_same_host(&a, &c));
	assert_false(address_same_host(&a, &d));
	assert_false(address_same_host(&d, &e));
	assert_true(address_same_host(&e, &e));
	assert_true(address_is_loopback(&c));
	assert_true(address_is_loopback(&d));
	assert_false(address_is_loopback(&e));
}

static void says_that_it_is_none(void **state)
{
	conf_address_t none = { .size = 0 };
	char text[ADDRESS_TEXT_MAX];

	(void)state;
	assert_string_equal(address_to_text(&none, text), "(no address)");
}

int main(void)
{
	struct CMUnitTest tests[ROWS + 2];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, reads, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(compares);
	tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(says_that_it_is_none);
	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
