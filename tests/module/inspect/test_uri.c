/* test_uri.c: what is read of a request's target, and what is refused. */
#include "module/inspect/uri.h"

#include "tests/support.h"

typedef struct row {
	const char *name;
	const char *target;
	uri_err_t err;
	const char *path;
	const char *params; /* "name=value;" each */
} row_t;

#define REPEAT_8(x) x x x x x x x x

static const row_t rows[] = {
	{ "root", "/", URI_OK, "/", "" },
	{ "path", "/api/v1/log", URI_OK, "/api/v1/log", "" },
	{ "dots are a path like any other", "/../../etc/passwd", URI_OK, "/../../etc/passwd", "" },
	{ "encoded dots and slashes", "/%2e%2e%2fetc", URI_OK, "/../etc", "" },
	{ "parameters", "/a?b=1&c=x+y%20z", URI_OK, "/a", "b=1;c=x y z;" },
	{ "a parameter without value", "/a?b&c=&d", URI_OK, "/a", "b=;c=;d=;" },
	{ "no parameters behind the question mark", "/a?", URI_OK, "/a", "" },
	{ "empty parameters", "/a?&&b=1&", URI_OK, "/a", "b=1;" },
	{ "a second equals sign", "/a?b=c=d", URI_OK, "/a", "b=c=d;" },
	{ "a second question mark", "/a?b=?", URI_OK, "/a", "b=?;" },
	{ "no name", "/a?=1", URI_OK, "/a", "=1;" },
	{ "UTF-8", "/a?b=%C3%A4%E2%82%AC%F0%9F%93%AB", URI_OK, "/a", "b=\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xab;" },
	{ "UTF-8 as it is", "/a?b=\xc3\xa4", URI_OK, "/a", "b=\xc3\xa4;" },
	{ "an encoded ampersand divides nothing", "/a?b=1%26c=2", URI_OK, "/a", "b=1&c=2;" },
	{ "empty", "", URI_FORM, "", "" },
	{ "asterisk", "*", URI_FORM, "", "" },
	{ "absolute form", "http://127.0.0.1/", URI_FORM, "", "" },
	{ "NUL in the path", "/a%00b", URI_ENCODING, "", "" },
	{ "NUL in a value", "/a?b=%00", URI_ENCODING, "", "" },
	{ "NUL in a name", "/a?%00=b", URI_ENCODING, "", "" },
	{ "line feed", "/a?b=%0a", URI_ENCODING, "", "" },
	{ "escape", "/a?b=%1b[31m", URI_ENCODING, "", "" },
	{ "delete", "/a?b=%7f", URI_ENCODING, "", "" },
	{ "a control character of two octets", "/a?b=%C2%9B", URI_ENCODING, "", "" },
	{ "one digit", "/a?b=%4", URI_ENCODING, "", "" },
	{ "no digits", "/a?b=%", URI_ENCODING, "", "" },
	{ "digits of the next parameter", "/a?b=%&41=c", URI_ENCODING, "", "" },
	{ "a digit cut off by the next parameter", "/a?b=%4&1=c", URI_ENCODING, "", "" },
	{ "no hexadecimal digits", "/a?b=%zz", URI_ENCODING, "", "" },
	{ "half a character", "/a?b=%C3", URI_ENCODING, "", "" },
	{ "a stray continuation", "/a?b=%A4", URI_ENCODING, "", "" },
	{ "overlong slash", "/%C0%AF", URI_ENCODING, "", "" },
	{ "overlong in three octets", "/%E0%80%AF", URI_ENCODING, "", "" },
	{ "overlong in four octets", "/%F0%80%80%AF", URI_ENCODING, "", "" },
	{ "surrogate", "/%ED%A0%80", URI_ENCODING, "", "" },
	{ "beyond Unicode", "/%F4%90%80%80", URI_ENCODING, "", "" },
	{ "Latin-1", "/a?b=\xe4", URI_ENCODING, "", "" },
	{ "twice", "/a?b=1&b=2", URI_TWICE, "", "" },
	{ "twice in two spellings", "/a?b=1&%62=1", URI_TWICE, "", "" },
	{ "as many parameters as may be", "/a?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q&r&s&t&u&v&w&x", URI_OK, "/a",
	  "a=;b=;c=;d=;e=;f=;g=;h=;i=;j=;k=;l=;m=;n=;o=;p=;q=;r=;s=;t=;u=;v=;w=;x=;" },
	{ "one more", "/a?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q&r&s&t&u&v&w&x&y", URI_PARAMS, "", "" },
	{ "too long", "/" REPEAT_8(REPEAT_8(REPEAT_8("abcd"))), URI_LONG, "", "" },
};

static void reads(void **state)
{
	const row_t *row = *state;
	char *target = (char *)test_copy((const uint8_t *)row->target, strlen(row->target) + 1);
	char params[400] = "";
	uri_t uri;

	assert_string_equal(uri_strerror(uri_read(target, &uri)), uri_strerror(row->err));
	assert_string_equal(uri.path, row->path);
	for (unsigned i = 0; i < uri.count; i++)
		snprintf(params + strlen(params), sizeof(params) - strlen(params), "%s=%s;", uri.params[i].name,
			 uri.params[i].value);
	assert_string_equal(params, row->params);
	free(target);
}

static void holds_the_longest(void **state)
{
	char target[URI_SIZE_MAX + 1];
	uri_t uri;

	(void)state;
	memset(target, 'a', URI_SIZE_MAX);
	target[0] = '/';
	target[URI_SIZE_MAX] = '\0';
	assert_int_equal(uri_read(target, &uri), URI_OK);
	assert_int_equal(strlen(uri.path), URI_SIZE_MAX);
}

static void texts(void **state)
{
	uri_t uri;

	(void)state;
	assert_int_equal(uri_read("/?a=x&b=&c", &uri), URI_OK);
	assert_string_equal(uri_text(&uri, "a"), "x");
	assert_null(uri_text(&uri, "b"));
	assert_null(uri_text(&uri, "c"));
	assert_null(uri_text(&uri, "d"));
}

static void numbers(void **state)
{
	static const struct {
		const char *target;
		bool good;
		uint64_t number;
	} all[] = {
		{ "/", true, 7 },           { "/?n=", true, 7 },      { "/?n=1", true, 1 },
		{ "/?n=1000", true, 1000 }, { "/?n=0010", true, 10 }, { "/?n=0", false, 7 },
		{ "/?n=1001", false, 7 },   { "/?n=-1", false, 7 },   { "/?n=%2B1", false, 7 },
		{ "/?n=1.0", false, 7 },    { "/?n=0x10", false, 7 }, { "/?n=18446744073709551617", false, 7 },
		{ "/?n=ten", false, 7 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		uint64_t number = 7;
		uri_t uri;

		assert_int_equal(uri_read(all[i].target, &uri), URI_OK);
		if (uri_number(&uri, "n", 1, 1000, &number) != all[i].good || number != all[i].number)
			fail_msg("%s", all[i].target);
	}
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS];
	const struct CMUnitTest others[] = {
		cmocka_unit_test(holds_the_longest),
		cmocka_unit_test(texts),
		cmocka_unit_test(numbers),
	};

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, reads, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL) + cmocka_run_group_tests(others, NULL, NULL);
}
