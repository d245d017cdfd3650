/* marks.c: see marks.h. A value is kept where answers have their RCODE, which has as many bits. */
#include "module/inquiry/marks.h"

#include <assert.h>

static cache_key_t key_of(const name_t *name, mark_t mark)
{
	return (cache_key_t){ .name = name->octets, .name_size = name->size, .type = (uint16_t)mark };
}

void marks_put(cache_t *cache, const name_t *name, mark_t mark, unsigned value, uint32_t seconds, uint64_t now)
{
	const cache_key_t key = key_of(name, mark);
	const cache_answer_t answer = { .rcode = (uint8_t)value, .ede = CACHE_NO_EDE };

	assert(value <= MARK_VALUE_MAX);
	cache_put(cache, &key, &answer, seconds, now);
}

bool marks_value(cache_t *cache, const name_t *name, mark_t mark, uint64_t now, unsigned *value)
{
	const cache_key_t key = key_of(name, mark);
	cache_found_t found;

	if (cache_find(cache, &key, CACHE_FORM_PLAIN, now, NULL, 0, &found) != CACHE_HIT)
		return false;
	*value = found.rcode;
	return true;
}

void marks_set(cache_t *cache, const name_t *name, mark_t mark, uint32_t seconds, uint64_t now)
{
	marks_put(cache, name, mark, 0, seconds, now);
}

bool marks_has(cache_t *cache, const name_t *name, mark_t mark, uint64_t now)
{
	unsigned value;

	return marks_value(cache, name, mark, now, &value);
}
