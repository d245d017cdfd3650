/* What is wrong with a watched domain: rows of what is seen, one after the other. */
#include "module/watch/judge.h"
#include "tests/support.h"
#include "validator/rdata.h"

enum { NOW = 1700000000, DAY = 86400, STEPS = 6 };

typedef struct step {
	const char *
		seen; /* words: failed rejected alert negative null secure ends=DAYS EXCHANGE EXCHANGE- EXCHANGE~ (no name, no address) */
	const char *found; /* "kind[/host] ..."; "-": nothing is known; "": all is well */
} step_t;

typedef struct row {
	const char *name;
	const char *expect[3];
	step_t steps[STEPS];
} row_t;

static const row_t rows[] = {
	{ "as expected", { "mx1.example.", "*.mail.example." }, { { "mx1.example. a.b.mail.example.", "" } } },
	{ "another exchange, and back",
	  { "mx1.example." },
	  { { "mx1.example.", "" }, { "mx1.example. mx.evil.example.", "watch-unexpected" }, { "mx1.example.", "" } } },
	{ "a suffix is not its own name", { "*.mail.example." }, { { "mail.example.", "watch-unexpected" } } },
	{ "anything goes when nothing is expected", { NULL }, { { "a.example.", "" }, { "b.example.", "" } } },
	{ "a rejection", { NULL }, { { "rejected", "watch-rejected" }, { "a.example.", "" } } },
	{ "a rejection that has an alert of its own", { NULL }, { { "rejected alert", "" } } },
	{ "the third failure in a row counts",
	  { NULL },
	  { { "failed", "-" },
	    { "failed", "-" },
	    { "failed", "watch-failing" },
	    { "failed", "watch-failing" },
	    { "a.example.", "" },
	    { "failed", "-" } } },
	{ "signed, and then not any more",
	  { NULL },
	  { { "a.example.", "" },
	    { "secure a.example.", "" },
	    { "a.example.", "watch-insecure" },
	    { "secure a.example.", "" } } },
	{ "signatures end soon",
	  { NULL },
	  { { "secure ends=4 a.example.", "" },
	    { "secure ends=2 a.example.", "watch-signature" },
	    { "secure ends=9 a.example.", "" } } },
	{ "exchanges are gone, each by itself",
	  { NULL },
	  { { "a.example.- b.example.~ c.example.",
	      "watch-exchange-gone/a.example. watch-exchange-gone/b.example." } } },
	{ "MX records are gone",
	  { NULL },
	  { { "negative", "" }, { "a.example.", "" }, { "negative", "watch-mx-gone" }, { "a.example.", "" } } },
	{ "MX records were expected from the start", { "a.example." }, { { "negative", "watch-mx-gone" } } },
	{ "a null MX in place of exchanges", { "a.example." }, { { "null .", "watch-mx-gone" } } },
	{ "a null MX, as expected", { "." }, { { "null .", "" }, { "mx.example.", "watch-unexpected" } } },
};

static seen_t *seen_from(const char *words)
{
	seen_t *seen = calloc(1, sizeof(*seen) + 8 * sizeof(seen->exchanges[0]));
	char copy[256];
	char *rest = NULL;

	assert_non_null(seen);
	snprintf(copy, sizeof(copy), "%s", words);
	for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
		seen_exchange_t *exchange = &seen->exchanges[seen->count];
		size_t size = strlen(word);

		if (strcmp(word, "failed") == 0)
			seen->failed = true;
		else if (strcmp(word, "rejected") == 0)
			seen->rejected = true;
		else if (strcmp(word, "alert") == 0)
			seen->has_alert = true;
		else if (strcmp(word, "negative") == 0)
			seen->negative = true;
		else if (strcmp(word, "null") == 0)
			seen->null_mx = true;
		else if (strcmp(word, "secure") == 0)
			seen->secure = true;
		else if (strncmp(word, "ends=", 5) == 0)
			seen->signed_until = NOW + strtoul(word + 5, NULL, 10) * DAY;
		else {
			exchange->state = word[size - 1] == '-'   ? TARGET_NO_NAME
					  : word[size - 1] == '~' ? TARGET_NO_ADDRESS
								  : TARGET_RESOLVED;
			word[strcspn(word, "-~")] = '\0';
			assert_true(name_from_text(word, &exchange->name));
			seen->count++;
		}
	}
	return seen;
}

