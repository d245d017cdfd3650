/* cache.c: see cache.h. The table and its rules are in table.h. */
#include "cache/copies.h"
#include "cache/table.h"
#include "cache/write.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/random.h>

/* Nor may a copy bring it back. */
static bool forget(cache_t *cache, uint64_t hash, const cache_key_t *key)
{
	copies_replaced(cache, hash, table_find_held(cache, hash, key));
	return table_forget(cache, hash, key);
}

bool cache_put(cache_t *cache, const cache_key_t *key, const cache_answer_t *answer, uint32_t ttl, uint64_t now)
{
	uint64_t hash = table_hash(cache, key);
	entry_t *entry = ttl > 0 ? entry_new(key, answer, now, ttl) : NULL;
	bool kept;

	table_begin_writing(cache, now);
	kept = table_keep(cache, hash, entry);
	if (!kept)
		forget(cache, hash, key);
	table_end_writing(cache);
	return kept;
}

/* The entry of a failure, after what is there under its key. */
static bool keep_failure(cache_t *cache, uint64_t hash, const cache_key_t *key, entry_t *entry, uint64_t now)
{
	const entry_t *old = table_find_held(cache, hash, key);

	if (entry == NULL || (old != NULL && !old->failure && !old->stale && entry_is_alive(old, now))) {
		free(entry);
		return false;
	}
	entry_fail(entry, old);
	copies_replaced(cache, hash, old);
	return table_keep(cache, hash, entry);
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

/* Puts a copy of what ended in its place. */
static bool keep_stale(cache_t *cache, uint64_t hash, const cache_key_t *key, const cache_stale_t *stale, uint64_t now)
{
	const entry_t *old = table_find_held(cache, hash, key);
	uint32_t overdue;
	uint32_t left;

	if (old == NULL || old->failure)
		return false;
	if (entry_is_alive(old, now) && !(old->stale && stale->failed))
		return true;
	overdue = entry_overdue(old, now);
	left = stale->most > overdue ? stale->most - overdue : 0;
	if (left > stale->longest)
		left = stale->longest;
	return left > 0 && table_keep(cache, hash, entry_new_stale(old, stale->failed, left, now));
}

bool cache_put_stale(cache_t *cache, const cache_key_t *key, const cache_stale_t *stale, uint64_t now)
{
	uint64_t hash = table_hash(cache, key);
	uint64_t agreed = table_begin_writing(cache, now);
	bool kept = keep_stale(cache, hash, key, stale, agreed);

	table_end_writing(cache);
	return kept;
}

bool cache_flush(cache_t *cache, const cache_key_t *key)
{
	uint64_t hash = table_hash(cache, key);
	bool was_there;

	pthread_mutex_lock(&cache->writers);
	was_there = forget(cache, hash, key);
	table_end_writing(cache);
	return was_there;
}

void cache_flush_all(cache_t *cache)
{
	pthread_mutex_lock(&cache->writers);
	table_drop_all(cache);
	copies_retract(cache);
	atomic_store_explicit(&cache->latest, 0, memory_order_relaxed);
	table_end_writing(cache);
}

/* Older entries later: those that are dropped leave the list behind us. */
size_t cache_walk(cache_t *cache, uint64_t now, cache_visit_fn *visit, void *arg)
{
	const uint64_t agreed = table_begin_writing(cache, now);
	size_t dropped = 0;

	for (entry_t *entry = cache->newest, *older; entry != NULL; entry = older) {
		cache_seen_t seen;

		older = entry->older;
		entry_show(entry, agreed, &seen);
		if (!visit(arg, &seen))
			continue;
		table_drop(cache, entry);
		dropped++;
	}
	table_end_writing(cache);
	return dropped;
}

/* --- Lookup ------------------------------------------------------------------------------------------------------ */

/* What is asked for, and where it goes. */
typedef struct lookup {
	cache_form_t form;
	uint32_t most; /* seconds after its end that an answer is still found; 0: none */
	uint64_t now;
	uint8_t *out;
	size_t room;
	cache_found_t *found;
} lookup_t;

static cache_result_t write_entry(const entry_t *entry, const lookup_t *lookup)
{
	const bool alive = entry_is_alive(entry, lookup->now);
	const write_ttl_t rule = { .stale = entry->stale || !alive, .age = entry_age(entry, lookup->now) };
	cache_answer_t answer;
	cache_result_t result;

	entry_view(entry, &answer);
	result = write_answer(&answer, lookup->form, &rule, lookup->out, lookup->room, lookup->found);
	lookup->found->left = alive ? entry->ttl - rule.age : 0;
	lookup->found->ending =
		entry_is_ending(entry, lookup->now, atomic_load_explicit(&entry->claims, memory_order_relaxed));
	return result;
}

/* Storing only the first time leaves the cache line shared among all who find it. */
static void mark_used(entry_t *entry)
{
	if (!atomic_load_explicit(&entry->used, memory_order_relaxed))
		atomic_store_explicit(&entry->used, true, memory_order_relaxed);
}

static bool is_shown(const entry_t *entry, const lookup_t *lookup)
{
	return entry_is_alive(entry, lookup->now) ||
	       (lookup->most > 0 && !entry->failure && entry_overdue(entry, lookup->now) <= lookup->most);
}

static cache_result_t find(cache_t *cache, const cache_key_t *key, lookup_t *lookup)
{
	uint64_t hash = table_hash(cache, key);
	cache_result_t result = CACHE_MISS;
	entry_t *entry;

	if (!table_clock_agrees(cache, &lookup->now))
		return CACHE_MISS;
	urcu_memb_read_lock();
	entry = table_lookup(cache, hash, key);
	if (entry != NULL && is_shown(entry, lookup)) {
		mark_used(entry);
		result = write_entry(entry, lookup);
	}
	tsan_before(&cache->grace); /* for table_free_dead(): we have seen the last of the entry */
	urcu_memb_read_unlock();
	return result;
}

cache_result_t cache_find(cache_t *cache, const cache_key_t *key, cache_form_t form, uint64_t now, uint8_t *out,
			  size_t room, cache_found_t *found)
{
	lookup_t lookup = { .form = form, .now = now, .out = out, .room = room, .found = found };
	cache_result_t result = find(cache, key, &lookup);

	if (result != CACHE_MISS && found->stale)
		atomic_fetch_add_explicit(&cache->stale, 1, memory_order_relaxed);
	return result;
}

cache_result_t cache_find_stale(cache_t *cache, const cache_key_t *key, cache_form_t form, uint32_t most, uint64_t now,
				uint8_t *out, size_t room, cache_found_t *found)
{
	lookup_t lookup = { .form = form, .most = most, .now = now, .out = out, .room = room, .found = found };

	return find(cache, key, &lookup);
}

/* --- The cache itself -------------------------------------------------------------------------------------------- */

cache_t *cache_new(size_t limit)
{
	const size_t buckets = table_buckets(limit);
	cache_t *cache = aligned_alloc(CACHE_LINE, sizeof(*cache));

	if (cache == NULL)
		return NULL;
	*cache = (cache_t){ .bucket_octets = buckets * BUCKET_COST, .limit = limit };
	if (getentropy(&cache->key, sizeof(cache->key)) != 0)
		goto failed;
	cache->table = cds_lfht_new_flavor(buckets < BUCKETS_FIRST ? buckets : BUCKETS_FIRST, BUCKETS_LEAST, 0, 0,
					   &urcu_memb_flavor, NULL);
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
	free(cache->copies);
	pthread_mutex_destroy(&cache->writers);
	free(cache);
}

void cache_enlarge(cache_t *cache)
{
	cds_lfht_resize(cache->table, table_buckets(atomic_load_explicit(&cache->limit, memory_order_relaxed)));
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
		.stale = atomic_load_explicit(&cache->stale, memory_order_relaxed),
	};
}
