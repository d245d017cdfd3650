/* colliding.c: stands before siphash() when a test is linked with --wrap=siphash: whatever the key, the hash is one of two. */
#include "cache/siphash.h"

uint64_t __wrap_siphash(const siphash_key_t *key, const uint8_t *octets, size_t size, uint16_t suffix);

uint64_t __wrap_siphash(const siphash_key_t *key, const uint8_t *octets, size_t size, uint16_t suffix)
{
	(void)key;
	(void)octets;
	return 0x5555555555555555u << ((size + suffix) & 1);
}
