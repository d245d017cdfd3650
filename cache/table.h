/* table.h: what the cache is made of: the hash table, the eviction list, and who may touch them when. Internal to the cache room:
 * cache.c and stale.c are what others call. */
#ifndef CACHE_TABLE_H
#define CACHE_TABLE_H

#include "cache/entry.h"
#include "cache/siphash.h"
#include "cache/tsan.h"

#include <pthread.h>
#include <stdalign.h>
#include <urcu/urcu-memb.h>

enum {
	CACHE_LINE = 64,
	BUCKETS_LEAST = 64,      /* cds_lfht wants powers of two */
	BUCKETS_FIRST = 1 << 15, /* until cache_enlarge(): enough for 16 MB */
	BUCKET_COST = sizeof(struct cds_lfht_node),
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
typedef struct table_walk {
	entry_t *next; /* NULL: none is underway */
	entry_t *last; /* the newest to be shown */
} table_walk_t;

/* Entries that are on their way into the list; zero it to begin. */
typedef struct table_chain {
	entry_t *newest;
	entry_t *oldest;
	size_t count;
	size_t octets;
} table_chain_t;

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
	table_walk_t walk;     /* of a snapshot: from older to newer entries, in steps */
	struct copies *copies; /* NULL: nobody keeps any (copies.h) */
	entry_t *dead;
	size_t dead_octets;
	size_t live_octets;
	size_t bucket_octets; /* of all that the limit wants */

	/* Written by writers, read by cache_stats(). */
	_Atomic size_t entries;
	_Atomic size_t octets;
	_Atomic size_t limit;
	_Atomic uint64_t evictions;

	/* Written by readers, but only while servers fail. */
	alignas(CACHE_LINE) _Atomic uint64_t stale;
};

size_t table_buckets(size_t limit);
uint64_t table_hash(const cache_t *cache, const cache_key_t *key);

/* ---- for readers, inside a critical section for table_lookup() ---- */

/* Makes *now at least what any thread said before, so that nothing comes back to life. False when it lies so far behind
 * that the clock must have gone back: then nobody knows how old anything is. */
MUST_USE bool table_clock_agrees(cache_t *cache, uint64_t *now);
entry_t *table_lookup(const cache_t *cache, uint64_t hash, const cache_key_t *key);

/* ---- for writers: between table_begin_writing() and table_end_writing() ---- */

/* Locks, and returns what time it is. When the clock went back, what is there is of unknown age and goes. */
uint64_t table_begin_writing(cache_t *cache, uint64_t now);
void table_end_writing(cache_t *cache);

/* What is there under `key`. With `writers` held nobody frees it, so it may be used outside of a critical section. */
entry_t *table_find_held(const cache_t *cache, uint64_t hash, const cache_key_t *key);

/* Takes the entry over; it may be NULL. False when it is not kept. */
MUST_USE bool table_keep(cache_t *cache, uint64_t hash, entry_t *entry);

/* What table_keep() consists of, for many entries at once. table_takes(): whether the entry, which may be NULL, is not too large; it
 * is freed if it is. table_lengthen(): puts it at the end of a chain; `cost` is entry_cost(). table_join(): puts a chain into the
 * eviction list, as the newest; nothing may be dropped before each of its entries is linked. table_link(): into the table; the entry
 * with its key, whose place it took, is returned, if there is one, and goes to table_bury(). Several threads may link at once, but
 * only one bury. table_put(): makes room, and does all that with one entry. */
MUST_USE bool table_takes(const cache_t *cache, entry_t *entry);
void table_lengthen(table_chain_t *chain, entry_t *entry, size_t cost);
void table_join(cache_t *cache, const table_chain_t *chain);
MUST_USE entry_t *table_link(cache_t *cache, uint64_t hash, entry_t *entry);
void table_bury(cache_t *cache, entry_t *entry); /* NULL is allowed */
void table_put(cache_t *cache, uint64_t hash, entry_t *entry);
bool table_forget(cache_t *cache, uint64_t hash, const cache_key_t *key);

/* On to the next entry of the walk. */
void table_walk_on(cache_t *cache);

void table_drop(cache_t *cache, entry_t *entry);

/* Evicts until `more` octets fit in beside the buckets and the most that dead entries may take. */
void table_make_room(cache_t *cache, size_t more);

/* Octets that fit in without that. */
size_t table_free_octets(const cache_t *cache);

void table_drop_all(cache_t *cache);

/* Waits until no reader sees an entry that has left, and frees them. */
void table_free_dead(cache_t *cache);
void table_count_octets(cache_t *cache);

#endif
