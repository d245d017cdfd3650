#include "tests/support.h"
#include "validator/name.h"

#include <ctype.h>

static name_t name_of(const uint8_t *octets, size_t size)
{
	name_t name = { .size = (uint8_t)size };

	memcpy(name.octets, octets, size);
	return name;
}

struct text_row {
	const char *name;
	const char *text;
	const uint8_t *octets; /* NULL: no name */
	size_t size;
	const char *back; /* what name_to_text() says */
};

#define REFUSED NULL, 0, NULL

static struct text_row text_rows[] = {
	{ "the root", ".", OCTETS("\0"), "." },
	{ "with a final dot", "example.org.", OCTETS("\7example\3org\0"), "example.org." },
	{ "without a final dot", "example.org", OCTETS("\7example\3org\0"), "example.org." },
	{ "one label", "org", OCTETS("\3org\0"), "org." },
	{ "case is kept", "OrG", OCTETS("\3OrG\0"), "OrG." },
	{ "a dot in a label", "a\\.b.c", OCTETS("\3a.b\1c\0"), "a\\.b.c." },
	{ "a backslash in a label", "a\\\\b", OCTETS("\3a\\b\0"), "a\\\\b." },
	{ "an escaped letter is the letter", "\\a\\b", OCTETS("\2ab\0"), "ab." },
	{ "decimal escapes", "\\000\\255\\046", OCTETS("\3\0\377.\0"), "\\000\\255\\.." },
	{ "a space", "a\\ b", OCTETS("\3a b\0"), "a\\032b." },
	{ "a raw space", "a b", OCTETS("\3a b\0"), "a\\032b." },
	{ "DEL", "a\\127", OCTETS("\2a\177\0"), "a\\127." },
	{ "UTF-8 octets", "\303\274", OCTETS("\2\303\274\0"), "\\195\\188." },
	{ "printable signs stay", "_a-*@$!~", OCTETS("\10_a-*@$!~\0"), "_a-*@$!~." },
	{ "an escaped final dot is in the label", "a\\.", OCTETS("\2a.\0"), "a\\.." },
	{ "nothing", "", REFUSED },
	{ "two dots", "a..b", REFUSED },
	{ "a leading dot", ".a", REFUSED },
	{ "dots only", "..", REFUSED },
	{ "two final dots", "a..", REFUSED },
	{ "a final backslash", "a\\", REFUSED },
	{ "one digit", "a\\1", REFUSED },
	{ "two digits", "a\\12", REFUSED },
	{ "two digits and a letter", "a\\12x", REFUSED },
	{ "an octet over 255", "a\\256", REFUSED },
	{ "an octet of 999", "\\999", REFUSED },
};

static void reads_text(void **state)
{
	const struct text_row *row = *state;
	char text[NAME_TEXT_MAX];
	name_t name;

	assert_int_equal(name_from_text(row->text, &name), row->octets != NULL);
	if (row->octets == NULL)
		return;
	assert_int_equal(name.size, row->size);
	assert_memory_equal(name.octets, row->octets, row->size);
	assert_ptr_equal(name_to_text(&name, text), text);
	assert_string_equal(text, row->back);
}

static void limits_labels_to_63_octets(void **state)
{
	char text[65];
	name_t name;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[63] = '\0';
	assert_true(name_from_text(text, &name));
	assert_int_equal(name.size, 65);
	text[63] = 'a';
	text[64] = '\0';
	assert_false(name_from_text(text, &name));
}

/* Labels of one octet: 127 are a name of 255 octets, and with one more, or one more octet in one, it is none. */
static void limits_names_to_255_octets(void **state)
{
	char text[2 * 127 + 3];
	name_t name;

	(void)state;
	for (size_t i = 0; i < 127; i++)
		memcpy(text + 2 * i, "a.", 3);
	assert_true(name_from_text(text, &name));
	assert_int_equal(name.size, 255);
	assert_int_equal(name_labels(&name), 127);
	memcpy(text + (size_t)2 * 127, "b", 2);
	assert_false(name_from_text(text, &name));
	memcpy(text + (size_t)2 * 126, "bb", 3);
	assert_false(name_from_text(text, &name));
}

/* The longest text: escapes throughout. */
static void writes_the_longest_text(void **state)
{
	name_t name = { .size = 255 };
	char text[NAME_TEXT_MAX];
	name_t again;

	(void)state;
	for (size_t at = 0; at < 254; at += name.octets[at] + (size_t)1)
		name.octets[at] = at < 192 ? 63 : 61;
	assert_int_equal(strlen(name_to_text(&name, text)), 250 * 4 + 4);
	assert_true(name_from_text(text, &again));
	assert_int_equal(again.size, 255);
	assert_memory_equal(again.octets, name.octets, 255);
}

static void folds_ascii_letters_alone(void **state)
{
	(void)state;
	for (unsigned octet = 0; octet < 256; octet++) {
		for (unsigned place = 1; place <= 20; place++) { /* in whole words and behind the last one */
			name_t name = { .size = 22, .octets = { 20 } };
			uint8_t want = octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + 32) : (uint8_t)octet;

			name.octets[place] = (uint8_t)octet;
			name_lower(&name);
			assert_int_equal(name.octets[place], want);
			name.octets[place] = 0;
			for (unsigned other = 1; other <= 20; other++)
				assert_int_equal(name.octets[other], 0);
		}
	}
}

