/* test_logfilter.c: which values a condition takes, and which entries it finds. */
#include "module/logread/logfilter.h"

#include "tests/module/logread/lines.h"

#define NOW UINT64_C(1795373581042) /* 2026-11-22T18:53:01.042Z */

typedef struct row {
	const char *name;
	const char *key;
	const char *value;
	enum { REFUSED, MISSED, FOUND } want; /* of `entry` */
	line_t entry;
} row_t;

static const row_t rows[] = {
	{ "domain itself", "domain", "example.org", FOUND, { 0 } },
	{ "domain in capitals", "domain", "EXAMPLE.org.", FOUND, { 0 } },
	{ "domain below", "domain", "org", FOUND, { 0 } },
	{ "all domains", "domain", ".", FOUND, { 0 } },
	{ "domain above", "domain", "a.example.org", MISSED, { 0 } },
	{ "domain that ends alike", "domain", "example.org", MISSED, { .domain = "anexample.org." } },
	{ "domain with a backslash", "domain", "a\\.b.org", FOUND, { .domain = "a\\\\.b.org." } },
	{ "no domain", "domain", "a..b", REFUSED, { 0 } },
	{ "empty domain", "domain", "", REFUSED, { 0 } },
	{ "host", "host", "MX1.example.org", FOUND, { 0 } },
	{ "host of a finding", "host", "a.org", FOUND, { .check = "target-is-alias", .blamed = "a.org." } },
	{ "host above", "host", "example.org", MISSED, { 0 } },
	{ "no host", "host", "a..b", REFUSED, { 0 } },
	{ "check", "check", "target-is-alias", FOUND, { .check = "target-is-alias" } },
	{ "other check", "check", "target-is-alias", MISSED, { .check = "bogus" } },
	{ "check that nobody knows", "check", "target", REFUSED, { 0 } },
	{ "verdict", "verdict", "reject", FOUND, { .verdict = "reject" } },
	{ "other verdict", "verdict", "reject", MISSED, { 0 } },
	{ "one verdict of two", "verdict", "strip,reject", FOUND, { .verdict = "reject" } },
	{ "none of two verdicts", "verdict", "strip,reject", MISSED, { .verdict = "failed" } },
	{ "a verdict twice", "verdict", "accept,accept", FOUND, { 0 } },
	{ "a verdict and nothing", "verdict", "accept,", REFUSED, { 0 } },
	{ "nothing and a verdict", "verdict", ",accept", REFUSED, { 0 } },
	{ "a verdict and a blank", "verdict", "accept, reject", REFUSED, { 0 } },
	{ "a verdict and none", "verdict", "accept,no", REFUSED, { 0 } },
	{ "verdict in capitals", "verdict", "REJECT", REFUSED, { 0 } },
	{ "type", "type", "mx", FOUND, { 0 } },
	{ "other type", "type", "A", MISSED, { 0 } },
	{ "type without a name", "type", "type65280", FOUND, { .type = "rejected", .qtype = "TYPE65280" } },
	{ "no type", "type", "M X", REFUSED, { 0 } },
	{ "client", "client", "192.0.2.1", FOUND, { .client = "192.0.2.1" } },
	{ "other client", "client", "192.0.2.1", MISSED, { .client = "192.0.2.10" } },
	{ "nobody", "client", "192.0.2.1", MISSED, { 0 } },
	{ "network", "client", "192.0.2.0/25", FOUND, { .client = "192.0.2.127" } },
	{ "network's neighbour", "client", "192.0.2.0/25", MISSED, { .client = "192.0.2.128" } },
	{ "network of IPv6", "client", "2001:db8::/29", FOUND, { .client = "2001:dbf::1" } },
	{ "neighbour of IPv6", "client", "2001:db8::/29", MISSED, { .client = "2001:dc0::1" } },
	{ "IPv6 written longer", "client", "2001:DB8:0::1", FOUND, { .client = "2001:db8::1" } },
	{ "no network", "client", "192.0.2.0/33", REFUSED, { 0 } },
	{ "network of no bits", "client", "192.0.2.0/0", REFUSED, { 0 } },
	{ "network without bits", "client", "192.0.2.0/", REFUSED, { 0 } },
	{ "name of a client", "client", "localhost", REFUSED, { 0 } },
	{ "text", "q", "timed OUT", FOUND, { .reason = "it Timed out" } },
	{ "text that is not there", "q", "timed out", MISSED, { 0 } },
	{ "text of a key", "q", "took_ms", MISSED, { 0 } },
	{ "text of a hash", "q", "89abcdef01", MISSED, { 0 } },
	{ "text with a quotation mark", "q", "a \"b\"", FOUND, { .reason = "A \\\"B\\\"" } },
	{ "text that is escaped", "q", "slash/", FOUND, { .reason = "sl\\u0061sh\\/" } },
	{ "since itself", "since", "2026-11-22T18:53:01.042Z", FOUND, { .time = NOW } },
	{ "since later", "since", "2026-11-22T18:53:01.043Z", MISSED, { .time = NOW } },
	{ "since before", "since", "2h", FOUND, { .time = NOW - 7200000 } },
	{ "longer ago", "since", "2h", MISSED, { .time = NOW - 7200001 } },
	{ "until itself", "until", "2026-11-22T18:53:01.042Z", MISSED, { .time = NOW } },
	{ "until later", "until", "2026-11-22T18:53:01.043Z", FOUND, { .time = NOW } },
	{ "until the end of time", "until", "9999-12-31T23:59:60Z", FOUND, { .time = NOW } },
	{ "until the beginning", "until", "1970-01-01", FOUND, { .time = 0 } },
	{ "no time", "since", "yesterday", REFUSED, { 0 } },
	{ "no condition", "colour", "red", REFUSED, { 0 } },
	{ "value that is not safe to print", "verdict", "\033[31m", REFUSED, { 0 } },
};

