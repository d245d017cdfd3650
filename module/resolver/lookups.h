/* lookups.h: the questions that a pool has open, each found by its number. */
#ifndef MODULE_RESOLVER_LOOKUPS_H
#define MODULE_RESOLVER_LOOKUPS_H

#include "module/resolver/child.h"
#include "module/resolver/pool.h"

#include <sys/queue.h>

typedef enum { LOOKUP_WAITING, LOOKUP_ASKED, LOOKUP_CANCELLED, LOOKUP_LOST } lookup_state_t;

typedef struct lookup {
	TAILQ_ENTRY(lookup) link; /* in pool->waiting, pool->lost, or its child's questions, as the state says */
	uint64_t number;
	lookup_state_t state;
	unsigned attempts;
	child_t *child; /* ASKED, CANCELLED */
	pool_answer_fn *answer;
	void *arg;
	uint16_t type;
	resolver_transport_t transport;
	uint8_t name_size;
	uint8_t name[];
} lookup_t;

/* Zeros to begin with. A number's low bits are the index, the rest tells one use of an index from another. */
typedef struct lookups {
	lookup_t **slots;     /* NULL: none has this index */
	uint32_t *free_slots; /* a stack */
	size_t slot_count;
	size_t free_count;
	uint64_t serial;
} lookups_t;

/* Makes one for `name` (wire format, 1 to 255 octets) with a number of its own; all else is zeros. NULL when memory
 * is out, or POOL_OPEN_MAX are open. */
MUST_USE lookup_t *lookups_add(lookups_t *lookups, const uint8_t *name, size_t name_size);

/* NULL when there is none of that number, or not any more. */
lookup_t *lookups_find(const lookups_t *lookups, uint64_t number);

/* Frees it; it is in no list any more. */
void lookups_remove(lookups_t *lookups, lookup_t *lookup);

/* When none is open any more. */
void lookups_clear(lookups_t *lookups);

#endif
