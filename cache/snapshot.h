/* snapshot.h: the cache as octets, to be kept over a restart, and back. Knows neither files nor keys nor what time it was when:
 * whoever calls has all that. Octets are taken for hostile: read within their bounds, and refused when anything about them is not
 * as this code writes it.
 *
 * A snapshot is a row of sections, each of which can be read by itself; a section is a row of records, each one answer. Numbers
 * are in the machine's own byte order, for no other machine is to read them:
 *
 *	 0 u32 size      of the record, with what fills it up to a multiple of 4
 *	 4 u32 age       seconds, when the snapshot was begun
 *	 8 u32 ttl       seconds that the answer was to be kept, from its beginning
 *	12 u16 type      of the question
 *	14 u16 ttl_count
 *	16 u16 ede       INFO-CODE (RFC 8914) or CACHE_NO_EDE
 *	18 u16 zero
 *	20 u8  rcode, security, name_size, ede_text_size
 *	24 u16 size of each part
 *	32 u16 records of each part
 *	40     where the TTL fields begin (u16 each); the name; EXTRA-TEXT; the parts' octets; zeros
 *
 * What has ended, failures (RFC 9520) and what is handed out stale are not written. A failure lasts 300 seconds at most, and who
 * restarts a server wants to know whether things are better now; and as there is no way to write one, none can be read as
 * anything else. */
#ifndef CACHE_SNAPSHOT_H
#define CACHE_SNAPSHOT_H

#include "cache/cache.h"

enum {
	CACHE_SNAPSHOT_SECTION = 512 << 10, /* room for a section: the largest answer fits */
	CACHE_SNAPSHOT_ALIGN = 4,           /* where sections begin in memory */
};

/* Whether an answer is to be written, or read. Must not call the cache. When reading, only key and answer are told. */
typedef bool cache_snapshot_wanted_fn(void *arg, const cache_seen_t *seen);

/* ---- writing ---- */

/* Begins to go through all answers that there are now, from the oldest on. One snapshot at a time; what is put from now on is not
 * in it, and what leaves the cache before its turn is not, either. */
void cache_snapshot_begin(cache_t *cache);

/* Writes the next section, of at most `room` octets (CACHE_SNAPSHOT_SECTION is enough for any answer; one that does not fit is
 * left out), with ages as of `now`, which is the same for all sections. Returns its size, 0 when all have been written, and
 * how many answers it holds. Holds up writers for some dozens of answers at a time, and readers never. */
MUST_USE size_t cache_snapshot_write(cache_t *cache, uint64_t now, cache_snapshot_wanted_fn *wanted, void *arg,
				     uint8_t *octets, size_t room, uint32_t *entries);

/* Ends it, wherever it is. `kept`: it is the one that will be read, if any is; cache_on_retract() looks at when it was begun. */
void cache_snapshot_end(cache_t *cache, bool kept);

/* ---- reading ---- */

typedef enum {
	CACHE_SNAPSHOT_OK,
	CACHE_SNAPSHOT_SHORT,
	CACHE_SNAPSHOT_SIZES,
	CACHE_SNAPSHOT_NAME,
	CACHE_SNAPSHOT_TTLS,
	CACHE_SNAPSHOT_TIME,
	CACHE_SNAPSHOT_REST,
	CACHE_SNAPSHOT_MEMORY, /* is out */
} cache_snapshot_err_t;

/* "ends before the record does" */
const char *cache_snapshot_strerror(cache_snapshot_err_t err);

/* How sections are read, and what came of it; zero the rest before the first. */
typedef struct cache_snapshot {
	uint64_t now;     /* as for cache_put() */
	uint64_t elapsed; /* seconds since the snapshot was begun */
	cache_snapshot_wanted_fn *wanted;
	void *arg;

	size_t kept;
	size_t ended;    /* their time is over */
	size_t unwanted; /* so said `wanted` */
	size_t dropped;  /* too large for the cache, or memory was out */

	struct batch *batch; /* of what is not in the cache yet */
} cache_snapshot_t;

/* Reads the answers of a section, with the time that is left to them, older ones first, as they were. They get into the cache by
 * cache_snapshot_settle(), and before that when it is full. Counts TTLs down in `octets`, which begin at a multiple of
 * CACHE_SNAPSHOT_ALIGN. After an error, what came before it has been read. */
MUST_USE cache_snapshot_err_t cache_snapshot_read(cache_t *cache, cache_snapshot_t *snapshot, uint8_t *octets,
						  size_t size);

/* The end: puts what was read into the cache, or, if it is not `good` as a whole, forgets it; what is in the cache already stays. */
void cache_snapshot_settle(cache_t *cache, cache_snapshot_t *snapshot, bool good);

#endif
