/* pending.h: questions that wait for an answer. One thread takes the questions that the cache could not answer, joins
 * identical ones, asks the resolver processes, has the validator build the answer, puts it into the cache, and replies to
 * everybody who waits.
 *
 *	worker ─ pending_submit() → [queue] → ASKED ─ answer → cache, waiting clients
 *	                                        └─ budget over → SERVFAIL, cancelled at the resolver
 *
 * When the servers do not answer, or are late, clients get what had ended, if it is there still (stale.h).
 *
 * Other parts of the server ask the same way, by pending_ask(). Names in use are asked for before they end (prefetch.h). */
#ifndef MODULE_PENDING_PENDING_H
#define MODULE_PENDING_PENDING_H

#include "cache/cache.h"
#include "module/front/client.h"
#include "module/front/reply.h"
#include "module/pending/flushes.h"
#include "module/pending/prefetch.h"
#include "module/pending/shares.h"
#include "module/pending/told.h"
#include "module/pending/witness.h"
#include "module/resolver/pool.h"
#include "validator/answer.h"
#include "validator/policy.h"
#include "validator/query.h"

typedef struct pending pending_t;

/* What a reload may change. Copied, the pool's strings and the names included; only the policy is taken over, in any case. */
typedef struct pending_settings {
	pool_settings_t pool;
	policy_t *policy;
	const name_t *insecure; /* negative trust anchors (RFC 7646), in lower case; answers below say so */
	size_t insecure_count;
	unsigned corroborate_ms; /* that the same question over TCP may take */
	unsigned target_ms;      /* that all questions about an MX set's exchanges may take together */
	answer_limits_t limits;
	unsigned budget; /* seconds that one question may take */
	uint32_t stale;  /* seconds after their end that answers are given for lack of others (RFC 8767); 0: never */
	bool prefetch;   /* renew answers that are in use before they end (prefetch.h) */
	unsigned max_questions;  /* different questions at once; four times as many clients may wait for them */
	unsigned zone_percent;   /* of these that one zone may have (shares.h) */
	unsigned client_percent; /* the same for one client */
	unsigned max_lookups;    /* that one question may cost; 0: no limit */
	uint16_t max_udp_size;
	uint16_t keepalive; /* in units of 100 ms, for replies over TCP */
} pending_settings_t;

typedef struct pending_stats {
	uint64_t resolved;
	uint64_t failed;
	uint64_t timed_out;
	uint64_t turned_away;                  /* questions refused because there were too many, */
	uint64_t turned_away_of[SHARES_KINDS]; /*   by whose share was used up */
	unsigned clients;                      /* that wait now */
	prefetch_stats_t prefetch;
} pending_stats_t;

/* Starts the thread and the resolver processes. The witnesses (copied) hear of each question that ends. `cookies`
 * becomes the thread's own until pending_stop(). NULL when memory or threads are out. */
MUST_USE pending_t *pending_start(const pending_settings_t *settings, cache_t *cache, cookies_t *cookies,
				  const witnesses_t *witnesses);

/* Waits until a resolver process answers, at most so many milliseconds. */
MUST_USE bool pending_wait_ready(pending_t *pending, unsigned milliseconds);

/* Takes a question (front_miss_fn), which pending_wake() sets going: once for all of a batch, when it is done
 * (front_handed_fn). From any thread, never blocks. False when there are too many. */
MUST_USE bool pending_submit(pending_t *pending, const query_t *query, const client_t *client);
void pending_wake(pending_t *pending);

/* Asks on behalf of a part of the server: never answered from the answer cache, though a like question that is underway is
 * joined. `fresh`: one that asks the servers anew. From any thread, never blocks. False when there are too many, or memory is
 * out: `told` is not called then. */
MUST_USE bool pending_ask(pending_t *pending, const name_t *name, uint16_t type, bool fresh, pending_told_fn *told,
			  void *arg);

/* Somebody was given an answer that is ending: has it renewed, unless somebody has claimed that already (cache_claim()), or there is
 * no room. From any thread, never blocks. `now` is the cache's time. */
void pending_renew(pending_t *pending, const name_t *name, uint16_t type, uint64_t now);

/* How the pending thread is doing. */
typedef struct pending_state {
	unsigned questions; /* that are being resolved */
	size_t process_count;
	pool_process_t processes[POOL_PROCESSES_MAX];
} pending_state_t;

/* Called once, in the pending thread; the state is borrowed, NULL when the server stops. */
typedef void pending_looked_fn(void *arg, const pending_state_t *state);

/* From any thread, never blocks. False when memory is out. */
MUST_USE bool pending_look(pending_t *pending, pending_looked_fn *looked, void *arg);

/* Has answers forgotten; the answer to what is asked after `flushed` comes from the servers. From any thread, never blocks; `flushed`
 * is called in the pending thread (when the server stops, in the thread that stops it). False when memory is out. */
MUST_USE bool pending_flush(pending_t *pending, const flush_what_t *what, flushed_fn *flushed, void *arg);

/* New settings from now on: new resolver processes take over from the old ones. False when memory is out: the old settings
 * stay. */
bool pending_reload(pending_t *pending, const pending_settings_t *settings);
void pending_stats(const pending_t *pending, pending_stats_t *stats);

/* Ends the thread and the processes; questions that wait are dropped. */
void pending_stop(pending_t *pending);

#endif
