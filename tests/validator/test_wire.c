#include "tests/support.h"
#include "validator/wire.h"

struct name_row {
	const char *name;
	const uint8_t *octets;
	size_t size;
	size_t at; /* where the name begins */
	wire_err_t want;
	size_t after; /* where the reader goes on */
	const uint8_t *uncompressed;
	size_t uncompressed_size;
};

#define NO_NAME OCTETS("\0")

static struct name_row name_rows[] = {
	{ "the root", OCTETS("\0"), 0, WIRE_OK, 1, OCTETS("\0") },
	{ "two labels", OCTETS("\1a\3org\0"), 0, WIRE_OK, 7, OCTETS("\1a\3org\0") },
	{ "case is kept", OCTETS("\1A\3oRg\0"), 0, WIRE_OK, 7, OCTETS("\1A\3oRg\0") },
	{ "any octet may be in a label", OCTETS("\4\0.\xff\\\0"), 0, WIRE_OK, 6, OCTETS("\4\0.\xff\\\0") },
	{ "a pointer to the start", OCTETS("\1a\0\300\0"), 3, WIRE_OK, 5, OCTETS("\1a\0") },
	{ "a label and a pointer", OCTETS("\1a\0\1b\300\0\7"), 3, WIRE_OK, 7, OCTETS("\1b\1a\0") },
	{ "a pointer into the middle of a name", OCTETS("\1a\1b\0\1c\300\2"), 5, WIRE_OK, 9, OCTETS("\1c\1b\0") },
	{ "a pointer to a pointer", OCTETS("\1a\0\300\0\300\3"), 5, WIRE_OK, 7, OCTETS("\1a\0") },
	{ "pointers between labels", OCTETS("\1a\0\1b\300\0\1c\300\3"), 7, WIRE_OK, 11, OCTETS("\1c\1b\1a\0") },
	{ "a pointer to the root", OCTETS("\0\1a\300\0"), 1, WIRE_OK, 5, OCTETS("\1a\0") },
	{ "nothing there", OCTETS(""), 0, WIRE_SHORT, 0, NO_NAME },
	{ "no root label", OCTETS("\1a"), 0, WIRE_SHORT, 0, NO_NAME },
	{ "a label that overruns", OCTETS("\5ab\0"), 0, WIRE_SHORT, 0, NO_NAME },
	{ "half a pointer", OCTETS("\0\300"), 1, WIRE_SHORT, 0, NO_NAME },
	{ "a pointer to itself", OCTETS("\300\0"), 0, WIRE_LOOP, 0, NO_NAME },
	{ "a pointer forwards", OCTETS("\300\2\0"), 0, WIRE_LOOP, 0, NO_NAME },
	{ "a pointer past the end", OCTETS("\0\377\377"), 1, WIRE_LOOP, 0, NO_NAME },
	{ "a pointer to the labels before it", OCTETS("\0\1a\300\1"), 1, WIRE_LOOP, 0, NO_NAME },
	{ "a pointer into the labels before it", OCTETS("\0\1\0\300\2"), 1, WIRE_LOOP, 0, NO_NAME },
	{ "two pointers at each other", OCTETS("\300\2\300\0"), 2, WIRE_LOOP, 0, NO_NAME },
	{ "what a pointer leads to runs into the name", OCTETS("\5a\0\300\0"), 3, WIRE_SHORT, 0, NO_NAME },
	{ "what a pointer leads to does not end", OCTETS("\1a\300\0"), 2, WIRE_SHORT, 0, NO_NAME },
	{ "label type 01", OCTETS("\100\0"), 0, WIRE_LABEL, 0, NO_NAME },
	{ "label type 01, with all bits", OCTETS("\177\0"), 0, WIRE_LABEL, 0, NO_NAME },
	{ "label type 10", OCTETS("\200\0"), 0, WIRE_LABEL, 0, NO_NAME },
	{ "label type 10, with all bits", OCTETS("\277\0"), 0, WIRE_LABEL, 0, NO_NAME },
	{ "label type 01 behind a pointer", OCTETS("\100\0\300\0"), 2, WIRE_LABEL, 0, NO_NAME },
};

