/* test_signed.c: until when the signatures of stored records hold. */
#include "validator/signed.h"

#include "tests/support.h"

enum { NOW = 1000000 };

#define MX        "\300\14\0\17\0\1\0\0\0\36\0\4\0\12\300\14"
#define END(time) "\300\14\0\56\0\1\0\0\0\36\0\26\0\17\15\2\0\0\16\20" time "\0\0\0\1\0\7\0\1\0\0"
#define IN_50     "\0\17\102\162" /* 1000050 */
#define IN_100    "\0\17\102\244"
#define BEFORE    "\0\17\102\77" /* 999999 */
#define FULL_NAME "\2mx\7example\3org\0"

struct row {
	const char *name;
	const uint8_t *octets;
	size_t size;
	uint64_t now;
	uint32_t want;
};

static const struct row rows[] = {
	{ "nothing", OCTETS(""), NOW, UINT32_MAX },
	{ "no signature", OCTETS(MX), NOW, UINT32_MAX },
	{ "a signature", OCTETS(MX END(IN_50)), NOW, 50 },
	{ "the first of two to end", OCTETS(END(IN_100) MX END(IN_50)), NOW, 50 },
	{ "the other way round", OCTETS(END(IN_50) END(IN_100)), NOW, 50 },
	{ "a name in full", OCTETS(FULL_NAME "\0\1\0\1\0\0\0\36\0\4\31\31\0\1" END(IN_100)), NOW, 100 },
	{ "its last second", OCTETS(END(IN_50)), NOW + 49, 1 },
	{ "its end", OCTETS(END(IN_50)), NOW + 50, 0 },
	{ "past its end", OCTETS(END(BEFORE)), NOW, 0 },
	{ "one has ended", OCTETS(END(IN_50) END(BEFORE)), NOW, 0 },
	{ "a time behind 2106", OCTETS(END("\0\0\0\20")), UINT32_MAX, 17 },
	{ "a record that ends early", OCTETS(END(IN_50) "\300\14\0\17\0\1\0\0\0\36\0\4\0\12\300"), NOW, 0 },
	{ "a signature that is too short", OCTETS("\0\0\56\0\1\0\0\0\36\0\12\0\17\15\2\0\0\16\20\0\17"), NOW, 0 },
	{ "a name without an end", OCTETS("\2mx"), NOW, 0 },
	{ "half a pointer", OCTETS("\300"), NOW, 0 },
};

static void tells_what_is_left(void **state)
{
	const struct row *row = *state;
	uint8_t *octets = test_copy(row->octets, row->size);

	assert_int_equal(signed_left(octets, row->size, row->now), row->want);
	free(octets);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, tells_what_is_left, NULL, NULL,
						(void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