static void check_refused(const row_t *row, const char *why)
{
	assert_non_null(strstr(why, row->key));
	for (const char *at = why; *at != '\0'; at++)
		assert_in_range(*at, ' ', '~');
}

static void filters(void **state)
{
	const row_t *row = *state;
	logfilter_t filter = { 0 };
	char why[LOGFILTER_WHY_MAX];
	char text[LINES_TEXT_MAX];
	logentry_t entry;
	bool found;

	if (!logfilter_set(&filter, row->key, row->value, NOW, why)) {
		assert_int_equal(row->want, REFUSED);
		check_refused(row, why);
		return;
	}
	line_text(&row->entry, 1, text);
	assert_int_equal(logentry_read(text, strlen(text), &entry, why), LOGENTRY_READ);
	found = logfilter_matches(&filter, &entry);
	assert_int_equal(found ? FOUND : MISSED, row->want);
	assert_true(!found || logfilter_may_match(&filter, text, strlen(text)));
	logentry_clear(&entry);
}

/* A control character is escaped in a line, and found there all the same. */
static void finds_control_characters(void **state)
{
	static const line_t hit = { .type = "hit" };
	char text[LINES_TEXT_MAX];
	char more[LINES_TEXT_MAX + 32];
	char why[LOGFILTER_WHY_MAX];
	logfilter_t filter = { 0 };
	logentry_t entry;

	(void)state;
	line_text(&hit, 1, text);
	snprintf(more, sizeof(more), "{\"x\":\"one\\ntwo\",%s", text + 1);
	assert_int_equal(logentry_read(more, strlen(more), &entry, why), LOGENTRY_READ);
	assert_true(logfilter_set(&filter, "q", "E\nT", NOW, why));
	assert_true(logfilter_matches(&filter, &entry));
	assert_true(logfilter_may_match(&filter, more, strlen(more)));
	logentry_clear(&entry);
}

static void refuses_a_long_text(void **state)
{
	char value[LOGFILTER_TEXT_MAX + 1];
	char why[LOGFILTER_WHY_MAX];
	logfilter_t filter = { 0 };

	(void)state;
	memset(value, 'x', sizeof(value));
	value[LOGFILTER_TEXT_MAX] = '\0';
	assert_false(logfilter_set(&filter, "q", value, NOW, why));
	assert_true(strlen(why) < LOGFILTER_WHY_MAX);
	filter = (logfilter_t){ 0 };
	value[LOGFILTER_TEXT_MAX - 1] = '\0';
	assert_true(logfilter_set(&filter, "q", value, NOW, why));
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 2];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, filters, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(finds_control_characters);
	tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(refuses_a_long_text);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
