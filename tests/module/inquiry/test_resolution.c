/* test_resolution.c: what becomes of each thing that a resolver process may say. */
#include "module/inquiry/resolution.h"

#include "tests/support.h"
#include "validator/ede.h"
#include "validator/name.h"

enum { TYPE_MX = 15, WALL = 1700000000 };

/* example.org MX 10 mx1.example.org, TTL 300; flags and question are set by the rows. */
#define QUESTION  "\7example\3org\0\0\17\0\1"
#define MX_ANSWER "\300\14\0\17\0\1\0\0\1\54\0\10\0\12\3mx1\300\14"

struct row {
	const char *name;
	const uint8_t *packet;
	size_t size;
	pool_outcome_t outcome; /* packet and size come from above */
	bool failure;
	uint8_t rcode;
	uint16_t ede;
	uint32_t ttl;
	unsigned records; /* in the answer part */
	const char *text;
};

#define HEADER(flags, answers) "\0\0" flags "\0\1" answers "\0\0\0\0"

static const struct row rows[] = {
	{ "an insecure answer is passed on",
	  OCTETS(HEADER("\201\200", "\0\1") QUESTION MX_ANSWER),
	  { .security = SECURITY_INSECURE, .why = "" },
	  false,
	  0,
	  CACHE_NO_EDE,
	  300,
	  1,
	  NULL },
	{ "a secure answer is passed on",
	  OCTETS(HEADER("\201\200", "\0\1") QUESTION MX_ANSWER),
	  { .security = SECURITY_SECURE, .why = "" },
	  false,
	  0,
	  CACHE_NO_EDE,
	  300,
	  1,
	  NULL },
	{ "a bogus answer is a failure that keeps its data",
	  OCTETS(HEADER("\201\200", "\0\1") QUESTION MX_ANSWER),
	  { .security = SECURITY_BOGUS, .why = "no reason that anybody knows" },
	  true,
	  0,
	  EDE_DNSSEC_BOGUS,
	  300,
	  1,
	  "no reason that anybody knows" },
	{ "a bogus answer without data is a failure",
	  OCTETS(""),
	  { .security = SECURITY_BOGUS, .why = "no reason" },
	  true,
	  2,
	  EDE_DNSSEC_BOGUS,
	  0,
	  0,
	  "no reason" },
	{ "a bogus answer that is malformed is a failure without data",
	  OCTETS("\0\0\201\200\0\1\0\1"),
	  { .security = SECURITY_BOGUS, .why = "no reason" },
	  true,
	  2,
	  EDE_DNSSEC_BOGUS,
	  0,
	  0,
	  "no reason" },
	{ "SERVFAIL in the packet",
	  OCTETS(HEADER("\201\202", "\0\0") QUESTION),
	  { .security = SECURITY_INSECURE, .why = "" },
	  true,
	  2,
	  EDE_NO_REACHABLE_AUTHORITY,
	  0,
	  0,
	  "no server of the zone gave a usable answer" },
	{ "REFUSED in the packet",
	  OCTETS(HEADER("\201\205", "\0\0") QUESTION),
	  { .security = SECURITY_INSECURE, .why = "" },
	  true,
	  2,
	  EDE_NO_REACHABLE_AUTHORITY,
	  0,
	  0,
	  "no server of the zone gave a usable answer" },
	{ "no packet at all",
	  OCTETS(""),
	  { .rcode = 2, .security = SECURITY_INSECURE, .why = "" },
	  true,
	  2,
	  EDE_NO_REACHABLE_AUTHORITY,
	  0,
	  0,
	  "no server of the zone gave a usable answer" },
	{ "no packet, rate limited",
	  OCTETS(""),
	  { .rcode = 2, .rate_limited = true, .why = "" },
	  true,
	  2,
	  EDE_OTHER,
	  0,
	  0,
	  "too many queries to the servers of this zone" },
	{ "another question",
	  OCTETS(HEADER("\201\200", "\0\0") "\7exampl3\3org\0\0\17\0\1"),
	  { .security = SECURITY_INSECURE, .why = "" },
	  true,
	  2,
	  EDE_OTHER,
	  0,
	  0,
	  NULL },
	{ "a packet that ends early",
	  OCTETS(HEADER("\201\200", "\0\1") QUESTION "\300\14\0\17\0\1"),
	  { .security = SECURITY_SECURE, .why = "" },
	  true,
	  2,
	  EDE_OTHER,
	  0,
	  0,
	  NULL },
};

static void judges(void **state)
{
	const struct row *row = *state;
	const answer_limits_t limits = { .min_ttl = 0, .max_ttl = 86400, .negative_max_ttl = 3600 };
	uint8_t *packet = test_copy(row->packet, row->size);
	pool_outcome_t outcome = row->outcome;
	resolution_t resolution;
	name_t name;

	assert_true(name_from_text("example.org", &name));
	outcome.packet = row->size > 0 ? packet : NULL;
	outcome.size = row->size;
	resolution_judge(&resolution, &name, TYPE_MX, &outcome, &limits, WALL);
	assert_int_equal(resolution.answer.failure, row->failure);
	assert_int_equal(resolution.answer.rcode, row->rcode);
	assert_int_equal(resolution.answer.ede, row->ede);
	assert_int_equal(resolution.answer.security, outcome.security);
	assert_int_equal(resolution.ttl, row->ttl);
	assert_int_equal(resolution.answer.parts[0].records, row->records);
	if (row->text != NULL) {
		assert_int_equal(resolution.answer.ede_text_size, strlen(row->text));
		assert_memory_equal(resolution.answer.ede_text, row->text, strlen(row->text));
	}
	resolution_free(&resolution);
	free(packet);
}

static void cuts_a_long_reason(void **state)
{
	char why[1000];
	const pool_outcome_t outcome = { .security = SECURITY_BOGUS, .why = why };
	const answer_limits_t limits = { .max_ttl = 1 };
	resolution_t resolution;
	name_t name;

	(void)state;
	memset(why, 'x', sizeof(why));
	why[sizeof(why) - 1] = '\0';
	assert_true(name_from_text("example.org", &name));
	resolution_judge(&resolution, &name, TYPE_MX, &outcome, &limits, WALL);
	assert_int_equal(resolution.answer.ede_text_size, CACHE_EDE_TEXT_MAX - 1);
	resolution_free(&resolution);
}

static void gives_up(void **state)
{
	resolution_t resolution;

	(void)state;
	resolution_give_up(&resolution, RESOLUTION_TIMED_OUT, 10);
	assert_true(resolution.answer.failure);
	assert_int_equal(resolution.answer.ede, EDE_NO_REACHABLE_AUTHORITY);
	assert_string_equal(resolution.text, "no answer within 10 s");
	resolution_free(&resolution);
	resolution_give_up(&resolution, RESOLUTION_LOST, 0);
	assert_true(resolution.answer.failure);
	assert_int_equal(resolution.answer.ede, EDE_OTHER);
	resolution_free(&resolution);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 2];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, judges, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(cuts_a_long_reason);
	tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(gives_up);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
