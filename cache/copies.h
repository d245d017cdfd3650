/* copies.h: whether what was copied out of the cache, for a snapshot, still holds. Internal to the cache room; see
 * cache_on_retract(). All functions are for writers, with `writers` held.
 *
 * A copy is void for a question once a failure takes its answer's place: it would bring back, after a crash, what was rejected
 * since. The cache sees that where the answer is still there; answers that have left before their time are remembered by bits of
 * their hashes, which say of more answers that they have left than did, but not of fewer. */
#ifndef CACHE_COPIES_H
#define CACHE_COPIES_H

#include "cache/table.h"

/* An answer with time left has made room for others. */
void copies_evicted(cache_t *cache, const entry_t *entry);

/* `old`, or nothing (NULL), was there under a key, and now there is a failure, or nothing. */
void copies_replaced(cache_t *cache, uint64_t hash, const entry_t *old);

/* All copies are void. */
void copies_retract(cache_t *cache);

/* A copy is begun, and is whole: it is the one that counts from now on. */
void copies_begin(cache_t *cache);
void copies_commit(cache_t *cache);

#endif
