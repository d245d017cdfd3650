/* cache.c: see cache.h. The table and its rules are in table.h. */
#include "cache/table.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/random.h>

bool cache_put(cache_t *cache, const cache_key_t *key, const cache_answer_t *answer, uint32_t ttl, uint64_t now)
{
	uint64_t hash = table_hash(cache, key);
	entry_t *entry = ttl > 0 ? entry_new(key, answer, now, ttl) : NULL;
	bool kept;

	table_begin_writing(cache, now);
	kept = table_keep(cache, hash, key, entry);
	if (!kept)
		table_forget(cache, hash, key);
	table_end_writing(cache);
	return kept;
}

/* The entry of a failure, after what is there under its key. */
static bool keep_failure(cache_t *cache, uint64_t hash, const cache_key_t *key, entry_t *entry, uint64_t now)
{
	const entry_t *old = table_find_held(cache, hash, key);

	if (entry == NULL || (old != NULL && !old->failure && entry_is_alive(old, now))) {
		free(entry);
		return false;
	}
	entry_fail(entry, old);
	return table_keep(cache, hash, key, entry);
}

bool cache_put_failure(cache_t *cache, const cache_key_t *key, const cache_answer_t *answer, uint64_t now)
{
	uint64_t hash = table_hash(cache, key);
	entry_t *entry = entry_new(key, answer, now, 0);
	uint64_t agreed = table_begin_writing(cache, now);
	bool kept = keep_failure(cache, hash, key, entry, agreed);

	table_end_writing(cache);
	return kept;
}

bool cache_flush(cache_t *cache, const cache_key_t *key)
{
	uint64_t hash = table_hash(cache, key);
	bool was_there;

	pthread_mutex_lock(&cache->writers);
	was_there = table_forget(cache, hash, key);
	table_end_writing(cache);
	return was_there;
}

void cache_flush_all(cache_t *cache)
{
	pthread_mutex_lock(&cache->writers);
	table_drop_all(cache);
	atomic_store_explicit(&cache->latest, 0, memory_order_relaxed);
	table_end_writing(cache);
}

/* --- Lookup ------------------------------------------------------------------------------------------------------ */

static cache_result_t write_entry(const entry_t *entry, cache_form_t form, uint64_t now, uint8_t *out, size_t room,
				  cache_found_t *found)
{
	uint32_t age = entry_age(entry, now);
	cache_answer_t answer;
	cache_result_t result;

	entry_view(entry, &answer);
	result = cache_write(&answer, form, age, out, room, found);
	found->left = entry->ttl - age;
	return result;
}

cache_result_t cache_find(cache_t *cache, const cache_key_t *key, cache_form_t form, uint64_t now, uint8_t *out,
			  size_t room, cache_found_t *found)
{
	uint64_t hash = table_hash(cache, key);
	cache_result_t result = CACHE_MISS;
	entry_t *entry;

	if (!table_clock_agrees(cache, &now))
		return CACHE_MISS;
	urcu_memb_read_lock();
	entry = table_lookup(cache, hash, key);
	if (entry != NULL && entry_is_alive(entry, now)) {
		/* Storing only the first time leaves the cache line shared among all who find it. */
		if (!atomic_load_explicit(&entry->used, memory_order_relaxed))
			atomic_store_explicit(&entry->used, true, memory_order_relaxed);
		result = write_entry(entry, form, now, out, room, found);
	}
	tsan_before(&cache->grace); /* for table_free_dead(): we have seen the last of the entry */
	urcu_memb_read_unlock();
	return result;
}

/* --- The cache itself -------------------------------------------------------------------------------------------- */

cache_t *cache_new(size_t limit)
{
	size_t buckets = table_buckets(limit);
	cache_t *cache = aligned_alloc(CACHE_LINE, sizeof(*cache));

	if (cache == NULL)
		return NULL;
	*cache = (cache_t){ .bucket_octets = buckets * BUCKET_COST, .limit = limit };
	if (getentropy(&cache->key, sizeof(cache->key)) != 0)
		goto failed;
	cache->table = cds_lfht_new_flavor(buckets, BUCKETS_LEAST, 0, 0, &urcu_memb_flavor, NULL);
	if (cache->table == NULL)
		goto failed;
	pthread_mutex_init(&cache->writers, NULL);
	table_count_octets(cache);
	return cache;
failed:
	free(cache);
	return NULL;
}

void cache_free(cache_t *cache)
{
	if (cache == NULL)
		return;
	table_drop_all(cache);
	cds_lfht_destroy(cache->table, NULL);
	pthread_mutex_destroy(&cache->writers);
	free(cache);
}

void cache_set_limit(cache_t *cache, size_t limit)
{
	size_t buckets = table_buckets(limit);

	pthread_mutex_lock(&cache->writers);
	atomic_store_explicit(&cache->limit, limit, memory_order_relaxed);
	cds_lfht_resize(cache->table, buckets);
	cache->bucket_octets = buckets * BUCKET_COST;
	table_make_room(cache, 0);
	table_free_dead(cache);
	table_end_writing(cache);
}

void cache_thread_begin(void)
{
	urcu_memb_register_thread();
}

void cache_thread_end(void)
{
	urcu_memb_unregister_thread();
}

void cache_stats(const cache_t *cache, cache_stats_t *stats)
{
	*stats = (cache_stats_t){
		.entries = atomic_load_explicit(&cache->entries, memory_order_relaxed),
		.octets = atomic_load_explicit(&cache->octets, memory_order_relaxed),
		.limit = atomic_load_explicit(&cache->limit, memory_order_relaxed),
		.evictions = atomic_load_explicit(&cache->evictions, memory_order_relaxed),
	};
}
