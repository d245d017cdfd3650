/* cache.h: answers by question, in wire form, until their TTL ends.
 *
 * A bounded concurrent hash table. Any number of threads may find at once, without locks and without allocating; puts and
 * flushes may come from any thread too, one at a time inside. The cache knows neither DNS nor the clock: `now` is handed
 * in, in seconds of a clock that never goes back; an answer is never handed out once `now` has reached its end. Threads may
 * read that clock a moment apart: the latest `now` of all counts. Should it go back by more than ten seconds after all,
 * nothing is found, and the next put empties the cache first, since nobody knows any more how old its answers are. What has
 * ended lies there until its room is needed: it is handed out as stale (RFC 8767) to who asks for that alone. Keys are
 * hashed with a random key, so nobody outside can choose names that collide. Sizes are octets. */
#ifndef CACHE_H
#define CACHE_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cache cache_t;

/* A question, class IN. `name` is an uncompressed wire-format name in lower case. */
typedef struct cache_key {
	const uint8_t *name;
	uint8_t name_size;
	uint16_t type;
} cache_key_t;

enum {
	CACHE_PARTS = 4,
	CACHE_NO_EDE = 0xffff,
	CACHE_EDE_TEXT_MAX = 200,
	CACHE_STALE_TTL = 30, /* RFC 8767, 4 */
	CACHE_SECURITIES = 32 /* five bits */
};

typedef struct cache_part {
	uint16_t size;
	uint16_t records;
} cache_part_t;

/* An answer in its stored form: the sections of a message behind the question. Parts 0 and 2 are for everyone, 1 and 3 for
 * clients that ask for DNSSEC (DO=1); 0 and 1 count as ANSWER, 2 and 3 as AUTHORITY. Name compression in a part may point to
 * the question and to part 0 only, so parts can be left out. A part without octets has no records. */
typedef struct cache_answer {
	uint8_t rcode;
	uint8_t security; /* the caller's own value, less than CACHE_SECURITIES, handed back as it was */
	bool failure;     /* a failure (RFC 9520); octets, if any, are for clients that set CD */
	bool turn;    /* the caller's own, as cache_look() tells it, also of what takes this answer's place as stale */
	uint16_t ede; /* an INFO-CODE of RFC 8914, or CACHE_NO_EDE */
	uint8_t ede_text_size; /* at most CACHE_EDE_TEXT_MAX */
	const char *ede_text;  /* EXTRA-TEXT, UTF-8, not terminated; may be NULL when its size is 0 */
	cache_part_t parts[CACHE_PARTS];
	const uint8_t *octets; /* all parts, one behind the other */
	size_t ttl_count;
	const uint16_t *ttl_offsets; /* where in octets the TTL fields begin, ascending */
} cache_answer_t;

typedef enum { CACHE_FORM_PLAIN, CACHE_FORM_DNSSEC } cache_form_t;

/* What cache_find() and cache_write() tell about an answer beside the octets that they wrote. */
typedef struct cache_found {
	uint8_t rcode;
	uint8_t security;
	bool failure;
	uint16_t ede;
	uint8_t ede_text_size;
	char ede_text[CACHE_EDE_TEXT_MAX];
	uint16_t answer_records;
	uint16_t authority_records;
	size_t size;   /* octets written */
	uint32_t left; /* seconds until the answer ends; of a stale one: until it is worth asking again */
	bool ending; /* there is so little left that it should be renewed, and nobody has claimed that yet: cache_claim() */
	bool stale; /* the answer had ended, its refresh failed (cache_put_stale()); its TTLs are CACHE_STALE_TTL */
} cache_found_t;

typedef enum {
	CACHE_MISS,
	CACHE_HIT,
	CACHE_NO_ROOM, /* there is an answer (*found is filled in but for size and records, which are 0), but it needs more room */
} cache_result_t;

typedef struct cache_stats {
	size_t entries;
	size_t octets; /* memory of all entries with their overhead and of the table; never more than the limit if that is
	                * 8192 or more: less leaves no room for an answer */
	size_t limit;
	uint64_t evictions; /* entries that had time left when they made room for others */
	uint64_t stale;     /* times that a stale answer was handed out */
} cache_stats_t;

/* A cache that stays within `limit` octets. NULL when memory is out. Its table is as large as 16 MB want it at most. */
MUST_USE cache_t *cache_new(size_t limit);
void cache_free(cache_t *cache); /* when no thread uses it any more */

/* Each thread that calls any function below is registered for as long as it does. */
void cache_thread_begin(void);
void cache_thread_end(void);

/* Makes the table as large as a full cache wants it, which takes a millisecond for each 20 MB of the limit. Nobody waits meanwhile. */
void cache_enlarge(cache_t *cache);

/* A lower limit evicts at once; the table gets as large as it wants. */
void cache_set_limit(cache_t *cache, size_t limit);

/* Looks `key` up and writes its sections in the form asked for to `out`, TTLs counted down to `now`. */
MUST_USE cache_result_t cache_find(cache_t *cache, const cache_key_t *key, cache_form_t form, uint64_t now,
				   uint8_t *out, size_t room, cache_found_t *found);

