/* test_cache.c: each promise of cache.h. Built twice: the second time all keys have one of two hashes (colliding.c). */
#include "tests/cache/desk.h"

enum { LIMIT = 1 << 19, MX = 15, A = 1 };

static int set_up(void **state)
{
	desk_t *desk = desk_make(LIMIT, MX);

	sample_plain(&desk->sample, 1, 60);
	*state = desk;
	return 0;
}

static bool put(desk_t *desk, uint32_t ttl, uint64_t now)
{
	sample_plain(&desk->sample, desk->sample.mark, ttl);
	return cache_put(desk->cache, &desk->key.key, &desk->sample.answer, ttl, now);
}

static bool put_failure(desk_t *desk, uint64_t now)
{
	return cache_put_failure(desk->cache, &desk->key.key, &desk->sample.answer, now);
}

static size_t octets(const desk_t *desk)
{
	cache_stats_t stats;

	cache_stats(desk->cache, &stats);
	return stats.octets;
}

static size_t entries(const desk_t *desk)
{
	cache_stats_t stats;

	cache_stats(desk->cache, &stats);
	return stats.entries;
}

static uint64_t evictions(const desk_t *desk)
{
	cache_stats_t stats;

	cache_stats(desk->cache, &stats);
	return stats.evictions;
}

/* --- Answers and their time -------------------------------------------------------------------------------------- */

static void begins_empty(void **state)
{
	desk_t *desk = *state;

	assert_int_equal(desk_find(desk, 0), CACHE_MISS);
	assert_int_equal(entries(desk), 0);
	assert_int_equal(evictions(desk), 0);
	assert_in_range(octets(desk), 1, LIMIT / 10);
}

static void counts_down_each_second(void **state)
{
	desk_t *desk = *state;

	desk->sample.answer.rcode = 3;
	desk->sample.answer.security = 2;
	assert_true(put(desk, 60, 1000));
	for (uint32_t age = 0; age < 60; age++) {
		assert_int_equal(desk_find(desk, 1000 + age), CACHE_HIT);
		sample_check(&desk->sample, CACHE_FORM_DNSSEC, age, desk->out, &desk->found);
		assert_int_equal(desk->found.left, 60 - age);
		assert_false(desk->found.failure);
	}
	assert_int_equal(desk_find(desk, 1060), CACHE_MISS);
	assert_int_equal(desk_find(desk, 1061), CACHE_MISS);
}

static void ends_with_its_own_ttl_not_the_records(void **state)
{
	desk_t *desk = *state;

	sample_plain(&desk->sample, 1, 3600);
	assert_true(cache_put(desk->cache, &desk->key.key, &desk->sample.answer, 10, 1000)); /* a signature ends */
	assert_int_equal(desk_find(desk, 1009), CACHE_HIT);
	sample_check(&desk->sample, CACHE_FORM_DNSSEC, 9, desk->out, &desk->found);
	assert_int_equal(desk->found.left, 1);
	assert_int_equal(desk_find(desk, 1010), CACHE_MISS);
}

static void gives_both_forms(void **state)
{
	static const uint16_t records[CACHE_PARTS] = { 2, 1, 1, 3 };
	desk_t *desk = *state;

	sample_make(&desk->sample, 7, 60, records);
	assert_true(cache_put(desk->cache, &desk->key.key, &desk->sample.answer, 60, 1000));
	for (int form = CACHE_FORM_PLAIN; form <= CACHE_FORM_DNSSEC; form++) {
		assert_int_equal(cache_find(desk->cache, &desk->key.key, (cache_form_t)form, 1001, desk->out,
					    sizeof(desk->out), &desk->found),
				 CACHE_HIT);
		sample_check(&desk->sample, (cache_form_t)form, 1, desk->out, &desk->found);
	}
}

