/* marks.c: see marks.h. */
#include "module/inquiry/marks.h"

static cache_key_t key_of(const name_t *name, mark_t mark)
{
	return (cache_key_t){ .name = name->octets, .name_size = name->size, .type = (uint16_t)mark };
}

void marks_set(cache_t *cache, const name_t *name, mark_t mark, uint32_t seconds, uint64_t now)
{
	const cache_key_t key = key_of(name, mark);
	const cache_answer_t nothing = { .ede = CACHE_NO_EDE };

	cache_put(cache, &key, &nothing, seconds, now);
}

bool marks_has(cache_t *cache, const name_t *name, mark_t mark, uint64_t now)
{
	const cache_key_t key = key_of(name, mark);
	cache_found_t found;

	return cache_find(cache, &key, CACHE_FORM_PLAIN, now, NULL, 0, &found) == CACHE_HIT;
}
