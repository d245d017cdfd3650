/* test_proto.c: what the pool and its processes may say, and what neither believes. */
#include "module/resolver/proto.h"
#include "tests/support.h"

#define EXAMPLE "\7example\3org"

struct row {
	const char *name;
	const uint8_t *octets;
	size_t size;
	proto_err_t want;
};

#define ID "\0\0\0\0\0\0\1\2"

static const struct row rows[] = {
	{ "hello", OCTETS("\1\0\1"), PROTO_OK },
	{ "ask", OCTETS("\2" ID "\0\0\17" EXAMPLE "\0"), PROTO_OK },
	{ "ask for the root over tcp", OCTETS("\2" ID "\1\0\2\0"), PROTO_OK },
	{ "ask afresh", OCTETS("\2" ID "\2\0\17" EXAMPLE "\0"), PROTO_OK },
	{ "ask afresh over tcp", OCTETS("\2" ID "\3\0\17" EXAMPLE "\0"), PROTO_OK },
	{ "ask the second context", OCTETS("\2" ID "\4\0\17" EXAMPLE "\0"), PROTO_OK },
	{ "ask the second context over tcp", OCTETS("\2" ID "\5\0\17" EXAMPLE "\0"), PROTO_OK },
	{ "cancel", OCTETS("\3" ID), PROTO_OK },
	{ "ping", OCTETS("\4" ID), PROTO_OK },
	{ "answer without a packet", OCTETS("\5" ID "\2\0\0\0\0"), PROTO_OK },
	{ "answer with why and packet", OCTETS("\5" ID "\0\1\0\0\3badxyz"), PROTO_OK },
	{ "answer from a cache", OCTETS("\5" ID "\2\0\2\0\0"), PROTO_OK },
	{ "answer from a cache, rate limited", OCTETS("\5" ID "\2\0\3\0\0"), PROTO_OK },
	{ "gone", OCTETS("\6" ID), PROTO_OK },
	{ "pong", OCTETS("\7" ID), PROTO_OK },

	{ "empty", OCTETS(""), PROTO_SHORT },
	{ "kind 0", OCTETS("\0" ID), PROTO_UNKNOWN },
	{ "kind 8", OCTETS("\10" ID), PROTO_UNKNOWN },
	{ "kind 255", OCTETS("\377"), PROTO_UNKNOWN },
	{ "hello ends early", OCTETS("\1\0"), PROTO_SHORT },
	{ "hello goes on", OCTETS("\1\0\1\0"), PROTO_LONG },
	{ "ask without anything", OCTETS("\2"), PROTO_SHORT },
	{ "ask ends in its id", OCTETS("\2\0\0\0\0\0\0\1"), PROTO_SHORT },
	{ "ask without a name", OCTETS("\2" ID "\0\0\1"), PROTO_VALUE },
	{ "ask with id 0", OCTETS("\2\0\0\0\0\0\0\0\0\0\0\1" EXAMPLE "\0"), PROTO_VALUE },
	{ "ask in an unknown way", OCTETS("\2" ID "\10\0\1" EXAMPLE "\0"), PROTO_VALUE },
	{ "ask afresh and the second context", OCTETS("\2" ID "\6\0\1" EXAMPLE "\0"), PROTO_VALUE },
	{ "ask for a name without its root", OCTETS("\2" ID "\0\0\1" EXAMPLE), PROTO_VALUE },
	{ "ask for a name and more", OCTETS("\2" ID "\0\0\1" EXAMPLE "\0\0"), PROTO_VALUE },
	{ "ask for a label that overruns", OCTETS("\2" ID "\0\0\1\77abc"), PROTO_VALUE },
	{ "ask for a pointer", OCTETS("\2" ID "\0\0\1\300\0"), PROTO_VALUE },
	{ "ask for a pointer back to a label", OCTETS("\2" ID "\0\0\1\1a\0\300\0"), PROTO_VALUE },
	{ "ask for a pointer into the id", OCTETS("\2" ID "\0\0\1\3abc\300\1"), PROTO_VALUE },
	{ "cancel with id 0", OCTETS("\3\0\0\0\0\0\0\0\0"), PROTO_VALUE },
	{ "cancel goes on", OCTETS("\3" ID "\0"), PROTO_LONG },
	{ "ping ends early", OCTETS("\4\0\0\0\0"), PROTO_SHORT },
	{ "answer ends in its flags", OCTETS("\5" ID "\0\0"), PROTO_SHORT },
	{ "answer with rcode 16", OCTETS("\5" ID "\20\0\0\0\0"), PROTO_VALUE },
	{ "answer with security 3", OCTETS("\5" ID "\0\3\0\0\0"), PROTO_VALUE },
	{ "answer with an unknown flag", OCTETS("\5" ID "\0\0\4\0\0"), PROTO_VALUE },
	{ "answer whose why overruns", OCTETS("\5" ID "\0\1\0\0\4bad"), PROTO_SHORT },
	{ "answer whose why holds a NUL", OCTETS("\5" ID "\0\1\0\0\3b\0d"), PROTO_VALUE },
	{ "answer whose why is too long", OCTETS("\5" ID "\0\1\0\2\1bad"), PROTO_LONG },
	{ "pong with id 0", OCTETS("\7\0\0\0\0\0\0\0\0"), PROTO_VALUE },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void reads(void **state)
{
	const struct row *row = *state;
	uint8_t *octets = test_copy(row->octets, row->size);
	proto_t message;

	assert_string_equal(proto_strerror(proto_read(octets, row->size, &message)), proto_strerror(row->want));
	free(octets);
}

/* What reads well is written again as it was. */
static void writes(void **state)
{
	const struct row *row = *state;
	uint8_t out[PROTO_MESSAGE_MAX];
	proto_t message;

	assert_int_equal(proto_read(row->octets, row->size, &message), PROTO_OK);
	assert_int_equal(proto_write(&message, out), row->size);
	assert_memory_equal(out, row->octets, row->size);
}

/* Every message that ends before its end is refused, wherever it ends; only the packet has no length of its own. */
static void refuses_every_beginning(void **state)
{
	const struct row *row = *state;
	proto_t message;

	for (size_t size = 0; size < row->size; size++) {
		uint8_t *octets = test_copy(row->octets, size);

		assert_int_not_equal(proto_read(octets, size, &message), PROTO_OK);
		free(octets);
	}
}

static void fields_arrive(void **state)
{
	uint8_t out[PROTO_MESSAGE_MAX];
	proto_t message;
	size_t size;

	(void)state;
	size = proto_write(&(proto_t){ .kind = PROTO_ANSWER,
				       .id = 0x0102030405060708,
				       .rcode = 3,
				       .security = 2,
				       .rate_limited = true,
				       .cached = false,
				       .why = "because",
				       .why_size = 7,
				       .packet = (const uint8_t *)"packet",
				       .packet_size = 6 },
			   out);
	assert_int_equal(proto_read(out, size, &message), PROTO_OK);
	assert_int_equal(message.id, 0x0102030405060708);
	assert_int_equal(message.rcode, 3);
	assert_int_equal(message.security, 2);
	assert_true(message.rate_limited);
	assert_false(message.cached);
	assert_int_equal(message.why_size, 7);
	assert_memory_equal(message.why, "because", 7);
	assert_int_equal(message.packet_size, 6);
	assert_memory_equal(message.packet, "packet", 6);

	assert_int_equal(proto_read(OCTETS("\2" ID "\1\1\2" EXAMPLE "\0"), &message), PROTO_OK);
	assert_int_equal(message.id, 258);
	assert_true(message.tcp);
	assert_false(message.fresh);
	assert_int_equal(message.type, 258);
	assert_int_equal(message.name.size, 13);
	assert_memory_equal(message.name.octets, EXAMPLE, 13);
	assert_int_equal(proto_read(OCTETS("\2" ID "\2\1\2" EXAMPLE "\0"), &message), PROTO_OK);
	assert_false(message.tcp);
	assert_true(message.fresh);
	assert_false(message.second);
	assert_int_equal(proto_read(OCTETS("\2" ID "\5\1\2" EXAMPLE "\0"), &message), PROTO_OK);
	assert_true(message.tcp);
	assert_false(message.fresh);
	assert_true(message.second);
	assert_int_equal(proto_read(OCTETS("\5" ID "\2\0\2\0\0"), &message), PROTO_OK);
	assert_true(message.cached);
	assert_false(message.rate_limited);
}

static void largest_answer_fits(void **state)
{
	static uint8_t packet[PROTO_PACKET_MAX + 1];
	static uint8_t out[PROTO_MESSAGE_MAX + 1];
	char why[PROTO_WHY_MAX];
	proto_t message = { .kind = PROTO_ANSWER,
			    .id = 1,
			    .why = why,
			    .why_size = sizeof(why),
			    .packet = packet,
			    .packet_size = PROTO_PACKET_MAX };
	size_t size;

	(void)state;
	memset(why, 'y', sizeof(why));
	size = proto_write(&message, out);
	assert_true(size <= PROTO_MESSAGE_MAX);
	assert_int_equal(proto_read(out, size, &message), PROTO_OK);
	assert_int_equal(message.packet_size, PROTO_PACKET_MAX);
	assert_int_equal(proto_read(out, size + 1, &message), PROTO_LONG);
}

static void every_error_has_a_sentence(void **state)
{
	(void)state;
	for (int err = PROTO_OK; err <= PROTO_VALUE; err++)
		assert_true(strlen(proto_strerror((proto_err_t)err)) > 5);
}

int main(void)
{
	struct CMUnitTest tests[3 * ROWS + 3];
	size_t count = 0;

	for (size_t i = 0; i < ROWS; i++) {
		void *row = (void *)(uintptr_t)&rows[i];

		tests[count++] = (struct CMUnitTest){ rows[i].name, reads, NULL, NULL, row };
		if (rows[i].want == PROTO_OK)
			tests[count++] = (struct CMUnitTest){ rows[i].name, writes, NULL, NULL, row };
		if (rows[i].want == PROTO_OK && rows[i].octets[0] != PROTO_ANSWER)
			tests[count++] = (struct CMUnitTest){ rows[i].name, refuses_every_beginning, NULL, NULL, row };
	}
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(fields_arrive);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(largest_answer_fits);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(every_error_has_a_sentence);
	return _cmocka_run_group_tests("proto", tests, count, NULL, NULL);
}
