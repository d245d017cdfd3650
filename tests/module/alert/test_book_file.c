/* The book's file: what is written comes back; what is none of ours is refused whole. */
#include "module/alert/book_file.h"
#include "tests/module/vlog/folder.h"
#include "tests/support.h"

enum { NOW = 1700000000 };

static const book_settings_t settings = { .failing_after = 60, .per_hour = 60 };

static book_t *new_book(void)
{
	book_t *book = book_new(&settings);

	assert_non_null(book);
	return book;
}

static void note(book_t *book, const char *domain, const char *kind, bool failing, uint64_t now)
{
	book_note_t note = { .domain = domain, .failing = failing, .count = kind != NULL };

	note.causes[0].kind = kind;
	note.causes[0].host = "mx.example.";
	note.causes[0].detail = "a \"quoted\" \\032 detail";
	book_note(book, &note, now);
}

static unsigned tell_all(book_t *book, uint64_t now)
{
	unsigned count = 0;

	for (telling_t telling; book_next(book, now, &telling); count++) {
		book_told(book, telling.alert->id, telling.event, ALERT_BY_ALL);
		free(telling.alert);
	}
	return count;
}

/* Told, ended and told, not told yet, and two streaks, of which one has raised an alert. */
static book_t *sample(void)
{
	book_t *book = new_book();

	note(book, "a.example.", "bogus", false, NOW - 100);
	note(book, "b.example.", "bogus", false, NOW - 99);
	(void)tell_all(book, NOW - 99);
	note(book, "b.example.", NULL, false, NOW - 98);
	note(book, "c.example.", "pin-mismatch", true, NOW - 90);
	note(book, "d.example.", NULL, true, NOW - 90);
	note(book, "d.example.", NULL, true, NOW - 30);
	(void)tell_all(book, NOW);
	note(book, "e.example.", "bogus", false, NOW - 1);
	return book;
}

static void comes_back_as_it_was(void **state)
{
	folder_t folder = folder_make();
	char problem[BOOK_FILE_PROBLEM_MAX];
	book_t *before = sample();
	book_t *after = new_book();
	char *text = book_file_text(before);
	char *again;

	(void)state;
	assert_int_equal(book_file_read(after, folder.file, NOW, problem), BOOK_FILE_NONE);
	assert_int_equal(book_file_write(folder.file, text, problem), BOOK_FILE_OK);
	assert_int_equal(book_file_write(folder.file, text, problem), BOOK_FILE_OK);
	assert_int_equal(book_file_read(after, folder.file, NOW, problem), BOOK_FILE_OK);
	again = book_file_text(after);
	assert_string_equal(again, text);
	assert_int_equal(book_counts(after).open, 4);
	assert_int_equal(book_counts(after).failing, 2);
	assert_int_equal(tell_all(after, NOW), 1); /* e.example. */
	note(after, "d.example.", NULL, true, NOW);
	assert_int_equal(tell_all(after, NOW), 0);
	note(after, "d.example.", NULL, false, NOW);
	assert_int_equal(tell_all(after, NOW), 1);
	free(again);
	free(text);
	book_free(before);
	book_free(after);
	folder_remove(&folder);
}

/* A clock that was ahead when the file was written must not keep an alert for ever. */
static void times_to_come_count_as_now(void **state)
{
	book_t *before = sample();
	book_t *after = new_book();
	char *text = book_file_text(before);
	const char *problem;

	(void)state;
	assert_true(book_file_parse(after, text, strlen(text), NOW - 1000, &problem));
	for (size_t i = 0; i < book_streaks(after)->count; i++)
		assert_true(book_streaks(after)->items[i]->last <= NOW - 1000);
	free(text);
	book_free(before);
	book_free(after);
}

static void a_full_book_fits(void **state)
{
	book_t *before = new_book();
	book_t *after = new_book();
	const char *problem;
	char *text;

	(void)state;
	for (unsigned i = 0; i < STREAKS_MAX; i++) {
		char domain[300];

		snprintf(domain, sizeof(domain), "%0230u.d%u.org.", i, i);
		note(before, domain, "bogus", true, NOW);
	}
	text = book_file_text(before);
	assert_true(strlen(text) < BOOK_FILE_MAX);
	assert_true(book_file_parse(after, text, strlen(text), NOW, &problem));
	assert_int_equal(book_counts(after).open, book_counts(before).open);
	assert_int_equal(book_counts(after).failing, STREAKS_MAX);
	free(text);
	book_free(before);
	book_free(after);
}

#define ALERT(domain, rest)                                                             \
	"{\"id\":1,\"kind\":\"bogus\",\"domain\":\"" domain                             \
	"\",\"host\":\"\",\"detail\":\"\",\"former\":\"\",\"began\":5,\"seen\":6," rest \
	"\"by_verdict\":true,\"told_begin\":7,\"told_end\":0}"
#define BOOK(alerts, failing) "{\"v\":1,\"next_id\":2,\"alerts\":[" alerts "],\"failing\":[" failing "]}"
#define STREAK(domain, first, last, count) \
	"{\"domain\":\"" domain "\",\"first\":" first ",\"last\":" last ",\"count\":" count "}"
#define OPEN  "\"ended\":0,\"outcome\":\"open\","
#define ENDED "\"ended\":9,\"outcome\":\"cured\","

