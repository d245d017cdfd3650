/* batch.h: entries that enter the table together. Where an entry belongs in the table, and what lies there, is anywhere in memory: put
 * in one at a time, each waits for that, which is half of the time that a snapshot takes to be read. A batch is sorted by where its
 * buckets are, so that these are gone through from end to end, its entries are called for ahead, and a thread that is started for it
 * takes half of them when they are many. Internal to the cache room; all functions but batch_free() with `writers` held. */
#ifndef CACHE_BATCH_H
#define CACHE_BATCH_H

#include "cache/table.h"

typedef struct batch_item {
	entry_t *entry;
	uint64_t hash;
} batch_item_t;

/* Zero it to begin. */
typedef struct batch {
	batch_item_t *items;
	size_t room;         /* for so many */
	table_chain_t chain; /* of the same entries, which are so many */
} batch_t;

/* Takes the entry over; it may be NULL. It gets into the table later, or at once when memory is out or the cache is full. False
 * when it is not kept. */
MUST_USE bool batch_add(cache_t *cache, batch_t *batch, uint64_t hash, entry_t *entry);

/* Puts all into the cache, as if one after the other in the order in which they were added. */
void batch_settle(cache_t *cache, batch_t *batch);

/* Forgets what is not in the cache yet. */
void batch_free(batch_t *batch);

#endif
