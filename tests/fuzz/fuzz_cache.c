/* fuzz_cache.c: what comes out of the cache is what went in last and still has time, octet by octet as cache_write() makes
 * it from the answer itself, whatever the answers, their offsets, the order of calls and the clock. */
#include "tests/fuzz/fuzz.h"

#include "cache/cache.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS = 8, OCTETS_MAX = CACHE_PARTS * 255, OFFSETS_MAX = 15, TEXT_MAX = 15 };

typedef struct input {
	const uint8_t *data;
	size_t size;
} input_t;

/* What was put last under a key. */
typedef struct last {
	bool there;
	bool failure;
	uint64_t born;
	uint32_t ttl; /* the longest that it may live */
	cache_answer_t answer;
	uint16_t offsets[OFFSETS_MAX];
	char text[TEXT_MAX];
	uint8_t octets[OCTETS_MAX];
} last_t;

typedef struct world {
	input_t input;
	cache_t *cache;
	uint64_t now;
	uint64_t latest;
	last_t lasts[KEYS];
} world_t;

/* Zeros past the end. */
static uint8_t take(input_t *input)
{
	if (input->size == 0)
		return 0;
	input->size--;
	return *input->data++;
}

static uint16_t take_u16(input_t *input)
{
	uint16_t high = take(input);

	return (uint16_t)(high << 8 | take(input));
}

static void take_answer(input_t *input, last_t *last)
{
	size_t size = 0;

	last->answer = (cache_answer_t){ .rcode = take(input),
					 .security = take(input) % CACHE_SECURITIES,
					 .ede = CACHE_NO_EDE };
	for (size_t i = 0; i < CACHE_PARTS; i++) {
		last->answer.parts[i] = (cache_part_t){ .size = take(input), .records = take(input) };
		if (last->answer.parts[i].size == 0)
			last->answer.parts[i].records = 0; /* no octets, no records */
		size += last->answer.parts[i].size;
	}
	for (size_t i = 0; i < size; i++)
		last->octets[i] = (uint8_t)(input->size > 0 ? take(input) : i);
	last->answer.octets = last->octets;
	last->answer.ttl_count = take(input) % (OFFSETS_MAX + 1);
	for (size_t i = 0; i < last->answer.ttl_count; i++)
		last->offsets[i] = take_u16(input);
	last->answer.ttl_offsets = last->offsets;
	if (take(input) % 2 == 0)
		return;
	last->answer.ede = take(input);
	last->answer.ede_text_size = take(input) % (TEXT_MAX + 1);
	for (size_t i = 0; i < last->answer.ede_text_size; i++)
		last->text[i] = (char)take(input);
	last->answer.ede_text = last->text;
}

/* A put from a clock that went back empties the cache. */
static void learn_time(world_t *world)
{
	if (world->now < world->latest && world->latest - world->now > 10) {
		for (size_t i = 0; i < KEYS; i++)
			world->lasts[i].there = false;
		world->latest = world->now;
	}
	if (world->now > world->latest)
		world->latest = world->now;
}

static void put(world_t *world, const cache_key_t *key, last_t *last)
{
	uint32_t ttl = take_u16(&world->input);

	take_answer(&world->input, last);
	learn_time(world);
	last->there = cache_put(world->cache, key, &last->answer, ttl, world->now);
	last->failure = false;
	last->born = world->now;
	last->ttl = ttl;
}

static void put_failure(world_t *world, const cache_key_t *key, last_t *last)
{
	last_t *fresh = calloc(1, sizeof(*fresh));

	assert(fresh != NULL);
	take_answer(&world->input, fresh);
	learn_time(world);
	if (cache_put_failure(world->cache, key, &fresh->answer, world->now)) {
		assert(!last->there || last->failure || world->latest - last->born >= last->ttl);
		*last = *fresh;
		last->answer.octets = last->octets;
		last->answer.ttl_offsets = last->offsets;
		last->answer.ede_text = last->text;
		last->there = true;
		last->failure = true;
		last->born = world->now;
		last->ttl = 300;
	}
	free(fresh);
}

static bool same(const cache_found_t *a, const cache_found_t *b)
{
	return a->rcode == b->rcode && a->security == b->security && a->ede == b->ede &&
	       a->ede_text_size == b->ede_text_size && memcmp(a->ede_text, b->ede_text, a->ede_text_size) == 0 &&
	       a->answer_records == b->answer_records && a->authority_records == b->authority_records &&
	       a->size == b->size;
}

/* What was found is the last answer, which has time left, as it is written without a cache. */
static void check(const world_t *world, const last_t *last, cache_form_t form, size_t room, const uint8_t *out,
		  const cache_found_t *found, cache_result_t result)
{
	const uint32_t age = (uint32_t)(world->latest - last->born);
	uint8_t *want = malloc(room + 1);
	cache_found_t wanted;

	assert(want != NULL && last->there && world->latest - last->born < last->ttl);
	assert(cache_write(&last->answer, form, age, want, room, &wanted) == result);
	assert(same(found, &wanted) && memcmp(out, want, found->size) == 0);
	assert(found->failure == last->failure && found->left > 0 && found->left <= last->ttl - age);
	free(want);
}

static void find(world_t *world, const cache_key_t *key, const last_t *last)
{
	cache_form_t form = take(&world->input) % 2 == 0 ? CACHE_FORM_PLAIN : CACHE_FORM_DNSSEC;
	size_t room = (size_t)take(&world->input) * 5;
	uint8_t *out = malloc(room + 1); /* not exact, as room may be 0: the octet behind it is watched */
	cache_found_t found;
	cache_result_t result;

	assert(out != NULL);
	out[room] = 0xa5;
	result = cache_find(world->cache, key, form, world->now, out, room, &found);
	assert(out[room] == 0xa5);
	if (world->now > world->latest)
		world->latest = world->now;
	if (result != CACHE_MISS)
		check(world, last, form, room, out, &found, result);
	free(out);
}

static void step(world_t *world)
{
	uint8_t what = take(&world->input);
	const uint8_t number = what >> 4 & (KEYS - 1);
	const uint8_t name[] = { 1, (uint8_t)('a' + number / 2), 0 };
	const cache_key_t key = { .name = name, .name_size = sizeof(name), .type = number % 2 };
	last_t *last = &world->lasts[number];
	cache_stats_t stats;

	switch (what & 7) {
	case 0: put(world, &key, last); break;
	case 1: put_failure(world, &key, last); break;
	case 2: world->now += take_u16(&world->input); break;
	case 3: world->now -= take(&world->input) % 16; break;
	case 4:
		last->there = false;
		cache_flush(world->cache, &key);
		break;
	case 5: cache_set_limit(world->cache, 8192 + (size_t)take(&world->input) * 1024); break;
	default: find(world, &key, last); break;
	}
	cache_stats(world->cache, &stats);
	assert(stats.octets <= stats.limit && stats.entries <= KEYS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	world_t *world = calloc(1, sizeof(*world));

	assert(world != NULL);
	cache_thread_begin();
	*world = (world_t){ .input = { data, size }, .cache = cache_new(256 << 10), .now = 1 << 20, .latest = 0 };
	assert(world->cache != NULL);
	while (world->input.size > 0)
		step(world);
	cache_free(world->cache);
	cache_thread_end();
	free(world);
	return 0;
}
