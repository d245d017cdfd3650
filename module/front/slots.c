/* slots.c: see slots.h. Free slots are a list, the one that was given last before the others. */
#include "module/front/slots.h"

#include <stdlib.h>

enum { NO_SLOT = INT32_MAX };

void slots_init(slots_t *slots)
{
	*slots = (slots_t){ .free = NO_SLOT };
}

void slots_clear(slots_t *slots)
{
	free(slots->all);
	slots_init(slots);
}

static bool more_slots(slots_t *slots)
{
	const uint32_t count = slots->count > 0 ? 2 * slots->count : 64;
	slot_t *all = reallocarray(slots->all, count, sizeof(*all));

	if (all == NULL)
		return false;
	for (uint32_t i = slots->count; i < count; i++)
		all[i] = (slot_t){ .next_free = i + 1 < count ? i + 1 : NO_SLOT };
	slots->free = slots->count;
	slots->all = all;
	slots->count = count;
	return true;
}

bool slots_take(slots_t *slots, struct connection *connection, uint32_t *slot)
{
	if (slots->free == NO_SLOT && !more_slots(slots))
		return false;
	*slot = slots->free;
	slots->free = slots->all[*slot].next_free;
	slots->all[*slot].connection = connection;
	return true;
}

void slots_give(slots_t *slots, uint32_t slot)
{
	slots->all[slot] = (slot_t){ .generation = slots->all[slot].generation + 1, .next_free = slots->free };
	slots->free = slot;
}

struct connection *slots_find(const slots_t *slots, uint32_t slot, uint32_t generation)
{
	if (slot >= slots->count || slots->all[slot].generation != generation)
		return NULL;
	return slots->all[slot].connection;
}
