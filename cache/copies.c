/* copies.c: see copies.h. */
#include "cache/copies.h"

#include <stdlib.h>
#include <string.h>

enum {
	PROBES = 4,
	BITS_LOG = 19, /* 64 KB: one hash in 1000 is wrongly taken for evicted when 30,000 were */
	PROBE_SHIFT = 15,
	OCTETS = 1 << BITS_LOG >> 3,
};

static_assert((PROBES - 1) * PROBE_SHIFT + BITS_LOG <= 64, "each probe has bits of its own, but for a few");

/* What has left since the copy that counts was begun, and since the one that is being made was. */
typedef enum { SINCE_COUNTING, SINCE_BEGUN, SINCES } since_t;

struct copies {
	cache_retract_fn *retract;
	void *arg;
	uint8_t evicted[SINCES][OCTETS];
};

static uint32_t bit_of(uint64_t hash, unsigned probe)
{
	return (uint32_t)(hash >> probe * PROBE_SHIFT) & ((1U << BITS_LOG) - 1);
}

void copies_evicted(cache_t *cache, const entry_t *entry)
{
	const cache_key_t key = entry_key(entry);
	uint64_t hash;

	if (cache->copies == NULL || entry->failure || entry->stale)
		return;
	hash = table_hash(cache, &key);
	for (unsigned probe = 0; probe < PROBES; probe++) {
		const uint32_t bit = bit_of(hash, probe);

		for (unsigned since = 0; since < SINCES; since++)
			cache->copies->evicted[since][bit / 8] |= (uint8_t)(1U << bit % 8);
	}
}

static bool may_be_evicted(const struct copies *copies, uint64_t hash)
{
	for (unsigned probe = 0; probe < PROBES; probe++) {
		const uint32_t bit = bit_of(hash, probe);

		if ((copies->evicted[SINCE_COUNTING][bit / 8] & 1U << bit % 8) == 0)
			return false;
	}
	return true;
}

void copies_replaced(cache_t *cache, uint64_t hash, const entry_t *old)
{
	const uint64_t now = atomic_load_explicit(&cache->latest, memory_order_relaxed);

	if (cache->copies == NULL)
		return;
	if ((old != NULL && !old->failure && !old->stale && entry_is_alive(old, now)) ||
	    may_be_evicted(cache->copies, hash))
		copies_retract(cache);
}

void copies_retract(cache_t *cache)
{
	if (cache->copies != NULL)
		cache->copies->retract(cache->copies->arg);
}

void copies_begin(cache_t *cache)
{
	if (cache->copies != NULL)
		memset(cache->copies->evicted[SINCE_BEGUN], 0, OCTETS);
}

void copies_commit(cache_t *cache)
{
	if (cache->copies != NULL)
		memcpy(cache->copies->evicted[SINCE_COUNTING], cache->copies->evicted[SINCE_BEGUN], OCTETS);
}

/* ---- for who copies ---- */

bool cache_on_retract(cache_t *cache, cache_retract_fn *retract, void *arg)
{
	struct copies *copies = retract != NULL ? calloc(1, sizeof(*copies)) : NULL;

	if (retract != NULL && copies == NULL)
		return false;
	if (copies != NULL) {
		copies->retract = retract;
		copies->arg = arg;
	}
	pthread_mutex_lock(&cache->writers);
	free(cache->copies);
	cache->copies = copies;
	pthread_mutex_unlock(&cache->writers);
	return true;
}

void cache_retract(cache_t *cache)
{
	pthread_mutex_lock(&cache->writers);
	copies_retract(cache);
	pthread_mutex_unlock(&cache->writers);
}
