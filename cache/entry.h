/* entry.h: one answer as it lies in memory: a single allocation that never changes once it is in the table, but for the
 * links of the eviction list, which belong to the writers, and the marks that readers leave. */
#ifndef CACHE_ENTRY_H
#define CACHE_ENTRY_H

#include "cache/cache.h"

#include <stdatomic.h>
#include <urcu/rculfhash.h>

typedef struct entry {
	struct cds_lfht_node node;
	struct entry *newer; /* writers' list; of a removed entry: the next one that waits to be freed */
	struct entry *older;
	uint64_t born; /* `now` when it was put */
	uint32_t ttl;
	uint16_t type;
	uint16_t ttl_count;
	uint8_t name_size;
	uint8_t rcode;
	uint8_t security : 5;
	uint8_t ede : 1;   /* an INFO-CODE and its text are there */
	uint8_t stale : 1; /* it had ended before it was put: a copy of what ended */
	uint8_t turn : 1;
	uint8_t parts : 4; /* bit i: part i is not empty */
	uint8_t level : 3; /* of a failure, and of a stale answer: how many came before it in a row, as far as that matters */
	uint8_t failure : 1;
	atomic_bool used;    /* found since the eviction hand last passed */
	atomic_uchar claims; /* of its renewal: cache_claim() */

	/* Of a stale answer the seconds between its end and `born`, as two words. Size and number of records of each part that is
	 * not empty; the INFO-CODE, if any; the TTL offsets. Behind them as octets: the name; if there is an INFO-CODE, its text
	 * with its size in front; the parts. */
	uint16_t words[];
} entry_t;

/* A copy of key and answer. NULL when memory is out. */
MUST_USE entry_t *entry_new(const cache_key_t *key, const cache_answer_t *answer, uint64_t born, uint32_t ttl);

/* What the entry takes from memory, with the allocator's share. */
MUST_USE size_t entry_cost(entry_t *entry);

/* Borrowed from the entry. */
MUST_USE cache_key_t entry_key(const entry_t *entry);

MUST_USE bool entry_matches(const entry_t *entry, const cache_key_t *key);

/* Whether the entry may be handed out at `now`. An entry from the future is as old as one put at this moment: another
 * thread may have read the clock a moment later than we did. */
MUST_USE bool entry_is_alive(const entry_t *entry, uint64_t now);
MUST_USE uint32_t entry_age(const entry_t *entry, uint64_t now); /* seconds; UINT32_MAX at most */

/* Whether so little is left that the entry should be renewed, after so many claims. */
MUST_USE bool entry_is_ending(const entry_t *entry, uint64_t now, unsigned claims);

/* Seconds since the answer ended; 0 while it has time left. */
MUST_USE uint32_t entry_overdue(const entry_t *entry, uint64_t now);

/* The entry as an answer that borrows everything from it. */
void entry_view(const entry_t *entry, cache_answer_t *answer);

/* All that can be told of it. */
void entry_show(const entry_t *entry, uint64_t now, cache_seen_t *seen);

/* Makes an entry that is not in the table yet that of a failure, which follows `old`: the entry that was there before, or
 * NULL. Sets how long it is kept (RFC 9520, 3.2). */
void entry_fail(entry_t *entry, const entry_t *old);

/* A copy of an answer that has ended, to be handed out for a while from `now` on: as long as a failure that follows it, if one
 * does, and at most `most` seconds. NULL when memory is out. */
MUST_USE entry_t *entry_new_stale(const entry_t *old, bool failed, uint32_t most, uint64_t now);

#endif
