/* test_line.c: what a line looks like, whatever was in it. */
#include "module/log/line.h"

#include "tests/support.h"

#include <limits.h>

struct row {
	const char *name;
	const char *text;
	size_t room;
	const char *want;
};

static const struct row rows[] = {
	{ "nothing", "", 100, "" },
	{ "plain", "resolved name=example.org. why=\"ok\"", 100, "resolved name=example.org. why=\"ok\"" },
	{ "a backslash is itself", "a\\.b", 100, "a\\.b" },
	{ "a line feed cannot fake a line", "a\n2026-01-01T00:00:00Z error: b", 100,
	  "a\\0102026-01-01T00:00:00Z error: b" },
	{ "tab, carriage return, escape, delete", "\t\r\033\177", 100, "\\009\\013\\027\\127" },
	{ "UTF-8 of two, three and four octets", "é€😀", 100, "é€😀" },
	{ "the last code points of each length", "\x7e\u07ff\uffff\U0010ffff", 100, "\x7e\u07ff\uffff\U0010ffff" },
	{ "C1 controls", "\xc2\x80\xc2\x9b\xc2\x9f\u00a0", 100, "\\194\\128\\194\\155\\194\\159\u00a0" },
	{ "line and paragraph separators", "a\u2028b\u2029c", 100, "a\\226\\128\\168b\\226\\128\\169c" },
	{ "override of direction", "\u202eb\u202c", 100, "\\226\\128\\174b\\226\\128\\172" },
	{ "isolate of direction", "\u2066\u2069\u206a", 100, "\\226\\129\\166\\226\\129\\169\u206a" },
	{ "marks of direction", "\u200d\u200e\u200f\u2010", 100, "\u200d\\226\\128\\142\\226\\128\\143\u2010" },
	{ "an octet that begins nothing", "a\x80\xff\xfe", 100, "a\\128\\255\\254" },
	{ "a character cut off by the end", "\xe2\x82", 100, "\\226\\130" },
	{ "a character cut off by another", "\xe2\x82x", 100, "\\226\\130x" },
	{ "overlong forms", "\xc0\x80\xc1\xbf\xe0\x9f\xbf\xf0\x8f\xbf\xbf", 100,
	  "\\192\\128\\193\\191\\224\\159\\191\\240\\143\\191\\191" },
	{ "a surrogate", "\xed\xa0\x80", 100, "\\237\\160\\128" },
	{ "past the last code point", "\xf4\x90\x80\x80\xf7\xbf\xbf\xbf", 100,
	  "\\244\\144\\128\\128\\247\\191\\191\\191" },
	{ "fits exactly", "12345", 6, "12345" },
	{ "one too many", "123456", 6, "12..." },
	{ "room for the ellipsis alone", "123456", 4, "..." },
	{ "an escape that does not fit", "123\n", 7, "123..." },
	{ "an escape is not torn", "1\n\n", 7, "1..." },
	{ "an escape that fits", "1\n\n", 10, "1\\010\\010" },
	{ "a character that does not fit", "12€€x", 9, "12€..." },
	{ "a character is not torn", "12€€", 7, "12..." },
};

static void escapes(void **state)
{
	const struct row *row = *state;
	char *out = malloc(row->room); /* ASan watches its end */

	assert_non_null(out);
	assert_int_equal(line_escape(row->text, out, row->room), strlen(row->want));
	assert_string_equal(out, row->want);
	free(out);
}

static void formats(void **state)
{
	line_t *line = line_say(LOG_LEVEL_WARNING, "n=%d s=%s", 7, "a\nb");

	(void)state;
	assert_non_null(line);
	assert_int_equal(line->level, LOG_LEVEL_WARNING);
	assert_string_equal(line->text, "n=7 s=a\\010b");
	assert_int_equal(line->size, strlen(line->text));
	assert_false(line->item.is_request);
	assert_int_equal(line->item.lost_before, 0);
	assert_true(line->at > 0);
	free(line);
}

static void bounds_the_length(void **state)
{
	enum { LONG = 3 * LINE_TEXT_MAX };
	static const struct {
		int size;
		char octet;
		size_t want;
	} cases[] = {
		{ LINE_TEXT_MAX - 1, 'x', LINE_TEXT_MAX - 1 },
		{ LINE_TEXT_MAX, 'x', LINE_TEXT_MAX - 1 },
		{ LINE_TEXT_MAX + 1, 'x', LINE_TEXT_MAX - 1 },
		{ LONG, 'x', LINE_TEXT_MAX - 1 },
		{ LONG, '\n', LINE_TEXT_MAX - 1 },
	};
	char *text = malloc(LONG + 1);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		line_t *line;

		memset(text, cases[i].octet, LONG);
		line = line_say(LOG_LEVEL_INFO, "%.*s", cases[i].size, text);
		text[LONG] = '\0';
		assert_non_null(line);
		assert_in_range(line->size, cases[i].want - 6, cases[i].want);
		assert_int_equal(strlen(line->text), line->size);
		assert_int_equal(strcmp(line->text + line->size - 3, "...") == 0, cases[i].size >= LINE_TEXT_MAX);
		free(line);
	}
	free(text);
}

static void stamps(void **state)
{
	static const struct {
		time_t at;
		const char *want;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ 1795373581, "2026-11-22T18:53:01Z" },
		{ 253402300800, "10000-01-01T00:00:00Z" },
		{ LONG_MAX, "" }, /* no such year */
	};
	char out[LINE_STAMP_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(line_stamp(cases[i].at, out), cases[i].want);
}

static void names_levels(void **state)
{
	(void)state;
	assert_string_equal(line_level_name(LOG_LEVEL_ERROR), "error");
	assert_string_equal(line_level_name(LOG_LEVEL_WARNING), "warning");
	assert_string_equal(line_level_name(LOG_LEVEL_INFO), "info");
	assert_string_equal(line_level_name(LOG_LEVEL_DEBUG), "debug");
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest escaped[ROWS];
	const struct CMUnitTest others[] = {
		cmocka_unit_test(formats),
		cmocka_unit_test(bounds_the_length),
		cmocka_unit_test(stamps),
		cmocka_unit_test(names_levels),
	};

	for (size_t i = 0; i < ROWS; i++)
		escaped[i] = (struct CMUnitTest){ rows[i].name, escapes, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("escapes", escaped, NULL, NULL) + cmocka_run_group_tests(others, NULL, NULL);
}
