/* test_minimise.c: which ancestors are asked for, and how long a resolver knows the way to them. */
#include "module/resolver/minimise.h"
#include "tests/support.h"
#include "validator/name.h"

#include <stdio.h>

enum { TYPE_A = 1, TYPE_MX = 15, TYPE_DS = 43 };

struct row {
	const char *name;
	uint16_t type;
	const char *stops; /* with a blank between two; a name that is one itself is the last */
};

#define OCTETS_8 "x.x.x.x.x.x.x.x."

static const struct row rows[] = {
	{ ".", TYPE_A, "" },
	{ "com", TYPE_MX, "com." },
	{ "com", TYPE_DS, "" },
	{ "example.com", TYPE_MX, "com. example.com." },
	{ "example.com", TYPE_DS, "com." },
	{ "_25._tcp.mx1.example.com", TYPE_A, "com. example.com." },
	{ "a.b.example.com", TYPE_DS, "com. example.com." },
	{ "a.b.example.co.uk", TYPE_A, "uk. co.uk. example.co.uk." },
	{ "co.uk", TYPE_A, "uk. co.uk." },
	{ "co.uk", TYPE_DS, "uk." },
	{ "www.ck", TYPE_A, "ck. www.ck." },                        /* an exception: !www.ck */
	{ "mail.shop.any.ck", TYPE_A, "ck. any.ck. shop.any.ck." }, /* a wildcard: *.ck */
	{ "mail.somebody.github.io", TYPE_A, "io. github.io. somebody.github.io." },
	{ "host.internal-name", TYPE_A, "internal-name. host.internal-name." }, /* no list has it */
	{ "2.0.0.127.zen.spamhaus.org", TYPE_A, "org. spamhaus.org." },
	{ "mail.xn--85x722f.com.cn", TYPE_A, "cn. com.cn. xn--85x722f.com.cn." },
	{ "a\\.b.com", TYPE_A, "com. a\\.b.com." }, /* a dot within a label is none */
	{ "x.\\000\\255.com", TYPE_A, "com. \\000\\255.com." },
	{ OCTETS_8 OCTETS_8 OCTETS_8 OCTETS_8 "example.com", TYPE_A, "com. example.com." },
	{ "4.3.2.1.in-addr.arpa", TYPE_A, "arpa. in-addr.arpa. 1.in-addr.arpa. 2.1.in-addr.arpa. 3.2.1.in-addr.arpa." },
	{ "4.0/26.3.2.1.in-addr.arpa", TYPE_A,
	  "arpa. in-addr.arpa. 1.in-addr.arpa. 2.1.in-addr.arpa. 3.2.1.in-addr.arpa." },
	{ "2.1.in-addr.arpa", TYPE_DS, "arpa. in-addr.arpa. 1.in-addr.arpa." },
	{ "in-addr.arpa", TYPE_A, "arpa. in-addr.arpa." },
	{ "arpa", TYPE_A, "arpa." },
	{ "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.0.0.0.c.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", TYPE_A,
	  "arpa. ip6.arpa. 8.b.d.0.1.0.0.2.ip6.arpa. c.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. "
	  "d.0.0.0.c.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa." },
	{ "0.0.2.ip6.arpa", TYPE_A, "arpa. ip6.arpa." },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void finds_stops(void **state)
{
	const struct row *row = *state;
	char got[MINIMISE_STOPS_MAX * NAME_TEXT_MAX] = "";
	minimise_stops_t stops;
	size_t size = 0;
	name_t name;

	assert_true(name_from_text(row->name, &name));
	minimise_stops(&name, row->type, &stops);
	for (unsigned i = 0; i < stops.count; i++) {
		char text[NAME_TEXT_MAX];
		name_t stop;

		minimise_stop(&name, stops.at[i], &stop);
		assert_true(name_is_under(&name, &stop));
		assert_true((stops.at[i] == 0) == name_equal(&name, &stop));
		size += (size_t)snprintf(got + size, sizeof(got) - size, "%s%s", i > 0 ? " " : "",
					 name_to_text(&stop, text));
	}
	assert_string_equal(got, row->stops);
}

/* The longest names there are: 127 labels, and a wildcard's worth of them that no list knows. */
static void stays_within_its_limit(void **state)
{
	name_t name = { .size = 255 };
	minimise_stops_t stops;

	(void)state;
	for (size_t i = 0; i < 254; i += 2)
		memcpy(name.octets + i, "\1x", 2);
	minimise_stops(&name, TYPE_A, &stops);
	assert_int_equal(stops.count, 2);
	assert_int_equal(stops.at[0], 252);
	assert_int_equal(stops.at[1], 250);
}

static name_t name_of(const char *text)
{
	name_t name;

	assert_true(name_from_text(text, &name));
	return name;
}

static void knows_for_a_while(void **state)
{
	minimise_known_t *known = calloc(1, sizeof(*known));
	const name_t com = name_of("com");
	const name_t org = name_of("org");
	const uint32_t now = 1000;

	(void)state;
	assert_non_null(known);
	assert_false(minimise_is_known(known, &com, now));
	minimise_know(known, &com, now);
	assert_true(minimise_is_known(known, &com, now));
	assert_false(minimise_is_known(known, &org, now));
	minimise_know(known, &com, now + MINIMISE_KNOWN_SECONDS - 1); /* makes it no longer */
	assert_true(minimise_is_known(known, &com, now + MINIMISE_KNOWN_SECONDS - 1));
	assert_false(minimise_is_known(known, &com, now + MINIMISE_KNOWN_SECONDS));
	minimise_know(known, &com, now + MINIMISE_KNOWN_SECONDS);
	assert_true(minimise_is_known(known, &com, now + MINIMISE_KNOWN_SECONDS));
	free(known);
}

/* Of one name, and neither does it make the way known, nor the other way round. */
static void knows_where_mx_is_asked_for(void **state)
{
	minimise_known_t *known = calloc(1, sizeof(*known));
	const name_t com = name_of("example.com");
	const name_t org = name_of("example.org");

	(void)state;
	assert_non_null(known);
	assert_int_equal(minimise_type(known, &com), TYPE_A);
	minimise_asked_mx(known, &com);
	assert_int_equal(minimise_type(known, &com), TYPE_MX);
	assert_int_equal(minimise_type(known, &org), TYPE_A);
	assert_false(minimise_is_known(known, &com, 1));
	minimise_know(known, &com, 1);
	assert_int_equal(minimise_type(known, &com), TYPE_MX);
	minimise_know(known, &org, 1);
	assert_int_equal(minimise_type(known, &org), TYPE_A);
	minimise_asked_mx(known, &org);
	assert_true(minimise_is_known(known, &org, 1));
	free(known);
}

/* What finds no room takes another's; the latest are known, and nothing grows. */
static void forgets_what_is_in_the_way(void **state)
{
	minimise_known_t *known = calloc(1, sizeof(*known));
	unsigned count = 0;

	(void)state;
	assert_non_null(known);
	for (unsigned pass = 0; pass < 2; pass++) {
		for (unsigned i = 0; i < 4 * MINIMISE_KNOWN_SLOTS; i++) {
			char text[32];
			name_t name;

			snprintf(text, sizeof(text), "d%u.example", i);
			name = name_of(text);
			if (pass == 0) {
				minimise_know(known, &name, 1);
				assert_true(minimise_is_known(known, &name, 1));
			}
			count += pass == 1 && minimise_is_known(known, &name, 1);
		}
	}
	assert_in_range(count, MINIMISE_KNOWN_SLOTS / 2, MINIMISE_KNOWN_SLOTS);
	free(known);
}

int main(void)
{
	struct CMUnitTest tests[ROWS + 4] = {
		cmocka_unit_test(stays_within_its_limit),
		cmocka_unit_test(knows_for_a_while),
		cmocka_unit_test(knows_where_mx_is_asked_for),
		cmocka_unit_test(forgets_what_is_in_the_way),
	};

	for (size_t i = 0; i < ROWS; i++)
		tests[4 + i] =
			(struct CMUnitTest){ rows[i].name, finds_stops, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("minimise", tests, NULL, NULL);
}
