/* signed.h: how long the signatures of an answer hold that was built a while ago. */
#ifndef VALIDATOR_SIGNED_H
#define VALIDATOR_SIGNED_H

#include "validator/wire.h"

/* Seconds from `now` (wall-clock time) until the first of the RRSIG records ends (RFC 4034, 3.1.5) among `records`, which are
 * resource records one behind the other, as answer_t and the cache hold them; their names need not be there. UINT32_MAX when
 * there is no signature; 0 when one has ended, or they do not read. */
MUST_USE uint32_t signed_left(const uint8_t *records, size_t size, uint64_t now);

#endif
