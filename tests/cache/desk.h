/* desk.h: the state of a test of the cache: one cache, one key, one sample, and room for what is found. */
#ifndef TESTS_CACHE_DESK_H
#define TESTS_CACHE_DESK_H

#include "tests/cache/sample.h"

typedef struct desk {
	cache_t *cache;
	sample_key_t key;
	sample_t sample; /* the test's to make */
	cache_found_t found;
	uint8_t out[SAMPLE_ROOM];
} desk_t;

static inline desk_t *desk_make(size_t limit, uint16_t type)
{
	desk_t *desk = calloc(1, sizeof(*desk));

	assert_non_null(desk);
	cache_thread_begin();
	desk->cache = cache_new(limit);
	assert_non_null(desk->cache);
	sample_key(&desk->key, 1, type);
	return desk;
}

/* Of cmocka. */
static inline int desk_remove(void **state)
{
	desk_t *desk = *state;

	cache_free(desk->cache);
	cache_thread_end();
	free(desk);
	return 0;
}

static inline cache_result_t desk_find(desk_t *desk, uint64_t now)
{
	return cache_find(desk->cache, &desk->key.key, CACHE_FORM_DNSSEC, now, desk->out, sizeof(desk->out),
			  &desk->found);
}

#endif
