/* fresh.h: libunbound contexts for questions that the servers must be asked, whatever anybody has cached.
 *
 * libunbound serves from its own caches while a TTL lasts, and can neither flush them nor go past them. So a fresh question is
 * asked of a context that holds nothing about it: one is made when it is first wanted, takes different questions for
 * FRESH_SECONDS, and is followed by another when that time is over or the same question comes once more. One that is
 * followed finishes what it has and is deleted; at once when nobody wants its answers any more, which is the one way to end a
 * question of libunbound's. What it learns on the way (delegations, keys, addresses of servers) is as young as it is.
 *
 *	CURRENT ─ FRESH_SECONDS over, asked the same again, FRESH_QUESTIONS_MAX asked → RETIRED ─ no use is wanted → deleted
 *
 * There are at most FRESH_CONTEXTS_MAX of them; when all are busy, a fresh question is refused rather than answered from a
 * cache. Contexts are deleted from the loop, never inside a callback of libunbound. */
#ifndef MODULE_RESOLVER_FRESH_H
#define MODULE_RESOLVER_FRESH_H

#include "config.h"
#include "module/resolver/context.h"
#include "validator/wire.h"

#include <sys/queue.h>

enum {
	FRESH_SECONDS = 3,
	FRESH_QUESTIONS_MAX = 256, /* of one context */
	FRESH_CONTEXTS_MAX = 8,
	FRESH_FILES = FRESH_CONTEXTS_MAX * CONTEXT_SMALL_FILES, /* that they may have open together */
};

typedef struct fresh fresh_t;

/* A question's place in a context; part of the asker's own. `context` is NULL while it has none. */
typedef struct fresh_use {
	LIST_ENTRY(fresh_use) link;
	struct fresh_context *context;
	bool unwanted;
} fresh_use_t;

/* The context was deleted before it came to an answer for this use, which was unwanted. */
typedef void fresh_gone_fn(fresh_use_t *use);

/* Contexts will read `config` when they are made, and those for TCP are made by way of `tcpbase` (tcpbase.h); both are
 * borrowed. NULL when memory is out. Lives as long as the process. */
MUST_USE fresh_t *fresh_new(struct event_base *base, struct ub_event_base *tcpbase, const char *config,
			    fresh_gone_fn *gone);

/* A started context that does not hold the answer, for one question; `use` is taken until fresh_end(). NULL when there are too
 * many contexts, or libunbound refuses to make one. */
MUST_USE struct ub_ctx *fresh_begin(fresh_t *fresh, bool tcp, const name_t *name, uint16_t type, fresh_use_t *use);

/* The question was answered. Does nothing for a use without a context. */
void fresh_end(fresh_use_t *use);

/* Nobody wants the answer any more; fresh_end() or fresh_gone_fn follows. Does nothing for a use without a context. */
void fresh_cancel(fresh_use_t *use);

#endif
