/* marks.h: what is remembered about names beside their answers, in the same cache and within the same bounds: as answers of
 * types that no client can ask for: query_read() refuses them. */
#ifndef MODULE_INQUIRY_MARKS_H
#define MODULE_INQUIRY_MARKS_H

#include "cache/cache.h"
#include "validator/wire.h"

typedef enum {
	MARK_EXCHANGE = 0, /* the name takes mail for some domain; TYPE 0 is reserved (RFC 6895, 3.1) */
	MARK_NO_TCP = 248, /* its servers did not answer over TCP; a meta type that is not assigned (RFC 6895, 3.1) */
} mark_t;

enum { MARK_EXCHANGE_SECONDS = 86400, MARK_NO_TCP_SECONDS = 600 };

void marks_set(cache_t *cache, const name_t *name, mark_t mark, uint32_t seconds, uint64_t now);
MUST_USE bool marks_has(cache_t *cache, const name_t *name, mark_t mark, uint64_t now);

#endif