static void folding_leaves_lengths_alone(void **state)
{
	(void)state;
	for (uint8_t length = 1; length <= 63; length++) {
		name_t name = { .size = length + 2, .octets = { length } };

		memset(name.octets + 1, 'Z', length);
		name_lower(&name);
		assert_int_equal(name.octets[0], length);
		assert_int_equal(name.octets[length], 'z');
		assert_int_equal(name.octets[length + 1], 0);
	}
}

struct pair_row {
	const char *name;
	const uint8_t *a;
	size_t a_size;
	const uint8_t *b;
	size_t b_size;
	bool equal;
	bool under; /* a is b or below it */
};

static struct pair_row pair_rows[] = {
	{ "root and root", OCTETS("\0"), OCTETS("\0"), true, true },
	{ "any name is under the root", OCTETS("\1a\0"), OCTETS("\0"), false, true },
	{ "the root is under nothing", OCTETS("\0"), OCTETS("\1a\0"), false, false },
	{ "case does not count", OCTETS("\1a\3oRg\0"), OCTETS("\1A\3Org\0"), true, true },
	{ "below", OCTETS("\1x\1a\3ORG\0"), OCTETS("\1A\3org\0"), false, true },
	{ "above", OCTETS("\3org\0"), OCTETS("\1a\3org\0"), false, false },
	{ "beside", OCTETS("\1b\3org\0"), OCTETS("\1a\3org\0"), false, false },
	{ "the same octets, other labels", OCTETS("\3a\1b\0"), OCTETS("\1a\1b\0"), false, false },
	{ "a suffix of octets but not of labels", OCTETS("\5x\1a\1b\0"), OCTETS("\1b\0"), false, false },
	{ "a label that ends like another", OCTETS("\2xa\0"), OCTETS("\1a\0"), false, false },
	{ "[ is not {", OCTETS("\1[\0"), OCTETS("\1{\0"), false, false },
	{ "@ is not `", OCTETS("\1@\0"), OCTETS("\1`\0"), false, false },
	{ "octets over 127 are not folded", OCTETS("\1\301\0"), OCTETS("\1\341\0"), false, false },
};

static void compares(void **state)
{
	const struct pair_row *row = *state;
	name_t a = name_of(row->a, row->a_size);
	name_t b = name_of(row->b, row->b_size);

	assert_int_equal(name_equal(&a, &b), row->equal);
	assert_int_equal(name_equal(&b, &a), row->equal);
	assert_int_equal(name_is_under(&a, &b), row->under);
}

static void counts_labels(void **state)
{
	name_t root = name_of(OCTETS("\0"));
	name_t three = name_of(OCTETS("\1a\2bc\3org\0"));

	(void)state;
	assert_int_equal(name_labels(&root), 0);
	assert_int_equal(name_labels(&three), 3);
}

/* Any name's text is read as the same name. */
static void text_comes_back(void **state)
{
	unsigned seed = 11;

	(void)state;
	print_message("seed %u\n", seed);
	srandom(seed);
	for (unsigned round = 0; round < 5000; round++) {
		name_t name = { .size = 0 };
		name_t again;
		char text[NAME_TEXT_MAX];

		for (long labels = random() % 6; labels > 0; labels--) {
			uint8_t length = (uint8_t)(1 + random() % 40);

			name.octets[name.size++] = length;
			while (length-- > 0)
				name.octets[name.size++] = (uint8_t)random();
		}
		name.octets[name.size++] = 0;
		assert_true(name_from_text(name_to_text(&name, text), &again));
		for (const char *c = text; *c != '\0'; c++)
			assert_true(isgraph((unsigned char)*c));
		assert_int_equal(again.size, name.size);
		assert_memory_equal(again.octets, name.octets, name.size);
	}
}

int main(void)
{
	enum {
		TEXTS = sizeof(text_rows) / sizeof(text_rows[0]),
		PAIRS = sizeof(pair_rows) / sizeof(pair_rows[0]),
	};
	struct CMUnitTest texts[TEXTS];
	struct CMUnitTest pairs[PAIRS];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_labels_to_63_octets),
		cmocka_unit_test(limits_names_to_255_octets),
		cmocka_unit_test(writes_the_longest_text),
		cmocka_unit_test(folds_ascii_letters_alone),
		cmocka_unit_test(folding_leaves_lengths_alone),
		cmocka_unit_test(counts_labels),
		cmocka_unit_test(text_comes_back),
	};

	for (size_t i = 0; i < TEXTS; i++)
		texts[i] = (struct CMUnitTest){ text_rows[i].name, reads_text, NULL, NULL, &text_rows[i] };
	for (size_t i = 0; i < PAIRS; i++)
		pairs[i] = (struct CMUnitTest){ pair_rows[i].name, compares, NULL, NULL, &pair_rows[i] };
	return cmocka_run_group_tests_name("text", texts, NULL, NULL) +
	       cmocka_run_group_tests_name("pairs", pairs, NULL, NULL) +
	       cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
