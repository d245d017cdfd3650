/* test_drift.c: how a set compares with what was last accepted for the domain; every action of its checks is in
 * test_assessment.c. */
#include "tests/support.h"
#include "tests/validator/script.h"
#include "validator/name.h"

#define ANSWER    "@example.org MX \n"
#define MX(words) "an example.org. 300 IN MX " words "\n"
#define GOOD      MX("10 mx1.example.net.")
#define ALSO      MX("20 mx2.example.net.")

static script_run_t run;

/* What comes of the answer for a domain of which this is remembered: its line, and the lines of the verdict that are about it. */
struct past_row {
	const char *name;
	const char *past;
	const char *answer;
	const char *policy;
	security_t security;
	const char *verdict;
};

#define SINCE "before, since 2023-06-01"

static struct past_row past_rows[] = {
	{ "the same", "insecure 10 mx1.example.net", GOOD, "", SECURITY_INSECURE, "drift none from 1\n" },
	{ "the same, in another order and case", "insecure 20 mx2.example.net 10 mx1.example.net",
	  MX("10 MX1.Example.NET.") ALSO, "", SECURITY_INSECURE, "drift none from 2\n" },
	{ "the same, one there twice", "insecure 10 mx1.example.net", GOOD MX("50 mx1.example.net."),
	  "target-two-preferences ignore", SECURITY_INSECURE, "drift none from 1\n" },
	{ "one host more", "insecure 10 mx1.example.net", GOOD ALSO, "", SECURITY_INSECURE,
	  "log mx-changed: " SINCE ": 10 mx1.example.net\ndrift changed from 1\n" },
	{ "one host less", "insecure 10 mx1.example.net 20 mx2.example.net", GOOD, "", SECURITY_INSECURE,
	  "log mx-changed: " SINCE ": 10 mx1.example.net, 20 mx2.example.net\ndrift changed from 2\n" },
	{ "other preferences", "insecure 20 mx1.example.net 20 mx2.example.net", GOOD ALSO, "", SECURITY_INSECURE,
	  "log mx-changed: other preferences only; " SINCE
	  ": 20 mx1.example.net, 20 mx2.example.net\ndrift changed from 2\n" },
	{ "other hosts below one registrable domain", "insecure 10 a.mail.example.net 10 b.example.net", GOOD, "",
	  SECURITY_INSECURE,
	  "log mx-changed: " SINCE ": 10 a.mail.example.net, 10 b.example.net\ndrift changed from 2\n" },
	{ "other hosts of one provider", "insecure 1 aspmx.l.google.com 5 alt1.aspmx.l.google.com",
	  MX("1 aspmx2.googlemail.com."), "", SECURITY_INSECURE,
	  "log mx-changed: " SINCE ": 1 aspmx.l.google.com, 5 alt1.aspmx.l.google.com\ndrift changed from 2\n" },
	{ "a provider beside one's own host", "insecure 10 mx1.example.net", GOOD MX("5 aspmx.l.google.com."), "",
	  SECURITY_INSECURE, "log mx-changed: " SINCE ": 10 mx1.example.net\ndrift changed from 1\n" },
	{ "another provider", "insecure 1 aspmx.l.google.com 5 aspmx2.googlemail.com",
	  MX("0 example-org.mail.protection.outlook.com."), "", SECURITY_INSECURE,
	  "log mx-drift: from Google to Microsoft; " SINCE
	  ": 1 aspmx.l.google.com, 5 aspmx2.googlemail.com\ndrift moved from 2\n" },
	{ "other registrable domains", "insecure 10 mx.example.com 20 mx.example.co.uk", GOOD ALSO, "",
	  SECURITY_INSECURE,
	  "log mx-drift: from example.com, example.co.uk to example.net; " SINCE
	  ": 10 mx.example.com, 20 mx.example.co.uk\ndrift moved from 2\n" },
	{ "another provider, signed", "secure 1 aspmx.l.google.com", MX("0 example-org.mail.protection.outlook.com."),
	  "", SECURITY_SECURE,
	  "log mx-changed: from Google to Microsoft; " SINCE ": 1 aspmx.l.google.com\ndrift moved from 1\n" },
	{ "another provider, and no longer signed", "secure 1 aspmx.l.google.com", GOOD, "", SECURITY_INSECURE,
	  "log mx-drift: signed before, and not now; from Google to example.net; " SINCE
	  ": 1 aspmx.l.google.com\ndrift moved from 1\n" },
	{ "another provider, which is pinned", "insecure 10 mx.example.com", GOOD,
	  "mx-drift reject; pin example.org mx1.example.net", SECURITY_INSECURE,
	  "log mx-changed: from example.com to example.net; " SINCE ": 10 mx.example.com\ndrift moved from 1\n" },
	{ "rejected", "insecure 10 mx.example.com", GOOD, "mx-drift reject", SECURITY_INSECURE,
	  "reject mx-drift: from example.com to example.net; " SINCE ": 10 mx.example.com\ndrift moved from 1\n" },
	{ "signed, and not rejected", "insecure 10 mx.example.com", GOOD, "mx-drift reject", SECURITY_SECURE,
	  "log mx-changed: from example.com to example.net; " SINCE ": 10 mx.example.com\ndrift moved from 1\n" },
	{ "all ignored", "insecure 10 mx.example.com", GOOD, "mx-drift ignore", SECURITY_INSECURE,
	  "drift moved from 1\n" },
	{ "to no MX record", "insecure 10 mx.example.com", "", "implicit-mx ignore", SECURITY_INSECURE,
	  "log mx-drift: from example.com to example.org; " SINCE ": 10 mx.example.com\ndrift moved from 1\n" },
	{ "one's own host, to no MX record", "insecure 10 mail.example.org", "", "implicit-mx ignore",
	  SECURITY_INSECURE, "log mx-changed: " SINCE ": 10 mail.example.org\ndrift changed from 1\n" },
	{ "the domain itself, to no MX record", "insecure 10 example.org", "", "implicit-mx ignore", SECURITY_INSECURE,
	  "log mx-changed: " SINCE ": 10 example.org\ndrift changed from 1\n" },
	{ "to no such name", "insecure 10 mx.example.com", "rcode 3\n", "", SECURITY_INSECURE,
	  "log mx-changed: " SINCE ": 10 mx.example.com\ndrift changed from 1\n" },
	{ "to a null MX", "insecure 10 mx.example.com", MX("0 ."), "", SECURITY_INSECURE,
	  "log mx-changed: " SINCE ": 10 mx.example.com\ndrift changed from 1\n" },
	{ "to records that do not read", "insecure 10 mx.example.com", "an example.org. 300 IN MX \\# 00\n",
	  "rdata-malformed ignore", SECURITY_INSECURE,
	  "reject rdata-malformed: ends before the field does\n"
	  "log mx-drift: from example.com to nobody; " SINCE ": 10 mx.example.com\ndrift moved from 1\n" },
	{ "a host that is stripped, and was not", "insecure 10 mx1.example.net 20 localhost", GOOD MX("20 localhost."),
	  "", SECURITY_INSECURE, "strip target-localhost localhost\ndrift none from 2\n" },
	{ "a host that is stripped, and was", "insecure 10 mx1.example.net", GOOD MX("20 localhost."), "",
	  SECURITY_INSECURE, "strip target-localhost localhost\ndrift none from 1\n" },
	{ "a host that is not stripped, and was", "insecure 10 mx1.example.net", GOOD MX("20 localhost."),
	  "target-localhost ignore", SECURITY_INSECURE,
	  "log mx-changed: " SINCE ": 10 mx1.example.net\ndrift changed from 1\n" },
	{ "none is left but others' hosts", "insecure 20 mx.localhost", GOOD MX("20 mx.localhost."), "",
	  SECURITY_INSECURE,
	  "strip target-localhost mx.localhost\n"
	  "log mx-drift: from mx.localhost to example.net; " SINCE ": 20 mx.localhost\ndrift moved from 1\n" },
	{ "a null MX beside exchanges", "insecure 10 mx1.example.net", GOOD MX("0 ."), "null-mx-not-alone ignore",
	  SECURITY_INSECURE, "drift none from 1\n" },
	{ "no MX record as the last time", "ended 10 mx.example.com", "", "implicit-mx ignore", SECURITY_INSECURE,
	  "drift none from 1\n" },
	{ "a null MX as the last time", "ended 10 mx.example.com", MX("0 ."), "", SECURITY_INSECURE,
	  "drift none from 1\n" },
	{ "exchanges that come back", "ended 10 mx1.example.net", GOOD, "", SECURITY_INSECURE, "drift none from 1\n" },
	{ "others than were before there was none", "ended 10 mx.example.com", GOOD, "", SECURITY_INSECURE,
	  "log mx-drift: from example.com to example.net; " SINCE
	  " until 2023-11-02: 10 mx.example.com\ndrift moved from 1\n" },
	{ "nothing is remembered", "insecure", GOOD, "", SECURITY_INSECURE, "drift unknown\n" },
	{ "no answer", "insecure 10 mx.example.com", "rcode 2\n", "", SECURITY_INSECURE, "drift unknown\n" },
};

