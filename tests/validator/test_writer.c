#include "tests/support.h"
#include "validator/name.h"
#include "validator/writer.h"

static name_t name_of(const char *text)
{
	name_t name;

	assert_true(name_from_text(text, &name));
	return name;
}

/* About 64 kB. */
static writer_t *begin(const char *question)
{
	static writer_t writer;
	name_t name = name_of(question);

	memset(&writer, 0xa5, sizeof(writer));
	writer_begin(&writer, &name, 15);
	return &writer;
}

static void begins_with_header_and_question(void **state)
{
	const writer_t *w = begin("Ab.c");

	(void)state;
	assert_int_equal(w->size, 12 + 6 + 4);
	assert_memory_equal(w->octets, "\0\0\0\0\0\0\0\0\0\0\0\0\2Ab\1c\0\0\17\0\1", w->size);
}

static void writes_numbers_and_patches(void **state)
{
	writer_t *w = begin(".");
	size_t at = w->size;

	(void)state;
	writer_u16(w, 0x8182);
	writer_u32(w, 0x83848586);
	writer_octets(w, OCTETS("xy"));
	writer_octets(w, NULL, 0);
	writer_patch_u16(w, at, 0x0102);
	assert_int_equal(w->size, at + 8);
	assert_memory_equal(w->octets + at, "\1\2\x83\x84\x85\x86xy", 8);
}

struct row {
	const char *name;
	const char *first;
	const char *second;
	const uint8_t *octets; /* of the second one, with a question of "b.org." */
	size_t size;
};

/* The question is at 12 (b) and 14 (org), the first name at 22. */
static struct row rows[] = {
	{ "the question itself", "x.", "b.org", OCTETS("\300\14") },
	{ "in another case", "x.", "B.ORG", OCTETS("\300\14") },
	{ "below the question", "x.", "a.b.org", OCTETS("\1a\300\14") },
	{ "beside the question", "x.", "a.org", OCTETS("\1a\300\16") },
	{ "above the question", "x.", "org", OCTETS("\300\16") },
	{ "elsewhere", "x.", "a.test", OCTETS("\1a\4test\0") },
	{ "the root", "x.", ".", OCTETS("\0") },
	{ "a name from before", "y.test", "y.test", OCTETS("\300\26") },
	{ "below a name from before", "y.test", "z.y.test", OCTETS("\1z\300\26") },
	{ "below a part of a name from before", "y.test", "z.test", OCTETS("\1z\300\30") },
	{ "a name that itself ends in a pointer", "y.b.org", "z.y.b.org", OCTETS("\1z\300\26") },
	{ "the same labels in another order", "b.x.org", "x.b.org", OCTETS("\1x\300\14") },
	{ "a label that ends like another", "y.test", "xtest", OCTETS("\5xtest\0") },
};

static void compresses(void **state)
{
	const struct row *row = *state;
	writer_t *w = begin("b.org");
	name_t first = name_of(row->first);
	name_t second = name_of(row->second);
	size_t at;

	assert_int_equal(w->size + 1, 24);
	w->size--; /* the first name is at 22: the class's last octet is not needed here */
	writer_name(w, &first, WRITER_COMPRESS);
	at = w->size;
	writer_name(w, &second, WRITER_COMPRESS);
	assert_int_equal(w->size - at, row->size);
	assert_memory_equal(w->octets + at, row->octets, row->size);
}

static void plain_names_are_neither_compressed_nor_pointed_to(void **state)
{
	writer_t *w = begin("b.org");
	name_t inside = name_of("a.b.org");
	name_t other = name_of("x.test");
	size_t at = w->size;

	(void)state;
	writer_name(w, &inside, WRITER_PLAIN);
	writer_name(w, &other, WRITER_PLAIN);
	writer_name(w, &other, WRITER_COMPRESS);
	assert_int_equal(w->size - at, 9 + 8 + 8);
}

static void nothing_is_pointed_to_that_was_written_without_learning(void **state)
{
	writer_t *w = begin("b.org");
	name_t other = name_of("x.test");
	name_t inside = name_of("x.b.org");
	size_t at = w->size;

	(void)state;
	w->learn = false;
	writer_name(w, &other, WRITER_COMPRESS);
	writer_name(w, &other, WRITER_COMPRESS);
	writer_name(w, &inside, WRITER_COMPRESS);
	assert_int_equal(w->size - at, 8 + 8 + 4);
}

/* Pointers have 14 bits. */
static void nothing_behind_16_kb_is_pointed_to(void **state)
{
	writer_t *w = begin("b.org");
	name_t low = name_of("x.test");
	name_t high = name_of("y.test");
	size_t at;

	(void)state;
	w->size = 0x3fff;
	writer_name(w, &low, WRITER_COMPRESS); /* x.test at 0x3fff, test at 0x4001 */
	writer_name(w, &high, WRITER_COMPRESS);
	at = w->size;
	writer_name(w, &low, WRITER_COMPRESS);
	assert_int_equal(w->size - at, 2);
	at = w->size;
	writer_name(w, &high, WRITER_COMPRESS);
	assert_int_equal(w->size - at, 8);
}

/* However many names there are, each reads back as what it was. */
static void names_read_back(void **state)
{
	enum { NAMES = 3000 };
	static name_t names[NAMES];
	static size_t at[NAMES];
	writer_t *w = begin("example.org");
	unsigned seed = 9;

	(void)state;
	print_message("seed %u\n", seed);
	srandom(seed);
	for (unsigned i = 0; i < NAMES; i++) {
		char text[64];

		(void)snprintf(text, sizeof(text), "%ld.n%ld.%s", random() % 3, random() % 300,
			       random() % 2 == 0 ? "Example.Org" : "test");
		names[i] = name_of(text);
		at[i] = w->size;
		writer_name(w, &names[i], random() % 8 == 0 ? WRITER_PLAIN : WRITER_COMPRESS);
	}
	assert_false(w->full);
	for (unsigned i = 0; i < NAMES; i++) {
		wire_t message = wire_begin(w->octets, w->size);
		name_t name;

		message.pos = at[i];
		wire_name(&message, &name);
		assert_int_equal(message.err, WIRE_OK);
		assert_true(name_equal(&name, &names[i]));
	}
}

static void stops_when_full(void **state)
{
	writer_t *w = begin("b.org");
	name_t name = name_of("x.test");

	(void)state;
	w->size = WRITER_MAX - 3;
	writer_u16(w, 1);
	assert_false(w->full);
	writer_u16(w, 1);
	assert_true(w->full);
	assert_int_equal(w->size, WRITER_MAX - 1);
	writer_octets(w, OCTETS("x"));
	writer_name(w, &name, WRITER_COMPRESS);
	writer_name(w, &name, WRITER_PLAIN);
	assert_int_equal(w->size, WRITER_MAX - 1);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest names[ROWS];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_with_header_and_question),
		cmocka_unit_test(writes_numbers_and_patches),
		cmocka_unit_test(plain_names_are_neither_compressed_nor_pointed_to),
		cmocka_unit_test(nothing_is_pointed_to_that_was_written_without_learning),
		cmocka_unit_test(nothing_behind_16_kb_is_pointed_to),
		cmocka_unit_test(names_read_back),
		cmocka_unit_test(stops_when_full),
	};

	for (size_t i = 0; i < ROWS; i++)
		names[i] = (struct CMUnitTest){ rows[i].name, compresses, NULL, NULL, &rows[i] };
	return cmocka_run_group_tests_name("names", names, NULL, NULL) +
	       cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}
