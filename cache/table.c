/* table.c: see table.h. */
#include "cache/table.h"

#include "cache/copies.h"

#include <assert.h>
#include <stdlib.h>

enum {
	ANSWERS_PER_LIMIT = 100, /* the largest answer takes this part of the limit */
	DEAD_PER_LIMIT = 32,     /* so do entries that wait until no reader sees them, */
	DEAD_MOST = 1 << 18,     /* but no more octets than make waiting for readers cheap: some thousand entries */
	OCTETS_PER_BUCKET = 512, /* about one and a half entries for each bucket of a full cache */
	BUCKETS_MOST = 1 << 22, /* cds_lfht aborts when it gets no memory for them: 64 MB, enough for a limit of 2 GB */
	CLOCK_SKEW = 10,        /* seconds that one thread may have read the clock before another */
};

size_t table_buckets(size_t limit)
{
	size_t buckets = BUCKETS_LEAST;

	while (buckets < BUCKETS_MOST && buckets < limit / OCTETS_PER_BUCKET)
		buckets *= 2;
	return buckets;
}

uint64_t table_hash(const cache_t *cache, const cache_key_t *key)
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

entry_t *table_lookup(const cache_t *cache, uint64_t hash, const cache_key_t *key)
{
	struct cds_lfht_iter iter;

	cds_lfht_lookup(cache->table, hash, matches, key, &iter);
	return entry_of(cds_lfht_iter_get_node(&iter));
}

bool table_clock_agrees(cache_t *cache, uint64_t *now)
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

void table_count_octets(cache_t *cache)
{
	atomic_store_explicit(&cache->octets, cache->live_octets + cache->dead_octets + cache->bucket_octets,
			      memory_order_relaxed);
}

/* --- Leaving the cache ------------------------------------------------------------------------------------------- */

void table_free_dead(cache_t *cache)
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

void table_walk_on(cache_t *cache)
{
	table_walk_t *walk = &cache->walk;

	walk->next = walk->next != walk->last ? walk->next->newer : NULL;
}

static void leave_list(cache_t *cache, entry_t *entry)
{
	if (cache->walk.next == entry)
		table_walk_on(cache);
	if (cache->walk.last == entry)
		cache->walk.last = entry->older;
	if (cache->hand == entry)
		cache->hand = entry->newer;
	*(entry->newer != NULL ? &entry->newer->older : &cache->newest) = entry->older;
	*(entry->older != NULL ? &entry->older->newer : &cache->oldest) = entry->newer;
}

static size_t most_dead(size_t limit)
{
	return limit / DEAD_PER_LIMIT < DEAD_MOST ? limit / DEAD_PER_LIMIT : DEAD_MOST;
}

/* Takes an entry that is no longer in the table out of the list and keeps it until no reader can see it. */
void table_bury(cache_t *cache, entry_t *entry)
{
	size_t cost;

	if (entry == NULL)
		return;
	cost = entry_cost(entry);
	leave_list(cache, entry);
	entry->newer = cache->dead;
	cache->dead = entry;
	cache->dead_octets += cost;
	cache->live_octets -= cost;
	atomic_fetch_sub_explicit(&cache->entries, 1, memory_order_relaxed);
	if (cache->dead_octets > most_dead(atomic_load_explicit(&cache->limit, memory_order_relaxed)))
		table_free_dead(cache);
}