/* Behind the lines about the answer and its records. */
static const char *behind_targets(const char *text)
{
	for (const char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n') + 1)
		if (line != text && *line != '=' && *line != '-')
			return line;
	return "";
}

static void remembers(void **state)
{
	const struct past_row *row = *state;
	char network[2048];
	script_t script = {
		.domain = "example.org", .policy = row->policy, .network = network, .security = row->security
	};

	snprintf(network, sizeof(network), ANSWER "%s@past %s\n", row->answer, row->past);
	for (script.seed = 0; script.seed < 6; script.seed++) {
		script_run(&run, &script);
		assert_string_equal(behind_targets(run.text), row->verdict);
		script_end(&run);
	}
}

/* Octets of the finding's detail. */
static size_t find_drift(const verdict_t *verdict)
{
	for (size_t i = 0; i < verdict->finding_count; i++)
		if (verdict->findings[i].check == CHECK_MX_DRIFT)
			return strlen(verdict->findings[i].detail);
	return 0;
}

static void append(char *text, size_t room, const char *format, ...) PRINTF_LIKE(3, 4);

static void append(char *text, size_t room, const char *format, ...)
{
	const size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, room - used, format, arguments);
	va_end(arguments);
}

/* More exchanges than an assessment looks at, none of them shared: still one verdict, and a detail that fits. */
static void remembers_no_more_than_there_is_room_for(void **state)
{
	char text[1 << 14] = ANSWER;
	script_t script = { .domain = "example.org", .policy = "targets 1", .network = text };

	(void)state;
	for (unsigned i = 0; i < 120; i++)
		append(text, sizeof(text), MX("%u mx.now-%u.com."), i, i);
	append(text, sizeof(text), "@past insecure");
	for (unsigned i = 0; i < 120; i++)
		append(text, sizeof(text), " %u mx.before-%u.com", i, i);
	append(text, sizeof(text), "\n");
	script_run(&run, &script);
	assert_int_equal(run.verdict->drift, DRIFT_MOVED);
	assert_int_equal(run.verdict->past->count, ASSESSMENT_TARGETS_MAX);
	assert_int_equal(find_drift(run.verdict), ASSESSMENT_DETAIL_MAX - 1);
	script_end(&run);
}

