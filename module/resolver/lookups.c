/* lookups.c: see lookups.h. */
#include "module/resolver/lookups.h"

#include <stdlib.h>
#include <string.h>

static bool grow(lookups_t *lookups)
{
	size_t count = lookups->slot_count > 0 ? lookups->slot_count * 2 : 256;
	lookup_t **slots;
	uint32_t *free_slots;

	if (count > POOL_OPEN_MAX)
		return false;
	slots = reallocarray(lookups->slots, count, sizeof(*slots));
	if (slots == NULL)
		return false;
	lookups->slots = slots;
	free_slots = reallocarray(lookups->free_slots, count, sizeof(*free_slots));
	if (free_slots == NULL)
		return false;
	lookups->free_slots = free_slots;
	for (size_t i = count; i > lookups->slot_count; i--) {
		lookups->slots[i - 1] = NULL;
		lookups->free_slots[lookups->free_count++] = (uint32_t)(i - 1);
	}
	lookups->slot_count = count;
	return true;
}

lookup_t *lookups_find(const lookups_t *lookups, uint64_t number)
{
	size_t slot = number % POOL_OPEN_MAX;
	lookup_t *lookup = slot < lookups->slot_count ? lookups->slots[slot] : NULL;

	return lookup != NULL && lookup->number == number ? lookup : NULL;
}

lookup_t *lookups_add(lookups_t *lookups, const uint8_t *name, size_t name_size)
{
	lookup_t *lookup;

	if (lookups->free_count == 0 && !grow(lookups))
		return NULL;
	lookup = calloc(1, sizeof(*lookup) + name_size);
	if (lookup == NULL)
		return NULL;
	lookups->free_count--;
	lookup->number = ++lookups->serial * POOL_OPEN_MAX + lookups->free_slots[lookups->free_count];
	lookup->name_size = (uint8_t)name_size;
	memcpy(lookup->name, name, name_size);
	lookups->slots[lookup->number % POOL_OPEN_MAX] = lookup;
	return lookup;
}

void lookups_remove(lookups_t *lookups, lookup_t *lookup)
{
	uint32_t slot = (uint32_t)(lookup->number % POOL_OPEN_MAX);

	lookups->slots[slot] = NULL;
	lookups->free_slots[lookups->free_count++] = slot;
	free(lookup);
}

void lookups_clear(lookups_t *lookups)
{
	free(lookups->slots);
	free(lookups->free_slots);
}