static void says_when_there_is_no_room(void **state)
{
	desk_t *desk = *state;

	desk->sample.answer.ede = 4;
	desk->sample.answer.security = 2;
	assert_true(cache_put(desk->cache, &desk->key.key, &desk->sample.answer, 60, 1000));
	assert_int_equal(cache_find(desk->cache, &desk->key.key, CACHE_FORM_DNSSEC, 1001, desk->out,
				    3 * SAMPLE_RECORD - 1, &desk->found),
			 CACHE_NO_ROOM);
	assert_int_equal(desk->found.size, 0);
	assert_int_equal(desk->found.answer_records, 0);
	assert_int_equal(desk->found.ede, 4);
	assert_int_equal(desk->found.security, 2);
	assert_int_equal(desk->found.left, 59);
	assert_int_equal(cache_find(desk->cache, &desk->key.key, CACHE_FORM_PLAIN, 1001, desk->out,
				    3 * SAMPLE_RECORD - 1, &desk->found),
			 CACHE_HIT);
}

static void replaces(void **state)
{
	desk_t *desk = *state;

	assert_true(put(desk, 3600, 1000));
	desk->sample.mark = 2;
	assert_true(put(desk, 60, 1010));
	assert_int_equal(entries(desk), 1);
	assert_int_equal(desk_find(desk, 1010), CACHE_HIT);
	sample_check(&desk->sample, CACHE_FORM_DNSSEC, 0, desk->out, &desk->found);
	assert_int_equal(desk_find(desk, 1070), CACHE_MISS);
}

static void tells_keys_apart(void **state)
{
	desk_t *desk = *state;

	for (uint32_t name = 0; name < 20; name++)
		for (uint16_t type = 0; type < 20; type++) {
			sample_key(&desk->key, name, type);
			desk->sample.mark = (uint8_t)(name * 20 + type);
			assert_true(put(desk, 60, 1000));
		}
	for (uint32_t name = 0; name < 20; name++)
		for (uint16_t type = 0; type < 20; type++) {
			sample_key(&desk->key, name, type);
			sample_plain(&desk->sample, (uint8_t)(name * 20 + type), 60);
			assert_int_equal(desk_find(desk, 1000), CACHE_HIT);
			sample_check(&desk->sample, CACHE_FORM_DNSSEC, 0, desk->out, &desk->found);
		}
	sample_key(&desk->key, 20, 19);
	assert_int_equal(desk_find(desk, 1000), CACHE_MISS);
	assert_int_equal(entries(desk), 400);
}

static void keeps_nothing_for_no_time(void **state)
{
	desk_t *desk = *state;

	assert_false(put(desk, 0, 1000));
	assert_int_equal(desk_find(desk, 1000), CACHE_MISS);
	assert_int_equal(entries(desk), 0);

	assert_true(put(desk, 60, 1000)); /* what was there is known to be old */
	assert_false(put(desk, 0, 1001));
	assert_int_equal(desk_find(desk, 1001), CACHE_MISS);
	assert_int_equal(entries(desk), 0);
}

/* --- A clock that misbehaves ------------------------------------------------------------------------------------- */

static void the_latest_clock_counts(void **state)
{
	desk_t *desk = *state;

	assert_true(put(desk, 60, 1000));
	assert_int_equal(desk_find(desk, 1059), CACHE_HIT);
	assert_int_equal(desk_find(desk, 1055), CACHE_HIT); /* another thread read its clock earlier */
	assert_int_equal(desk->found.left, 1);
	sample_check(&desk->sample, CACHE_FORM_DNSSEC, 59, desk->out, &desk->found);
	assert_int_equal(desk_find(desk, 1060), CACHE_MISS);
	assert_int_equal(desk_find(desk, 1059), CACHE_MISS); /* it stays dead */
}

static void an_answer_is_as_old_as_its_own_clock_says(void **state)
{
	desk_t *desk = *state;

	assert_int_equal(desk_find(desk, 1005), CACHE_MISS);
	assert_true(put(desk, 60, 1000));
	assert_int_equal(desk_find(desk, 1000), CACHE_HIT);
	assert_int_equal(desk->found.left, 55);
	assert_int_equal(desk_find(desk, 1060), CACHE_MISS);
}

