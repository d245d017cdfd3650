/* walk.h: asks libunbound a question of a resolver process, and before it for the stops on the way to its name
 * (minimise.h), where the process minimises itself.
 *
 *	begin ─ stop ─ … ─ stop ─ the question ─ answer
 *
 * A stop that is known to the context is passed without a word. One that is not is asked for, and answered by libunbound
 * from what it has, or by servers, of which it then knows the way. One that fails, does not exist or has no answer after
 * WALK_PATIENCE_MS is passed over, and so are those behind it: the question goes out whole. Servers that cannot cope with a
 * stop cost time once, and no mail; for MINIMISE_KNOWN_SECONDS they are not asked for it again.
 *
 * Steps are made from the loop, never inside a callback of libunbound. */
#ifndef MODULE_RESOLVER_WALK_H
#define MODULE_RESOLVER_WALK_H

#include "module/resolver/minimise.h"

#include <event2/event.h>
#include <sys/queue.h>
#include <unbound-event.h>
#include <unbound.h>

enum {
	WALK_PATIENCE_MS = 1500,
	WALK_STOPS_MAX = 8192, /* that libunbound may be asked for at once; when there are more, questions go without */
};

/* The walks of a process. Lives as long as the process. */
typedef struct walks walks_t;

typedef struct walk_request {
	struct ub_ctx *ctx;
	minimise_known_t *known; /* the context's, from walks_known(); NULL: no stops */
	const name_t *name;      /* copied */
	uint16_t type;
} walk_request_t;

/* The answer as libunbound gives it (ub_event_callback_type), and whether no server was asked for it. Called once, from
 * walk_begin() or later; the walk is the owner's again. */
typedef struct walk walk_t;
typedef struct walk_answer {
	int rcode;
	const void *packet;
	int size;
	int security;
	const char *why;
	bool rate_limited;
	bool cached;
} walk_answer_t;
typedef void walk_answer_fn(walk_t *walk, const walk_answer_t *answer);

/* A part of the owner's own; the fields are walk.c's. */
struct walk {
	TAILQ_ENTRY(walk) link;
	walks_t *walks;
	struct ub_ctx *ctx;
	minimise_known_t *known;
	struct walk_stop *stop; /* that it waits for */
	bool scheduled;
	uint16_t type;
	unsigned next;
	minimise_stops_t stops;
	name_t name;
};

/* Without a configuration it makes no stops; with one it knows which zones are sent elsewhere (routes.h). NULL when memory
 * is out or the file cannot be read. */
MUST_USE walks_t *walks_new(struct event_base *base, const char *config, walk_answer_fn *answer);

/* What the lasting context of this place (turns.h) knows; NULL when the process does not minimise. */
MUST_USE minimise_known_t *walks_known(walks_t *walks, bool tcp, bool second);

void walk_begin(walks_t *walks, walk_t *walk, const walk_request_t *request);

/* Ends a walk that libunbound has not been asked its question yet; false when it has, and will answer. */
MUST_USE bool walk_leave(walk_t *walk);

#endif
