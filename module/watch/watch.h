/* watch.h: asks for the watched domains whether or not anyone else does, and raises alerts about what is not as it should be
 * (judge.h). Lives in an event loop, and belongs to its thread; what the pending thread tells comes in by a mailbox.
 *
 *	WAITING ─ the TTL is over, or `every` ─→ ASKED ─ told ─→ judged → alerts; WAITING */
#ifndef MODULE_WATCH_WATCH_H
#define MODULE_WATCH_WATCH_H

#include "module/alert/alerts.h"
#include "module/pending/told.h"

#include <event2/event.h>

enum {
	WATCH_LEAST = 10,      /* seconds from one question to the next, whatever the TTL */
	WATCH_RETRY = 60,      /* at most, when there was no answer */
	WATCH_SPREAD_MS = 250, /* between two domains at the start */
};

typedef struct watch watch_t;

/* Asks past all caches (pending_ask()). False when it cannot be asked now: `told` is not called then. */
typedef bool watch_ask_fn(void *arg, const name_t *name, pending_told_fn *told, void *told_arg);

/* One domain; texts are names in presentation format, of `expect` perhaps with "*." before. Copied. */
typedef struct watch_wish {
	const char *domain;
	size_t expect_count;
	const char *const *expect;
	uint32_t every;             /* seconds */
	uint32_t signatures_within; /* seconds; 0: never mind */
} watch_wish_t;

typedef struct watch_calls {
	watch_ask_fn *ask;
	void *arg;
} watch_calls_t;

/* `alerts` may be NULL; it and `base` outlive the result. NULL when memory or descriptors are out. */
MUST_USE watch_t *watch_new(struct event_base *base, const watch_calls_t *calls, alerts_t *alerts);

/* These domains from now on. What is known of those that stay, stays. False when memory is out: the old ones stay. */
MUST_USE bool watch_configure(watch_t *watch, const watch_wish_t *wishes, size_t count);

/* Asks no more. What was asked may still be told until watch_free(). NULL is allowed. */
void watch_stop(watch_t *watch);

/* Nothing is told any more. NULL is allowed. */
void watch_free(watch_t *watch);

/* Seconds until a domain is asked for again. */
uint32_t watch_pause(uint32_t every, uint32_t ttl, bool failed);

#endif
