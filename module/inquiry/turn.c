/* turn.c: see turn.h. */
#include "module/inquiry/turn.h"

bool turn_is_second(cache_t *cache, const name_t *name, uint16_t type, uint64_t now)
{
	const cache_key_t key = { .name = name->octets, .name_size = name->size, .type = type };
	cache_look_t look;

	return cache_look(cache, &key, now, &look) && look.turn != look.ending;
}
