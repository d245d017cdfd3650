#include "tests/support.h"
#include "validator/name.h"
#include "validator/registrable.h"

struct row {
	const char *name;
	const char *domain; /* NULL: none */
};

static struct row rows[] = {
	{ "mx.example.org", "example.org." },
	{ "a.b.c.example.org", "example.org." },
	{ "example.org", "example.org." },
	{ "mx.example.co.uk", "example.co.uk." },
	{ "co.uk", NULL },
	{ "org", NULL },
	{ ".", NULL },
	{ "_dc-mx.example.com", "example.com." },
	{ "mx.unknown-suffix", "mx.unknown-suffix." },
	{ "mx.evil\\.example.com", "evil\\.example.com." }, /* three labels, one with a dot in it */
	{ "a\\000b.example.org", "example.org." },
	{ "\\255.example.co.uk", "example.co.uk." },
};

static void finds_it(void **state)
{
	const struct row *row = *state;
	char text[NAME_TEXT_MAX];
	name_t name;
	name_t domain;

	assert_true(name_from_text(row->name, &name));
	assert_int_equal(registrable_domain(&name, &domain), row->domain != NULL);
	if (row->domain != NULL)
		assert_string_equal(name_to_text(&domain, text), row->domain);
}

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

int main(void)
{
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, finds_it, NULL, NULL, &rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
