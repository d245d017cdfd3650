/* prefetch.c: see prefetch.h. */
#include "module/pending/prefetch.h"

#include "module/clock.h"
#include "module/pending/stale.h"

const char *prefetch_name(prefetch_outcome_t outcome)
{
	static const char *const names[PREFETCH_OUTCOMES] = {
		[PREFETCH_ASKED] = "asked",   [PREFETCH_AFRESH] = "afresh",   [PREFETCH_RENEWED] = "renewed",
		[PREFETCH_FAILED] = "failed", [PREFETCH_DROPPED] = "dropped",
	};

	return names[outcome];
}

static cache_key_t key_of(const name_t *name, uint16_t type)
{
	return (cache_key_t){ .name = name->octets, .name_size = name->size, .type = type };
}

void prefetch_set(prefetch_t *prefetch, bool on, unsigned max_questions)
{
	atomic_store(&prefetch->most, max_questions / PREFETCH_SHARE);
	atomic_store(&prefetch->on, on);
}

void prefetch_count(prefetch_t *prefetch, prefetch_outcome_t what)
{
	atomic_fetch_add_explicit(&prefetch->counts[what], 1, memory_order_relaxed);
}

void prefetch_leave(prefetch_t *prefetch, prefetch_outcome_t outcome)
{
	atomic_fetch_sub(&prefetch->open, 1);
	prefetch_count(prefetch, outcome);
}

/* The room first: what is claimed and then not asked would not come again for a while. */
bool prefetch_enter(prefetch_t *prefetch, cache_t *cache, const name_t *name, uint16_t type, uint64_t now)
{
	const cache_key_t key = key_of(name, type);

	if (!atomic_load_explicit(&prefetch->on, memory_order_relaxed) ||
	    atomic_load_explicit(&prefetch->open, memory_order_relaxed) >=
		    atomic_load_explicit(&prefetch->most, memory_order_relaxed) ||
	    !cache_claim(cache, &key, now))
		return false;
	atomic_fetch_add(&prefetch->open, 1);
	return true;
}

void prefetch_stats(const prefetch_t *prefetch, prefetch_stats_t *stats)
{
	for (unsigned i = 0; i < PREFETCH_OUTCOMES; i++)
		stats->counts[i] = atomic_load_explicit(&prefetch->counts[i], memory_order_relaxed);
}

bool prefetch_is_worth_it(cache_t *cache, const name_t *name, uint16_t type)
{
	const cache_key_t key = key_of(name, type);
	cache_look_t look;

	return cache_look(cache, &key, clock_of_cache(), &look) && look.ending;
}

/* Both deny the same; no older data comes back with it. */
static bool denies_for_longer(const cache_look_t *look, const resolution_t *resolution)
{
	return look->negative && resolution->answer.parts[0].records == 0 && look->rcode == resolution->answer.rcode &&
	       resolution->ttl > look->left;
}

prefetch_outcome_t prefetch_judge(cache_t *cache, const question_t *question, const resolution_t *resolution,
				  const verdict_t *verdict)
{
	const cache_key_t key = key_of(&question->name, question->type);
	cache_look_t look;

	if (stale_permits(resolution, verdict))
		return PREFETCH_FAILED;
	if (!resolution->cached)
		return PREFETCH_RENEWED;
	if (!cache_look(cache, &key, clock_of_cache(), &look) || !look.ending)
		return PREFETCH_DROPPED;
	if (denies_for_longer(&look, resolution))
		return PREFETCH_RENEWED;
	return question->fresh ? PREFETCH_FAILED : PREFETCH_AFRESH;
}
