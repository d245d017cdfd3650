/* stale.h: whether an answer that has ended is better than none (RFC 8767), and until when. */
#ifndef MODULE_PENDING_STALE_H
#define MODULE_PENDING_STALE_H

#include "cache/cache.h"
#include "module/inquiry/resolution.h"
#include "validator/assessment.h"

enum { STALE_LATE_MS = 1800 }; /* a client waits no longer for a refresh (RFC 8767, 5) */

/* MX, A and AAAA: who has no other may still deliver. Never TLSA, whose loss defers mail and whose age could bring an old key
 * back, nor TXT, which may be _mta-sts: it would undo a change of policy. */
MUST_USE bool stale_serves(uint16_t type);

/* The refresh failed because nobody answered, or nobody usefully; it was not rejected, nor bogus. */
MUST_USE bool stale_permits(const resolution_t *resolution, const verdict_t *verdict);

/* Has the cache hand out what ended under `key` for a while, as cache_put_stale() says, at most `most` seconds after its end
 * and never past the end of a signature in it; not that there is no domain, for MX: that bounces mail. False when there is
 * nothing to hand out; else *found is what had ended. `scratch` is overwritten. */
MUST_USE bool stale_keep(cache_t *cache, const cache_key_t *key, uint32_t most, bool failed, uint8_t *scratch,
			 size_t room, cache_found_t *found);

#endif
