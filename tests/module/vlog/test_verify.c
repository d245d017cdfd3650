/* Every kind of tampering is found, and named where it is. */
#include "tests/module/vlog/logged.h"

#include <inttypes.h>

/* What a row does to the lines of a whole log: 1 open, 2 to 5 assessments, 6 checkpoint, 7 to 8 assessments, 9 checkpoint. */
enum { LINES = 9 };

typedef struct text {
	char *lines[LINES + 2]; /* owned, with their line breaks */
	size_t count;
} text_t;

static void make_log(const folder_t *folder)
{
	logged_t logged;

	logged_begin(&logged);
	logged_open(&logged, folder, 5);
	logged_write(&logged, 6);
	logged_end(&logged);
}

/* A small one, so that much can be tried with it: open, assessment, checkpoint. */
static void make_small_log(const folder_t *folder)
{
	logged_t logged;

	logged_begin(&logged);
	logged_open(&logged, folder, 5);
	logged_write(&logged, 1);
	logged_end(&logged);
}

static text_t read_lines(const folder_t *folder)
{
	text_t text = { .count = 0 };
	size_t size;
	char *all = file_read(folder->file, &size);

	for (char *line = all; *line != '\0'; line = strchr(line, '\n') + 1) {
		assert_true(text.count < LINES);
		text.lines[text.count] = strndup(line, (size_t)(strchr(line, '\n') - line) + 1);
		assert_non_null(text.lines[text.count++]);
	}
	assert_int_equal(text.count, LINES);
	free(all);
	return text;
}

static void write_lines(const folder_t *folder, text_t *text)
{
	FILE *out = fopen(folder->file, "we");

	assert_non_null(out);
	for (size_t i = 0; i < text->count; i++) {
		assert_true(fputs(text->lines[i], out) >= 0);
		free(text->lines[i]);
	}
	assert_int_equal(fclose(out), 0);
}

/* --- Ways to tamper; lines count from 1 -------------------------------------------------------------------------- */

static void change(text_t *text, size_t line)
{
	char *digit = strstr(text->lines[line - 1], "event\":");

	assert_non_null(digit);
	digit[7] = '9';
}

static void drop(text_t *text, size_t line)
{
	free(text->lines[line - 1]);
	memmove(text->lines + line - 1, text->lines + line, (text->count - line) * sizeof(text->lines[0]));
	text->count--;
}

static void put_in(text_t *text, size_t line, const char *what)
{
	memmove(text->lines + line, text->lines + line - 1, (text->count - line + 1) * sizeof(text->lines[0]));
	text->lines[line - 1] = strdup(what);
	assert_non_null(text->lines[line - 1]);
	text->count++;
}

static void repeat(text_t *text, size_t line)
{
	put_in(text, line + 1, text->lines[line - 1]);
}

static void swap(text_t *text, size_t line)
{
	char *moved = text->lines[line - 1];

	text->lines[line - 1] = text->lines[line];
	text->lines[line] = moved;
}

static void insert_foreign(text_t *text, size_t line)
{
	put_in(text, line, "{\"type\":\"assessment\"}\n");
}

/* A line of the right number and hash: the real one behind it has the same. */
static void insert_forged(text_t *text, size_t line)
{
	repeat(text, line);
	change(text, line);
}

static void cut_line(text_t *text, size_t line)
{
	text->lines[line - 1][strlen(text->lines[line - 1]) - 9] = '\0';
	while (text->count > line)
		drop(text, text->count);
}

/* Who knows how computes the chain anew, from the changed line on; signatures he cannot make. */
static void compute_anew(text_t *text, size_t line)
{
	chain_t chain = chain_none();

	change(text, line);
	for (size_t i = 0; i < text->count; i++) {
		chain_head_t head;
		size_t size = strlen(text->lines[i]) - 1;

		assert_true(chain_read(text->lines[i], size, &head));
		memcpy(strstr(text->lines[i], head.prev), chain.hash, CHAIN_HASH_TEXT - 1);
		assert_true(chain_advance(&chain, head.seq, text->lines[i], size));
	}
}

static void begin_anew(text_t *text, size_t line)
{
	put_in(text, line, text->lines[0]);
}

static void lengthen(text_t *text, size_t line)
{
	char *longer = malloc(CHAIN_LINE_MAX + 2);

	assert_non_null(longer);
	memset(longer, 'x', CHAIN_LINE_MAX);
	memcpy(longer, text->lines[line - 1], strlen(text->lines[line - 1]) - 2);
	strcpy(longer + CHAIN_LINE_MAX - 1, "}\n");
	longer[CHAIN_LINE_MAX - 2] = '"';
	free(text->lines[line - 1]);
	text->lines[line - 1] = longer;
}

typedef struct row {
	const char *name;
	void (*tamper)(text_t *, size_t line);
	size_t line;
	unsigned faults;
	uint64_t at; /* the first fault's line */
	const char *says;
} row_t;

static const row_t rows[] = {
	{ "a changed line", change, 3, 1, 3, "changed" },
	{ "the first line is removed", drop, 1, 1, 1, "those before it were removed" },
	{ "a line is removed", drop, 4, 1, 4, "lines are missing before this one: number 5 follows 3" },
	{ "a checkpoint is removed", drop, 6, 1, 6, "lines are missing before this one: number 7 follows 5" },
	{ "a line is there twice", repeat, 4, 1, 5, "inserted, or out of order: number 4 comes after number 4" },
	{ "two lines change places", swap, 3, 2, 3, "lines are missing before this one" },
	{ "a line that is none is inserted", insert_foreign, 4, 1, 4, "this is no line of a validation log" },
	{ "a line that fits is inserted", insert_forged, 4, 2, 5, "inserted, or out of order" },
	{ "the log is cut off within a line", cut_line, 8, 1, 8, "cut off" },
	{ "the chain is computed anew", compute_anew, 3, 2, 6, "the signature is wrong" },
	{ "the log begins anew", begin_anew, 5, 2, 5, "a new chain begins here" },
	{ "a line becomes too long", lengthen, 4, 1, 4, "changed" },
};

