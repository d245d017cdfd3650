#include "cache/cache.h"

#include "cache/entry.h"
#include "cache/siphash.h"
#include "cache/tsan.h"

#include <assert.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdlib.h>
#include <sys/random.h>
#include <urcu/urcu-memb.h>

enum {
	CACHE_LINE = 64,
	ANSWERS_PER_LIMIT = 100, /* the largest answer takes this part of the limit */
	DEAD_PER_LIMIT = 32,     /* so do entries that wait until no reader sees them */
	OCTETS_PER_BUCKET = 512, /* about one and a half entries for each bucket of a full cache */
	BUCKETS_LEAST = 64,      /* cds_lfht wants powers of two, */
	BUCKETS_MOST = 1 << 22,  /*   and aborts when it gets no memory for them: 64 MB, enough for a limit of 2 GB */
	BUCKET_COST = sizeof(struct cds_lfht_node),
	CLOCK_SKEW = 10, /* seconds that one thread may have read the clock before another */
};

/* Readers walk the table under rcu_read_lock() and touch nothing else but an entry's mark. All changes are made by one
 * thread at a time, with `writers` held:
 *
 *	entry_new() -> in table and list -> unlinked, in `dead` -> synchronize_rcu() -> free()
 *
 * Dead entries are freed together, and before they are many: waiting for readers once for each would cost system calls, and
 * a helper thread that lags behind (call_rcu) would let a flood of puts grow memory without bound. As they are freed by a
 * holder of `writers` alone, writers find what they look up still there.
 *
 * Eviction is SIEVE (Zhang et al., NSDI 2024): new entries go to the list's head and a hand walks from its tail, sparing, once,
 * entries that were used. A hit moves nothing, so it costs one store at most. */
struct cache {
	/* Read by every lookup, hardly ever written. */
	siphash_key_t key;
	struct cds_lfht *table;
	_Atomic uint64_t latest; /* the latest `now` that anyone handed in */
	char grace;              /* its address stands for grace periods (tsan.h) */

	alignas(CACHE_LINE) pthread_mutex_t writers;
	entry_t *newest;
	entry_t *oldest;
	entry_t *hand;
	entry_t *dead;
	size_t dead_octets;
	size_t live_octets;
	size_t bucket_octets;

	/* Written by writers, read by cache_stats(). */
	_Atomic size_t entries;
	_Atomic size_t octets;
	_Atomic size_t limit;
	_Atomic uint64_t evictions;
};

static size_t buckets_for(size_t limit)
{
	size_t buckets = BUCKETS_LEAST;

	while (buckets < BUCKETS_MOST && buckets < limit / OCTETS_PER_BUCKET)
		buckets *= 2;
	return buckets;
}

static uint64_t hash_of(const cache_t *cache, const cache_key_t *key)
{
	return siphash(&cache->key, key->name, key->name_size, key->type);
}

static entry_t *entry_of(struct cds_lfht_node *node)
{
	static_assert(offsetof(entry_t, node) == 0, "an entry begins with its node");
	return (entry_t *)node;
}

static int matches(struct cds_lfht_node *node, const void *key)
{
	entry_t *entry = entry_of(node);

	/* A node that the table leads to was put there with a full barrier after it was filled in (cds_lfht_add_replace). */
	tsan_after(entry);
	return entry_matches(entry, key);
}

static entry_t *lookup(const cache_t *cache, uint64_t hash, const cache_key_t *key)
{
	struct cds_lfht_iter iter;

	cds_lfht_lookup(cache->table, hash, matches, key, &iter);
	return entry_of(cds_lfht_iter_get_node(&iter));
}

/* Makes *now at least what any thread said before, so that nothing comes back to life. False when it lies so far behind
 * that the clock must have gone back: then nobody knows how old anything is. */
static bool clock_agrees(cache_t *cache, uint64_t *now)
{
	uint64_t latest = atomic_load_explicit(&cache->latest, memory_order_relaxed);

	while (*now > latest)
		if (atomic_compare_exchange_weak_explicit(&cache->latest, &latest, *now, memory_order_relaxed,
							  memory_order_relaxed))
			return true;
	if (latest - *now > CLOCK_SKEW)
		return false;
	*now = latest;
	return true;
}

static void count_octets(cache_t *cache)
{
	atomic_store_explicit(&cache->octets, cache->live_octets + cache->dead_octets + cache->bucket_octets,
			      memory_order_relaxed);
}

/* --- Leaving the cache ------------------------------------------------------------------------------------------- */