void table_drop(cache_t *cache, entry_t *entry)
{
	int err;

	urcu_memb_read_lock();
	err = cds_lfht_del(cache->table, &entry->node);
	urcu_memb_read_unlock();
	assert(err == 0);
	(void)err;
	table_bury(cache, entry);
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

void table_make_room(cache_t *cache, size_t more)
{
	size_t limit = atomic_load_explicit(&cache->limit, memory_order_relaxed);
	size_t most = limit - most_dead(limit);
	uint64_t now = atomic_load_explicit(&cache->latest, memory_order_relaxed);

	while (cache->oldest != NULL && cache->live_octets + cache->bucket_octets + more > most) {
		entry_t *entry = victim(cache, now);

		cache->hand = entry;
		if (entry_is_alive(entry, now)) {
			atomic_fetch_add_explicit(&cache->evictions, 1, memory_order_relaxed);
			copies_evicted(cache, entry);
		}
		table_drop(cache, entry);
	}
}

void table_drop_all(cache_t *cache)
{
	while (cache->oldest != NULL)
		table_drop(cache, cache->oldest);
	table_free_dead(cache);
}

/* --- Entering it ------------------------------------------------------------------------------------------------- */

size_t table_free_octets(const cache_t *cache)
{
	const size_t limit = atomic_load_explicit(&cache->limit, memory_order_relaxed);
	const size_t used = cache->live_octets + cache->bucket_octets + most_dead(limit);

	return used < limit ? limit - used : 0;
}

bool table_takes(const cache_t *cache, entry_t *entry)
{
	const size_t limit = atomic_load_explicit(&cache->limit, memory_order_relaxed);

	if (entry != NULL && entry_cost(entry) <= limit / ANSWERS_PER_LIMIT)
		return true;
	free(entry);
	return false;
}

void table_lengthen(table_chain_t *chain, entry_t *entry, size_t cost)
{
	entry->newer = NULL;
	entry->older = chain->newest;
	*(chain->newest != NULL ? &chain->newest->newer : &chain->oldest) = entry;
	chain->newest = entry;
	chain->count++;
	chain->octets += cost;
}

void table_join(cache_t *cache, const table_chain_t *chain)
{
	if (chain->count == 0)
		return;
	chain->oldest->older = cache->newest;
	*(cache->newest != NULL ? &cache->newest->newer : &cache->oldest) = chain->oldest;
	cache->newest = chain->newest;
	cache->live_octets += chain->octets;
	atomic_fetch_add_explicit(&cache->entries, chain->count, memory_order_relaxed);
}

/* Readers find one of the two. */
entry_t *table_link(cache_t *cache, uint64_t hash, entry_t *entry)
{
	const cache_key_t key = entry_key(entry);
	entry_t *old;

	tsan_before(entry); /* for matches() */
	urcu_memb_read_lock();
	old = entry_of(cds_lfht_add_replace(cache->table, hash, matches, &key, &entry->node));
	urcu_memb_read_unlock();
	return old;
}

void table_put(cache_t *cache, uint64_t hash, entry_t *entry)
{
	table_chain_t chain = { 0 };

	table_lengthen(&chain, entry, entry_cost(entry));
	table_make_room(cache, chain.octets);
	table_join(cache, &chain);
	table_bury(cache, table_link(cache, hash, entry));
}

entry_t *table_find_held(const cache_t *cache, uint64_t hash, const cache_key_t *key)
{
	entry_t *entry;

	urcu_memb_read_lock();
	entry = table_lookup(cache, hash, key);
	urcu_memb_read_unlock();
	return entry;
}

bool table_forget(cache_t *cache, uint64_t hash, const cache_key_t *key)
{
	entry_t *entry = table_find_held(cache, hash, key);

	if (entry == NULL)
		return false;
	table_drop(cache, entry);
	return true;
}

bool table_keep(cache_t *cache, uint64_t hash, entry_t *entry)
{
	if (!table_takes(cache, entry))
		return false;
	table_put(cache, hash, entry);
	return true;
}

uint64_t table_begin_writing(cache_t *cache, uint64_t now)
{
	uint64_t agreed = now;

	pthread_mutex_lock(&cache->writers);
	if (!table_clock_agrees(cache, &agreed)) {
		table_drop_all(cache);
		copies_retract(cache);
		atomic_store_explicit(&cache->latest, now, memory_order_relaxed);
	}
	return agreed;
}

void table_end_writing(cache_t *cache)
{
	table_count_octets(cache);
	pthread_mutex_unlock(&cache->writers);
}
