/* flushes.h: has answers forgotten: by our cache at once, and by libunbound, which has no flush, by new resolver processes that
 * take over from the old ones. Belongs to the pending thread.
 *
 *	asked ─ our cache is flushed → WAITING ─ replacement starts → BEGUN ─ it takes over: our cache once more → told → LINGERING
 *	                                                                     the old processes are gone: once more → freed
 *
 * What old processes still find out may enter our cache after it was flushed; so it is flushed again when they are gone. Flushes
 * that come while a replacement starts wait for the next one, together. */
#ifndef MODULE_PENDING_FLUSHES_H
#define MODULE_PENDING_FLUSHES_H

#include "cache/cache.h"
#include "validator/wire.h"

#include <event2/event.h>

typedef enum {
	FLUSH_ALL,
	FLUSH_NAME,  /* everything about the name, marks (marks.h) included */
	FLUSH_TYPE,  /* one type of the name */
	FLUSH_BELOW, /* the name and all names below it */
} flush_scope_t;

typedef struct flush_what {
	flush_scope_t scope;
	name_t name; /* lower case */
	uint16_t type;
	bool replaced; /* a replacement has been started for another reason already */
} flush_what_t;

/* Called once. `done`: new processes have taken over; false: the server stops, or too many flushes wait. `dropped`: answers that
 * our cache has forgotten. */
typedef void flushed_fn(void *arg, bool done, size_t dropped);

typedef struct flushes flushes_t;

enum { FLUSHES_MAX = 256 }; /* that wait or linger */

/* `replace` starts a replacement; false when that is impossible now. `linger`: seconds after which old processes are gone. NULL
 * when memory is out. */
MUST_USE flushes_t *flushes_new(struct event_base *base, cache_t *cache, unsigned linger, bool (*replace)(void *arg),
				void *arg);

/* Tells those that wait. NULL is allowed. */
void flushes_free(flushes_t *flushes);

void flushes_add(flushes_t *flushes, const flush_what_t *what, flushed_fn *flushed, void *arg);

/* New processes have taken over. */
void flushes_took_over(flushes_t *flushes);

#endif