static void says_what_is_wrong(void **state)
{
	const row_t *row = *state;
	judge_pattern_t patterns[3] = { 0 };
	judge_wish_t wish = { .expect = patterns, .signatures_within = 3 * DAY };
	judge_memory_t memory = { 0 };
	judgement_t *judgement = calloc(1, sizeof(*judgement));

	assert_non_null(judgement);
	for (; wish.count < 3 && row->expect[wish.count] != NULL; wish.count++) {
		const char *text = row->expect[wish.count];

		patterns[wish.count].below = text[0] == '*';
		assert_true(name_from_text(text + (text[0] == '*' ? 2 : 0), &patterns[wish.count].name));
	}
	for (const step_t *step = row->steps; step < row->steps + STEPS && step->seen != NULL; step++) {
		seen_t *seen = seen_from(step->seen);
		char found[512] = "";
		size_t used = 0;

		judge(judgement, &wish, &memory, seen, NOW);
		for (size_t i = 0; i < judgement->count; i++) {
			const judge_finding_t *finding = &judgement->findings[i];

			used += (size_t)snprintf(found + used, sizeof(found) - used, "%s%s%s%s", used > 0 ? " " : "",
						 judge_kind_name(finding->kind), finding->host[0] != '\0' ? "/" : "",
						 finding->host);
		}
		assert_string_equal(found, strcmp(step->found, "-") == 0 ? "" : step->found);
		assert_int_equal(judgement->settled[JUDGE_FAILING], !seen->failed);
		assert_int_equal(judgement->settled[JUDGE_UNEXPECTED], !seen->failed && !seen->rejected);
		free(seen);
	}
	free(judgement);
}

/* A hundred long names are cut to what an alert holds. */
static void many_unexpected_ones_fit(void **state)
{
	seen_t *seen = calloc(1, sizeof(*seen) + ASSESSMENT_TARGETS_MAX * sizeof(seen->exchanges[0]));
	judge_pattern_t pattern = { 0 };
	const judge_wish_t wish = { .count = 1, .expect = &pattern };
	judgement_t *judgement = calloc(1, sizeof(*judgement));
	judge_memory_t memory = { 0 };

	(void)state;
	assert_non_null(seen);
	assert_non_null(judgement);
	assert_true(name_from_text("mx.example.", &pattern.name));
	for (; seen->count < ASSESSMENT_TARGETS_MAX; seen->count++) {
		seen->exchanges[seen->count].state = TARGET_NO_NAME;
		assert_true(name_from_text("a-rather-long-label-of-an-exchange.example.",
					   &seen->exchanges[seen->count].name));
	}
	judge(judgement, &wish, &memory, seen, NOW);
	assert_int_equal(judgement->count, 1 + ASSESSMENT_TARGETS_MAX);
	assert_non_null(strstr(judgement->findings[0].detail, ", ..."));
	free(judgement);
	free(seen);
}

/* An RRSIG over MX at the question's name, then one over CNAME that ends later. */
static const uint8_t signatures[] = {
	0xc0, 12, 0, 46, 0, 1, 0, 0, 0, 9, 0, 14, 0, 15, 8, 2, 0, 0, 0, 9, 0x65, 0x53, 0xf1, 0x00, 0, 0, 1,
	'a',  0,  0, 46, 0, 1, 0, 0, 0, 9, 0, 14, 0, 5,  8, 2, 0, 0, 0, 9, 0x66, 0x53, 0xf1, 0x00, 0, 0,
};

static void reads_when_signatures_end(void **state)
{
	(void)state;
	for (size_t size = 0; size <= sizeof(signatures); size++) {
		uint8_t *octets = test_copy(signatures, size);
		verdict_t *verdict = calloc(1, sizeof(*verdict));
		seen_t *seen;

		assert_non_null(verdict);
		verdict->answer.octets = octets;
		verdict->answer.size = size;
		verdict->answer.parts[ANSWER_PART_ANSWER_DNSSEC].size = (uint16_t)size;
		verdict->answer.parts[ANSWER_PART_ANSWER_DNSSEC].records = 2;
		seen = seen_of(verdict, 60, NOW);
		assert_non_null(seen);
		assert_int_equal(seen->signed_until, size >= 26 ? 0x6553f100 : 0);
		assert_int_equal(seen->ttl, 60);
		free(seen);
		free(verdict);
		free(octets);
	}
}

static void no_verdict_is_a_failure(void **state)
{
	seen_t *seen = seen_of(NULL, 5, NOW);

	(void)state;
	assert_non_null(seen);
	assert_true(seen->failed);
	free(seen);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 4] = { 0 };
	size_t count = 0;

	for (; count < ROWS; count++)
		tests[count] = (struct CMUnitTest){ rows[count].name, says_what_is_wrong, NULL, NULL,
						    (void *)(uintptr_t)&rows[count] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(many_unexpected_ones_fit);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(reads_when_signatures_end);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(no_verdict_is_a_failure);
	return _cmocka_run_group_tests("judge", tests, count, NULL, NULL);
}
