#include "cache/siphash.h"

#include <endian.h>
#include <string.h>

enum { WORD = sizeof(uint64_t), FINAL_ROUNDS = 3 };

typedef struct state {
	uint64_t v0;
	uint64_t v1;
	uint64_t v2;
	uint64_t v3;
} state_t;

static inline uint64_t rotate(uint64_t value, unsigned bits)
{
	return value << bits | value >> (64 - bits);
}

static inline void mix(state_t *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 = rotate(s->v0, 32) + s->v3;
	s->v2 += s->v1;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 = rotate(s->v2, 32);
}

static inline void absorb(state_t *s, uint64_t word)
{
	s->v3 ^= word;
	mix(s);
	s->v0 ^= word;
}

static inline uint64_t load(const uint8_t *octets, size_t size)
{
	uint64_t word = 0;

	memcpy(&word, octets, size);
	return le64toh(word);
}

uint64_t siphash(const siphash_key_t *key, const uint8_t *octets, size_t size, uint16_t suffix)
{
	state_t s = {
		.v0 = key->halves[0] ^ 0x736f6d6570736575,
		.v1 = key->halves[1] ^ 0x646f72616e646f6d,
		.v2 = key->halves[0] ^ 0x6c7967656e657261,
		.v3 = key->halves[1] ^ 0x7465646279746573,
	};
	size_t whole = size - size % WORD;
	size_t rest = size - whole;
	uint8_t last[2 * WORD] = { 0 }; /* what is left, the suffix, and in the very last octet the length */
	size_t last_size = rest + sizeof(suffix) < WORD ? WORD : 2 * WORD;

	for (size_t i = 0; i < whole; i += WORD)
		absorb(&s, load(octets + i, WORD));
	if (rest > 0)
		memcpy(last, octets + whole, rest);
	last[rest] = (uint8_t)(suffix >> 8);
	last[rest + 1] = (uint8_t)suffix;
	last[last_size - 1] = (uint8_t)(size + sizeof(suffix));
	for (size_t i = 0; i < last_size; i += WORD)
		absorb(&s, load(last + i, WORD));
	s.v2 ^= 0xff;
	for (int i = 0; i < FINAL_ROUNDS; i++)
		mix(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
