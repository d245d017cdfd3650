/* fuzz_snapshot.c: whatever a section of a snapshot says, reading stays inside it; and what was read, is written and read again, is
 * the same. */
#include "tests/fuzz/fuzz.h"

#include "cache/snapshot.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 1 << 22, NOW = 1000000 };

static bool all(void *arg, const cache_seen_t *seen)
{
	(void)arg;
	(void)seen;
	return true;
}

/* All that is in the cache, as octets; to be freed. */
static uint8_t *written(cache_t *cache, size_t *size, uint32_t *entries)
{
	uint8_t *octets = aligned_alloc(CACHE_SNAPSHOT_ALIGN, CACHE_SNAPSHOT_SECTION);

	assert(octets != NULL);
	cache_snapshot_begin(cache);
	*size = cache_snapshot_write(cache, NOW, all, NULL, octets, CACHE_SNAPSHOT_SECTION, entries);
	cache_snapshot_end(cache, true);
	return octets;
}

static cache_snapshot_err_t read_into(cache_t *cache, const uint8_t *data, size_t size, cache_snapshot_t *snapshot)
{
	uint8_t *copy = aligned_alloc(CACHE_SNAPSHOT_ALIGN, (size + 3) / 4 * 4 + 4);
	cache_snapshot_err_t err;

	assert(copy != NULL);
	*snapshot = (cache_snapshot_t){ .now = NOW, .wanted = all };
	memcpy(copy, data, size);
	err = cache_snapshot_read(cache, snapshot, copy, size);
	cache_snapshot_settle(cache, snapshot, true);
	free(copy);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cache_t *one;
	cache_t *other;
	cache_snapshot_t snapshot;
	cache_snapshot_err_t again;
	uint32_t entries[2];
	size_t sizes[2];
	uint8_t *octets[2];

	if (size > CACHE_SNAPSHOT_SECTION)
		size = CACHE_SNAPSHOT_SECTION;
	cache_thread_begin();
	one = cache_new(LIMIT);
	other = cache_new(LIMIT);
	assert(one != NULL && other != NULL);
	(void)!read_into(one, data, size, &snapshot);
	octets[0] = written(one, &sizes[0], &entries[0]);
	again = read_into(other, octets[0], sizes[0], &snapshot);
	assert(again == CACHE_SNAPSHOT_OK);
	assert(snapshot.kept == entries[0]);
	octets[1] = written(other, &sizes[1], &entries[1]);
	assert(sizes[0] == sizes[1] && memcmp(octets[0], octets[1], sizes[0]) == 0);
	free(octets[0]);
	free(octets[1]);
	cache_free(one);
	cache_free(other);
	cache_thread_end();
	return 0;
}
