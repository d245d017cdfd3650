/* pool.h: the resolver processes, seen from the thread that asks them.
 *
 * libunbound parses what the Internet sends; it runs in processes of its own (resolver process: the same binary, started as
 * `mxward resolver`), spoken to over SOCK_SEQPACKET pairs (proto.h). The pool starts them, spreads questions over them, checks
 * what they say, and replaces one that dies, hangs or talks nonsense, with back-off; its open questions are asked once more.
 * All functions and callbacks belong to the thread that runs `base`; pool_new() may be called by another one before it runs.
 * The processes end with that thread. */
#ifndef MODULE_RESOLVER_POOL_H
#define MODULE_RESOLVER_POOL_H

#include "config.h"
#include "module/log/log.h"
#include "validator/wire.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct pool pool_t;

typedef enum {
	RESOLVER_UDP, /* over TCP too where a server's answer is too large */
	RESOLVER_TCP, /* upstream queries over TCP only */
	RESOLVER_UDP_FRESH,
	RESOLVER_TCP_FRESH, /* the same, but the servers are asked, whatever libunbound has cached (fresh.h) */
	RESOLVER_UDP_SECOND,
	RESOLVER_TCP_SECOND, /* the same by the other lasting context, which has a cache of its own (turns.h) */
	RESOLVER_TRANSPORTS,
} resolver_transport_t;

typedef enum {
	POOL_ANSWERED,  /* the outcome below is filled in */
	POOL_LOST,      /* the process was lost twice, or none gets ready */
	POOL_CANCELLED, /* pool_free() */
} pool_result_t;

/* What libunbound said. Borrowed for the time of the callback. */
typedef struct pool_outcome {
	pool_result_t result;
	uint8_t rcode;    /* libunbound's; the packet's header may say more */
	uint8_t security; /* security_t: 0 insecure, 1 bogus, 2 secure; already checked to be one of them */
	bool rate_limited;
	bool cached;           /* libunbound had all of it: no server was asked */
	bool second;           /* the second context was asked */
	const char *why;       /* reason for bogus, "" if none; terminated */
	const uint8_t *packet; /* untrusted; NULL with size 0 when there is none */
	size_t size;
} pool_outcome_t;

typedef void pool_answer_fn(void *arg, const pool_outcome_t *outcome);

/* What the processes are started with; settings_for_pool() (settings.h) makes it out of the configuration. */
typedef struct pool_settings {
	const char *config; /* text for ub_ctx_config(), made by options.h; copied */
	const char *
		fallback; /* the same without RFC 5011, for a process that keeps dying: libunbound ends it when the state
	                         * cannot be read or written; NULL for none; copied */
	const char *anchor_dir; /* the one directory that a process may write to, for RFC 5011; NULL for none; copied */
	const char *program;    /* another program to start as a resolver process; NULL for this one; copied */
	unsigned processes;     /* 1 to 64 */
	bool labels;            /* libunbound minimises QNAMEs itself (process.h) */
	size_t memory;          /* octets of address space for each process; 0: unlimited */
} pool_settings_t;

/* A copy that owns its strings. False when memory is out. pool_settings_clear() frees them. */
MUST_USE bool pool_settings_copy(pool_settings_t *to, const pool_settings_t *from);
void pool_settings_clear(pool_settings_t *settings);

enum { POOL_OPEN_MAX = 65536 }; /* questions that may be open at once, those that no process has yet included */

typedef struct pool_stats {
	uint64_t asked;
	uint64_t answered;
	uint64_t restarts; /* processes that had to be replaced */
	unsigned in_flight;
	unsigned ready; /* processes that answer */
} pool_stats_t;

/* Starts the processes; they become ready later. NULL when memory is out. */
MUST_USE pool_t *pool_new(struct event_base *base, const pool_settings_t *settings, log_t *log);

/* Ends the processes at once; every open question's callback gets POOL_CANCELLED. Not from inside a callback. */
void pool_free(pool_t *pool);

/* Asks `name` (wire format, lower case, 1 to 255 octets) and `type`, class IN. The callback is called exactly once, never
 * from inside pool_ask(). Returns a number for pool_cancel(), never 0; 0 when memory is out (no callback then). */
MUST_USE uint64_t pool_ask(pool_t *pool, const uint8_t *name, size_t name_size, uint16_t type,
			   resolver_transport_t transport, pool_answer_fn *answer, void *arg);

/* Nobody wants this answer any more: no callback; the process is told to give up. */
void pool_cancel(pool_t *pool, uint64_t number);

/* New settings: new processes are started, and take over when the first is ready; the old ones finish what they have (at most
 * `grace` seconds) and end. This is also how libunbound's caches are flushed. False when memory is out: nothing changes. */
MUST_USE bool pool_replace(pool_t *pool, const pool_settings_t *settings, unsigned grace);

void pool_stats(const pool_t *pool, pool_stats_t *stats);

/* Called from the loop whenever new processes have taken over from old ones: what is asked from then on is asked of empty caches.
 * The callback may not free the pool. One callback in all; NULL ends it. */
void pool_on_take_over(pool_t *pool, void (*took_over)(void *arg), void *arg);

/* libunbound cannot stop what it has begun: called when a question that a process has is cancelled, and, with `over`, when the
 * process is done with it or gone. Neither asks nor cancels. One callback in all. */
typedef void pool_linger_fn(void *arg, const name_t *name, bool over);
void pool_on_linger(pool_t *pool, pool_linger_fn *linger, void *arg);

typedef enum {
	POOL_STARTING,
	POOL_READY,
	POOL_LEAVING, /* it finishes what it began, and gets no more */
	POOL_ENDED,   /* the system has not said yet how */
} pool_state_t;

typedef struct pool_process {
	pid_t pid;
	pool_state_t state;
	unsigned open; /* questions that it works on, given up ones included */
} pool_process_t;

enum { POOL_PROCESSES_MAX = 192 }; /* current ones, their predecessors and their successors */

/* Fills in the processes that there are, at most `room` of them; returns how many. */
size_t pool_processes(const pool_t *pool, pool_process_t *processes, size_t room);

#endif