static void reads_name(void **state)
{
	const struct name_row *row = *state;
	uint8_t *octets = test_copy(row->octets, row->size);
	wire_t w = wire_begin(octets, row->size);
	name_t name;

	(void)wire_octets(&w, row->at);
	wire_name(&w, &name);
	assert_string_equal(wire_strerror(w.err), wire_strerror(row->want));
	assert_int_equal(name.size, row->uncompressed_size);
	assert_memory_equal(name.octets, row->uncompressed, name.size);
	if (row->want == WIRE_OK)
		assert_int_equal(w.pos, row->after);
	else
		assert_int_equal(wire_left(&w), 0);
	free(octets);
}

/* `size` octets of name: labels of 63 and a last one that fills up. */
static size_t long_name(uint8_t *to, size_t size)
{
	size_t at = 0;

	while (size - at > 1) {
		size_t label = size - at - 2 > 63 ? 63 : size - at - 2;

		if (size - at - 2 - label == 1) /* a rest of one octet would be no label */
			label--;
		to[at] = (uint8_t)label;
		memset(to + at + 1, 'x', label);
		at += 1 + label;
	}
	to[at++] = 0;
	return at;
}

static void reads_names_up_to_255_octets(void **state)
{
	(void)state;
	for (size_t size = 250; size <= 260; size++) {
		uint8_t octets[300];
		wire_t w = wire_begin(octets, sizeof(octets));
		name_t name;

		assert_int_equal(long_name(octets, size), size);
		wire_name(&w, &name);
		assert_int_equal(w.err, size <= WIRE_NAME_MAX ? WIRE_OK : WIRE_LONG);
		assert_int_equal(name.size, size <= WIRE_NAME_MAX ? size : 1);
	}
}

/* One label more in front of a name of 200 octets: with 54 octets it fills the name up, with more it is too long. */
static void counts_octets_behind_pointers(void **state)
{
	(void)state;
	for (size_t label = 50; label <= 60; label++) {
		uint8_t octets[400] = { 0 };
		size_t size = long_name(octets, 200);
		wire_t w = wire_begin(octets, sizeof(octets));
		name_t name;

		octets[size] = (uint8_t)label;
		octets[size + 1 + label] = 0xc0;
		(void)wire_octets(&w, size);
		wire_name(&w, &name);
		assert_int_equal(w.err, size + 1 + label <= WIRE_NAME_MAX ? WIRE_OK : WIRE_LONG);
	}
}

/* Pointers to pointers: 127 are followed, more are not, however long the message is. */
static void bounds_pointers(void **state)
{
	uint8_t octets[1000] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 400; i++) { /* the one at 1 + 2 * i leads to the one before it */
		octets[1 + 2 * i] = 0xc0 | (uint8_t)((i == 0 ? 0 : 2 * i - 1) >> 8);
		octets[2 + 2 * i] = (uint8_t)(i == 0 ? 0 : 2 * i - 1);
	}
	for (unsigned i = 0; i < 400; i++) {
		wire_t w = wire_begin(octets, sizeof(octets));
		name_t name;

		(void)wire_octets(&w, 1 + 2 * i);
		wire_name(&w, &name);
		assert_int_equal(w.err, i < 127 ? WIRE_OK : WIRE_LOOP);
	}
}

static void reads_numbers(void **state)
{
	wire_t w = wire_begin(OCTETS("\x81\x82\x83\x84\x85\x86\x87"));

	(void)state;
	assert_int_equal(wire_u8(&w), 0x81);
	assert_int_equal(wire_u16(&w), 0x8283);
	assert_int_equal(wire_u32(&w), 0x84858687);
	assert_int_equal(wire_finish(&w), WIRE_OK);
	assert_int_equal(wire_left(&w), 0);
}

static void keeps_the_first_error_and_yields_zeros(void **state)
{
	uint8_t *octets = test_copy(OCTETS("\377\377\377"));
	wire_t w = wire_begin(octets, 3);
	name_t name;

	(void)state;
	assert_int_equal(wire_u16(&w), 0xffff);
	assert_int_equal(wire_u32(&w), 0);
	assert_int_equal(w.err, WIRE_SHORT);
	assert_int_equal(wire_u8(&w), 0);
	assert_int_equal(wire_u16(&w), 0);
	assert_null(wire_octets(&w, 0));
	wire_name(&w, &name);
	assert_int_equal(name.size, 1);
	assert_int_equal(wire_left(&w), 0);
	assert_int_equal(wire_finish(&w), WIRE_SHORT);
	free(octets);
}