static void nothing_is_found_when_the_clock_went_back(void **state)
{
	desk_t *desk = *state;

	assert_true(put(desk, 60, 1000));
	assert_int_equal(desk_find(desk, 1020), CACHE_HIT);
	assert_int_equal(desk_find(desk, 1010), CACHE_HIT);
	assert_int_equal(desk_find(desk, 1009), CACHE_MISS);
	assert_int_equal(desk_find(desk, 0), CACHE_MISS);
	assert_int_equal(desk_find(desk, 1020), CACHE_HIT); /* it was only that one thread */
}

static void a_put_begins_anew_when_the_clock_went_back(void **state)
{
	desk_t *desk = *state;

	assert_true(put(desk, 3600, 1000));
	assert_int_equal(desk_find(desk, 2000), CACHE_HIT);
	sample_key(&desk->key, 2, MX);
	assert_true(put(desk, 60, 1500));
	assert_int_equal(entries(desk), 1);
	assert_int_equal(desk_find(desk, 1500), CACHE_HIT);
	assert_int_equal(desk_find(desk, 1559), CACHE_HIT);
	sample_key(&desk->key, 1, MX);
	assert_int_equal(desk_find(desk, 1559), CACHE_MISS);
	assert_int_equal(desk_find(desk, 2001), CACHE_MISS);
}

static void a_failure_begins_anew_when_the_clock_went_back(void **state)
{
	desk_t *desk = *state;

	assert_true(put(desk, 3600, 1000));
	assert_true(put_failure(desk, 500)); /* the answer may have ended long ago */
	assert_int_equal(desk_find(desk, 504), CACHE_HIT);
	assert_true(desk->found.failure);
	assert_int_equal(desk_find(desk, 505), CACHE_MISS);
}

static void a_flush_begins_anew(void **state)
{
	desk_t *desk = *state;

	assert_true(put(desk, 60, 100000));
	cache_flush_all(desk->cache);
	assert_int_equal(desk_find(desk, 1000), CACHE_MISS);
	assert_true(put(desk, 60, 1000));
	assert_int_equal(desk_find(desk, 1059), CACHE_HIT);
}

static void survives_the_end_of_time(void **state)
{
	desk_t *desk = *state;

	assert_true(put(desk, UINT32_MAX, UINT64_MAX - 10));
	assert_int_equal(desk_find(desk, UINT64_MAX), CACHE_HIT);
	sample_check(&desk->sample, CACHE_FORM_DNSSEC, 10, desk->out, &desk->found);
}

/* --- Failures (RFC 9520) ----------------------------------------------------------------------------------------- */

static void failures_in_a_row_last_longer(void **state)
{
	static const uint32_t wanted[] = { 5, 10, 20, 40, 80, 160, 300, 300, 300 };
	desk_t *desk = *state;
	uint64_t now = 1000;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		assert_true(put_failure(desk, now));
		assert_int_equal(desk_find(desk, now), CACHE_HIT);
		assert_true(desk->found.failure);
		assert_int_equal(desk->found.left, wanted[i]);
		assert_int_equal(desk_find(desk, now + wanted[i] - 1), CACHE_HIT);
		assert_int_equal(desk_find(desk, now + wanted[i]), CACHE_MISS);
		now += wanted[i] + (i % 2 == 0 ? 0 : 1000); /* asked again at once, or much later: a row is a row */
	}
}

static void failures_have_octets_and_a_reason(void **state)
{
	desk_t *desk = *state;

	desk->sample.answer.rcode = 2;
	desk->sample.answer.security = 1;
	desk->sample.answer.ede = 7;
	desk->sample.answer.ede_text = "signature expired";
	desk->sample.answer.ede_text_size = 17;
	assert_true(put_failure(desk, 1000));
	assert_int_equal(desk_find(desk, 1004), CACHE_HIT);
	assert_true(desk->found.failure);
	sample_check(&desk->sample, CACHE_FORM_DNSSEC, 4, desk->out, &desk->found);
}

