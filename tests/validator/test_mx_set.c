#include "tests/validator/message.h"
#include "validator/mx_set.h"
#include "validator/name.h"

#define ASK     "? example.org. MX\n"
#define MX(mx)  "an example.org. 300 IN MX " mx "\n"
#define RAW(mx) MX("\\# " mx)

struct row {
	const char *name;
	const char *packet;
	const char *set; /* "10 mx1.example.org." and so on; then the places of the packet's records in it */
};

static struct row rows[] = {
	{ "none", ASK, "|" },
	{ "in delivery order", ASK MX("20 a.example.org.") MX("10 c.example.org.") MX("10 b.example.org."),
	  "10 b.example.org. 10 c.example.org. 20 a.example.org. | 2 1 0" },
	{ "identical ones once, in any case",
	  ASK MX("10 a.example.org.") MX("10 A.example.ORG.") MX("20 a.example.org."),
	  "10 a.example.org. 20 a.example.org. | 0 0 1" },
	{ "a prefix of another name", ASK MX("10 a.example.org.org.") MX("10 a.example.org."),
	  "10 a.example.org. 10 a.example.org.org. | 1 0" },
	{ "empty RDATA", ASK MX("10 a.example.org.") RAW(""), "10 a.example.org. (ends before the field does) | 0 1" },
	{ "a preference alone", ASK RAW("0001"), "(ends before the field does) | 0" },
	{ "a label that overruns", ASK RAW("000109"), "(ends before the field does) | 0" },
	{ "a pointer forwards", ASK RAW("0001c0ff"), "(a compression pointer does not lead backwards) | 0" },
	{ "an unknown label", ASK RAW("000140"), "(a label is of an unknown type) | 0" },
	{ "octets that follow", ASK RAW("000a0161000000"), "10 a. trailing | 0" },
	{ "octets that follow one of two", ASK RAW("000a016100") RAW("000a01610000"), "10 a. trailing | 0 0" },
	{ "malformed ones come last, as one", ASK RAW("0001") MX("65535 a.example.org.") RAW("000109"),
	  "65535 a.example.org. (ends before the field does) | 1 0 1" },
	{ "other owners, classes, sections",
	  ASK "an example.com. 300 IN MX 1 a.\nan example.org. 300 CH MX \\# 000100\n" MX(
		  "2 c.") "ns example.org. 300 IN MX 1 b.\n",
	  "2 c. | 0 unrelated 3" },
	{ "a chain", ASK "an example.org. 300 IN CNAME x.example.net.\nan x.example.net. 300 IN MX 3 d.\n",
	  "3 d. | 0" },
	{ "a chain through a DNAME",
	  ASK "an org. 300 IN DNAME net.\nan example.org. 300 IN CNAME example.net.\n"
	      "an org. 300 IN RRSIG DNAME 8 1 300 20231201000000 20231101000000 1 org. AAAA\nan example.net. 300 IN MX "
	      "3 d.\n",
	  "3 d. | 0" },
	{ "an alias beside it", ASK MX("1 a.") "an example.org. 300 IN CNAME x.example.net.\n", "1 a. | 0 alias" },
	{ "a signature above its zone",
	  ASK MX("1 a.") "an example.org. 300 IN RRSIG MX 8 1 300 20231201000000 20231101000000 1 Example.org. AAAA\n",
	  "1 a. | 0 above example.org." },
	{ "a wildcard's signature",
	  ASK MX("1 a.") "an example.org. 300 IN RRSIG MX 8 1 300 20231201000000 20231101000000 1 org. AAAA\n",
	  "1 a. | 0" },
	{ "addresses beside it",
	  ASK MX("1 a.") "an example.org. 300 IN A 8.8.8.8\nns a. 300 IN AAAA ::1\n"
			 "ns example.org. 300 IN NS a.\nns example.org. 300 IN RRSIG A 8 2 300 20231201000000 "
			 "20231101000000 1 org. AAAA\n",
	  "1 a. | 0 unrelated 3" },
};

static void print_set(const mx_set_t *set, char *text)
{
	char name[NAME_TEXT_MAX];

	for (size_t i = 0; i < set->count; i++) {
		const mx_record_t *record = &set->records[i];

		if (record->malformed)
			text += sprintf(text, "(%s) ", wire_strerror(record->err));
		else
			text += sprintf(text, "%u %s %s", record->preference, name_to_text(&record->exchange, name),
					record->trailing ? "trailing " : "");
	}
	text += sprintf(text, "|");
	for (size_t i = 0; i < set->packet_count; i++)
		text += sprintf(text, " %u", set->of[i]);
	if (set->beside.unrelated > 0)
		text += sprintf(text, " unrelated %u", set->beside.unrelated);
	if (set->beside.alias)
		text += sprintf(text, " alias");
	if (set->beside.above_zone)
		sprintf(text, " above %s", name_to_text(&set->beside.signer, name));
}

static void read_set(mx_set_t *set, const char *packet)
{
	static message_t message;
	answer_chain_t chain;

	message_from_text(&message, packet);

	uint8_t *octets = test_copy(message.octets, message.size);

	assert_int_equal(answer_follow(&chain, &message.name, message.type, octets, message.size), ANSWER_OK);
	assert_true(mx_set_read(set, &chain, octets, message.size));
	free(octets);
}

static void reads_sets(void **state)
{
	const struct row *row = *state;
	char text[4096];
	mx_set_t set;

	read_set(&set, row->packet);
	print_set(&set, text);
	assert_string_equal(text, row->set);
	mx_set_free(&set);
}

static void compares_sets(void **state)
{
	static const struct {
		const char *a, *b;
		bool equal;
	} pairs[] = {
		{ ASK, ASK, true },
		{ ASK MX("1 a.") MX("2 b."), ASK MX("2 B.") MX("1 a.") MX("1 a."), true },
		{ ASK MX("1 a."), ASK MX("2 a."), false },
		{ ASK MX("1 a."), ASK MX("1 b."), false },
		{ ASK MX("1 a."), ASK MX("1 a.") MX("1 b."), false },
		{ ASK MX("1 a."), ASK, false },
		{ ASK RAW("00"), ASK MX("0 ."), false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		mx_set_t a;
		mx_set_t b;

		read_set(&a, pairs[i].a);
		read_set(&b, pairs[i].b);
		assert_int_equal(mx_set_equal(&a, &b), pairs[i].equal);
		assert_int_equal(mx_set_equal(&b, &a), pairs[i].equal);
		mx_set_free(&a);
		mx_set_free(&b);
	}
}

static void refuses_what_is_no_packet(void **state)
{
	const answer_chain_t chain = { .links = 0 };
	mx_set_t set;

	(void)state;
	assert_false(mx_set_read(&set, &chain, (const uint8_t *)"short", 5));
	mx_set_free(&set);
	assert_false(mx_set_read(&set, &chain, (const uint8_t *)"\0\0\0\0\0\0\0\1\0\0\0\0", 12));
	mx_set_free(&set);
}

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

int main(void)
{
	struct CMUnitTest tests[ROWS + 2];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, reads_sets, NULL, NULL, &rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(compares_sets);
	tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(refuses_what_is_no_packet);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
