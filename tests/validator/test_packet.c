#include "tests/support.h"
#include "validator/name.h"
#include "validator/packet.h"

#define HEADER(qd, an, ns, ar) "\0\1\x81\x80\0" qd "\0" an "\0" ns "\0" ar
#define QUESTION               "\1A\0\0\17\0\1"
#define A_RECORD(ttl)          "\300\14\0\1\0\1" ttl "\0\4\300\0\2\1"
#define OPT                    "\0\0\51\4\320\0\0\0\0\0\0"

struct row {
	const char *name;
	const uint8_t *octets;
	size_t size;
	bool begins;
	bool has_records; /* all of them, and nothing behind */
	size_t count;
	unsigned extra;
};

static struct row rows[] = {
	{ "a question", OCTETS(HEADER("\1", "\0", "\0", "\0") QUESTION), true, true, 0, 0 },
	{ "no question", OCTETS(HEADER("\0", "\0", "\0", "\0")), true, true, 0, 0 },
	{ "records in all sections",
	  OCTETS(HEADER("\1", "\2", "\1", "\2") QUESTION A_RECORD("\0\0\1\0") A_RECORD("\0\0\1\0") A_RECORD("\0\0\1\0")
			 A_RECORD("\0\0\1\0") OPT),
	  true, true, 3, 1 },
	{ "nothing", OCTETS(""), false, false, 0, 0 },
	{ "less than a header", OCTETS("\0\1\x81\x80\0\0\0\0\0\0\0"), false, false, 0, 0 },
	{ "a question without type", OCTETS(HEADER("\1", "\0", "\0", "\0") "\1A\0"), false, false, 0, 0 },
	{ "a question that does not read", OCTETS(HEADER("\1", "\0", "\0", "\0") "\300\14\0\17\0\1"), false, false, 0,
	  0 },
	{ "octets behind the question", OCTETS(HEADER("\1", "\0", "\0", "\0") QUESTION "x"), true, false, 0, 0 },
	{ "a record that is missing", OCTETS(HEADER("\1", "\1", "\0", "\0") QUESTION), true, false, 1, 0 },
	{ "a record that is missing in ADDITIONAL", OCTETS(HEADER("\1", "\0", "\0", "\1") QUESTION), true, false, 0,
	  1 },
	{ "RDATA that overruns", OCTETS(HEADER("\1", "\1", "\0", "\0") QUESTION "\0\0\1\0\1\0\0\0\0\0\4abc"), true,
	  false, 1, 0 },
	{ "an owner that is a loop", OCTETS(HEADER("\1", "\1", "\0", "\0") QUESTION "\300\23\0\1\0\1\0\0\0\0\0\0"),
	  true, false, 1, 0 },
};

static void reads(void **state)
{
	const struct row *row = *state;
	uint8_t *octets = test_copy(row->octets, row->size);
	packet_record_t *records = calloc(row->count + 1, sizeof(*records));
	packet_t packet = { .answers = 0 };
	unsigned extra = 0;

	assert_non_null(records);
	assert_int_equal(packet_begin(&packet, octets, row->size), row->begins);
	if (row->begins) {
		assert_int_equal(packet.answers + packet.authorities, row->count);
		assert_int_equal(packet_records(&packet, records, &extra), row->has_records);
	}
	if (row->has_records)
		assert_int_equal(extra, row->extra);
	free(records);
	free(octets);
}

static packet_record_t first_record(const uint8_t *octets, size_t size)
{
	packet_record_t records[2];
	packet_t packet;
	unsigned extra;

	assert_true(packet_begin(&packet, octets, size));
	assert_true(packet_records(&packet, records, &extra));
	return records[0];
}

static void reads_the_question(void **state)
{
	packet_t packet;

	(void)state;
	assert_true(packet_begin(&packet, OCTETS(HEADER("\1", "\0", "\0", "\0") QUESTION)));
	assert_true(packet.has_question);
	assert_int_equal(packet.flags, 0x8180);
	assert_int_equal(packet.type, 15);
	assert_int_equal(packet.class, 1);
	assert_int_equal(packet.name.size, 3);
	assert_memory_equal(packet.name.octets, "\1a", 3);
	assert_true(packet_begin(&packet, OCTETS(HEADER("\2", "\0", "\0", "\0") QUESTION QUESTION)));
	assert_false(packet.has_question);
}

static void reads_a_record(void **state)
{
	packet_record_t record =
		first_record(OCTETS(HEADER("\1", "\1", "\1", "\0") QUESTION A_RECORD("\0\0\1\2") A_RECORD("\0\0\1\0")));

	(void)state;
	assert_int_equal(record.section, PACKET_ANSWER);
	assert_int_equal(record.type, 1);
	assert_int_equal(record.class, 1);
	assert_int_equal(record.covered, 0);
	assert_int_equal(record.ttl, 258);
	assert_int_equal(wire_u32(&record.rdata), 0xc0000201);
	assert_int_equal(wire_finish(&record.rdata), WIRE_OK);
	assert_false(record.picked);
	assert_false(record.kept);
	assert_memory_equal(record.owner.octets, "\1a", 3);
	assert_int_equal(record.hash, packet_hash(&record.owner));
}

static void the_first_record_may_be_in_authority(void **state)
{
	(void)state;
	assert_int_equal(first_record(OCTETS(HEADER("\1", "\0", "\1", "\0") QUESTION A_RECORD("\0\0\1\2"))).section,
			 PACKET_AUTHORITY);
}

static void a_ttl_with_the_top_bit_is_0(void **state)
{
	(void)state;
	assert_int_equal(first_record(OCTETS(HEADER("\1", "\1", "\0", "\0") QUESTION A_RECORD("\x7f\xff\xff\xff"))).ttl,
			 INT32_MAX);
	assert_int_equal(first_record(OCTETS(HEADER("\1", "\1", "\0", "\0") QUESTION A_RECORD("\x80\0\0\1"))).ttl, 0);
}

static void a_signature_tells_what_it_covers(void **state)
{
	(void)state;
	assert_int_equal(
		first_record(OCTETS(HEADER("\1", "\1", "\0", "\0") QUESTION "\0\0\56\0\1\0\0\0\0\0\2\0\17")).covered,
		15);
	assert_int_equal(
		first_record(OCTETS(HEADER("\1", "\1", "\0", "\0") QUESTION "\0\0\56\0\1\0\0\0\0\0\1\17")).covered, 0);
}

static void refuses_more_than_64_kb(void **state)
{
	uint8_t *octets = calloc(1, PACKET_SIZE_MAX + 1);
	packet_t packet;

	(void)state;
	assert_non_null(octets);
	assert_true(packet_begin(&packet, octets, PACKET_SIZE_MAX));
	assert_false(packet_begin(&packet, octets, PACKET_SIZE_MAX + 1));
	free(octets);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest packets[ROWS];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_question),
		cmocka_unit_test(reads_a_record),
		cmocka_unit_test(the_first_record_may_be_in_authority),
		cmocka_unit_test(a_ttl_with_the_top_bit_is_0),
		cmocka_unit_test(a_signature_tells_what_it_covers),
		cmocka_unit_test(refuses_more_than_64_kb),
	};

	for (size_t i = 0; i < ROWS; i++)
		packets[i] = (struct CMUnitTest){ rows[i].name, reads, NULL, NULL, &rows[i] };
	return cmocka_run_group_tests_name("packets", packets, NULL, NULL) +
	       cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