static const struct row {
	const char *name;
	const char *text;
	bool good;
} rows[] = {
	{ "an open alert", BOOK(ALERT("a.", OPEN), ""), true },
	{ "an ended one", BOOK(ALERT("a.", ENDED), ""), true },
	{ "the same alert open and ended", BOOK(ALERT("a.", ENDED) "," ALERT("a.", OPEN), ""), true },
	{ "a streak", BOOK("", STREAK("a.", "1", "2", "3")), true },
	{ "empty", BOOK("", ""), true },
	{ "nothing", "", false },
	{ "no JSON", "{", false },
	{ "no object", "[]", false },
	{ "another version", "{\"v\":2,\"next_id\":2,\"alerts\":[],\"failing\":[]}", false },
	{ "a key too many", "{\"v\":1,\"next_id\":2,\"alerts\":[],\"failing\":[],\"x\":1}", false },
	{ "a key twice", "{\"v\":1,\"v\":1,\"next_id\":2,\"alerts\":[],\"failing\":[]}", false },
	{ "no number to go on with", "{\"v\":1,\"next_id\":0,\"alerts\":[],\"failing\":[]}", false },
	{ "lists that are none", "{\"v\":1,\"next_id\":1,\"alerts\":{},\"failing\":1}", false },
	{ "the same open alert twice", BOOK(ALERT("a.", OPEN) "," ALERT("a.", OPEN), ""), false },
	{ "open, and yet ended", BOOK(ALERT("a.", "\"ended\":9,\"outcome\":\"open\","), ""), false },
	{ "ended, and yet open", BOOK(ALERT("a.", "\"ended\":0,\"outcome\":\"cured\","), ""), false },
	{ "ended before it began", BOOK(ALERT("a.", "\"ended\":4,\"outcome\":\"cured\","), ""), false },
	{ "an outcome that is none", BOOK(ALERT("a.", "\"ended\":9,\"outcome\":\"x\","), ""), false },
	{ "a control character", BOOK(ALERT("a\\u001b[2J.", OPEN), ""), false },
	{ "a NUL", BOOK(ALERT("a\\u0000.", OPEN), ""), false },
	{ "another script", BOOK(ALERT("\\u00e4.", OPEN), ""), false },
	{ "no domain", BOOK(ALERT("", OPEN), ""), false },
	{ "an element that is none", BOOK("1", ""), false },
	{ "a streak that ends before it begins", BOOK("", STREAK("a.", "2", "1", "3")), false },
	{ "a streak of none", BOOK("", STREAK("a.", "1", "2", "0")), false },
	{ "a negative time", BOOK("", STREAK("a.", "-1", "2", "1")), false },
	{ "the same streak twice", BOOK("", STREAK("a.", "1", "2", "1") "," STREAK("a.", "1", "2", "1")), false },
	{ "a streak of a line break", BOOK("", STREAK("a\\n.", "1", "2", "1")), false },
};

static void reads_what_is_ours_alone(void **state)
{
	const struct row *row = *state;
	size_t size = strlen(row->text);
	uint8_t *octets = test_copy((const uint8_t *)row->text, size);
	book_t *book = new_book();
	const char *problem;

	assert_int_equal(book_file_parse(book, (const char *)octets, size, NOW, &problem), row->good);
	assert_int_equal(problem == NULL, row->good);
	book_free(book);
	free(octets);
}

static void too_many_are_refused(void **state)
{
	book_t *book = new_book();
	char *text = malloc(1 << 20);
	size_t used = (size_t)sprintf(text, "{\"v\":1,\"next_id\":2,\"alerts\":[");
	const char *problem;

	(void)state;
	assert_non_null(text);
	for (unsigned i = 0; i <= BOOK_ENDED_MAX; i++)
		used += (size_t)sprintf(text + used, "%s%s", i > 0 ? "," : "", ALERT("a.", ENDED));
	sprintf(text + used, "],\"failing\":[]}");
	assert_false(book_file_parse(book, text, strlen(text), NOW, &problem));
	free(text);
	book_free(book);
}

static void says_what_is_wrong_with_a_file(void **state)
{
	folder_t folder = folder_make();
	char problem[BOOK_FILE_PROBLEM_MAX];
	char missing[200];
	book_t *book = new_book();

	(void)state;
	assert_int_equal(book_file_read(book, folder.path, NOW, problem), BOOK_FILE_BAD);
	assert_non_null(strstr(problem, "no plain file"));
	file_write(folder.file, "x", 1);
	assert_int_equal(book_file_read(book, folder.file, NOW, problem), BOOK_FILE_BAD);
	assert_non_null(strstr(problem, "no JSON"));
	assert_int_equal(symlink("log", folder.key), 0);
	assert_int_equal(book_file_read(book, folder.key, NOW, problem), BOOK_FILE_BAD);
	assert_non_null(strstr(problem, "symbolic link"));
	snprintf(missing, sizeof(missing), "%s/none/file", folder.path);
	assert_int_equal(book_file_write(missing, "{}", problem), BOOK_FILE_BAD);
	assert_non_null(strstr(problem, "No such file"));
	assert_int_equal(book_file_write(folder.path, "{}", problem), BOOK_FILE_BAD);
	book_free(book);
	folder_remove(&folder);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 8] = { 0 };
	size_t count = 0;

	for (; count < ROWS; count++)
		tests[count] = (struct CMUnitTest){ rows[count].name, reads_what_is_ours_alone, NULL, NULL,
						    (void *)(uintptr_t)&rows[count] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(comes_back_as_it_was);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(times_to_come_count_as_now);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_full_book_fits);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(too_many_are_refused);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(says_what_is_wrong_with_a_file);
	return _cmocka_run_group_tests("book_file", tests, count, NULL, NULL);
}
