#include "tests/validator/message.h"
#include "validator/name.h"

enum { NOW = 1700000000 };

#define ASK    "? example.org. MX\n"
#define MX(mx) "an example.org. 300 IN MX " mx "\n"
#define SIG    "an example.org. 300 IN RRSIG MX 8 2 300 20231201000000 20231101000000 1 example.org. AAAA\n"

struct row {
	const char *name;
	const char *packet;
	const char *changes; /* for each record k, d or c: keep, drop, cut */
	answer_err_t err;
	const char *records;
};

static struct row rows[] = {
	{ "nothing to change", ASK MX("10 a.") SIG, "", ANSWER_OK,
	  "0 example.org. 300 IN MX 10 a.\n"
	  "1 example.org. 300 IN RRSIG MX 8 2 300 20231201000000 20231101000000 1 example.org. AAAA\n" },
	{ "all kept", ASK MX("10 a.") SIG, "k", ANSWER_OK,
	  "0 example.org. 300 IN MX 10 a.\n"
	  "1 example.org. 300 IN RRSIG MX 8 2 300 20231201000000 20231101000000 1 example.org. AAAA\n" },
	{ "one dropped, and the signature", ASK MX("10 a.") SIG MX("5 b.") MX("7 c."), "kdk", ANSWER_OK,
	  "0 example.org. 300 IN MX 7 c.\n0 example.org. 300 IN MX 10 a.\n" },
	{ "more records than changes", ASK MX("10 a.") MX("5 b.") MX("7 c."), "d", ANSWER_OK,
	  "0 example.org. 300 IN MX 5 b.\n0 example.org. 300 IN MX 7 c.\n" },
	{ "more changes than records", ASK MX("10 a.") MX("5 b."), "dkdd", ANSWER_OK,
	  "0 example.org. 300 IN MX 5 b.\n" },
	{ "a dropped record's TTL does not count", ASK MX("10 a.") "an example.org. 5 IN MX 20 b.\n", "kd", ANSWER_OK,
	  "0 example.org. 300 IN MX 10 a.\n" },
	{ "a malformed one dropped", ASK MX("\\# 00") MX("10 a."), "dk", ANSWER_OK,
	  "0 example.org. 300 IN MX 10 a.\n" },
	{ "a malformed one kept", ASK MX("\\# 00") MX("10 a."), "kd", ANSWER_MALFORMED, "" },
	{ "a malformed one cut", ASK MX("\\# 00") MX("10 a."), "ck", ANSWER_MALFORMED, "" },
	{ "octets behind the exchange cut", ASK MX("\\# 000a01610007") MX("10 b.") SIG, "ck", ANSWER_OK,
	  "0 example.org. 300 IN MX 10 b.\n0 example.org. 300 IN MX 10 a.\n" },
	{ "octets behind a compressed exchange cut", ASK MX("\\# 000ac00c07"), "c", ANSWER_OK,
	  "0 example.org. 300 IN MX 10 example.org.\n" },
	{ "nothing left", ASK MX("10 a.") MX("\\# 00"), "dd", ANSWER_MALFORMED, "" },
	{ "only the chain's end is changed",
	  ASK "an example.org. 300 IN CNAME a.example.net.\nan example.com. 300 IN MX 1 z.\nan a.example.net. 300 IN "
	      "MX 1 x.\n"
	      "an a.example.net. 300 IN MX 2 y.\nan example.org. 300 IN RRSIG CNAME 8 2 300 20231201000000 "
	      "20231101000000 1 org. AAAA\n",
	  "dk", ANSWER_OK,
	  "0 example.org. 300 IN CNAME a.example.net.\n0 a.example.net. 300 IN MX 2 y.\n"
	  "1 example.org. 300 IN RRSIG CNAME 8 2 300 20231201000000 20231101000000 1 org. AAAA\n" },
	{ "a negative answer", ASK "rcode 3\nns org. 300 IN SOA ns.org. h.org. 1 2 3 4 300\n", "d", ANSWER_OK,
	  "2 org. 300 IN SOA ns.org. h.org. 1 2 3 4 300\n" },
};