static void a_failure_does_not_replace_an_answer(void **state)
{
	desk_t *desk = *state;

	assert_true(put(desk, 60, 1000));
	assert_false(put_failure(desk, 1059));
	assert_int_equal(desk_find(desk, 1059), CACHE_HIT);
	assert_false(desk->found.failure);
	sample_check(&desk->sample, CACHE_FORM_DNSSEC, 59, desk->out, &desk->found);

	assert_true(put_failure(desk, 1060)); /* now it has no time left */
	assert_int_equal(desk_find(desk, 1064), CACHE_HIT);
	assert_true(desk->found.failure);
	assert_int_equal(desk_find(desk, 1065), CACHE_MISS);
	assert_int_equal(entries(desk), 1);
}

static void a_success_ends_the_row(void **state)
{
	desk_t *desk = *state;

	assert_true(put_failure(desk, 1000));
	assert_true(put_failure(desk, 1010));
	assert_true(put(desk, 60, 1015)); /* while the failure still lasts */
	assert_int_equal(desk_find(desk, 1015), CACHE_HIT);
	assert_false(desk->found.failure);
	assert_true(put_failure(desk, 1100));
	assert_int_equal(desk_find(desk, 1100), CACHE_HIT);
	assert_int_equal(desk->found.left, 5);
}

static void a_success_that_is_not_kept_ends_the_row(void **state)
{
	desk_t *desk = *state;

	assert_true(put_failure(desk, 1000));
	assert_true(put_failure(desk, 1010));
	assert_false(put(desk, 0, 1015));
	assert_int_equal(desk_find(desk, 1015), CACHE_MISS);
	assert_true(put_failure(desk, 1020));
	assert_int_equal(desk_find(desk, 1020), CACHE_HIT);
	assert_int_equal(desk->found.left, 5);
}

static void a_flush_ends_the_row(void **state)
{
	desk_t *desk = *state;

	assert_true(put_failure(desk, 1000));
	assert_true(put_failure(desk, 1010));
	assert_true(cache_flush(desk->cache, &desk->key.key));
	assert_true(put_failure(desk, 1020));
	assert_int_equal(desk_find(desk, 1020), CACHE_HIT);
	assert_int_equal(desk->found.left, 5);
}

/* --- Flushing ---------------------------------------------------------------------------------------------------- */

static void flushes_one(void **state)
{
	desk_t *desk = *state;

	assert_false(cache_flush(desk->cache, &desk->key.key));
	assert_true(put(desk, 60, 1000));
	sample_key(&desk->key, 1, A);
	assert_true(put(desk, 60, 1000));
	assert_true(cache_flush(desk->cache, &desk->key.key));
	assert_false(cache_flush(desk->cache, &desk->key.key));
	assert_int_equal(desk_find(desk, 1000), CACHE_MISS);
	sample_key(&desk->key, 1, MX);
	assert_int_equal(desk_find(desk, 1000), CACHE_HIT);
	assert_int_equal(entries(desk), 1);
}

static void flushes_all(void **state)
{
	desk_t *desk = *state;
	size_t before = octets(desk);

	for (uint32_t i = 0; i < 1000; i++) {
		sample_key(&desk->key, i, MX);
		assert_true(put(desk, 60, 1000));
	}
	cache_flush_all(desk->cache);
	assert_int_equal(entries(desk), 0);
	assert_int_equal(octets(desk), before);
	assert_int_equal(evictions(desk), 0);
	for (uint32_t i = 0; i < 1000; i++) {
		sample_key(&desk->key, i, MX);
		assert_int_equal(desk_find(desk, 1000), CACHE_MISS);
	}
}

/* --- Limits ------------------------------------------------------------------------------------------------------ */

/* The cache holds fewer than FLOOD of flood()'s answers, and more than half as many. */
enum { FLOOD = 2500 };