/* The same for an answer that is not in the cache, `age` seconds old; found->left is 0. No thread needs to be registered. */
MUST_USE cache_result_t cache_write(const cache_answer_t *answer, cache_form_t form, uint32_t age, uint8_t *out,
				    size_t room, cache_found_t *found);

/* Keeps a copy of `answer` for `ttl` seconds, in place of what was there. False when it was not kept: ttl is 0, it is
 * larger than a hundredth of the limit, or memory is out; what was there is gone all the same, as it is known to be old. */
bool cache_put(cache_t *cache, const cache_key_t *key, const cache_answer_t *answer, uint32_t ttl, uint64_t now);

/* Keeps a failure by RFC 9520, 3.2: for 5 s the first time, twice as long each further time in a row, at most 300 s. A
 * failure never replaces an answer that still has time left (false then), though always a stale one; a success, a flush, or
 * having to make room ends the row. False also when the failure is too large or memory is out. */
bool cache_put_failure(cache_t *cache, const cache_key_t *key, const cache_answer_t *answer, uint64_t now);

/* An answer that is in use is renewed before it ends, so that nobody waits for it: it is ending when a tenth of its TTL is left,
 * or CACHE_ENDING_SECONDS if that is more. What lives for less than CACHE_ENDING_TTL is not worth it, and failures and stale
 * answers are tried again by other rules. */
enum { CACHE_ENDING_SHARE = 10, CACHE_ENDING_SECONDS = 5, CACHE_ENDING_TTL = 20 };

/* Claims the renewal of an answer that is ending: true for the first who asks. Should it come to nothing, there is another
 * claim each time that half of what was left is over. Any thread, without locks and without allocating. */
MUST_USE bool cache_claim(cache_t *cache, const cache_key_t *key, uint64_t now);

/* What is there under a key, which may have ended. */
typedef struct cache_look {
	uint32_t left; /* seconds until it ends; 0: it has */
	bool ending;   /* claimed or not */
	bool failure;
	bool stale;
	bool turn;
	uint8_t rcode;
	bool negative; /* there is nothing in its ANSWER */
} cache_look_t;

/* Looks without leaving a mark. False when there is nothing. Any thread, as cache_claim(). */
MUST_USE bool cache_look(cache_t *cache, const cache_key_t *key, uint64_t now, cache_look_t *look);

/* As cache_find(), but an answer that has ended at most `most` seconds ago is found, too, as a stale one; a failure is not. */
MUST_USE cache_result_t cache_find_stale(cache_t *cache, const cache_key_t *key, cache_form_t form, uint32_t most,
					 uint64_t now, uint8_t *out, size_t room, cache_found_t *found);

typedef struct cache_stale {
	uint32_t most;    /* seconds after its end that an answer may still be handed out */
	uint32_t longest; /* seconds from now on that it may be, whatever else is said (RFC 4035, 5.3.3) */
	bool failed;      /* its refresh has; false: it takes longer than clients should wait (RFC 8767, 5) */
} cache_stale_t;

/* The refresh of what is there failed, or is late: for a while cache_find() hands it out as stale, and so nobody asks again.
 * After a failure that is as long as for cache_put_failure(), which also counts on from here, else 5 s. False when there is
 * nothing to hand out: nothing, a failure, or too old. An answer with time left stays as it is (true). */
MUST_USE bool cache_put_stale(cache_t *cache, const cache_key_t *key, const cache_stale_t *stale, uint64_t now);

/* Drops one answer, which may have been a failure or ended already (false: nothing was there), or all of them. */
bool cache_flush(cache_t *cache, const cache_key_t *key);
void cache_flush_all(cache_t *cache);

/* What cache_walk() shows of an answer. Borrowed for the time of the call. */
typedef struct cache_seen {
	cache_key_t key;
	cache_answer_t answer;
	uint32_t age;
	uint32_t left; /* seconds until it ends; 0: it has ended, and is only remembered */
	bool stale;    /* it had ended before, and is handed out again for want of a fresh one */
	/* Of a failure, and of what is handed out stale: how many in a row, as far as that is counted (RFC 9520, 3.2). */
	unsigned failures;
} cache_seen_t;

/* True: drop it. Must not call the cache. */
typedef bool cache_visit_fn(void *arg, const cache_seen_t *seen);

/* Shows every answer, without marking it as used; returns how many were dropped. Holds up writers meanwhile (some 100 ns for
 * each answer), and readers never: for what an administrator asks. */
size_t cache_walk(cache_t *cache, uint64_t now, cache_visit_fn *visit, void *arg);

/* Of what was copied out of the cache so far, or is being copied, to be read again later (snapshot.h), something must not be: an
 * answer that was copied has been flushed, or a failure is known in its place. Must be quick, and must not call the cache. */
typedef void cache_retract_fn(void *arg);

/* Whom to tell; NULL: nobody any more. The answers that leave before their time are watched from now on. False when memory is
 * out. */
MUST_USE bool cache_on_retract(cache_t *cache, cache_retract_fn *retract, void *arg);

/* Tells at once, for what only the caller knows: cache_walk(), which drops what is there, says nothing about what was there. */
void cache_retract(cache_t *cache);

void cache_stats(const cache_t *cache, cache_stats_t *stats);

#endif
