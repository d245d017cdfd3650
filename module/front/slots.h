/* slots.h: numbers for a worker's TCP connections that outlive them: an answer finds the slot, and sees whether it is still the
 * same use. Belongs to the worker's thread. */
#ifndef MODULE_FRONT_SLOTS_H
#define MODULE_FRONT_SLOTS_H

#include "config.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct slot {
	struct connection *connection; /* NULL: free */
	uint32_t generation;           /* uses before */
	uint32_t next_free;
} slot_t;

/* Read by its users; changed here alone. */
typedef struct slots {
	slot_t *all;
	uint32_t count;
	uint32_t free;
} slots_t;

void slots_init(slots_t *slots);
void slots_clear(slots_t *slots);

/* Puts the connection into a free slot, whose number is in *slot then. False when memory is out. */
MUST_USE bool slots_take(slots_t *slots, struct connection *connection, uint32_t *slot);

/* Answers to the use that ends here find nothing any more. */
void slots_give(slots_t *slots, uint32_t slot);

/* NULL when that use has ended, or there never was one. */
struct connection *slots_find(const slots_t *slots, uint32_t slot, uint32_t generation);

#endif
