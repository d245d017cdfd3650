/* child.h: one process of ours (launch.h), seen from the thread that keeps it (the pool's, or module/inspect/keeper.c):
 * its files, its messages, its heartbeat, its end.
 *
 *	STARTING ─ HELLO → READY ─┐
 *	    └─ too slow ──────────┴─ hangs, nonsense, ends, child_end() → ENDED ─ reaped → freed
 *
 * The hooks are called from the event loop alone, never from inside child_send(). A child frees itself when the system has
 * told how it ended; child_free() waits for that. */
#ifndef MODULE_RESOLVER_CHILD_H
#define MODULE_RESOLVER_CHILD_H

#include "module/log/log.h"
#include "module/resolver/launch.h"
#include "module/resolver/lines.h"
#include "module/resolver/outbox.h"

#include <event2/event.h>
#include <sys/queue.h>

enum {
	CHILD_START_TICKS = 30, /* seconds in which a process must get ready */
	CHILD_PONG_TICKS = 5,   /* seconds in which it must answer a PING */
};

typedef struct child child_t;
typedef enum { CHILD_STARTING, CHILD_READY, CHILD_ENDED } child_state_t;

typedef struct child_hooks {
	void (*ready)(child_t *child);
	void (*message)(child_t *child, const proto_t *message); /* ANSWER or GONE, which only a resolver may send */
	void (*ended)(child_t *child);                           /* once: nothing will come any more */
	void (*reaped)(child_t *child);                          /* it is freed after this */
} child_hooks_t;

struct child {
	/* For the pool. */
	TAILQ_ENTRY(child) link;
	void *owner; /* what the hooks need */
	TAILQ_HEAD(child_questions, lookup) questions;
	unsigned open; /* number of these, cancelled ones included */
	unsigned live; /* without cancelled ones */

	/* child.c's own; state may be read. */
	child_state_t state;
	launch_kind_t kind;
	bool doomed; /* will end as soon as the loop runs: send nothing */
	struct event_base *base;
	const child_hooks_t *hooks;
	log_t *log;
	launched_t process;
	outbox_t outbox;
	lines_t lines;
	const char *reason; /* why it ended, for people */
	bool expected;      /* that it ended is no news */
	uint64_t ping;
	unsigned ticks; /* seconds since it was started, or since the PING that it has not answered */
	struct event *readable;
	struct event *writable;
	struct event *log_readable;
	struct event *exited; /* NULL where the kernel has no pidfd */
	struct event *doom;
};

/* Starts a process. NULL, with errno set, when it cannot be started. */
MUST_USE child_t *child_start(struct event_base *base, const launch_request_t *request, const child_hooks_t *hooks,
			      void *owner, log_t *log);

/* Sends, or keeps until it can be sent. When that is impossible the child will end. */
void child_send(child_t *child, const proto_t *message);

/* Every second. */
void child_tick(child_t *child);

/* Ends the process and calls ended(); only from the event loop. `reason` is static; NULL: as we wanted it. */
void child_end(child_t *child, const char *reason);

/* Asks the process to leave by closing the socket, without calling a hook; then call child_free(). */
void child_dismiss(child_t *child);

/* Waits at most wait_ms for the process to end by itself, kills it if it does not, and frees the child. Calls no hook.
 * Returns what is left of wait_ms: nothing when the process had to be killed. */
unsigned child_free(child_t *child, unsigned wait_ms);

/* Seconds of the monotonic clock. */
time_t child_now(void);

#endif
