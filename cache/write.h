/* write.h: copies an answer out. Internal to the cache room. */
#ifndef CACHE_WRITE_H
#define CACHE_WRITE_H

#include "cache/cache.h"

/* What becomes of TTLs: counted down by `age` seconds, or stale: all are CACHE_STALE_TTL. */
typedef struct write_ttl {
	bool stale;
	uint32_t age;
} write_ttl_t;

/* As cache_write(). */
MUST_USE cache_result_t write_answer(const cache_answer_t *answer, cache_form_t form, const write_ttl_t *rule,
				     uint8_t *out, size_t room, cache_found_t *found);

#endif