static void a_part_ends_where_it_says(void **state)
{
	wire_t w = wire_begin(OCTETS("\1\2\3\4\5"));
	wire_t part = wire_part(&w, 3);

	(void)state;
	assert_int_equal(wire_left(&part), 3);
	assert_int_equal(wire_left(&w), 2);
	assert_int_equal(wire_u16(&part), 0x0102);
	assert_int_equal(wire_finish(&part), WIRE_TRAILING);
	assert_int_equal(wire_u16(&part), 0);
	assert_int_equal(wire_finish(&part), WIRE_SHORT);
	assert_int_equal(wire_u16(&w), 0x0405);
	assert_int_equal(wire_finish(&w), WIRE_OK);
}

static void a_part_that_is_not_there_is_an_error(void **state)
{
	wire_t w = wire_begin(OCTETS("\1\2"));
	wire_t part = wire_part(&w, 3);

	(void)state;
	assert_int_equal(part.err, WIRE_SHORT);
	assert_int_equal(w.err, WIRE_SHORT);
	assert_int_equal(wire_u8(&part), 0);
}

static void a_name_in_a_part_may_point_out_of_it_but_not_run_out(void **state)
{
	wire_t w = wire_begin(OCTETS("\1a\0\300\0\1b\0"));
	name_t name;

	(void)state;
	(void)wire_octets(&w, 3);

	wire_t part = wire_part(&w, 2);
	wire_t cut = wire_part(&w, 2);

	wire_name(&part, &name);
	assert_int_equal(wire_finish(&part), WIRE_OK);
	assert_int_equal(name.size, 3);
	wire_name(&cut, &name);
	assert_int_equal(wire_finish(&cut), WIRE_SHORT);
}

static void has_a_text_for_every_error(void **state)
{
	(void)state;
	for (wire_err_t err = WIRE_OK; err <= WIRE_LONG; err++)
		assert_string_not_equal(wire_strerror(err), "unknown wire error");
	assert_string_equal(wire_strerror((wire_err_t)99), "unknown wire error");
}

/* Random octets, rich in length octets and pointers: whatever is read is a name, and reads the same again uncompressed. */
static void reads_hostile_octets(void **state)
{
	unsigned seed = 5;

	(void)state;
	print_message("seed %u\n", seed);
	srandom(seed);
	for (unsigned round = 0; round < 20000; round++) {
		size_t size = (size_t)random() % 80;
		uint8_t octets[80];
		name_t name;
		name_t again;

		for (size_t i = 0; i < size; i++)
			octets[i] = (uint8_t)(random() % 3 == 0 ? 0xc0 : random() % 4 == 0 ? random() : random() % 8);

		uint8_t *copy = test_copy(octets, size);
		wire_t w = wire_begin(copy, size);

		(void)wire_octets(&w, size / 2);
		wire_name(&w, &name);

		wire_t whole = wire_begin(name.octets, name.size);

		wire_name(&whole, &again);
		assert_int_equal(wire_finish(&whole), WIRE_OK);
		assert_int_equal(again.size, name.size);
		assert_memory_equal(again.octets, name.octets, name.size);
		free(copy);
	}
}

int main(void)
{
	enum { ROWS = sizeof(name_rows) / sizeof(name_rows[0]) };
	struct CMUnitTest rows[ROWS];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_names_up_to_255_octets),
		cmocka_unit_test(counts_octets_behind_pointers),
		cmocka_unit_test(bounds_pointers),
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(keeps_the_first_error_and_yields_zeros),
		cmocka_unit_test(a_part_ends_where_it_says),
		cmocka_unit_test(a_part_that_is_not_there_is_an_error),
		cmocka_unit_test(a_name_in_a_part_may_point_out_of_it_but_not_run_out),
		cmocka_unit_test(has_a_text_for_every_error),
		cmocka_unit_test(reads_hostile_octets),
	};

	for (size_t i = 0; i < ROWS; i++)
		rows[i] = (struct CMUnitTest){ name_rows[i].name, reads_name, NULL, NULL, &name_rows[i] };
	return cmocka_run_group_tests_name("names", rows, NULL, NULL) +
	       cmocka_run_group_tests_name("readers", tests, NULL, NULL);
}
