#include "tests/support.h"
#include "validator/query.h"

#define HEADER(flags, qd, an, ns, ar) "\x12\x34" flags "\0" qd "\0" an "\0" ns "\0" ar
#define ONE                           HEADER("\1\0", "\1", "\0", "\0", "\0")
#define EDNS                          HEADER("\1\0", "\1", "\0", "\0", "\1")
#define EDNS_TWICE                    HEADER("\1\0", "\1", "\0", "\0", "\2")
#define NAME                          "\7eXample\3ORG\0"
#define MX_IN                         "\0\17\0\1"
#define QUESTION                      NAME MX_IN
#define OPT_HEAD(size, ttl)           "\0\0\51" size ttl
#define OPT                           OPT_HEAD("\4\320", "\0\0\0\0") "\0\0"
#define OPT_WITH(size, options)       OPT_HEAD("\4\320", "\0\0\0\0") "\0" size options
#define EIGHT                         "ABCDEFGH"
/* TSIG with a compressed owner and three octets of RDATA. */
#define TSIG "\300\14\0\372\0\377\0\0\0\0\0\3abc"

struct row {
	const char *name;
	const uint8_t *octets;
	size_t size;
	query_fault_t want;
	bool has_question;
	bool edns;
};

#define TYPE_ROW(name, high, low, want)                                   \
	{                                                                 \
		name, OCTETS(ONE NAME high low "\0\1"), want, true, false \
	}
#define CLASS_ROW(name, high, low, want)                                   \
	{                                                                  \
		name, OCTETS(ONE NAME "\0\17" high low), want, true, false \
	}
#define OPCODE_ROW(name, flags)                                                                               \
	{                                                                                                     \
		name, OCTETS(HEADER(flags "\0", "\1", "\0", "\0", "\0") QUESTION), QUERY_NOTIMP, false, false \
	}
#define OPTION_ROW(name, size, options, want)                                         \
	{                                                                             \
		name, OCTETS(EDNS QUESTION OPT_WITH(size, options)), want, true, true \
	}

static struct row rows[] = {
	{ "a plain query", OCTETS(ONE QUESTION), QUERY_OK, true, false },
	{ "the root's NS", OCTETS(ONE "\0\0\2\0\1"), QUERY_OK, true, false },
	{ "with EDNS", OCTETS(EDNS QUESTION OPT), QUERY_OK, true, true },
	{ "all flags but QR", OCTETS(HEADER("\7\377", "\1", "\0", "\0", "\0") QUESTION), QUERY_OK, true, false },
	{ "octets after the last record are ignored", OCTETS(EDNS QUESTION OPT "trailing"), QUERY_OK, true, true },
	{ "octets after the question are ignored", OCTETS(ONE QUESTION "\0"), QUERY_OK, true, false },

	{ "nothing", OCTETS(""), QUERY_DROP, false, false },
	{ "an octet less than a header", OCTETS("\x12\x34\1\0\0\1\0\0\0\0\0"), QUERY_DROP, false, false },
	{ "a response", OCTETS(HEADER("\200\0", "\1", "\0", "\0", "\0") QUESTION), QUERY_DROP, false, false },
	{ "a response with another opcode", OCTETS(HEADER("\250\0", "\1", "\0", "\0", "\0") QUESTION), QUERY_DROP,
	  false, false },

	OPCODE_ROW("IQUERY", "\10"),
	OPCODE_ROW("STATUS", "\20"),
	OPCODE_ROW("NOTIFY", "\40"),
	OPCODE_ROW("UPDATE", "\50"),
	OPCODE_ROW("DSO", "\60"),
	OPCODE_ROW("opcode 15", "\170"),
	{ "another opcode's body is not looked at", OCTETS(HEADER("\50\0", "\7", "\7", "\7", "\7")), QUERY_NOTIMP,
	  false, false },

