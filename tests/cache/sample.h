/* sample.h: answers whose every octet tells where it comes from, so that a test sees at once when octets of two answers, two
 * forms or two times were mixed. A record is seven octets: mark, TTL (four), part, mark. */
#ifndef TESTS_CACHE_SAMPLE_H
#define TESTS_CACHE_SAMPLE_H

#include "cache/cache.h"

#include "tests/support.h"

enum { SAMPLE_RECORD = 7, SAMPLE_RECORDS_MAX = 400, SAMPLE_ROOM = SAMPLE_RECORD * SAMPLE_RECORDS_MAX };

typedef struct sample {
	cache_answer_t answer;
	uint32_t ttl; /* of all its records */
	uint8_t mark;
	uint16_t offsets[SAMPLE_RECORDS_MAX];
	uint8_t octets[SAMPLE_ROOM];
} sample_t;

/* An answer with so many records in its parts. */
static inline void sample_make(sample_t *sample, uint8_t mark, uint32_t ttl, const uint16_t *records)
{
	size_t size = 0;
	size_t count = 0;

	sample->ttl = ttl;
	sample->mark = mark;
	sample->answer =
		(cache_answer_t){ .ede = CACHE_NO_EDE, .octets = sample->octets, .ttl_offsets = sample->offsets };
	for (size_t part = 0; part < CACHE_PARTS; part++) {
		sample->answer.parts[part] =
			(cache_part_t){ .size = (uint16_t)(records[part] * SAMPLE_RECORD), .records = records[part] };
		for (uint16_t i = 0; i < records[part]; i++) {
			const uint8_t record[SAMPLE_RECORD] = { mark,
								(uint8_t)(ttl >> 24),
								(uint8_t)(ttl >> 16),
								(uint8_t)(ttl >> 8),
								(uint8_t)ttl,
								part,
								mark };

			sample->offsets[count++] = (uint16_t)(size + 1);
			memcpy(sample->octets + size, record, sizeof(record));
			size += sizeof(record);
		}
	}
	sample->answer.ttl_count = count;
}

/* The usual one: an answer with a signature. */
static inline void sample_plain(sample_t *sample, uint8_t mark, uint32_t ttl)
{
	static const uint16_t records[CACHE_PARTS] = { 2, 1, 0, 0 };

	sample_make(sample, mark, ttl, records);
}

/* What was written is this sample in this form, `age` seconds old. */
static inline void sample_check(const sample_t *sample, cache_form_t form, uint32_t age, const uint8_t *out,
				const cache_found_t *found)
{
	uint16_t records[2] = { 0, 0 };
	uint32_t ttl = sample->ttl > age ? sample->ttl - age : 0;
	size_t at = 0;

	for (size_t part = 0; part < CACHE_PARTS; part++) {
		if (form == CACHE_FORM_PLAIN && part % 2 == 1)
			continue;
		for (uint16_t i = 0; i < sample->answer.parts[part].records; i++, at += SAMPLE_RECORD) {
			const uint8_t record[SAMPLE_RECORD] = { sample->mark,         (uint8_t)(ttl >> 24),
								(uint8_t)(ttl >> 16), (uint8_t)(ttl >> 8),
								(uint8_t)ttl,         part,
								sample->mark };

			assert_memory_equal(out + at, record, sizeof(record));
		}
		records[part / 2] = (uint16_t)(records[part / 2] + sample->answer.parts[part].records);
	}
	assert_int_equal(found->size, at);
	assert_int_equal(found->answer_records, records[0]);
	assert_int_equal(found->authority_records, records[1]);
	assert_int_equal(found->rcode, sample->answer.rcode);
	assert_int_equal(found->security, sample->answer.security);
	assert_int_equal(found->ede, sample->answer.ede);
	assert_int_equal(found->ede_text_size, sample->answer.ede_text_size);
	if (sample->answer.ede_text_size > 0)
		assert_memory_equal(found->ede_text, sample->answer.ede_text, sample->answer.ede_text_size);
}

/* The key of a name with one label that holds `number`. */
typedef struct sample_key {
	cache_key_t key;
	uint8_t name[6];
} sample_key_t;

static inline const cache_key_t *sample_key(sample_key_t *space, uint32_t number, uint16_t type)
{
	const uint8_t name[] = {
		4, (uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number, 0
	};

	memcpy(space->name, name, sizeof(name));
	space->key = (cache_key_t){ .name = space->name, .name_size = sizeof(name), .type = type };
	return &space->key;
}

#endif
