#include "cache/entry.h"

#include <assert.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

static_assert(offsetof(entry_t, words) <= 56, "the header is what every answer pays");

static const uint32_t failure_ttls[] = { 5, 10, 20, 40, 80, 160, 300 };
enum { FAILURE_LEVELS = sizeof(failure_ttls) / sizeof(failure_ttls[0]) };
static_assert(FAILURE_LEVELS <= 8, "entry_t.level has three bits");

enum { STALE_WORDS = sizeof(uint32_t) / sizeof(uint16_t) };

static size_t octets_size(const cache_part_t *parts)
{
	size_t size = 0;

	for (size_t i = 0; i < CACHE_PARTS; i++)
		size += parts[i].size;
	return size;
}

static size_t words_count(const cache_answer_t *answer)
{
	size_t count = answer->ttl_count + (answer->ede != CACHE_NO_EDE);

	for (size_t i = 0; i < CACHE_PARTS; i++)
		if (answer->parts[i].size > 0)
			count += 2;
	return count;
}

static uint8_t *append(uint8_t *to, const void *octets, size_t size)
{
	if (size > 0)
		memcpy(to, octets, size);
	return to + size;
}

static void fill_tail(entry_t *entry, const cache_key_t *key, const cache_answer_t *answer)
{
	uint16_t *word = entry->words + (entry->stale ? STALE_WORDS : 0);
	uint8_t *octet;

	for (size_t i = 0; i < CACHE_PARTS; i++) {
		if (answer->parts[i].size == 0)
			continue;
		entry->parts |= (uint8_t)(1 << i);
		*word++ = answer->parts[i].size;
		*word++ = answer->parts[i].records;
	}
	if (entry->ede)
		*word++ = answer->ede;
	octet = append((uint8_t *)word, answer->ttl_offsets, answer->ttl_count * sizeof(*word));
	octet = append(octet, key->name, key->name_size);
	if (entry->ede) {
		*octet++ = answer->ede_text_size;
		octet = append(octet, answer->ede_text, answer->ede_text_size);
	}
	append(octet, answer->octets, octets_size(answer->parts));
}

static entry_t *make(const cache_key_t *key, const cache_answer_t *answer, bool stale, uint64_t born, uint32_t ttl)
{
	bool ede = answer->ede != CACHE_NO_EDE;
	size_t words = words_count(answer) + (stale ? STALE_WORDS : 0);
	size_t size = offsetof(entry_t, words) + words * sizeof(uint16_t) + (ede ? 1u + answer->ede_text_size : 0u) +
		      key->name_size + octets_size(answer->parts);
	entry_t *entry = malloc(size < sizeof(entry_t) ? sizeof(entry_t) : size);

	assert(answer->ttl_count <= UINT16_MAX && answer->ede_text_size <= CACHE_EDE_TEXT_MAX &&
	       answer->security < CACHE_SECURITIES);
	if (entry == NULL)
		return NULL;
	*entry = (entry_t){
		.born = born,
		.ttl = ttl,
		.type = key->type,
		.ttl_count = (uint16_t)answer->ttl_count,
		.name_size = key->name_size,
		.rcode = answer->rcode,
		.security = answer->security & (CACHE_SECURITIES - 1),
		.failure = answer->failure,
		.ede = ede,
		.stale = stale,
		.turn = answer->turn,
	};
	fill_tail(entry, key, answer);
	return entry;
}

entry_t *entry_new(const cache_key_t *key, const cache_answer_t *answer, uint64_t born, uint32_t ttl)
{
	return make(key, answer, false, born, ttl);
}

size_t entry_cost(entry_t *entry)
{
	return malloc_usable_size(entry) + sizeof(size_t); /* glibc keeps each block's size in front of it */
}

/* The name is the first of the octets: comparing it is all that a lookup needs. */
static const uint8_t *name_begin(const entry_t *entry)
{
	unsigned words = 2u * (unsigned)__builtin_popcount(entry->parts) + entry->ede + entry->ttl_count +
			 (entry->stale ? STALE_WORDS : 0);

	return (const uint8_t *)(entry->words + words);
}

bool entry_matches(const entry_t *entry, const cache_key_t *key)
{
	return entry->type == key->type && entry->name_size == key->name_size &&
	       memcmp(name_begin(entry), key->name, key->name_size) == 0;
}