	{ "a header alone, no question", OCTETS(HEADER("\1\0", "\0", "\0", "\0", "\0")), QUERY_FORMERR, false, false },
	{ "no question, EDNS without a cookie", OCTETS(HEADER("\1\0", "\0", "\0", "\0", "\1") OPT), QUERY_FORMERR,
	  false, true },
	{ "no question but a cookie",
	  OCTETS(HEADER("\1\0", "\0", "\0", "\0", "\1") OPT_WITH("\14", "\0\12\0\10" EIGHT)), QUERY_OK, false, true },
	{ "two questions", OCTETS(HEADER("\1\0", "\2", "\0", "\0", "\0") QUESTION QUESTION), QUERY_FORMERR, false,
	  false },
	{ "256 questions", OCTETS("\x12\x34\1\0\1\0\0\0\0\0\0\0" QUESTION), QUERY_FORMERR, false, false },
	{ "the question is missing", OCTETS(ONE), QUERY_FORMERR, false, false },
	{ "the name does not end", OCTETS(ONE "\7example"), QUERY_FORMERR, false, false },
	{ "the name's label overruns", OCTETS(ONE "\7exam\0"), QUERY_FORMERR, false, false },
	{ "no type", OCTETS(ONE NAME), QUERY_FORMERR, false, false },
	{ "half a type", OCTETS(ONE NAME "\0"), QUERY_FORMERR, false, false },
	{ "no class", OCTETS(ONE NAME "\0\17"), QUERY_FORMERR, false, false },
	{ "half a class", OCTETS(ONE NAME "\0\17\0"), QUERY_FORMERR, false, false },
	{ "a pointer for a name", OCTETS(ONE "\300\14" MX_IN), QUERY_FORMERR, false, false },
	{ "a pointer into the header", OCTETS(ONE "\1a\300\4" MX_IN), QUERY_FORMERR, false, false },
	{ "label type 01", OCTETS(ONE "\101a\0" MX_IN), QUERY_FORMERR, false, false },
	{ "label type 10", OCTETS(ONE "\201a\0" MX_IN), QUERY_FORMERR, false, false },

	{ "a record in ANSWER", OCTETS(HEADER("\1\0", "\1", "\1", "\0", "\0") QUESTION), QUERY_FORMERR, true, false },
	{ "a record in AUTHORITY", OCTETS(HEADER("\1\0", "\1", "\0", "\1", "\0") QUESTION), QUERY_FORMERR, true,
	  false },
	{ "ADDITIONAL is missing", OCTETS(EDNS QUESTION), QUERY_FORMERR, true, false },
	{ "OPT ends in its owner", OCTETS(EDNS QUESTION "\0"), QUERY_FORMERR, true, false },
	{ "OPT ends in its RDLENGTH", OCTETS(EDNS QUESTION OPT_HEAD("\4\320", "\0\0\0\0") "\0"), QUERY_FORMERR, true,
	  false },
	{ "OPT's RDATA overruns", OCTETS(EDNS QUESTION OPT_HEAD("\4\320", "\0\0\0\0") "\0\1"), QUERY_FORMERR, true,
	  false },
	{ "two OPT", OCTETS(EDNS_TWICE QUESTION OPT OPT), QUERY_FORMERR, true, true },
	{ "two OPT, the first of version 1", OCTETS(EDNS_TWICE QUESTION OPT_HEAD("\4\320", "\0\1\0\0") "\0\0" OPT),
	  QUERY_FORMERR, true, true },
	{ "OPT behind TSIG", OCTETS(EDNS_TWICE QUESTION TSIG OPT), QUERY_OK, true, true },
	{ "TSIG behind OPT", OCTETS(EDNS_TWICE QUESTION OPT TSIG), QUERY_OK, true, true },
	{ "TSIG alone", OCTETS(EDNS QUESTION TSIG), QUERY_OK, true, false },
	{ "TSIG is cut off", OCTETS(EDNS_TWICE QUESTION OPT "\300\14\0\372\0\377\0\0\0\0\0\3ab"), QUERY_FORMERR, true,
	  true },
	{ "TSIG's owner is a loop", OCTETS(EDNS QUESTION "\300\35\0\372\0\377\0\0\0\0\0\0"), QUERY_FORMERR, true,
	  false },
	{ "a record whose RDATA holds OPT's octets", OCTETS(EDNS QUESTION "\0\0\20\0\1\0\0\0\0\0\13" OPT), QUERY_OK,
	  true, false },
	{ "OPT owned by a name", OCTETS(EDNS QUESTION "\1a\0\0\51\4\320\0\0\0\0\0\0"), QUERY_FORMERR, true, false },
	{ "OPT owned by a pointer to the root", OCTETS(EDNS QUESTION "\300\30\0\51\4\320\0\0\0\0\0\0"), QUERY_FORMERR,
	  true, false },