static void flood(desk_t *desk, uint32_t first, uint32_t count, uint64_t now)
{
	static const uint16_t records[CACHE_PARTS] = { 10, 10, 0, 0 };
	sample_key_t key;
	sample_t sample;

	sample_make(&sample, 3, 60, records);
	for (uint32_t i = first; i < first + count; i++) {
		assert_true(cache_put(desk->cache, sample_key(&key, i, A), &sample.answer, 60, now));
		assert_true(octets(desk) <= LIMIT);
	}
}

/* In a large cache too: readers are gone after microseconds. */
static void what_was_replaced_is_freed_soon(void **state)
{
	enum { LARGE = 128 << 20, REPLACED = 10000, DEAD = 300 << 10 };
	desk_t *desk = *state;
	size_t before = 0;

	cache_set_limit(desk->cache, LARGE);
	before = octets(desk);
	for (uint32_t i = 0; i < REPLACED; i++) {
		assert_true(put(desk, 60, 1000));
		assert_true(octets(desk) < before + DEAD);
	}
	assert_int_equal(entries(desk), 1);
}

static void stays_within_its_limit(void **state)
{
	static const uint16_t sizes[][CACHE_PARTS] = {
		{ 1, 0, 0, 0 }, { 100, 100, 0, 0 }, { 0, 0, 1, 8 }, { 400, 0, 0, 0 }
	};
	desk_t *desk = *state;

	for (uint32_t i = 0; i < FLOOD; i++) {
		sample_make(&desk->sample, 3, 60, sizes[i % 4]);
		assert_true(cache_put(desk->cache, sample_key(&desk->key, i, A), &desk->sample.answer, 60, 1000));
		assert_true(octets(desk) <= LIMIT);
	}
	assert_int_equal(evictions(desk), FLOOD - entries(desk));
	assert_true(octets(desk) > LIMIT / 10 * 9); /* and uses it */
}

static void an_answer_that_was_used_stays(void **state)
{
	desk_t *desk = *state;

	assert_true(put(desk, 600, 1000));
	assert_int_equal(desk_find(desk, 1000), CACHE_HIT);
	flood(desk, 10000, FLOOD, 1000);
	assert_in_range(entries(desk), FLOOD / 2 + 1, FLOOD - 1);
	assert_int_equal(desk_find(desk, 1000), CACHE_HIT); /* and again it is used */
	flood(desk, 20000, FLOOD, 1000);
	assert_int_equal(desk_find(desk, 1000), CACHE_HIT);
	sample_check(&desk->sample, CACHE_FORM_DNSSEC, 0, desk->out, &desk->found);
}

static void an_answer_that_was_not_used_goes(void **state)
{
	desk_t *desk = *state;

	assert_true(put(desk, 600, 1000));
	flood(desk, 10000, FLOOD, 1000);
	assert_int_equal(desk_find(desk, 1000), CACHE_MISS);
}

/* Uses every answer that the flood left, and returns how many these are. */
static size_t use_all(desk_t *desk, uint32_t first, uint32_t count, uint64_t now)
{
	size_t hits = 0;

	for (uint32_t i = first; i < first + count; i++) {
		sample_key(&desk->key, i, A);
		hits += desk_find(desk, now) == CACHE_HIT;
	}
	return hits;
}

/* All are used, so the first time around all of them are spared; still room is made. */
static void evicts_when_everything_is_used(void **state)
{
	desk_t *desk = *state;
	size_t full;

	flood(desk, 0, FLOOD, 1000);
	full = entries(desk);
	assert_int_equal(use_all(desk, 0, FLOOD, 1000), full);
	flood(desk, 10000, 1, 1000);
	assert_int_equal(entries(desk), full);
	sample_key(&desk->key, 10000, A);
	assert_int_equal(desk_find(desk, 1000), CACHE_HIT);
}

static void what_has_ended_goes_first(void **state)
{
	desk_t *desk = *state;
	size_t full;
	uint64_t before;

	flood(desk, 0, FLOOD, 1000);
	full = entries(desk);
	before = evictions(desk);
	assert_int_equal(use_all(desk, 0, FLOOD, 1000), full);
	flood(desk, 20000, (uint32_t)full, 1060); /* each makes room by one that has ended, used though it was */
	assert_int_equal(evictions(desk), before);
	assert_int_equal(use_all(desk, 20000, (uint32_t)full, 1060), full);
	flood(desk, 40000, 100, 1060); /* now nothing has ended */
	assert_int_equal(evictions(desk), before + 100);
}

