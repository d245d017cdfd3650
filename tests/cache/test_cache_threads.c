/* test_cache_threads.c: hits, claims, puts, evictions, failures, flushes and changes of the limit, all at once. Each hit must be
 * one answer from its first octet to its last. Bounded by counts, not by time; made to be run under ThreadSanitizer too. */
#include "cache/cache.h"

#include "tests/support.h"

#include <pthread.h>
#include <stdatomic.h>

enum {
	READERS = 2,
	WRITERS = 2,
	KEYS = 400,
	STEPS = 100000, /* of each thread */
	OCTETS = 120,
	TTL = 50,
	LIMIT = 60000, /* too little for all keys */
};

typedef struct shared {
	cache_t *cache;
	atomic_uint clock; /* advanced by writers */
	atomic_uint hits;
	atomic_uint claims; /* of answers about to end */
	atomic_uint wrong;
} shared_t;

typedef struct actor {
	shared_t *shared;
	uint32_t random;
} actor_t;

static uint32_t draw(actor_t *actor, uint32_t below)
{
	actor->random = actor->random * 1664525 + 1013904223;
	return (uint32_t)(((uint64_t)actor->random * below) >> 32);
}

static cache_key_t key_of(uint8_t *name, uint32_t number)
{
	name[0] = 2;
	name[1] = (uint8_t)(number >> 8);
	name[2] = (uint8_t)number;
	name[3] = 0;
	return (cache_key_t){ .name = name, .name_size = 4, .type = (uint16_t)(number % 3) };
}

/* All octets are the same mark, but for one TTL in front. */
static bool is_whole(const uint8_t *out, const cache_found_t *found, cache_form_t form)
{
	uint32_t ttl = (uint32_t)out[1] << 24 | (uint32_t)out[2] << 16 | (uint32_t)out[3] << 8 | out[4];

	if (found->size != (form == CACHE_FORM_PLAIN ? OCTETS / 2 : OCTETS) || ttl < 1 || ttl > TTL ||
	    found->rcode != (out[0] & 0xf))
		return false;
	for (size_t i = 5; i < found->size; i++)
		if (out[i] != out[0])
			return false;
	return true;
}

static void *read_on(void *arg)
{
	actor_t *actor = arg;
	shared_t *shared = actor->shared;

	cache_thread_begin();
	for (size_t i = 0; i < STEPS; i++) {
		cache_form_t form = draw(actor, 2) == 0 ? CACHE_FORM_PLAIN : CACHE_FORM_DNSSEC;
		uint8_t out[OCTETS];
		uint8_t name[4];
		cache_found_t found;
		cache_key_t key = key_of(name, draw(actor, KEYS));

		if (cache_find(shared->cache, &key, form, atomic_load(&shared->clock), out, sizeof(out), &found) !=
		    CACHE_HIT)
			continue;
		atomic_fetch_add(&shared->hits, 1);
		if (found.ending && cache_claim(shared->cache, &key, atomic_load(&shared->clock)))
			atomic_fetch_add(&shared->claims, 1);
		if (!is_whole(out, &found, form))
			atomic_fetch_add(&shared->wrong, 1);
	}
	cache_thread_end();
	return NULL;
}

static void disturb(actor_t *actor, const cache_key_t *key)
{
	shared_t *shared = actor->shared;
	cache_stats_t stats;

	switch (draw(actor, 8)) {
	case 0:
		if (draw(actor, 10) == 0)
			cache_flush_all(shared->cache);
		break;
	case 1: cache_set_limit(shared->cache, draw(actor, 4) == 0 ? LIMIT / 4 : LIMIT); break;
	case 2: cache_flush(shared->cache, key); break;
	case 3: atomic_fetch_add(&shared->clock, 1); break;
	default:
		cache_stats(shared->cache, &stats);
		if (stats.octets > LIMIT)
			atomic_fetch_add(&shared->wrong, 1);
		break;
	}
}

static void write_once(actor_t *actor)
{
	static const uint16_t ttl_offset = 1;
	shared_t *shared = actor->shared;
	uint8_t name[4];
	cache_key_t key = key_of(name, draw(actor, KEYS));
	uint8_t octets[OCTETS];
	uint8_t mark = (uint8_t)draw(actor, 256);
	cache_answer_t answer = {
		.rcode = mark & 0xf,
		.ede = CACHE_NO_EDE,
		.parts = { { OCTETS / 2, 1 }, { OCTETS / 2, 1 } },
		.octets = octets,
		.ttl_count = 1,
		.ttl_offsets = &ttl_offset,
	};

	memset(octets, mark, sizeof(octets));
	memcpy(octets + 1, "\0\0\0", 3);
	octets[4] = TTL;
	switch (draw(actor, 30)) {
	case 0: disturb(actor, &key); break;
	case 1:
	case 2:
	case 3:
	case 4: cache_put_failure(shared->cache, &key, &answer, atomic_load(&shared->clock)); break;
	default: cache_put(shared->cache, &key, &answer, TTL, atomic_load(&shared->clock)); break;
	}
}

static void *write_on(void *arg)
{
	cache_thread_begin();
	for (size_t i = 0; i < STEPS; i++)
		write_once(arg);
	cache_thread_end();
	return NULL;
}

/* So that readers find something even when writers come late to the processor. */
static void fill(shared_t *shared)
{
	actor_t actor = { .shared = shared, .random = READERS + WRITERS };

	cache_thread_begin();
	for (size_t i = 0; i < KEYS; i++)
		write_once(&actor);
	cache_thread_end();
}

static void every_hit_is_whole(void **state)
{
	shared_t shared = { .cache = cache_new(LIMIT), .clock = 1000 };
	pthread_t threads[READERS + WRITERS];
	actor_t actors[READERS + WRITERS];

	(void)state;
	assert_non_null(shared.cache);
	fill(&shared);
	for (uint32_t i = 0; i < READERS + WRITERS; i++) {
		actors[i] = (actor_t){ .shared = &shared, .random = i };
		assert_int_equal(pthread_create(&threads[i], NULL, i < READERS ? read_on : write_on, &actors[i]), 0);
	}
	for (size_t i = 0; i < READERS + WRITERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(shared.wrong, 0);
	assert_true(shared.hits > 0);
	cache_free(shared.cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(every_hit_is_whole) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
