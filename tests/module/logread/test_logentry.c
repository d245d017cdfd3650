/* test_logentry.c: lines that are entries, lines that only look so, and what is said of those. */
#include "module/logread/logentry.h"

#include "tests/module/logread/lines.h"

/* What is replaced in a line that is good, and what becomes of it. */
typedef struct row {
	const char *name;
	const char *from;
	const char *to;
	logentry_got_t want;
	const char *why; /* some of it; NULL with what is read */
} row_t;

static const line_t good = { .client = "192.0.2.1", .check = "target-is-alias", .blamed = "mx1.example.org." };

#define HOST "\"exchange\":\"mx1.example.org.\""

static const row_t rows[] = {
	{ "as it is written", "", "", LOGENTRY_READ, NULL },
	{ "a key that is not known", "{\"v\"", "{\"colour\":[{}],\"v\"", LOGENTRY_READ, NULL },
	{ "another kind of line", "\"assessment\"", "\"checkpoint\"", LOGENTRY_OTHER, NULL },
	{ "no JSON", "{\"v\"", "[\"v\"", LOGENTRY_MALFORMED, "it is no JSON" },
	{ "a key twice", "{\"v\":1", "{\"v\":1,\"v\":1", LOGENTRY_MALFORMED, "it is no JSON" },
	{ "nested too deep", "{\"v\"", "{\"x\":[[[[[[[[]]]]]]]],\"v\"", LOGENTRY_MALFORMED, "nested deeper" },
	{ "nested as deep as may be", "{\"v\"", "{\"x\":[[[[[[[]]]]]]],\"v\"", LOGENTRY_READ, NULL },
	{ "brackets in a string are no depth", "{\"v\"", "{\"x\":\"[[[[[[[[[\\\"[\",\"v\"", LOGENTRY_READ, NULL },
	{ "another version", "\"v\":1", "\"v\":2", LOGENTRY_MALFORMED, "version 2" },
	{ "a version in words", "\"v\":1", "\"v\":\"1\"", LOGENTRY_MALFORMED, "" },
	{ "number 0", "\"seq\":1", "\"seq\":0", LOGENTRY_MALFORMED, "number" },
	{ "a number that overflows", "\"seq\":1", "\"seq\":99999999999999999999", LOGENTRY_MALFORMED, "JSON" },
	{ "no time", "1970-01-01T", "1970-01-32T", LOGENTRY_MALFORMED, "time" },
	{ "a domain in capitals", "\"name\":\"example", "\"name\":\"Example", LOGENTRY_MALFORMED, "question" },
	{ "a domain without its dot", "\"example.org.\"", "\"example.org\"", LOGENTRY_MALFORMED, "question" },
	{ "a domain with an escape sequence", "\"example.org.\"", "\"\\u001b[31m.\"", LOGENTRY_MALFORMED, "question" },
	{ "a type in small letters", "\"MX\"", "\"mx\"", LOGENTRY_MALFORMED, "question" },
	{ "a type that is too long", "\"MX\"", "\"ABCDEFGHIJKLMNOP\"", LOGENTRY_MALFORMED, "question" },
	{ "an unknown verdict", "\"accept\"", "\"perhaps\"", LOGENTRY_MALFORMED, "verdict" },
	{ "milliseconds below zero", "\"took_ms\":0", "\"took_ms\":-1", LOGENTRY_MALFORMED, "took_ms" },
	{ "more milliseconds than fit", "\"took_ms\":0", "\"took_ms\":4294967296", LOGENTRY_MALFORMED, "took_ms" },
	{ "a reason that is not printable", "\"reason\":\"", "\"reason\":\"\\u0007", LOGENTRY_MALFORMED, "reason" },
	{ "a client that is no address", "192.0.2.1", "192.0.2.256", LOGENTRY_MALFORMED, "client" },
	{ "a client written otherwise", "192.0.2.1", "2001:DB8::1", LOGENTRY_MALFORMED, "client" },
	{ "a port that is none", "\"port\":5353", "\"port\":65536", LOGENTRY_MALFORMED, "client" },
	{ "an extended error", "\"ede\":null", "\"ede\":{\"code\":6,\"name\":\"DNSSEC Bogus\"}", LOGENTRY_READ, NULL },
	{ "an extended error that is none", "\"ede\":null", "\"ede\":{\"code\":65536,\"name\":\"x\"}",
	  LOGENTRY_MALFORMED, "extended error" },
	{ "an action that would be none", "\"would\":null", "\"would\":\"explode\"", LOGENTRY_MALFORMED, "would" },
	{ "a host that is no name", HOST, "\"exchange\":\"a..b.\"", LOGENTRY_MALFORMED, "no name of a host" },
	{ "a host that is a number", HOST, "\"exchange\":7", LOGENTRY_MALFORMED, "in mx" },
	{ "a finding of an unknown action", "\"action\":\"log\"", "\"action\":\"dance\"", LOGENTRY_MALFORMED,
	  "finding" },
	{ "a finding without a host", "\"host\":\"mx1.example.org.\",", "", LOGENTRY_MALFORMED, "host" },
	{ "findings that are no array", "\"findings\":[", "\"findings\":{},\"other_findings\":[", LOGENTRY_MALFORMED,
	  "findings" },
	{ "a stale answer", "\"other\":[]}", "\"other\":[],\"stale\":true}", LOGENTRY_READ, NULL },
	{ "a stale answer that is neither", "\"other\":[]}", "\"other\":[],\"stale\":1}", LOGENTRY_MALFORMED, "stale" },
	{ "octets behind the end", "\"other\":[]}", "\"other\":[]}}", LOGENTRY_MALFORMED, "JSON" },
	{ "an end that is missing", "\"other\":[]}", "\"other\":[]", LOGENTRY_MALFORMED, "JSON" },
};

static void check_good(const logentry_t *entry)
{
	assert_int_equal(entry->seq, 1);
	assert_int_equal(entry->kind, LOGENTRY_ASSESSMENT);
	assert_string_equal(entry->domain, "example.org.");
	assert_string_equal(entry->type, "MX");
	assert_string_equal(entry->client.address, "192.0.2.1");
	assert_int_equal(entry->client.port, 5353);
	assert_int_equal(entry->check_count, 1);
	assert_string_equal(entry->checks[0].name, "target-is-alias");
	assert_false(entry->checks[0].acted);
	assert_int_equal(entry->host_count, 1);
	assert_string_equal(entry->hosts[0].name, "mx1.example.org.");
	assert_false(logentry_is_refused(entry));
}

static void reads(void **state)
{
	const row_t *row = *state;
	char line[LINES_TEXT_MAX];
	char text[LINES_TEXT_MAX];
	char why[LOGENTRY_WHY_MAX] = "";
	const char *place;
	uint8_t *copy;
	logentry_t entry;

	line_text(&good, 1, line);
	place = strstr(line, row->from);
	assert_non_null(place);
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(place - line), line, row->to, place + strlen(row->from));
	copy = test_copy((const uint8_t *)text, strlen(text));
	assert_int_equal(logentry_read((const char *)copy, strlen(text), &entry, why), row->want);
	if (row->want == LOGENTRY_READ) {
		check_good(&entry);
		logentry_clear(&entry);
	}
	assert_int_equal(why[0] != '\0', row->want == LOGENTRY_MALFORMED);
	if (row->why != NULL)
		assert_non_null(strstr(why, row->why));
	free(copy);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, reads, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
