/* turn.h: which of a resolver process's two lasting contexts (module/resolver/turns.h) a question goes to.
 *
 *	nothing is known of it            the first
 *	it was answered, and has ended    whoever answered: its own copy has ended at the same time
 *	the answer has time left          the same: it says again what it said, and asks nobody
 *	the answer is ending              the other, whose copy, if it had one, ended long ago: so it is renewed
 *
 * Everybody who asks a resolver process anything goes by this, assessments for their exchanges too. So the copy of whoever did not
 * give an answer is always the older one. */
#ifndef MODULE_INQUIRY_TURN_H
#define MODULE_INQUIRY_TURN_H

#include "cache/cache.h"
#include "validator/wire.h"

/* True: the second. `now` is the cache's time. */
MUST_USE bool turn_is_second(cache_t *cache, const name_t *name, uint16_t type, uint64_t now);

#endif
