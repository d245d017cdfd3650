/* prefetch.h: answers that are in use are renewed before they end, so that nobody waits for them.
 *
 *	worker: gives an answer that is ending ─ prefetch_enter() claims it → inbox → asked like any other question, of the
 *	 context whose turn it is (module/inquiry/turn.h), for nobody
 *	   ├─ an answer, whatever is thought of it → as ever: cache, log, history; rejected or bogus: it takes effect at once
 *	   ├─ nobody answers → what is there stays as long as it may, nobody is told; claimed again later (cache.h)
 *	   └─ the context had it cached → that is no renewal: a fresh context is asked, which has nothing cached
 *
 * The last is rare: a zone has shortened its TTL, or the answer was made of a proof (RFC 8198) or an alias of other names. To wait
 * for the end instead would cost a client the wait that this is for; and to take what was cached could bring older data back.
 * Where it denies the same that we have denied it is taken, if it lasts longer: one proof is as good as another, and NSEC
 * zones are full of them.
 *
 * Renewals rank below what clients ask: one in PREFETCH_SHARE of resolver.max-questions at most, and none while that is half
 * used up. What is dropped is claimed again later. */
#ifndef MODULE_PENDING_PREFETCH_H
#define MODULE_PENDING_PREFETCH_H

#include "cache/cache.h"
#include "module/inquiry/resolution.h"
#include "module/pending/questions.h"

#include <stdatomic.h>

enum { PREFETCH_SHARE = 8, PREFETCH_BUSY_SHARE = 2 };

/* What is counted, and how a renewal ends. */
typedef enum {
	PREFETCH_ASKED,   /* servers were */
	PREFETCH_AFRESH,  /* of these: by a fresh context, too */
	PREFETCH_RENEWED, /* there was an answer, be it a rejected one */
	PREFETCH_FAILED,  /* there was none: the old one stays to its end */
	PREFETCH_DROPPED, /* not asked: too much to do; or asked, and not worth it any more */
	PREFETCH_OUTCOMES,
} prefetch_outcome_t;

typedef struct prefetch {
	atomic_bool on;
	atomic_uint most; /* that may be under way */
	atomic_uint open; /* that are */
	atomic_uint_fast64_t counts[PREFETCH_OUTCOMES];
} prefetch_t;

typedef struct prefetch_stats {
	uint64_t counts[PREFETCH_OUTCOMES];
} prefetch_stats_t;

/* "asked", "afresh", "renewed", "failed", "dropped". */
const char *prefetch_name(prefetch_outcome_t outcome);

/* Any thread: prefetch_enter() claims, and is true when the question may be asked; then prefetch_leave() follows once. */
void prefetch_set(prefetch_t *prefetch, bool on, unsigned max_questions);
MUST_USE bool prefetch_enter(prefetch_t *prefetch, cache_t *cache, const name_t *name, uint16_t type, uint64_t now);
void prefetch_leave(prefetch_t *prefetch, prefetch_outcome_t outcome);
void prefetch_count(prefetch_t *prefetch, prefetch_outcome_t what);
void prefetch_stats(const prefetch_t *prefetch, prefetch_stats_t *stats);

/* Still: the message may have waited, and somebody else's question may have had an answer. */
MUST_USE bool prefetch_is_worth_it(cache_t *cache, const name_t *name, uint16_t type);

/* What comes of a renewal that nobody waits for: PREFETCH_RENEWED, take it as any answer; PREFETCH_AFRESH, ask once more; or else
 * leave what is there. */
MUST_USE prefetch_outcome_t prefetch_judge(cache_t *cache, const question_t *question, const resolution_t *resolution,
					   const verdict_t *verdict);

#endif
