/* queue.h: a bounded queue of what is to be written, and the one thread that writes it: a full disk or a slow terminal never
 * stops those who have something to say. What does not fit is counted. Serves the log, the validation log and the MX history.
 *
 * The writer may be stuck in write() or the journal for as long as it takes; queue_free() leaves it alone then, and it frees
 * everything itself, should it ever come back. */
#ifndef MODULE_LOG_QUEUE_H
#define MODULE_LOG_QUEUE_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct queue queue_t;

/* The first member of whatever is put in. */
typedef struct queue_item {
	struct queue_item *next;
	size_t lost_before; /* items that did not fit in between the one before and this */
	size_t weight;      /* what it counts for against the limit */
	bool is_request;    /* nothing to write: never counts as lost, and has as much room again for itself */
} queue_item_t;

/* What the queue's owner does; all but abandon() in the writer's thread, or in queue_free(). */
typedef struct queue_use {
	void (*write)(void *owner, queue_item_t *item); /* takes the item over */
	/* Nothing waits to be written: milliseconds until it wants to be called again if that is still so; negative: not before
	 * something was written. NULL: there is nothing to do then. */
	int (*idle)(void *owner);
	void (*finish)(void *owner, size_t lost); /* the last words; `lost` items were never written */
	void (*abandon)(void *owner); /* queue_free() will not wait any longer: short; NULL: nothing to do */
	void (*free_item)(queue_item_t *item);
	void (*destroy)(void *owner); /* frees the owner: the last of all calls */
} queue_use_t;

/* `use` and `owner` are borrowed. No thread runs yet. NULL when memory is out: nothing was called. */
MUST_USE queue_t *queue_new(size_t limit, const queue_use_t *use, void *owner);

/* Starts the writer, to which no signal is delivered. False when threads are out: items wait for queue_free(). */
MUST_USE bool queue_start(queue_t *queue);

/* Takes the item over; NULL (memory was out) counts as one that did not fit. From any thread, never blocks for long. */
void queue_put(queue_t *queue, queue_item_t *item);

/* What waits (weights together) and how much did not fit in since the beginning. From any thread. */
typedef struct queue_stats {
	size_t waiting;
	uint64_t lost;
} queue_stats_t;

void queue_stats(queue_t *queue, queue_stats_t *stats);

/* Has everything written, for a second at most, waits for it, two seconds at most, and frees queue and owner. */
void queue_free(queue_t *queue);

/* Frees a queue whose writer was never started, with what is in it, and leaves the owner alone. */
void queue_discard(queue_t *queue);

#endif