static void free_dead(cache_t *cache)
{
	if (cache->dead == NULL)
		return;
	urcu_memb_synchronize_rcu();
	/* Every reader that could still see a dead entry has left its critical section, at whose end is tsan_before(). */
	tsan_after(&cache->grace);
	while (cache->dead != NULL) {
		entry_t *entry = cache->dead;

		cache->dead = entry->newer;
		free(entry);
	}
	cache->dead_octets = 0;
}

static void leave_list(cache_t *cache, entry_t *entry)
{
	if (cache->hand == entry)
		cache->hand = entry->newer;
	*(entry->newer != NULL ? &entry->newer->older : &cache->newest) = entry->older;
	*(entry->older != NULL ? &entry->older->newer : &cache->oldest) = entry->newer;
}

/* Takes an entry that is no longer in the table out of the list and keeps it until no reader can see it. */
static void bury(cache_t *cache, entry_t *entry)
{
	size_t cost = entry_cost(entry);

	leave_list(cache, entry);
	entry->newer = cache->dead;
	cache->dead = entry;
	cache->dead_octets += cost;
	cache->live_octets -= cost;
	atomic_fetch_sub_explicit(&cache->entries, 1, memory_order_relaxed);
	if (cache->dead_octets > atomic_load_explicit(&cache->limit, memory_order_relaxed) / DEAD_PER_LIMIT)
		free_dead(cache);
}

static void drop(cache_t *cache, entry_t *entry)
{
	int err;

	urcu_memb_read_lock();
	err = cds_lfht_del(cache->table, &entry->node);
	urcu_memb_read_unlock();
	assert(err == 0);
	(void)err;
	bury(cache, entry);
}

/* The entry that must go next. One whose time is over goes at once; a used one is spared, once around at most. */
static entry_t *victim(cache_t *cache, uint64_t now)
{
	entry_t *entry = cache->hand != NULL ? cache->hand : cache->oldest;

	for (size_t left = atomic_load_explicit(&cache->entries, memory_order_relaxed); left > 0; left--) {
		if (!entry_is_alive(entry, now) || !atomic_load_explicit(&entry->used, memory_order_relaxed))
			break;
		atomic_store_explicit(&entry->used, false, memory_order_relaxed);
		entry = entry->newer != NULL ? entry->newer : cache->oldest;
	}
	return entry;
}

/* Evicts until `more` octets fit in beside the buckets and the most that dead entries may take. */
static void make_room(cache_t *cache, size_t more)
{
	size_t limit = atomic_load_explicit(&cache->limit, memory_order_relaxed);
	size_t most = limit - limit / DEAD_PER_LIMIT;
	uint64_t now = atomic_load_explicit(&cache->latest, memory_order_relaxed);

	while (cache->oldest != NULL && cache->live_octets + cache->bucket_octets + more > most) {
		entry_t *entry = victim(cache, now);

		cache->hand = entry;
		if (entry_is_alive(entry, now))
			atomic_fetch_add_explicit(&cache->evictions, 1, memory_order_relaxed);
		drop(cache, entry);
	}
}

static void drop_all(cache_t *cache)
{
	while (cache->oldest != NULL)
		drop(cache, cache->oldest);
	free_dead(cache);
}

/* --- Entering it ------------------------------------------------------------------------------------------------- */

