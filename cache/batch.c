/* batch.c: see batch.h. */
#include "cache/batch.h"

#include <signal.h>
#include <stdlib.h>

enum {
	ROOM_LEAST = 4096, /* entries */
	PART_BITS =
		11, /* that buckets are sorted into: so few of them are one that it stays in the processor's nearest cache */
	PARTS = 1 << PART_BITS,
	AHEAD = 8,    /* entries are called for before they are needed */
	MANY = 20000, /* entries are worth a thread beside, whose start takes as long as a thousand */
};

static bool has_room(batch_t *batch)
{
	const size_t room = batch->room > 0 ? 2 * batch->room : ROOM_LEAST;
	batch_item_t *items;

	if (batch->chain.count < batch->room)
		return true;
	items = reallocarray(batch->items, room, sizeof(*items));
	if (items == NULL)
		return false;
	batch->items = items;
	batch->room = room;
	return true;
}

bool batch_add(cache_t *cache, batch_t *batch, uint64_t hash, entry_t *entry)
{
	size_t cost;

	if (!table_takes(cache, entry))
		return false;
	cost = entry_cost(entry);
	if (batch->chain.octets + cost > table_free_octets(cache) || !has_room(batch))
		batch_settle(cache, batch);
	if (!has_room(batch)) {
		table_put(cache, hash, entry);
		return true;
	}
	batch->items[batch->chain.count] = (batch_item_t){ .entry = entry, .hash = hash };
	table_lengthen(&batch->chain, entry, cost);
	return true;
}

/* Of PARTS, by the bucket's number: neighbours in a part are neighbours in memory, and so are those that follow them in the table. */
static size_t part_of(const cache_t *cache, uint64_t hash)
{
	const size_t buckets = cache->bucket_octets / BUCKET_COST;

	return (size_t)(hash & (buckets - 1)) * PARTS / buckets;
}

/* The table is one list in the order of the hashes' reversed bits (split-ordered), so behind the last entry of a bucket comes a bucket
 * of this part: */
static size_t reverse(size_t part)
{
	size_t reversed = 0;

	for (unsigned i = 0; i < PART_BITS; i++)
		reversed |= (part >> i & 1) << (PART_BITS - 1 - i);
	return reversed;
}

/* What is in a part stays in the order in which it was added: of two with one key the later one is kept. NULL when memory is out. */
static batch_item_t *sort(const cache_t *cache, const batch_t *batch)
{
	batch_item_t *sorted = malloc(batch->chain.count * sizeof(*sorted));
	size_t ends[PARTS] = { 0 };
	size_t end = 0;

	if (sorted == NULL)
		return NULL;
	for (size_t i = 0; i < batch->chain.count; i++)
		ends[part_of(cache, batch->items[i].hash)]++;
	for (size_t i = 0; i < PARTS; i++) {
		size_t *part = &ends[reverse(i)];

		end += *part;
		*part = end - *part;
	}
	for (size_t i = 0; i < batch->chain.count; i++)
		sorted[ends[part_of(cache, batch->items[i].hash)]++] = batch->items[i];
	return sorted;
}

/* ---- linking, by two threads when there is much to do ---- */

typedef struct share {
	cache_t *cache;
	const batch_item_t *items;
	size_t count;
	pthread_mutex_t *burying;
} share_t;

static void link_share(const share_t *share)
{
	for (size_t i = 0; i < share->count; i++) {
		const batch_item_t *item = &share->items[i];
		entry_t *old;

		if (i + AHEAD < share->count)
			__builtin_prefetch(item[AHEAD].entry, 1);
		old = table_link(share->cache, item->hash, item->entry);
		if (old == NULL)
			continue;
		pthread_mutex_lock(share->burying);
		table_bury(share->cache, old);
		pthread_mutex_unlock(share->burying);
	}
}

static void *link_beside(void *arg)
{
	cache_thread_begin();
	link_share(arg);
	cache_thread_end();
	return NULL;
}

/* Without signals, which are for other threads. */
static bool start_beside(pthread_t *thread, share_t *share)
{
	pthread_attr_t attributes;
	sigset_t all;
	bool started;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	sigfillset(&all);
	started = pthread_attr_setsigmask_np(&attributes, &all) == 0 &&
		  pthread_create(thread, &attributes, link_beside, share) == 0;
	pthread_attr_destroy(&attributes);
	return started;
}

/* About half, but whole parts, so that entries with one key are one thread's. */
static size_t middle(const cache_t *cache, const batch_item_t *sorted, size_t count)
{
	size_t half = count / 2;

	while (half < count && part_of(cache, sorted[half].hash) == part_of(cache, sorted[half - 1].hash))
		half++;
	return half;
}

static void link_sorted(cache_t *cache, const batch_item_t *sorted, size_t count)
{
	const size_t half = count >= MANY ? middle(cache, sorted, count) : count;
	pthread_mutex_t burying = PTHREAD_MUTEX_INITIALIZER;
	const share_t own = { .cache = cache, .items = sorted, .count = half, .burying = &burying };
	share_t other = { .cache = cache, .items = sorted + half, .count = count - half, .burying = &burying };
	pthread_t thread;
	const bool beside = other.count > 0 && start_beside(&thread, &other);

	link_share(&own);
	if (beside)
		pthread_join(thread, NULL);
	else
		link_share(&other);
	pthread_mutex_destroy(&burying);
}

/* What is in the list may be dropped from the table: so room is made before. */
void batch_settle(cache_t *cache, batch_t *batch)
{
	const size_t count = batch->chain.count;
	batch_item_t *sorted = count > 0 ? sort(cache, batch) : NULL;

	table_make_room(cache, batch->chain.octets);
	table_join(cache, &batch->chain);
	if (sorted != NULL)
		link_sorted(cache, sorted, count);
	else
		for (size_t i = 0; i < count; i++)
			table_bury(cache, table_link(cache, batch->items[i].hash, batch->items[i].entry));
	free(sorted);
	batch->chain = (table_chain_t){ 0 };
}

void batch_free(batch_t *batch)
{
	for (size_t i = 0; i < batch->chain.count; i++)
		free(batch->items[i].entry);
	free(batch->items);
	*batch = (batch_t){ 0 };
}
