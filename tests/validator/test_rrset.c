#include "tests/support.h"
#include "tests/validator/message.h"
#include "validator/name.h"
#include "validator/rdata.h"
#include "validator/rrset.h"

#include <stdio.h>

enum { RECORDS_MAX = 32, NOW = 1700000000 }; /* 2023-11-14 22:13:20 */

static rrset_records_t records_of(const char *text)
{
	static message_t message;
	static packet_record_t all[RECORDS_MAX];
	packet_t packet;
	unsigned extra;

	message_from_text(&message, text);
	assert_true(packet_begin(&packet, message.octets, message.size));
	assert_true(packet.answers + packet.authorities <= RECORDS_MAX);
	assert_true(packet_records(&packet, all, &extra));
	return (rrset_records_t){ .all = all, .count = (size_t)packet.answers + packet.authorities };
}

static name_t name_of(const char *text)
{
	name_t name;

	assert_true(name_from_text(text, &name));
	return name;
}

struct row {
	const char *name;
	const char *records; /* the owner that is asked for is a.org */
	uint16_t type;
	answer_err_t err;
	const char *members; /* indices, one behind the other */
	uint32_t ttl;
};

static struct row rows[] = {
	{ "nothing", "? a.org. MX\n", 15, ANSWER_OK, "", UINT32_MAX },
	{ "one", "an a.org. 300 IN MX 1 b.\n", 15, ANSWER_OK, "0", 300 },
	{ "owner, type, class and section count",
	  "an b.org. 300 IN MX 1 b.\nan a.org. 300 IN A 192.0.2.1\nan a.org. 300 CH MX \\# 000100\n"
	  "an A.org. 200 IN MX 1 b.\nns a.org. 300 IN MX 2 b.\n",
	  15, ANSWER_OK, "3", 200 },
	{ "in order of preference, equal ones shuffled",
	  "an a.org. 300 IN MX 2 b.\nan a.org. 300 IN MX 300 b.\nan a.org. 300 IN MX 1 b.\nan a.org. 300 IN MX 2 a.\n",
	  15, ANSWER_OK, "2301", 300 },
	{ "doubles once, where the first one is",
	  "an a.org. 300 IN MX 2 b.\nan a.org. 200 IN MX 1 b.\nan a.org. 100 IN MX 2 B.\nan a.org. 300 IN MX 1 b.\n",
	  15, ANSWER_OK, "10", 100 },
	{ "other types in their own order", "an a.org. 3 IN A 192.0.2.9\nan a.org. 3 IN A 192.0.2.1\n", 1, ANSWER_OK,
	  "01", 3 },
	{ "of CNAMEs the first", "an a.org. 300 IN CNAME b.\nan a.org. 300 IN CNAME a.\n", 5, ANSWER_OK, "0", 300 },
	{ "of SOAs the first", "an a.org. 3 IN SOA b. b. 1 2 3 4 5\nan a.org. 3 IN SOA a. a. 1 2 3 4 5\n", 6, ANSWER_OK,
	  "0", 3 },
	{ "one that does not read", "an a.org. 300 IN MX \\# 00\n", 15, ANSWER_MALFORMED, "0", 300 },
	{ "one of two that does not read", "an a.org. 3 IN A 192.0.2.1\nan a.org. 3 IN A \\# 00\n", 1, ANSWER_MALFORMED,
	  "01", 3 },
};

static void picks(void **state)
{
	const struct row *row = *state;
	static rrset_members_t members;
	rrset_records_t records = records_of(row->records);
	name_t owner = name_of("a.org");
	char text[RECORDS_MAX + 1] = "";

	assert_int_equal(rrset_pick(&records, PACKET_ANSWER, &owner, row->type, 1, &members), row->err);
	for (size_t i = 0; i < members.count; i++) {
		text[i] = (char)('0' + members.index[i]);
		assert_true(records.all[members.index[i]].picked);
	}
	assert_string_equal(text, row->members);
	assert_int_equal(members.ttl, row->ttl);
}