	{ "EDNS version 1", OCTETS(EDNS QUESTION OPT_HEAD("\4\320", "\0\1\0\0") "\0\0"), QUERY_BADVERS, true, true },
	{ "EDNS version 255", OCTETS(EDNS QUESTION OPT_HEAD("\4\320", "\0\377\0\0") "\0\0"), QUERY_BADVERS, true,
	  true },
	{ "options of another version are not read", OCTETS(EDNS QUESTION OPT_HEAD("\4\320", "\0\1\0\0") "\0\1x"),
	  QUERY_BADVERS, true, true },
	{ "BADVERS comes before REFUSED", OCTETS(EDNS NAME "\0\17\0\3" OPT_HEAD("\4\320", "\0\1\0\0") "\0\0"),
	  QUERY_BADVERS, true, true },
	{ "extended RCODE bits and Z are ignored", OCTETS(EDNS QUESTION OPT_HEAD("\4\320", "\377\0\177\377") "\0\0"),
	  QUERY_OK, true, true },

	OPTION_ROW("an unknown option", "\6", "\377\1\0\2xx", QUERY_OK),
	OPTION_ROW("an empty unknown option", "\4", "\377\1\0\0", QUERY_OK),
	OPTION_ROW("two options", "\12", "\377\1\0\2xx\377\2\0\0", QUERY_OK),
	OPTION_ROW("one octet of an option", "\1", "\0", QUERY_FORMERR),
	OPTION_ROW("an option code alone", "\2", "\377\1", QUERY_FORMERR),
	OPTION_ROW("half an option length", "\3", "\377\1\0", QUERY_FORMERR),
	OPTION_ROW("an option that overruns OPT", "\5", "\377\1\0\2x", QUERY_FORMERR),
	OPTION_ROW("octets behind the last option", "\7", "\377\1\0\2xxy", QUERY_FORMERR),
	OPTION_ROW("a client cookie", "\14", "\0\12\0\10" EIGHT, QUERY_OK),
	OPTION_ROW("client and server cookie of 16", "\24", "\0\12\0\20" EIGHT EIGHT, QUERY_OK),
	OPTION_ROW("the largest cookie", "\54", "\0\12\0\50" EIGHT EIGHT EIGHT EIGHT EIGHT, QUERY_OK),
	OPTION_ROW("an empty cookie", "\4", "\0\12\0\0", QUERY_FORMERR),
	OPTION_ROW("a cookie of 7", "\13", "\0\12\0\7ABCDEFG", QUERY_FORMERR),
	OPTION_ROW("a cookie of 9", "\15", "\0\12\0\11" EIGHT "x", QUERY_FORMERR),
	OPTION_ROW("a cookie of 15", "\23", "\0\12\0\17" EIGHT "ABCDEFG", QUERY_FORMERR),
	OPTION_ROW("a cookie of 41", "\55", "\0\12\0\51" EIGHT EIGHT EIGHT EIGHT EIGHT "x", QUERY_FORMERR),
	OPTION_ROW("a second cookie is ignored, even a bad one", "\21", "\0\12\0\10" EIGHT "\0\12\0\1x", QUERY_OK),
	OPTION_ROW("keepalive", "\4", "\0\13\0\0", QUERY_OK),
	OPTION_ROW("keepalive with a time-out", "\6", "\0\13\0\2\0\1", QUERY_FORMERR),
	OPTION_ROW("NSID, ECS and padding are nothing to us", "\20", "\0\3\0\0\0\10\0\4xxxx\0\14\0\0", QUERY_OK),

	CLASS_ROW("class 0", "\0", "\0", QUERY_REFUSED),
	CLASS_ROW("class CH", "\0", "\3", QUERY_REFUSED),
	CLASS_ROW("class HS", "\0", "\4", QUERY_REFUSED),
	CLASS_ROW("class NONE", "\0", "\376", QUERY_REFUSED),
	CLASS_ROW("class ANY", "\0", "\377", QUERY_REFUSED),
	CLASS_ROW("class 256 + IN", "\1", "\1", QUERY_REFUSED),

