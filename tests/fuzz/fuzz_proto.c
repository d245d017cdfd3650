/* fuzz_proto.c: a message between pool and resolver process is refused, or is within every limit and comes out of
 * proto_write() as it went into proto_read(). */
#include "tests/fuzz/fuzz.h"

#include "module/resolver/proto.h"

#include <assert.h>
#include <string.h>

static void check_limits(const proto_t *message, const uint8_t *data, size_t size)
{
	const uint8_t *why = (const uint8_t *)message->why;

	assert(message->rcode <= 15 && message->security <= 2);
	assert(message->why_size <= PROTO_WHY_MAX && message->packet_size <= PROTO_PACKET_MAX);
	assert(message->kind == PROTO_HELLO || message->id != 0);
	if (message->kind == PROTO_ASK)
		assert(message->name.size >= 1 && message->name.octets[message->name.size - 1] == 0);
	if (message->kind == PROTO_ANSWER)
		assert(why >= data && why + message->why_size <= data + size &&
		       memchr(why, 0, message->why_size) == NULL);
	if (message->packet_size > 0)
		assert(message->packet >= data && message->packet + message->packet_size == data + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t out[PROTO_MESSAGE_MAX];
	proto_t message;

	if (proto_read(data, size, &message) != PROTO_OK)
		return 0;
	check_limits(&message, data, size);
	assert(proto_write(&message, out) == size && memcmp(out, data, size) == 0);
	return 0;
}
