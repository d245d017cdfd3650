/* test_by_inquiry.c: from what an inquiry came to, to a result. */
#include "tests/support.h"

#include "module/lookup/result.h"
#include "validator/ede.h"
#include "validator/name.h"

enum { SERVFAIL = 2, NXDOMAIN = 3 };

/* MX 10 mx1 of the question's name, and A 25.25.0.1; compressed against the question. */
#define MX_RECORD "\300\14\0\17\0\1\0\0\1\54\0\10\0\12\3mx1\300\14"

struct row {
	const char *name;
	const uint8_t *octets; /* of the first part */
	size_t size;
	uint8_t rcode;
	security_t security;
	bool failure;
	uint16_t ede;
	const char *text;
	bool judged; /* with a verdict: */
	bool rejected;
	bool no_answer;
	bool show_bogus;
	result_status_t want;
	trust_t want_trust;
	uint16_t want_rcode;
	bool want_records;
	const char *want_why;
};

static const struct row rows[] = {
	{ .name = "an insecure answer",
	  OCTETS(MX_RECORD),
	  .ede = CACHE_NO_EDE,
	  .judged = true,
	  .want = RESULT_ANSWER,
	  .want_trust = TRUST_INSECURE,
	  .want_records = true,
	  .want_why = "" },
	{ .name = "a secure answer of another inquiry than MX",
	  OCTETS(MX_RECORD),
	  .security = SECURITY_SECURE,
	  .ede = CACHE_NO_EDE,
	  .want = RESULT_ANSWER,
	  .want_trust = TRUST_SECURE,
	  .want_records = true,
	  .want_why = "" },
	{ .name = "what is left of a set",
	  OCTETS(MX_RECORD),
	  .ede = EDE_FORGED_ANSWER,
	  .text = "mx: target-internal mx2.example.org",
	  .judged = true,
	  .want = RESULT_ANSWER,
	  .want_trust = TRUST_INSECURE,
	  .want_records = true,
	  .want_why = "" },
	{ .name = "no such name",
	  .rcode = NXDOMAIN,
	  .ede = CACHE_NO_EDE,
	  .judged = true,
	  .want = RESULT_NO_RECORD,
	  .want_trust = TRUST_INSECURE,
	  .want_rcode = NXDOMAIN,
	  .want_records = true,
	  .want_why = "" },
	{ .name = "rejected by policy",
	  .failure = true,
	  .ede = EDE_BLOCKED,
	  .text = "mx: target-is-address 25.25.20.3",
	  .judged = true,
	  .rejected = true,
	  .want = RESULT_REJECTED,
	  .want_trust = TRUST_INSECURE,
	  .want_rcode = SERVFAIL,
	  .want_why = "The exchange looks like an IP address instead of a host's name." },
	{ .name = "no answer to judge",
	  .failure = true,
	  .ede = EDE_NO_REACHABLE_AUTHORITY,
	  .text = "nobody is there",
	  .judged = true,
	  .rejected = true,
	  .no_answer = true,
	  .want = RESULT_FAILED,
	  .want_trust = TRUST_UNKNOWN,
	  .want_rcode = SERVFAIL,
	  .want_why = "nobody is there" },
	{ .name = "no answer to another type",
	  .failure = true,
	  .ede = EDE_NO_REACHABLE_AUTHORITY,
	  .text = "no\033[31m",
	  .want = RESULT_FAILED,
	  .want_trust = TRUST_UNKNOWN,
	  .want_rcode = SERVFAIL,
	  .want_why = "no\\027[31m" },
	{ .name = "a bogus MX answer",
	  OCTETS(MX_RECORD),
	  .security = SECURITY_BOGUS,
	  .failure = true,
	  .ede = EDE_SIGNATURE_EXPIRED,
	  .text = "signature expired",
	  .judged = true,
	  .rejected = true,
	  .want = RESULT_BOGUS,
	  .want_trust = TRUST_BOGUS,
	  .want_rcode = SERVFAIL,
	  .want_why = "signature expired" },
	{ .name = "a bogus answer of another type, with --cd",
	  OCTETS(MX_RECORD),
	  .security = SECURITY_BOGUS,
	  .failure = true,
	  .ede = EDE_SIGNATURE_EXPIRED,
	  .text = "signature expired",
	  .show_bogus = true,
	  .want = RESULT_BOGUS,
	  .want_trust = TRUST_BOGUS,
	  .want_rcode = SERVFAIL,
	  .want_records = true,
	  .want_why = "signature expired" },
	{ .name = "a bogus answer without data, with --cd",
	  .security = SECURITY_BOGUS,
	  .failure = true,
	  .ede = EDE_DNSSEC_BOGUS,
	  .text = "bogus",
	  .show_bogus = true,
	  .want = RESULT_BOGUS,
	  .want_trust = TRUST_BOGUS,
	  .want_rcode = SERVFAIL,
	  .want_why = "bogus" },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void fill(const struct row *row, resolution_t *resolution)
{
	resolution_begin(resolution);
	resolution->answer.security = (uint8_t)row->security;
	resolution->answer.rcode = row->rcode;
	resolution->ttl = 300;
	if (row->failure)
		resolution_fail(resolution, (ede_t)row->ede, row->text);
	else if (row->ede != CACHE_NO_EDE)
		resolution_note(resolution, (ede_t)row->ede, row->text);
	if (row->octets != NULL) {
		resolution->answer.octets = row->octets;
		resolution->answer.parts[0] = (cache_part_t){ .size = (uint16_t)row->size, .records = 1 };
	}
}

static verdict_t *verdict_of(const struct row *row, target_t *target, const past_set_t *past)
{
	verdict_t *verdict = calloc(1, sizeof(*verdict));

	assert_non_null(verdict);
	verdict->drift = DRIFT_NONE;
	verdict->past = past;
	verdict->rejected = row->rejected;
	verdict->failed = row->no_answer;
	verdict->received = row->security;
	verdict->targets = target;
	verdict->target_count = 1;
	verdict->finding_count = 2;
	verdict->findings[0].check = CHECK_TARGET_UNDERSCORE;
	verdict->findings[0].action = ACTION_LOG;
	verdict->findings[1].check = CHECK_TARGET_IS_ADDRESS;
	verdict->findings[1].action = row->rejected ? ACTION_REJECT : ACTION_LOG;
	return verdict;
}

static void takes(void **state)
{
	const struct row *row = *state;
	request_t request = { .type = LDNS_RR_TYPE_MX, .show_bogus = row->show_bogus };
	resolution_t resolution;
	target_t *target = calloc(1, sizeof(*target));
	past_exchange_t exchange = { .preference = 9 };
	past_set_t past = { .since = 1, .count = 1, .exchanges = &exchange };
	verdict_t *verdict = row->judged ? verdict_of(row, target, &past) : NULL;
	result_t result = { .status = RESULT_FAILED };

	assert_true(name_from_text("example.org", &request.name));
	target->preference = 7;
	fill(row, &resolution);
	result_take_inquiry(&result, &request, &resolution, verdict);
	exchange.preference = 0;
	past.since = 0;
	free(verdict); /* the result has its own, as the inquiry's ends */
	free(target);
	assert_int_equal(result.status, row->want);
	assert_int_equal(result.trust, row->want_trust);
	assert_int_equal(result.rcode, row->want_rcode);
	assert_string_equal(result.why, row->want_why);
	assert_int_equal(result.records != NULL, row->want_records);
	if (result.status == RESULT_ANSWER)
		assert_int_equal(result.ttl, 300);
	assert_int_equal(result.error_count, row->ede != CACHE_NO_EDE);
	if (result.error_count > 0)
		assert_int_equal(result.errors[0].code, row->ede);
	assert_int_equal(result.verdict != NULL, row->judged);
	if (result.verdict != NULL) {
		assert_int_equal(result.verdict->targets[0].preference, 7);
		assert_int_equal(result.verdict->past->since, 1);
		assert_int_equal(result.verdict->past->exchanges[0].preference, 9);
	}
	result_free(&result);
}

int main(void)
{
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, takes, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("by_inquiry", tests, NULL, NULL);
}