	TYPE_ROW("type 0", "\0", "\0", QUERY_FORMERR),
	TYPE_ROW("type A", "\0", "\1", QUERY_OK),
	TYPE_ROW("type OPT", "\0", "\51", QUERY_FORMERR),
	TYPE_ROW("type RRSIG", "\0", "\56", QUERY_OK),
	TYPE_ROW("type 127", "\0", "\177", QUERY_OK),
	TYPE_ROW("type NXNAME", "\0", "\200", QUERY_FORMERR),
	TYPE_ROW("type 248", "\0", "\370", QUERY_FORMERR),
	TYPE_ROW("type TKEY", "\0", "\371", QUERY_FORMERR),
	TYPE_ROW("type TSIG", "\0", "\372", QUERY_FORMERR),
	TYPE_ROW("type IXFR", "\0", "\373", QUERY_REFUSED),
	TYPE_ROW("type AXFR", "\0", "\374", QUERY_REFUSED),
	TYPE_ROW("type MAILB", "\0", "\375", QUERY_NOTIMP),
	TYPE_ROW("type MAILA", "\0", "\376", QUERY_NOTIMP),
	TYPE_ROW("type ANY", "\0", "\377", QUERY_OK),
	TYPE_ROW("type URI", "\1", "\0", QUERY_OK),
	TYPE_ROW("type CAA", "\1", "\1", QUERY_OK),
	TYPE_ROW("type 65535", "\377", "\377", QUERY_OK),
};

/* Every fault leaves behind what was read before it. */
static void reads(void **state)
{
	const struct row *row = *state;
	uint8_t *octets = test_copy(row->octets, row->size);
	query_t query;

	memset(&query, 0xa5, sizeof(query));
	assert_int_equal(query_read(octets, row->size, &query), row->want);
	assert_int_equal(query.has_question, row->has_question);
	assert_int_equal(query.edns, row->edns);
	if (row->size >= QUERY_HEADER_SIZE) {
		assert_int_equal(query.id, 0x1234);
		assert_int_equal(query.flags, row->octets[2] << 8 | row->octets[3]);
	}
	assert_int_equal(query.name.octets[query.name.size - 1], 0);
	if (!row->edns)
		assert_int_equal(query.udp_size, 512);
	free(octets);
}

static query_t read_ok(const uint8_t *octets, size_t size)
{
	query_t query;

	assert_int_equal(query_read(octets, size, &query), QUERY_OK);
	return query;
}

static void keeps_the_name_raw_and_folded(void **state)
{
	query_t query = read_ok(OCTETS(ONE QUESTION));

	(void)state;
	assert_int_equal(query.name.size, 13);
	assert_memory_equal(query.raw, "\7eXample\3ORG", 13);
	assert_memory_equal(query.name.octets, "\7example\3org", 13);
	assert_int_equal(query.type, 15);
	assert_int_equal(query.class, 1);
}

static void reads_edns(void **state)
{
	query_t query = read_ok(OCTETS(EDNS QUESTION OPT_HEAD("\20\0", "\0\0\200\0") "\0\4\0\13\0\0"));

	(void)state;
	assert_int_equal(query.udp_size, 4096);
	assert_true(query.dnssec_ok);
	assert_true(query.keepalive);
	assert_int_equal(query.cookie_size, 0);
	query = read_ok(OCTETS(EDNS QUESTION OPT));
	assert_int_equal(query.udp_size, 1232);
	assert_false(query.dnssec_ok);
	assert_false(query.keepalive);
}

static void counts_small_udp_sizes_as_512(void **state)
{
	(void)state;
	assert_int_equal(read_ok(OCTETS(EDNS QUESTION OPT_HEAD("\0\0", "\0\0\0\0") "\0\0")).udp_size, 512);
	assert_int_equal(read_ok(OCTETS(EDNS QUESTION OPT_HEAD("\1\377", "\0\0\0\0") "\0\0")).udp_size, 512);
	assert_int_equal(read_ok(OCTETS(EDNS QUESTION OPT_HEAD("\2\1", "\0\0\0\0") "\0\0")).udp_size, 513);
	assert_int_equal(read_ok(OCTETS(EDNS QUESTION OPT_HEAD("\377\377", "\0\0\0\0") "\0\0")).udp_size, 65535);
}

static void keeps_the_first_cookie(void **state)
{
	query_t query = read_ok(OCTETS(EDNS QUESTION OPT_WITH("\44", "\0\12\0\20" EIGHT "ijklmnop"
								     "\0\12\0\10zzzzzzzz\0\3\0\0")));

	(void)state;
	assert_int_equal(query.cookie_size, 16);
	assert_memory_equal(query.cookie, EIGHT "ijklmnop", 16);
}

/* Labels of 63 and one of `last`: the name has 194 + last octets. */
static query_fault_t read_long_name(size_t last, query_t *query)
{
	uint8_t octets[400] = ONE;
	size_t at = 12;

	for (unsigned i = 0; i < 4; i++) {
		size_t label = i < 3 ? 63 : last;

		octets[at] = (uint8_t)label;
		memset(octets + at + 1, 'X', label);
		at += 1 + label;
	}
	octets[at + 2] = 15;
	octets[at + 4] = 1;

	uint8_t *copy = test_copy(octets, at + 5);
	query_fault_t fault = query_read(copy, at + 5, query);

	free(copy);
	return fault;
}