static void finds(void **state)
{
	const row_t *row = *state;
	folder_t folder = folder_make();
	text_t text;
	found_t found;

	make_log(&folder);
	text = read_lines(&folder);
	row->tamper(&text, row->line);
	write_lines(&folder, &text);
	found = logged_verify_one(&folder);
	if (strstr(found.text, row->says) == NULL || found.line != row->at || found.count != row->faults)
		fail_msg("%u faults, the first at %" PRIu64 ": %s", found.count, found.line, found.text);
	folder_remove(&folder);
}

/* --- All of it --------------------------------------------------------------------------------------------------- */

/* Any octet of the file may be changed to any of these. */
static void finds_each_changed_octet(void **state)
{
	const char others[] = { '\0', '1', '\n', '}' };
	folder_t folder = folder_make();
	size_t size;
	char *text;

	(void)state;
	make_small_log(&folder);
	text = file_read(folder.file, &size);
	for (size_t at = 0; at < size; at++)
		for (size_t i = 0; i < sizeof(others); i++) {
			char octet = text[at];
			found_t found;

			if (octet == others[i])
				continue;
			text[at] = others[i];
			file_write(folder.file, text, size);
			found = logged_verify_one(&folder);
			if (found.count == 0)
				fail_msg("octet %zu: '%c' is now 0x%02x", at, octet, (unsigned char)others[i]);
			text[at] = octet;
		}
	free(text);
	folder_remove(&folder);
}

/* Every octet may be missing, and any may be put in. */
static void finds_each_octet_that_is_missing_or_new(void **state)
{
	folder_t folder = folder_make();
	size_t size;
	char *text;
	char *other;

	(void)state;
	make_small_log(&folder);
	text = file_read(folder.file, &size);
	other = malloc(size + 1);
	assert_non_null(other);
	for (size_t at = 0; at < size; at++) {
		found_t found;

		memcpy(other, text, at);
		memcpy(other + at, text + at + 1, size - at - 1);
		file_write(folder.file, other, size - 1);
		found = logged_verify_one(&folder);
		assert_true(found.count > 0);
		memcpy(other + at + 1, text + at, size - at);
		other[at] = ' ';
		file_write(folder.file, other, size + 1);
		found = logged_verify_one(&folder);
		assert_true(found.count > 0);
	}
	free(other);
	free(text);
	folder_remove(&folder);
}

static void finds_a_missing_file(void **state)
{
	folder_t folder = folder_make();
	char names[3][128];
	const char *files[] = { names[0], names[1], names[2] };
	const char *gap[] = { names[0], names[2] };
	logged_t logged;
	found_t found;

	(void)state;
	logged_begin(&logged);
	for (unsigned i = 0; i < 3; i++) {
		snprintf(names[i], sizeof(names[i]), "%s.%u", folder.file, i);
		logged_open(&logged, &folder, 100);
		logged_write(&logged, 2);
		assert_int_equal(rename(folder.file, names[i]), 0);
	}
	logged_end(&logged);
	found = logged_verify(&folder, true, files, 3);
	assert_whole(&found);
	found = logged_verify(&folder, true, files + 1, 2); /* logrotate removes the oldest */
	assert_whole(&found);
	assert_true(found.result.first > 1);
	found = logged_verify(&folder, true, gap, 2);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.file, names[2]);
	assert_int_equal(found.line, 1);
	folder_remove(&folder);
}

static void wants_the_right_key(void **state)
{
	folder_t folder = folder_make();
	const char *file = folder.file;
	found_t found;

	(void)state;
	make_log(&folder);
	found = logged_verify(&folder, false, &file, 1);
	assert_whole(&found);
	assert_int_equal(found.result.checkpoints, 2);
	assert_int_equal(found.result.covered_lines, LINES);
	assert_int_equal(unlink(folder.key), 0);
	seal_free(seal_open(folder.key, &(char *){ NULL }));
	found = logged_verify_one(&folder);
	assert_int_equal(found.count, 2);
	assert_int_equal(found.result.checkpoints, 0);
	assert_non_null(strstr(found.text, "another key"));
	folder_remove(&folder);
}

/* Octets without a line break, and no octets. */
static void reads_anything(void **state)
{
	folder_t folder = folder_make();
	const char *file = folder.file;
	size_t size = 4 * (size_t)CHAIN_LINE_MAX;
	char *octets = malloc(size);
	found_t found;

	(void)state;
	assert_non_null(octets);
	memset(octets, '{', size);
	file_write(folder.file, octets, size);
	found = logged_verify(&folder, false, &file, 1);
	assert_int_equal(found.line, 1);
	assert_non_null(strstr(found.text, "longer than any line"));
	file_write(folder.file, "", 0);
	found = logged_verify(&folder, false, &file, 1);
	assert_whole(&found);
	assert_int_equal(found.result.lines, 0);
	free(octets);
	folder_remove(&folder);
}

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

int main(void)
{
	static const struct CMUnitTest whole[] = {
		cmocka_unit_test(finds_each_changed_octet), cmocka_unit_test(finds_each_octet_that_is_missing_or_new),
		cmocka_unit_test(finds_a_missing_file),     cmocka_unit_test(wants_the_right_key),
		cmocka_unit_test(reads_anything),
	};
	enum { WHOLE = sizeof(whole) / sizeof(whole[0]) };
	struct CMUnitTest tests[ROWS + WHOLE];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, finds, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < WHOLE; i++)
		tests[ROWS + i] = whole[i];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
