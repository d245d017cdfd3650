/* mac.h: HMAC-SHA-256 (RFC 2104, RFC 6234) of several pieces of memory, by OpenSSL. One thread at a time. */
#ifndef MODULE_SNAPSHOT_MAC_H
#define MODULE_SNAPSHOT_MAC_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAC_SIZE = 32, MAC_KEY_SIZE = 32 };

typedef struct mac mac_t;

typedef struct mac_piece {
	const void *octets;
	size_t size;
} mac_piece_t;

/* NULL when memory is out, or OpenSSL has no HMAC. */
MUST_USE mac_t *mac_new(const uint8_t key[MAC_KEY_SIZE]);

/* Another one with the same key, for another thread. */
MUST_USE mac_t *mac_copy(const mac_t *mac);
void mac_free(mac_t *mac);

/* Of the pieces, one behind the other: it is the caller who sees to it that no two different rows of them look alike. False when
 * memory is out. */
MUST_USE bool mac_of(mac_t *mac, const mac_piece_t *pieces, size_t count, uint8_t sum[MAC_SIZE]);

/* The same in the same time for all that are wrong. */
MUST_USE bool mac_is(mac_t *mac, const mac_piece_t *pieces, size_t count, const uint8_t sum[MAC_SIZE]);

#endif
