/* ending.c: answers that should be renewed before they end: cache_claim() and cache_look(). */
#include "cache/table.h"

/* Only one of those who read the same number of claims can add to it; whoever comes late takes the later ones with it. */
static bool claim(entry_t *entry, uint64_t now)
{
	unsigned char before = atomic_load_explicit(&entry->claims, memory_order_relaxed);
	unsigned char claims = before;

	while (entry_is_ending(entry, now, claims))
		claims++;
	return claims > before && atomic_compare_exchange_strong_explicit(&entry->claims, &before, claims,
									  memory_order_relaxed, memory_order_relaxed);
}

bool cache_claim(cache_t *cache, const cache_key_t *key, uint64_t now)
{
	const uint64_t hash = table_hash(cache, key);
	bool claimed = false;
	entry_t *entry;

	if (!table_clock_agrees(cache, &now))
		return false;
	urcu_memb_read_lock();
	entry = table_lookup(cache, hash, key);
	if (entry != NULL)
		claimed = claim(entry, now);
	tsan_before(&cache->grace); /* for table_free_dead(): we have seen the last of the entry */
	urcu_memb_read_unlock();
	return claimed;
}

static void look_at(const entry_t *entry, uint64_t now, cache_look_t *look)
{
	const uint32_t age = entry_age(entry, now);
	cache_answer_t answer;

	entry_view(entry, &answer);
	*look = (cache_look_t){
		.left = age < entry->ttl ? entry->ttl - age : 0,
		.ending = entry_is_ending(entry, now, 0),
		.failure = entry->failure,
		.stale = entry->stale,
		.turn = entry->turn,
		.rcode = entry->rcode,
		.negative = answer.parts[0].records == 0,
	};
}

bool cache_look(cache_t *cache, const cache_key_t *key, uint64_t now, cache_look_t *look)
{
	const uint64_t hash = table_hash(cache, key);
	const entry_t *entry;

	if (!table_clock_agrees(cache, &now))
		return false;
	urcu_memb_read_lock();
	entry = table_lookup(cache, hash, key);
	if (entry != NULL)
		look_at(entry, now, look);
	tsan_before(&cache->grace);
	urcu_memb_read_unlock();
	return entry != NULL;
}