/* A bogus answer is compared with nothing, and nobody waits for the past then. */
static void does_not_wait_in_vain(void **state)
{
	static const answer_limits_t limits = { .max_ttl = 86400, .negative_max_ttl = 3600 };
	policy_t *policy = script_policy("");
	assessment_t *assessment;
	name_t name;
	const outcome_t bogus = { .state = OUTCOME_ANSWERED, .security = SECURITY_BOGUS, .why = "why" };
	const past_exchange_t exchange = { .exchange = { .size = 1 } };
	need_t answer = { .kind = NEED_TARGET };
	need_t past = { .kind = NEED_TARGET };

	(void)state;
	assert_true(name_from_text("example.org", &name));
	assessment = assessment_begin(policy, &name, &limits, SCRIPT_NOW);
	assert_non_null(assessment);
	assert_true(assessment_next_need(assessment, &answer) && assessment_next_need(assessment, &past));
	assert_int_equal(past.kind, NEED_PAST);
	assert_int_equal(assessment_waits_for(assessment, NEED_PAST), 1);
	assessment_supply(assessment, answer.id, &bogus);
	assert_int_equal(assessment_waits_for(assessment, NEED_PAST), 0);
	assessment_supply_past(assessment, &(past_set_t){ .count = 1, .exchanges = &exchange });
	assert_int_equal(assessment_finish(assessment)->drift, DRIFT_UNKNOWN);
	assessment_supply_past(assessment, NULL);
	assessment_free(assessment);
	policy_free(policy);
}

enum { ROWS = sizeof(past_rows) / sizeof(past_rows[0]) };

int main(void)
{
	struct CMUnitTest tests[ROWS + 2] = {
		[ROWS] = cmocka_unit_test(remembers_no_more_than_there_is_room_for),
		[ROWS + 1] = cmocka_unit_test(does_not_wait_in_vain),
	};

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ past_rows[i].name, remembers, NULL, NULL, &past_rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
