/* marks.h: what is remembered about names beside their answers, in the same cache and within the same bounds: as answers of
 * types that no client can ask for: query_read() refuses them. */
#ifndef MODULE_INQUIRY_MARKS_H
#define MODULE_INQUIRY_MARKS_H

#include "cache/cache.h"
#include "validator/wire.h"

/* TYPE 0 is reserved, the others are meta types that are not assigned (RFC 6895, 3.1). */
typedef enum {
	MARK_EXCHANGE = 0,       /* the name takes mail for some domain */
	MARK_SECURE_BELOW = 246, /* how many new domains below were secure in a row (expect.h) */
	MARK_SECURE = 247,       /* whether the domain was (expect.h) */
	MARK_NO_TCP = 248,       /* its servers did not answer over TCP */
} mark_t;

enum { MARK_EXCHANGE_SECONDS = 86400, MARK_NO_TCP_SECONDS = 600, MARK_VALUE_MAX = 15 };

void marks_set(cache_t *cache, const name_t *name, mark_t mark, uint32_t seconds, uint64_t now);
MUST_USE bool marks_has(cache_t *cache, const name_t *name, mark_t mark, uint64_t now);

/* A mark with a value, MARK_VALUE_MAX at most. */
void marks_put(cache_t *cache, const name_t *name, mark_t mark, unsigned value, uint32_t seconds, uint64_t now);

/* False when there is no such mark. */
MUST_USE bool marks_value(cache_t *cache, const name_t *name, mark_t mark, uint64_t now, unsigned *value);

#endif
