/* test_records.c: from a packet to RDATA in words, also where libldns has none. */
#include "tests/support.h"

#include "module/ask/records.h"
#include "validator/name.h"

#define HEADER   "\0\1\201\200\0\1\0\1\0\0\0\0"
#define QUESTION "\1a\0"

struct row {
	const char *name;
	const uint8_t *octets;
	size_t size;
	uint16_t type;
	answer_err_t want;
	const char *rdata; /* of the first record */
};

static const struct row rows[] = {
	{ "an address", OCTETS(HEADER QUESTION "\0\1\0\1\300\14\0\1\0\1\0\0\0\74\0\4\300\0\2\1"), 1, ANSWER_OK,
	  "192.0.2.1" },
	{ "several fields", OCTETS(HEADER QUESTION "\0\17\0\1\300\14\0\17\0\1\0\0\0\74\0\5\0\12\1\033\0"), 15,
	  ANSWER_OK, "10 \\027." },
	{ "a type that libldns does not know", OCTETS(HEADER QUESTION "\377\1\0\1\300\14\377\1\0\1\0\0\0\74\0\2\1\377"),
	  65281, ANSWER_OK, "\\# 2 01ff" },
	{ "RDATA that libldns cannot show: CAA with an empty tag",
	  OCTETS(HEADER QUESTION "\1\1\0\1\300\14\1\1\0\1\0\0\0\74\0\4\0\0ue"), 257, ANSWER_OK, "\\# 4 00007565" },
	{ "RDATA that is not of its type's form",
	  OCTETS(HEADER QUESTION "\0\1\0\1\300\14\0\1\0\1\0\0\0\74\0\3\300\0\2"), 1, ANSWER_MALFORMED, NULL },
	{ "the answer to another question", OCTETS(HEADER QUESTION "\0\2\0\1\300\14\0\2\0\1\0\0\0\74\0\1\0"), 1,
	  ANSWER_NOT_OURS, NULL },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void shows(void **state)
{
	const struct row *row = *state;
	uint8_t *octets = test_copy(row->octets, row->size);
	ldns_pkt *records;
	uint32_t ttl = 0;
	name_t name;

	assert_true(name_from_text("a.", &name));
	assert_string_equal(answer_strerror(records_read(&name, row->type, octets, row->size, false, &records, &ttl)),
			    answer_strerror(row->want));
	free(octets);
	if (row->want == ANSWER_OK) {
		char *text = records_rdata(ldns_rr_list_rr(ldns_pkt_answer(records), 0));

		assert_string_equal(text, row->rdata);
		assert_int_equal(ttl, 60);
		free(text);
	} else {
		assert_null(records);
	}
	ldns_pkt_free(records);
}

/* An A record and the RRSIG that covers it; who asks for DNSSEC gets both. */
static void keeps_signatures_on_request(void **state)
{
	static const struct row row = {
		.octets = (const uint8_t *)"\0\1\201\200\0\1\0\2\0\0\0\0" QUESTION "\0\1\0\1"
					   "\300\14\0\1\0\1\0\0\0\74\0\4\300\0\2\1"
					   "\300\14\0\56\0\1\0\0\0\74\0\24\0\1\10\1\0\0\0\74\177\0\0\0\0\0\0\0\0\1\0x",
		.size = 12 + 3 + 4 + 16 + 12 + 20,
	};
	uint8_t *octets = test_copy(row.octets, row.size);
	ldns_pkt *records;
	name_t name;

	(void)state;
	assert_true(name_from_text("a.", &name));
	for (int dnssec = 0; dnssec <= 1; dnssec++) {
		assert_int_equal(records_read(&name, 1, octets, row.size, dnssec, &records, NULL), ANSWER_OK);
		assert_int_equal(ldns_pkt_ancount(records), 1 + dnssec);
		ldns_pkt_free(records);
	}
	free(octets);
}

int main(void)
{
	struct CMUnitTest tests[ROWS + 1];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, shows, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(keeps_signatures_on_request);
	return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