/* Each of three equal ones goes first about as often as the others, turn by turn; the same turn gives the same order. */
static void shuffles_equal_ones(void **state)
{
	enum { TURNS = 300, EACH = TURNS / 3, SLACK = 40 };
	static rrset_members_t members;
	static rrset_members_t again;
	rrset_records_t records =
		records_of("an a.org. 300 IN MX 1 c.\nan a.org. 300 IN MX 1 b.\nan a.org. 300 IN MX 1 a.\n");
	name_t owner = name_of("a.org");
	unsigned first[3] = { 0 };

	(void)state;
	for (uint64_t turn = NOW; turn < NOW + TURNS; turn++) {
		assert_int_equal(rrset_pick(&records, PACKET_ANSWER, &owner, 15, turn, &members), ANSWER_OK);
		assert_int_equal(rrset_pick(&records, PACKET_ANSWER, &owner, 15, turn, &again), ANSWER_OK);
		assert_memory_equal(members.index, again.index, 3 * sizeof(members.index[0]));
		first[members.index[0]]++;
	}
	for (unsigned i = 0; i < 3; i++)
		assert_in_range(first[i], EACH - SLACK, EACH + SLACK);
}

static void finds_the_first(void **state)
{
	rrset_records_t records = records_of("ns a.org. 3 IN A 192.0.2.1\n");
	name_t owner = name_of("a.org");
	name_t other = name_of("b.org");

	(void)state;
	assert_ptr_equal(rrset_find(&records, PACKET_AUTHORITY, &owner, 1), records.all);
	assert_null(rrset_find(&records, PACKET_ANSWER, &owner, 1));
	assert_null(rrset_find(&records, PACKET_AUTHORITY, &other, 1));
	assert_null(rrset_find(&records, PACKET_AUTHORITY, &owner, 28));
}

/* Of MX, of A, of MX again, one that does not read, one of another owner. */
#define SIGNATURES                                                                     \
	"an a.org. 90 IN RRSIG MX 8 2 80 20231114221420 20231101000000 1 org. AAAA\n"  \
	"an a.org. 10 IN RRSIG A 8 1 10 20231114221320 20231101000000 1 org. AAAA\n"   \
	"an a.org. 70 IN RRSIG MX 8 2 100 20231114221330 20231101000000 1 org. AAAA\n" \
	"an a.org. 1 IN RRSIG \\# 000f\n"                                              \
	"an b.org. 1 IN RRSIG MX 8 2 1 20231114221321 20231101000000 1 org. AAAA\n"

static void picks_signatures(void **state)
{
	static rrset_members_t members;
	rrset_records_t records = records_of(SIGNATURES);
	name_t owner = name_of("a.org");

	(void)state;
	assert_int_equal(rrset_pick_signatures(&records, PACKET_ANSWER, &owner, 15, &members), ANSWER_OK);
	assert_int_equal(members.count, 2);
	assert_int_equal(members.index[0], 0);
	assert_int_equal(members.index[1], 2);

	rrset_signed_t limits = rrset_signed(&records, &members, NOW);

	assert_int_equal(limits.ttl, 70);
	assert_int_equal(limits.left, 10);
	assert_false(limits.wildcard);
	assert_int_equal(rrset_signed(&records, &members, NOW + 9).left, 1);
	assert_int_equal(rrset_signed(&records, &members, NOW + 10).left, 50); /* the other one still holds */
	assert_int_equal(rrset_signed(&records, &members, NOW + 60).left, 0);
	assert_int_equal(rrset_pick_signatures(&records, PACKET_ANSWER, &owner, 1, &members), ANSWER_OK);
	assert_true(rrset_signed(&records, &members, NOW).wildcard);
	assert_int_equal(rrset_pick_signatures(&records, PACKET_AUTHORITY, &owner, 1, &members), ANSWER_OK);
	assert_int_equal(members.count, 0);
	limits = rrset_signed(&records, &members, NOW);
	assert_int_equal(limits.ttl, UINT32_MAX);
	assert_int_equal(limits.left, UINT32_MAX);
	assert_false(limits.wildcard);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest sets[ROWS];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shuffles_equal_ones),
		cmocka_unit_test(finds_the_first),
		cmocka_unit_test(picks_signatures),
	};

	for (size_t i = 0; i < ROWS; i++)
		sets[i] = (struct CMUnitTest){ rows[i].name, picks, NULL, NULL, &rows[i] };
	return cmocka_run_group_tests_name("sets", sets, NULL, NULL) +
	       cmocka_run_group_tests_name("rrsets", tests, NULL, NULL);
}
