/* fuzz_answer.c: a resolver's packet, taken as the answer to its own question. What is built from it, read as a packet again,
 * yields the same octets: so it reads, nothing in it is unrelated, and TTLs keep within their limits. */
#include "tests/fuzz/fuzz.h"
#include "validator/answer.h"
#include "validator/name.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NOW = 1700000000, MESSAGE_MAX = 65535 };

static const answer_limits_t limits = { .min_ttl = 5, .max_ttl = 86400, .negative_max_ttl = 3600 };

static uint32_t u32_at(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void check(const answer_t *answer)
{
	size_t size = 0;
	size_t records = 0;

	for (unsigned i = 0; i < ANSWER_PARTS; i++) {
		size += answer->parts[i].size;
		records += answer->parts[i].records;
	}
	assert(size == answer->size);
	assert(records == answer->ttl_count);
	assert(answer->ttl <= limits.max_ttl);
	for (size_t i = 0; i < answer->ttl_count; i++) {
		assert((size_t)answer->ttl_offsets[i] + 4 <= answer->size);
		assert(i == 0 || answer->ttl_offsets[i] > answer->ttl_offsets[i - 1]);
		assert(u32_at(answer->octets + answer->ttl_offsets[i]) >= answer->ttl);
		assert(u32_at(answer->octets + answer->ttl_offsets[i]) <= limits.max_ttl);
	}
}

static void put_u16(uint8_t *message, size_t *size, unsigned value)
{
	message[(*size)++] = (uint8_t)(value >> 8);
	message[(*size)++] = (uint8_t)value;
}

/* Header, question, and the parts; without those for DNSSEC when `plain`. */
static size_t compose(const answer_t *answer, const name_t *name, uint16_t type, bool plain, uint8_t *message)
{
	const answer_part_t *parts = answer->parts;
	const uint8_t *octets = answer->octets;
	size_t size = 0;

	put_u16(message, &size, 0);
	put_u16(message, &size, 0x8180U | answer->rcode);
	put_u16(message, &size, 1);
	put_u16(message, &size, parts[0].records + (plain ? 0 : parts[1].records));
	put_u16(message, &size, parts[2].records + (plain ? 0 : parts[3].records));
	put_u16(message, &size, 0);
	memcpy(message + size, name->octets, name->size);
	size += name->size;
	put_u16(message, &size, type);
	put_u16(message, &size, 1);
	for (unsigned i = 0; i < ANSWER_PARTS; i++) {
		if (i % 2 == 0 || !plain) {
			memcpy(message + size, octets, parts[i].size);
			size += parts[i].size;
		}
		octets += parts[i].size;
	}
	assert(size <= MESSAGE_MAX);
	return size;
}

/* Without its signatures it is an answer to the same question still, with the same records. */
static void check_plain(const answer_t *answer, const name_t *name, uint16_t type, uint8_t *message)
{
	size_t size = compose(answer, name, type, true, message);
	answer_t plain;
	answer_err_t err = answer_build(&plain, name, type, message, size, &limits, NOW);

	assert(err == ANSWER_OK);
	assert(plain.dropped == 0);
	assert(plain.negative == answer->negative);
	assert(plain.parts[0].records == answer->parts[0].records && plain.parts[0].size == answer->parts[0].size);
	assert(plain.parts[2].records == answer->parts[2].records && plain.parts[2].size == answer->parts[2].size);
	assert(plain.parts[1].size == 0 && plain.parts[3].size == 0);
	answer_free(&plain);
}

static void check_whole(const answer_t *answer, const name_t *name, uint16_t type, uint8_t *message)
{
	size_t size = compose(answer, name, type, false, message);
	answer_t again;
	answer_err_t err = answer_build(&again, name, type, message, size, &limits, NOW);

	assert(err == ANSWER_OK);
	assert(again.dropped == 0);
	assert(again.ttl == answer->ttl && again.rcode == answer->rcode && again.negative == answer->negative);
	assert(memcmp(again.parts, answer->parts, sizeof(again.parts)) == 0);
	assert(again.size == answer->size && memcmp(again.octets, answer->octets, again.size) == 0);
	answer_free(&again);
}

static bool read_question(const uint8_t *data, size_t size, name_t *name, uint16_t *type)
{
	wire_t w = wire_begin(data, size);

	(void)wire_octets(&w, 12);
	wire_name(&w, name);
	name_lower(name);
	*type = wire_u16(&w);
	return w.err == WIRE_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *message = malloc(MESSAGE_MAX);
	name_t name;
	uint16_t type;
	answer_t answer;

	assert(message != NULL);
	if (read_question(data, size, &name, &type)) {
		if (answer_build(&answer, &name, type, data, size, &limits, NOW) == ANSWER_OK) {
			check(&answer);
			check_whole(&answer, &name, type, message);
			check_plain(&answer, &name, type, message);
		}
		answer_free(&answer);
	}
	free(message);
	return 0;
}