static void keeps_nothing_that_is_large(void **state)
{
	static const uint16_t small[CACHE_PARTS] = { 399, 0, 0, 0 };
	static const uint16_t large[CACHE_PARTS] = { 400, 0, 0, 0 };
	desk_t *desk = *state;

	cache_set_limit(desk->cache, 100 * (size_t)(399 * (SAMPLE_RECORD + 2) + 100));
	sample_make(&desk->sample, 1, 60, small);
	assert_true(cache_put(desk->cache, &desk->key.key, &desk->sample.answer, 60, 1000));
	cache_set_limit(desk->cache, 100 * (size_t)(399 * (SAMPLE_RECORD + 2) + 10));
	sample_make(&desk->sample, 1, 60, large);
	assert_false(cache_put(desk->cache, &desk->key.key, &desk->sample.answer, 60, 1000));
	assert_int_equal(desk_find(desk, 1000), CACHE_MISS);
	assert_false(put_failure(desk, 1000));
}

static void a_lower_limit_evicts_at_once(void **state)
{
	static const size_t limits[] = { LIMIT / 2, LIMIT / 8, LIMIT / 32, 8192, 0 };
	desk_t *desk = *state;

	flood(desk, 0, FLOOD, 1000);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		cache_stats_t stats;
		size_t before = entries(desk);

		cache_set_limit(desk->cache, limits[i]);
		cache_stats(desk->cache, &stats);
		assert_int_equal(stats.limit, limits[i]);
		assert_true(stats.octets <= limits[i] || limits[i] < 8192);
		assert_true(stats.entries < before);
	}
	assert_int_equal(entries(desk), 0);
	assert_false(put(desk, 60, 1000)); /* nothing fits in any more */
	assert_int_equal(entries(desk), 0);
}

static void a_higher_limit_takes_more(void **state)
{
	desk_t *desk = *state;
	size_t before;

	cache_set_limit(desk->cache, LIMIT / 8);
	flood(desk, 0, FLOOD, 1000);
	before = entries(desk);
	cache_set_limit(desk->cache, LIMIT);
	assert_int_equal(entries(desk), before);
	flood(desk, 10000, 1000, 1000); /* the limit is eight times as high */
	assert_int_equal(entries(desk), before + 1000);
}

static void enlarging_changes_nothing(void **state)
{
	enum { LARGE = 64 << 20, COUNT = 500 };
	desk_t *desk = *state;
	size_t before;

	cache_free(desk->cache);
	desk->cache = cache_new(LARGE);
	assert_non_null(desk->cache);
	for (unsigned i = 0; i < COUNT; i++) {
		sample_key(&desk->key, i, MX);
		assert_true(put(desk, 60, 1000));
	}
	before = octets(desk);
	cache_enlarge(desk->cache);
	cache_enlarge(desk->cache);
	assert_int_equal(octets(desk), before);
	for (unsigned i = 0; i < COUNT; i++) {
		sample_key(&desk->key, i, MX);
		assert_int_equal(desk_find(desk, 1000), CACHE_HIT);
	}
}

static void takes_any_limit(void **state)
{
	desk_t *desk = *state;
	cache_t *own = desk->cache;

	desk->cache = cache_new(SIZE_MAX);
	assert_non_null(desk->cache);
	assert_true(put(desk, 60, 1000));
	assert_int_equal(desk_find(desk, 1000), CACHE_HIT);
	cache_set_limit(desk->cache, LIMIT);
	assert_true(octets(desk) <= LIMIT);
	assert_int_equal(desk_find(desk, 1000), CACHE_HIT);
	cache_free(desk->cache);
	desk->cache = cache_new(0);
	assert_non_null(desk->cache);
	assert_false(put(desk, 60, 1000));
	assert_int_equal(desk_find(desk, 1000), CACHE_MISS);
	cache_free(desk->cache);
	desk->cache = own;
}