static void edits(void **state)
{
	static const answer_limits_t limits = { .max_ttl = 86400, .negative_max_ttl = 3600 };
	static message_t message;
	static char text[MESSAGE_TEXT_MAX];
	const struct row *row = *state;
	const size_t count = strlen(row->changes);
	uint8_t *changes = test_copy((const uint8_t *)row->changes, count);
	const answer_edit_t edit = { .changes = changes, .count = count };
	answer_t answer;

	for (size_t i = 0; i < count; i++)
		changes[i] = row->changes[i] == 'd' ? ANSWER_DROP : row->changes[i] == 'c' ? ANSWER_CUT : ANSWER_KEEP;
	message_from_text(&message, row->packet);

	answer_err_t err = answer_build_with(&answer, &message.name, message.type, message.octets, message.size,
					     &limits, NOW, &edit);

	assert_string_equal(answer_strerror(err), answer_strerror(row->err));
	if (err == ANSWER_OK)
		assert_string_equal(message_answer_to_text(&message.name, message.type, &answer, text), row->records);
	answer_free(&answer);
	free(changes);
}

struct chain_row {
	const char *name;
	const char *packet;
	answer_err_t err;
	const char *chain; /* names, then the RCODE, then whether the RRset is there */
};

static struct chain_row chains[] = {
	{ "itself", ASK MX("10 a."), ANSWER_OK, "example.org. 0 found" },
	{ "itself, malformed", ASK MX("\\# 00"), ANSWER_OK, "example.org. 0 found" },
	{ "nothing", ASK, ANSWER_OK, "example.org. 0 none" },
	{ "no such name", ASK "rcode 3\n", ANSWER_OK, "example.org. 3 none" },
	{ "an alias", ASK "an example.org. 300 IN CNAME A.example.net.\nan a.example.net. 300 IN MX 1 x.\n", ANSWER_OK,
	  "example.org. a.example.net. 0 found" },
	{ "an alias to nothing", ASK "rcode 3\nan example.org. 300 IN CNAME a.example.net.\n", ANSWER_OK,
	  "example.org. a.example.net. 3 none" },
	{ "a circle", ASK "an example.org. 300 IN CNAME a.\nan a. 300 IN CNAME example.org.\n", ANSWER_LOOP, NULL },
	{ "a failure", ASK "rcode 2\n", ANSWER_RCODE, NULL },
	{ "NXDOMAIN and yet a record", ASK "rcode 3\n" MX("10 a."), ANSWER_MALFORMED, NULL },
	{ "another question", "? example.com. MX\n", ANSWER_NOT_OURS, NULL },
};

static void follows(void **state)
{
	static message_t message;
	const struct chain_row *row = *state;
	char name[NAME_TEXT_MAX];
	char text[8 * NAME_TEXT_MAX] = "";
	answer_chain_t chain;
	name_t asked;

	assert_true(name_from_text("example.org", &asked));
	message_from_text(&message, row->packet);

	uint8_t *octets = test_copy(message.octets, message.size);
	answer_err_t err = answer_follow(&chain, &asked, 15, octets, message.size);

	assert_string_equal(answer_strerror(err), answer_strerror(row->err));
	for (size_t i = 0; i <= chain.links && err == ANSWER_OK; i++)
		sprintf(text + strlen(text), "%s ", name_to_text(&chain.names[i], name));
	sprintf(text + strlen(text), "%u %s", chain.rcode, chain.found ? "found" : "none");
	if (row->chain != NULL)
		assert_string_equal(text, row->chain);
	free(octets);
}

static void follows_no_packet(void **state)
{
	answer_chain_t chain;
	name_t asked;

	(void)state;
	assert_true(name_from_text("example.org", &asked));
	assert_int_equal(answer_follow(&chain, &asked, 15, (const uint8_t *)"short", 5), ANSWER_MALFORMED);
	assert_int_equal(chain.links, 0);
}

enum { ROWS = sizeof(rows) / sizeof(rows[0]), CHAINS = sizeof(chains) / sizeof(chains[0]) };

int main(void)
{
	struct CMUnitTest tests[ROWS + CHAINS + 1];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, edits, NULL, NULL, &rows[i] };
	for (size_t i = 0; i < CHAINS; i++)
		tests[ROWS + i] = (struct CMUnitTest){ chains[i].name, follows, NULL, NULL, &chains[i] };
	tests[ROWS + CHAINS] = (struct CMUnitTest)cmocka_unit_test(follows_no_packet);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
