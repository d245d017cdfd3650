/* test_summary.c: flags, RCODE and extended errors of replies, honest and hostile. */
#include "tests/support.h"

#include "module/ask/summary.h"

/* ID 1, no flags but QR; 1 question for ". NS" (5 octets); ADDITIONAL of one record. */
#define HEADER(flags, additional) "\0\1" flags "\0\1\0\0\0\0\0" additional "\0\0\2\0\1"
#define OPT(rcode, size)          "\0\0\51\4\320" rcode "\0\0\0\0" size

struct row {
	const char *name;
	const uint8_t *octets;
	size_t size;
	bool want;
	uint16_t rcode;
	bool authentic;
	size_t errors;
	uint16_t code;
	const char *text;
};

static const struct row rows[] = {
	{ "no OPT", OCTETS(HEADER("\201\240", "\0")), true, 0, true, 0, 0, NULL },
	{ "SERVFAIL", OCTETS(HEADER("\201\202", "\0")), true, 2, false, 0, 0, NULL },
	{ "extended RCODE", OCTETS(HEADER("\201\200", "\1") OPT("\1", "\0")), true, 16, false, 0, 0, NULL },
	{ "an error without text", OCTETS(HEADER("\201\202", "\1") OPT("\0", "\6") "\0\17\0\2\0\7"), true, 2, false, 1,
	  7, "" },
	{ "an error with text", OCTETS(HEADER("\201\202", "\1") OPT("\0", "\12") "\0\17\0\6\0\26dead"), true, 2, false,
	  1, 22, "dead" },
	{ "escape sequences stay harmless", OCTETS(HEADER("\201\202", "\1") OPT("\0", "\12") "\0\17\0\6\0\26\33[1\\"),
	  true, 2, false, 1, 22, "\\027[1\\" },
	{ "other options are left alone",
	  OCTETS(HEADER("\201\200", "\1") OPT("\0", "\16") "\0\12\0\4abcd\0\17\0\2\0\6"), true, 0, false, 1, 6, "" },
	{ "an error of one octet is none", OCTETS(HEADER("\201\200", "\1") OPT("\0", "\5") "\0\17\0\1\0"), true, 0,
	  false, 0, 0, NULL },
	{ "an option longer than OPT", OCTETS(HEADER("\201\200", "\1") OPT("\0", "\6") "\0\17\0\77\0\7"), true, 0,
	  false, 0, 0, NULL },
	{ "OPT longer than the message", OCTETS(HEADER("\201\200", "\1") OPT("\0", "\77") "\0\17\0\2\0\7"), false, 0,
	  false, 0, 0, NULL },
	{ "a record is missing", OCTETS(HEADER("\201\200", "\2") OPT("\0", "\0")), false, 0, false, 0, 0, NULL },
	{ "the question is missing", OCTETS("\0\1\201\200\0\1\0\0\0\0\0\0"), false, 0, false, 0, 0, NULL },
	{ "half a header", OCTETS("\0\1\201"), false, 0, false, 0, 0, NULL },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void reads(void **state)
{
	const struct row *row = *state;
	uint8_t *octets = test_copy(row->octets, row->size);
	summary_t summary;

	assert_int_equal(summary_read(octets, row->size, &summary), row->want);
	if (row->want) {
		assert_int_equal(summary.rcode, row->rcode);
		assert_int_equal(summary.authentic, row->authentic);
		assert_true(summary.recursion_available);
	}
	assert_int_equal(summary.error_count, row->errors);
	if (row->errors > 0) {
		assert_int_equal(summary.errors[0].code, row->code);
		assert_string_equal(summary.errors[0].text, row->text);
	}
	free(octets);
}

/* 100 errors of 255 escaped octets each: eight are kept, and every text ends in its room. */
static void keeps_eight_errors(void **state)
{
	enum { ERRORS = 100, TEXT = 300, OPTION = 4 + 2 + TEXT, RDATA = ERRORS * OPTION };
	static const char header[] = HEADER("\201\202", "\1") "\0\0\51\4\320\0\0\0\0";
	size_t size = sizeof(header) - 1 + 2 + RDATA;
	uint8_t *octets = malloc(size);
	uint8_t *at = octets;
	summary_t summary;

	(void)state;
	assert_non_null(octets);
	memcpy(at, header, sizeof(header) - 1);
	at += sizeof(header) - 1;
	*at++ = RDATA >> 8;
	*at++ = RDATA & 0xff;
	for (int i = 0; i < ERRORS; i++) {
		memcpy(at, (const uint8_t[]){ 0, 15, (2 + TEXT) >> 8, (2 + TEXT) & 0xff, 0, (uint8_t)i }, 6);
		memset(at + 6, 0xff, TEXT);
		at += OPTION;
	}
	assert_true(summary_read(octets, size, &summary));
	assert_int_equal(summary.error_count, SUMMARY_ERRORS_MAX);
	assert_int_equal(summary.errors[SUMMARY_ERRORS_MAX - 1].code, SUMMARY_ERRORS_MAX - 1);
	assert_int_equal(strlen(summary.errors[0].text), 1020);
	free(octets);
}

static void names_rcodes(void **state)
{
	char room[16];

	(void)state;
	assert_string_equal(summary_rcode(3, room), "NXDOMAIN");
	assert_string_equal(summary_rcode(16, room), "BADVERS");
	assert_string_equal(summary_rcode(7, room), "RCODE 7");
	assert_string_equal(summary_rcode(4095, room), "RCODE 4095");
}

int main(void)
{
	struct CMUnitTest tests[ROWS + 2];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, reads, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(keeps_eight_errors);
	tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(names_rcodes);
	return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
