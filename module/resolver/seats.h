/* seats.h: the places that resolver processes have: who sits there, when an empty one is filled again, and which
 * generation of them answers.
 *
 * A generation is one configuration with its seats. One is current; seats_replace() starts the next, which becomes the
 * current one when its first process is ready; the one before it is then retired: its processes get no new questions, and
 * end when they have answered the old ones. Only the event loop calls the hooks, and none of them calls the asker back. */
#ifndef MODULE_RESOLVER_SEATS_H
#define MODULE_RESOLVER_SEATS_H

#include "module/resolver/child.h"
#include "module/resolver/pool.h"

typedef struct seats seats_t;

typedef struct seats_hooks {
	void (*capacity)(void *arg);                                               /* a process is ready that was not */
	const char *(*message)(void *arg, child_t *child, const proto_t *message); /* NULL, or why it is nonsense */
	void (*lost)(void *arg, child_t *child);                                   /* take its questions back */
	void (*hopeless)(void *arg);  /* no process gets ready, however often they are started */
	void (*took_over)(void *arg); /* the next generation is the current one now; may call seats_replace() */
} seats_hooks_t;

/* The processes are started from the loop. NULL when memory is out. */
MUST_USE seats_t *seats_new(struct event_base *base, const pool_settings_t *settings, const seats_hooks_t *hooks,
			    void *arg, log_t *log);

/* Ends all processes, giving them wait_ms together to leave by themselves; calls no hook. */
void seats_free(seats_t *seats, unsigned wait_ms);

MUST_USE bool seats_replace(seats_t *seats, const pool_settings_t *settings, unsigned grace);

/* Of the current generation's processes that take questions: the one with the fewest open, and the one that a hash names.
 * NULL when there is none. */
child_t *seats_least_busy(const seats_t *seats);
child_t *seats_by_hash(const seats_t *seats, uint32_t hash);

size_t seats_processes(const seats_t *seats, pool_process_t *processes, size_t room); /* pool_processes() */
unsigned seats_ready(const seats_t *seats);
uint64_t seats_restarts(const seats_t *seats);

#endif