static void frees_nothing(void **state)
{
	(void)state;
	cache_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_remove)

/* ---- walking ---- */

typedef struct walk {
	unsigned seen;
	unsigned failures; /* of the failure in a row */
	uint32_t left;     /* of the answer */
	uint16_t drop_type;
} walk_t;

static bool on_seen(void *arg, const cache_seen_t *seen)
{
	walk_t *walk = arg;

	walk->seen++;
	if (seen->answer.failure)
		walk->failures = seen->failures;
	else
		walk->left = seen->left;
	assert_int_equal(seen->key.name_size, 3);
	assert_memory_equal(seen->key.name, "\1a", 3);
	return seen->key.type == walk->drop_type;
}

static void walks_over_all(void **state)
{
	cache_t *cache = cache_new(1 << 20);
	const cache_key_t answer_key = { .name = (const uint8_t *)"\1a", .name_size = 3, .type = 1 };
	const cache_key_t failure_key = { .name = (const uint8_t *)"\1a", .name_size = 3, .type = 15 };
	const cache_answer_t nothing = { .ede = CACHE_NO_EDE };
	const cache_answer_t failed = { .ede = CACHE_NO_EDE, .failure = true };
	walk_t walk = { .drop_type = 15 };
	cache_stats_t stats;

	(void)state;
	assert_true(cache_put(cache, &answer_key, &nothing, 100, 50));
	assert_true(cache_put_failure(cache, &failure_key, &failed, 50));
	assert_true(cache_put_failure(cache, &failure_key, &failed, 60));
	assert_int_equal(cache_walk(cache, 70, on_seen, &walk), 1);
	assert_int_equal(walk.seen, 2);
	assert_int_equal(walk.failures, 2);
	assert_int_equal(walk.left, 80);
	cache_stats(cache, &stats);
	assert_int_equal(stats.entries, 1);
	walk = (walk_t){ .drop_type = 1 };
	assert_int_equal(cache_walk(cache, 150, on_seen, &walk), 1); /* it has ended, and is there all the same */
	assert_int_equal(walk.left, 0);
	assert_int_equal(cache_walk(cache, 150, on_seen, &walk), 0);
	cache_free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(begins_empty),
		TEST(counts_down_each_second),
		TEST(ends_with_its_own_ttl_not_the_records),
		TEST(gives_both_forms),
		TEST(says_when_there_is_no_room),
		TEST(replaces),
		TEST(tells_keys_apart),
		TEST(keeps_nothing_for_no_time),
		TEST(the_latest_clock_counts),
		TEST(an_answer_is_as_old_as_its_own_clock_says),
		TEST(nothing_is_found_when_the_clock_went_back),
		TEST(a_put_begins_anew_when_the_clock_went_back),
		TEST(a_failure_begins_anew_when_the_clock_went_back),
		TEST(a_flush_begins_anew),
		TEST(survives_the_end_of_time),
		TEST(failures_in_a_row_last_longer),
		TEST(failures_have_octets_and_a_reason),
		TEST(a_failure_does_not_replace_an_answer),
		TEST(a_success_ends_the_row),
		TEST(a_success_that_is_not_kept_ends_the_row),
		TEST(a_flush_ends_the_row),
		TEST(flushes_one),
		TEST(flushes_all),
		TEST(what_was_replaced_is_freed_soon),
		TEST(stays_within_its_limit),
		TEST(an_answer_that_was_used_stays),
		TEST(an_answer_that_was_not_used_goes),
		TEST(evicts_when_everything_is_used),
		TEST(what_has_ended_goes_first),
		TEST(keeps_nothing_that_is_large),
		TEST(a_lower_limit_evicts_at_once),
		TEST(a_higher_limit_takes_more),
		TEST(enlarging_changes_nothing),
		TEST(takes_any_limit),
		cmocka_unit_test(frees_nothing),
		TEST(walks_over_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
