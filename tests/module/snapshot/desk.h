/* desk.h: a folder for a snapshot's files, a cache that is written and one that is read, and answers that tell which they are. */
#ifndef TESTS_MODULE_SNAPSHOT_DESK_H
#define TESTS_MODULE_SNAPSHOT_DESK_H

#include "cache/cache.h"
#include "module/clock.h"
#include "tests/support.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DESK_LIMIT = 1 << 24, DESK_MX = 15, DESK_TTL = 3600, DESK_PATH = 64 };

typedef struct desk {
	char folder[DESK_PATH];
	char file[DESK_PATH + 16];
	char key[DESK_PATH + 16];
	cache_t *from;
	cache_t *to;
} desk_t;

static inline int desk_set_up(void **state)
{
	desk_t *desk = calloc(1, sizeof(*desk));

	assert_non_null(desk);
	strcpy(desk->folder, "snapshot.XXXXXX");
	assert_non_null(mkdtemp(desk->folder));
	snprintf(desk->file, sizeof(desk->file), "%s/snapshot", desk->folder);
	snprintf(desk->key, sizeof(desk->key), "%s/key", desk->folder);
	cache_thread_begin();
	desk->from = cache_new(DESK_LIMIT);
	desk->to = cache_new(DESK_LIMIT);
	assert_non_null(desk->from);
	assert_non_null(desk->to);
	*state = desk;
	return 0;
}

static inline int desk_tear_down(void **state)
{
	static const char *const ends[] = { "/snapshot", "/snapshot.new", "/snapshot.void", "/key",
					    "/key.new",  "/elsewhere",    "/other",         "/other.void" };
	desk_t *desk = *state;
	char path[2 * DESK_PATH];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", desk->folder, ends[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(desk->folder), 0); /* nothing else is left */
	cache_free(desk->from);
	cache_free(desk->to);
	cache_thread_end();
	free(desk);
	return 0;
}

typedef struct desk_name {
	uint8_t octets[12];
	cache_key_t key;
} desk_name_t;

static inline const cache_key_t *desk_key(desk_name_t *name, unsigned number, uint16_t type)
{
	char text[sizeof(name->octets)];

	snprintf(text, sizeof(text), "\b%08u", number % 100000000);
	memcpy(name->octets, text, sizeof(text));
	name->key = (cache_key_t){ .name = name->octets, .name_size = 10, .type = type };
	return &name->key;
}

/* An answer of `size` octets that begins with its number. */
static inline void desk_put(cache_t *cache, unsigned number, uint16_t type, uint16_t size, uint32_t ttl)
{
	const uint16_t ttl_offset = 4;
	cache_answer_t answer = { .ede = CACHE_NO_EDE, .ttl_count = 1, .ttl_offsets = &ttl_offset };
	uint8_t *octets = calloc(1, size);
	desk_name_t name;

	assert_non_null(octets);
	memcpy(octets, &number, sizeof(number));
	octets[6] = (uint8_t)(ttl >> 8);
	octets[7] = (uint8_t)ttl;
	answer.octets = octets;
	answer.parts[0] = (cache_part_t){ .size = size, .records = 1 };
	assert_true(cache_put(cache, desk_key(&name, number, type), &answer, ttl, clock_of_cache()));
	free(octets);
}

static inline bool desk_has(cache_t *cache, unsigned number, uint16_t type)
{
	static uint8_t out[65536];
	desk_name_t name;
	cache_found_t found;
	unsigned is;

	if (cache_find(cache, desk_key(&name, number, type), CACHE_FORM_PLAIN, clock_of_cache(), out, sizeof(out),
		       &found) != CACHE_HIT ||
	    found.failure)
		return false;
	memcpy(&is, out, sizeof(is));
	assert_int_equal(is, number);
	return true;
}

static inline size_t desk_count(const cache_t *cache)
{
	cache_stats_t stats;

	cache_stats(cache, &stats);
	return stats.entries;
}

#endif