static void limits_names_to_255_octets(void **state)
{
	query_t query;

	(void)state;
	assert_int_equal(read_long_name(61, &query), QUERY_OK);
	assert_int_equal(query.name.size, 255);
	assert_int_equal(query.raw[253], 'X');
	assert_int_equal(query.name.octets[253], 'x');
	assert_int_equal(read_long_name(62, &query), QUERY_FORMERR);
	assert_false(query.has_question);
	assert_int_equal(read_long_name(63, &query), QUERY_FORMERR);
}

/* 5900 records behind the question: walked through, and the OPT at their end found. */
static void finds_opt_behind_many_records(void **state)
{
	enum { RECORDS = 5900, RECORD = 11 };
	uint8_t *octets = calloc(1, 12 + 5 + (RECORDS + 1) * RECORD);
	size_t size = 12;
	query_t query;

	(void)state;
	assert_non_null(octets);
	memcpy(octets, HEADER("\1\0", "\1", "\0", "\0", "\0"), 12);
	octets[10] = (RECORDS + 1) >> 8;
	octets[11] = (RECORDS + 1) & 0xff;
	memcpy(octets + size, "\0\0\2\0\1", 5);
	size += 5;
	for (unsigned i = 0; i < RECORDS; i++, size += RECORD)
		octets[size + 2] = 16;
	memcpy(octets + size, OPT, RECORD);
	assert_int_equal(query_read(octets, size + RECORD, &query), QUERY_OK);
	assert_true(query.edns);
	assert_int_equal(query_read(octets, size + RECORD - 1, &query), QUERY_FORMERR);
	free(octets);
}

/* A query cut anywhere behind its header is malformed, but never read past its end. */
static void every_cut_is_refused(void **state)
{
	static const uint8_t whole[] = EDNS_TWICE QUESTION TSIG OPT_WITH("\24", "\0\12\0\20" EIGHT EIGHT);
	query_t query;

	(void)state;
	for (size_t size = 0; size < sizeof(whole) - 1; size++) {
		uint8_t *cut = test_copy(whole, size);

		assert_int_equal(query_read(cut, size, &query), size < 12 ? QUERY_DROP : QUERY_FORMERR);
		free(cut);
	}
	assert_int_equal(query_read(whole, sizeof(whole) - 1, &query), QUERY_OK);
}

/* Mutations of a good query: what is accepted is sound. */
static void survives_mutations(void **state)
{
	static const uint8_t whole[] = EDNS_TWICE QUESTION TSIG OPT_WITH("\24", "\0\12\0\20" EIGHT EIGHT);
	unsigned seed = 3;

	(void)state;
	print_message("seed %u\n", seed);
	srandom(seed);
	for (unsigned round = 0; round < 50000; round++) {
		size_t size = sizeof(whole) - 1;
		uint8_t *octets = test_copy(whole, size);
		query_t query;

		for (long changes = 1 + random() % 4; changes > 0; changes--)
			octets[(size_t)random() % size] = (uint8_t)random();

		query_fault_t fault = query_read(octets, size, &query);

		assert_true(query.udp_size >= 512);
		assert_true(query.cookie_size == 0 || query.cookie_size == 8 ||
			    (query.cookie_size >= 16 && query.cookie_size <= QUERY_COOKIE_MAX));
		assert_true(query.name.size >= 1 && query.name.octets[query.name.size - 1] == 0);
		if (fault == QUERY_OK && !query.has_question)
			assert_true(query.cookie_size > 0);
		free(octets);
	}
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest messages[ROWS];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_the_name_raw_and_folded), cmocka_unit_test(reads_edns),
		cmocka_unit_test(counts_small_udp_sizes_as_512), cmocka_unit_test(keeps_the_first_cookie),
		cmocka_unit_test(limits_names_to_255_octets),    cmocka_unit_test(finds_opt_behind_many_records),
		cmocka_unit_test(every_cut_is_refused),          cmocka_unit_test(survives_mutations),
	};

	for (size_t i = 0; i < ROWS; i++)
		messages[i] = (struct CMUnitTest){ rows[i].name, reads, NULL, NULL, &rows[i] };
	return cmocka_run_group_tests_name("messages", messages, NULL, NULL) +
	       cmocka_run_group_tests_name("queries", tests, NULL, NULL);
}