static void join_list(cache_t *cache, entry_t *entry)
{
	entry->newer = NULL;
	entry->older = cache->newest;
	*(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = entry;
	cache->newest = entry;
}

/* Puts `entry` into the table in place of the one with its key, if there is one: readers find one of the two. */
static void insert(cache_t *cache, uint64_t hash, const cache_key_t *key, entry_t *entry)
{
	size_t cost = entry_cost(entry);
	entry_t *old;

	make_room(cache, cost);
	tsan_before(entry); /* for matches() */
	urcu_memb_read_lock();
	old = entry_of(cds_lfht_add_replace(cache->table, hash, matches, key, &entry->node));
	urcu_memb_read_unlock();
	join_list(cache, entry);
	cache->live_octets += cost;
	atomic_fetch_add_explicit(&cache->entries, 1, memory_order_relaxed);
	if (old != NULL)
		bury(cache, old);
}

/* What is there under `key`. With `writers` held nobody frees it, so it may be used outside of a critical section. */
static entry_t *find_held(const cache_t *cache, uint64_t hash, const cache_key_t *key)
{
	entry_t *entry;

	urcu_memb_read_lock();
	entry = lookup(cache, hash, key);
	urcu_memb_read_unlock();
	return entry;
}

static bool forget(cache_t *cache, uint64_t hash, const cache_key_t *key)
{
	entry_t *entry = find_held(cache, hash, key);

	if (entry == NULL)
		return false;
	drop(cache, entry);
	return true;
}

/* Takes the entry over; it may be NULL. False when it is not kept. */
static bool keep(cache_t *cache, uint64_t hash, const cache_key_t *key, entry_t *entry)
{
	size_t limit = atomic_load_explicit(&cache->limit, memory_order_relaxed);

	if (entry == NULL || entry_cost(entry) > limit / ANSWERS_PER_LIMIT) {
		free(entry);
		return false;
	}
	insert(cache, hash, key, entry);
	return true;
}

/* Locks, and returns what time it is. When the clock went back, what is there is of unknown age and goes. */
static uint64_t begin_writing(cache_t *cache, uint64_t now)
{
	uint64_t agreed = now;

	pthread_mutex_lock(&cache->writers);
	if (!clock_agrees(cache, &agreed)) {
		drop_all(cache);
		atomic_store_explicit(&cache->latest, now, memory_order_relaxed);
	}
	return agreed;
}

static void end_writing(cache_t *cache)
{
	count_octets(cache);
	pthread_mutex_unlock(&cache->writers);
}

bool cache_put(cache_t *cache, const cache_key_t *key, const cache_answer_t *answer, uint32_t ttl, uint64_t now)
{
	uint64_t hash = hash_of(cache, key);
	entry_t *entry = ttl > 0 ? entry_new(key, answer, now, ttl) : NULL;
	bool kept;

	begin_writing(cache, now);
	kept = keep(cache, hash, key, entry);
	if (!kept)
		forget(cache, hash, key);
	end_writing(cache);
	return kept;
}

/* The entry of a failure, after what is there under its key. */
static bool keep_failure(cache_t *cache, uint64_t hash, const cache_key_t *key, entry_t *entry, uint64_t now)
{
	const entry_t *old = find_held(cache, hash, key);

	if (entry == NULL || (old != NULL && !old->failure && entry_is_alive(old, now))) {
		free(entry);
		return false;
	}
	entry_fail(entry, old);
	return keep(cache, hash, key, entry);
}

bool cache_put_failure(cache_t *cache, const cache_key_t *key, const cache_answer_t *answer, uint64_t now)
{
	uint64_t hash = hash_of(cache, key);
	entry_t *entry = entry_new(key, answer, now, 0);
	uint64_t agreed = begin_writing(cache, now);
	bool kept = keep_failure(cache, hash, key, entry, agreed);

	end_writing(cache);
	return kept;
}

bool cache_flush(cache_t *cache, const cache_key_t *key)
{
	uint64_t hash = hash_of(cache, key);
	bool was_there;

	pthread_mutex_lock(&cache->writers);
	was_there = forget(cache, hash, key);
	end_writing(cache);
	return was_there;
}

void cache_flush_all(cache_t *cache)
{
	pthread_mutex_lock(&cache->writers);
	drop_all(cache);
	atomic_store_explicit(&cache->latest, 0, memory_order_relaxed);
	end_writing(cache);
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
	uint64_t hash = hash_of(cache, key);
	cache_result_t result = CACHE_MISS;
	entry_t *entry;

	if (!clock_agrees(cache, &now))
		return CACHE_MISS;
	urcu_memb_read_lock();
	entry = lookup(cache, hash, key);
	if (entry != NULL && entry_is_alive(entry, now)) {
		/* Storing only the first time leaves the cache line shared among all who find it. */
		if (!atomic_load_explicit(&entry->used, memory_order_relaxed))
			atomic_store_explicit(&entry->used, true, memory_order_relaxed);
		result = write_entry(entry, form, now, out, room, found);
	}
	tsan_before(&cache->grace); /* for free_dead(): we have seen the last of the entry */
	urcu_memb_read_unlock();
	return result;
}

/* --- The cache itself -------------------------------------------------------------------------------------------- */

cache_t *cache_new(size_t limit)
{
	size_t buckets = buckets_for(limit);
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
	count_octets(cache);
	return cache;
failed:
	free(cache);
	return NULL;
}

void cache_free(cache_t *cache)
{
	if (cache == NULL)
		return;
	drop_all(cache);
	cds_lfht_destroy(cache->table, NULL);
	pthread_mutex_destroy(&cache->writers);
	free(cache);
}

void cache_set_limit(cache_t *cache, size_t limit)
{
	size_t buckets = buckets_for(limit);

	pthread_mutex_lock(&cache->writers);
	atomic_store_explicit(&cache->limit, limit, memory_order_relaxed);
	cds_lfht_resize(cache->table, buckets);
	cache->bucket_octets = buckets * BUCKET_COST;
	make_room(cache, 0);
	free_dead(cache);
	end_writing(cache);
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