cache_key_t entry_key(const entry_t *entry)
{
	return (cache_key_t){ .name = name_begin(entry), .name_size = entry->name_size, .type = entry->type };
}

uint32_t entry_age(const entry_t *entry, uint64_t now)
{
	uint64_t age = now > entry->born ? now - entry->born : 0;

	return age < UINT32_MAX ? (uint32_t)age : UINT32_MAX;
}

bool entry_is_alive(const entry_t *entry, uint64_t now)
{
	return entry_age(entry, now) < entry->ttl;
}

bool entry_is_ending(const entry_t *entry, uint64_t now, unsigned claims)
{
	const uint32_t age = entry_age(entry, now);
	uint32_t last = entry->ttl / CACHE_ENDING_SHARE;

	if (last < CACHE_ENDING_SECONDS)
		last = CACHE_ENDING_SECONDS;
	if (entry->ttl - last > age && age < entry->ttl) /* by far the most */
		return false;
	return entry->ttl >= CACHE_ENDING_TTL && age < entry->ttl && !entry->failure && !entry->stale && claims < 32 &&
	       entry->ttl - age <= last >> claims;
}

uint32_t entry_overdue(const entry_t *entry, uint64_t now)
{
	const uint32_t age = entry_age(entry, now);
	uint32_t before = 0;

	if (!entry->stale)
		return age >= entry->ttl ? age - entry->ttl : 0;
	memcpy(&before, entry->words, sizeof(before));
	return age < UINT32_MAX - before ? before + age : UINT32_MAX;
}

void entry_view(const entry_t *entry, cache_answer_t *answer)
{
	const uint16_t *word = entry->words + (entry->stale ? STALE_WORDS : 0);
	const uint8_t *octet = name_begin(entry) + entry->name_size;

	*answer = (cache_answer_t){
		.rcode = entry->rcode,
		.security = entry->security,
		.failure = entry->failure,
		.turn = entry->turn,
		.ede = CACHE_NO_EDE,
		.ttl_count = entry->ttl_count,
	};
	for (size_t i = 0; i < CACHE_PARTS; i++) {
		if ((entry->parts & 1u << i) == 0)
			continue;
		answer->parts[i] = (cache_part_t){ .size = word[0], .records = word[1] };
		word += 2;
	}
	if (entry->ede) {
		answer->ede = *word++;
		answer->ede_text_size = *octet++;
		answer->ede_text = (const char *)octet;
		octet += answer->ede_text_size;
	}
	answer->ttl_offsets = word;
	answer->octets = octet;
}

/* Of the failure that follows `old`. */
static unsigned next_level(const entry_t *old)
{
	unsigned level = old != NULL && (old->failure || old->stale) ? old->level + 1u : 0;

	return level < FAILURE_LEVELS ? level : FAILURE_LEVELS - 1;
}

void entry_show(const entry_t *entry, uint64_t now, cache_seen_t *seen)
{
	*seen = (cache_seen_t){
		.key = entry_key(entry),
		.age = entry_age(entry, now),
		.stale = entry->stale,
		.failures = entry->failure || entry->stale ? entry->level + 1U : 0,
	};
	entry_view(entry, &seen->answer);
	seen->left = seen->age < entry->ttl ? entry->ttl - seen->age : 0;
}

void entry_fail(entry_t *entry, const entry_t *old)
{
	unsigned level = next_level(old);

	entry->failure = true;
	entry->level = level & 7;
	entry->ttl = failure_ttls[level];
}

/* When the refresh is merely late, the row of failures neither goes on nor ends. */
entry_t *entry_new_stale(const entry_t *old, bool failed, uint32_t most, uint64_t now)
{
	const cache_key_t key = entry_key(old);
	const uint32_t overdue = entry_overdue(old, now);
	const unsigned level = failed ? next_level(old) : old->stale ? old->level : 0;
	const uint32_t ttl = failure_ttls[failed ? level : 0];
	cache_answer_t answer;
	entry_t *entry;

	entry_view(old, &answer);
	entry = make(&key, &answer, true, now, ttl < most ? ttl : most);
	if (entry == NULL)
		return NULL;
	entry->level = level & 7;
	memcpy(entry->words, &overdue, sizeof(overdue));
	return entry;
}
