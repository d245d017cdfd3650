/* siphash.h: SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012), the keyed hash of hash tables:
 * who does not know the key cannot choose inputs that collide. For tables only; what leaves the machine is made with the
 * 2-4 rounds of OpenSSL. OpenSSL's own SipHash needs a context to be allocated or shared for every lookup and costs more
 * than the lookup itself, therefore this one. */
#ifndef CACHE_SIPHASH_H
#define CACHE_SIPHASH_H

#include "config.h"

#include <stddef.h>
#include <stdint.h>

typedef struct siphash_key {
	uint64_t halves[2]; /* random */
} siphash_key_t;

/* The hash of `size` octets followed by the two of `suffix` (big-endian), which saves callers from joining them. */
MUST_USE uint64_t siphash(const siphash_key_t *key, const uint8_t *octets, size_t size, uint16_t suffix);

#endif
