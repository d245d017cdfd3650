/* test_stale.c: answers that have ended, and are handed out because there is no other (RFC 8767). */
#include "tests/cache/desk.h"

enum { LIMIT = 1 << 19, MX = 15, BORN = 1000, TTL = 60, END = BORN + TTL, MOST = 86400 };

/* An MX answer of TTL 60 is there, put at 1000. */
static int set_up(void **state)
{
	static const uint16_t records[CACHE_PARTS] = { 2, 1, 1, 1 };
	desk_t *desk = desk_make(LIMIT, MX);

	sample_make(&desk->sample, 9, TTL, records);
	desk->sample.answer.security = 2;
	desk->sample.answer.rcode = 3;
	desk->sample.answer.ede = 4;
	desk->sample.answer.ede_text = "mx: check host";
	desk->sample.answer.ede_text_size = 14;
	assert_true(cache_put(desk->cache, &desk->key.key, &desk->sample.answer, TTL, BORN));
	*state = desk;
	return 0;
}

static cache_result_t find_stale(desk_t *desk, uint32_t most, uint64_t now)
{
	return cache_find_stale(desk->cache, &desk->key.key, CACHE_FORM_DNSSEC, most, now, desk->out, sizeof(desk->out),
				&desk->found);
}

static bool put_stale(const desk_t *desk, bool failed, uint32_t most, uint32_t longest, uint64_t now)
{
	const cache_stale_t stale = { .most = most, .longest = longest, .failed = failed };

	return cache_put_stale(desk->cache, &desk->key.key, &stale, now);
}

static bool refresh_fails(const desk_t *desk, uint64_t now)
{
	return put_stale(desk, true, MOST, UINT32_MAX, now);
}

/* What was found is the answer, with nothing changed but its TTLs. */
static void check_stale(const desk_t *desk)
{
	sample_t sample = desk->sample;

	sample.ttl = CACHE_STALE_TTL;
	sample_check(&sample, CACHE_FORM_DNSSEC, 0, desk->out, &desk->found);
	assert_true(desk->found.stale);
	assert_false(desk->found.failure);
}

static uint64_t served(const desk_t *desk)
{
	cache_stats_t stats;

	cache_stats(desk->cache, &stats);
	return stats.stale;
}

static void is_found_by_who_asks_for_it(void **state)
{
	desk_t *desk = *state;

	assert_int_equal(find_stale(desk, 100, END - 1), CACHE_HIT); /* not stale yet */
	assert_false(desk->found.stale);
	sample_check(&desk->sample, CACHE_FORM_DNSSEC, TTL - 1, desk->out, &desk->found);
	assert_int_equal(desk_find(desk, END), CACHE_MISS);
	assert_int_equal(find_stale(desk, 100, END), CACHE_HIT);
	check_stale(desk);
	assert_int_equal(desk->found.left, 0);
	assert_int_equal(find_stale(desk, 100, END + 100), CACHE_HIT);
	check_stale(desk);
	assert_int_equal(find_stale(desk, 100, END + 101), CACHE_MISS);
	assert_int_equal(find_stale(desk, 0, END), CACHE_MISS);
	assert_int_equal(served(desk), 0); /* looking is not serving */
}

static void is_found_by_all_once_its_refresh_failed(void **state)
{
	desk_t *desk = *state;

	assert_true(refresh_fails(desk, END + 7));
	for (uint64_t second = 0; second < 5; second++) {
		assert_int_equal(desk_find(desk, END + 7 + second), CACHE_HIT);
		check_stale(desk);
		assert_int_equal(desk->found.left, 5 - second);
	}
	assert_int_equal(desk_find(desk, END + 12), CACHE_MISS); /* time to ask again */
	assert_int_equal(find_stale(desk, MOST, END + 12), CACHE_HIT);
	check_stale(desk);
	assert_int_equal(served(desk), 5);
}

static void backs_off_as_failures_do(void **state)
{
	static const uint32_t waits[] = { 5, 10, 20, 40, 80, 160, 300, 300 };
	desk_t *desk = *state;
	uint64_t now = END;

	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		assert_true(refresh_fails(desk, now));
		assert_int_equal(desk_find(desk, now), CACHE_HIT);
		assert_int_equal(desk->found.left, waits[i]);
		now += waits[i];
	}
}

/* Late, it is handed out for a moment, and the row of failures is as it was. */
static void bridges_a_late_refresh(void **state)
{
	desk_t *desk = *state;

	assert_true(refresh_fails(desk, END));
	assert_true(refresh_fails(desk, END + 5));
	assert_true(put_stale(desk, false, MOST, UINT32_MAX, END + 15));
	assert_int_equal(desk_find(desk, END + 15), CACHE_HIT);
	check_stale(desk);
	assert_int_equal(desk->found.left, 5);
	assert_true(put_stale(desk, false, MOST, UINT32_MAX, END + 17)); /* it goes on as it was */
	assert_int_equal(desk_find(desk, END + 17), CACHE_HIT);
	assert_int_equal(desk->found.left, 3);
	assert_true(refresh_fails(desk, END + 18)); /* while it is handed out */
	assert_int_equal(desk_find(desk, END + 18), CACHE_HIT);
	assert_int_equal(desk->found.left, 20);
}

static void has_its_time(void **state)
{
	desk_t *desk = *state;

	assert_true(put_stale(desk, true, 100, UINT32_MAX, END + 97)); /* 5 s, but 3 are left */
	assert_int_equal(desk_find(desk, END + 99), CACHE_HIT);
	assert_int_equal(desk_find(desk, END + 100), CACHE_MISS);
	assert_int_equal(find_stale(desk, 100, END + 100), CACHE_HIT);
	assert_int_equal(find_stale(desk, 100, END + 101), CACHE_MISS);
	assert_false(put_stale(desk, true, 101, UINT32_MAX, END + 101));
	assert_true(put_stale(desk, true, MOST, 2, END + 101)); /* its signature has two seconds */
	assert_int_equal(desk_find(desk, END + 102), CACHE_HIT);
	assert_int_equal(desk_find(desk, END + 103), CACHE_MISS);
	assert_false(put_stale(desk, true, MOST, 0, END + 103));
}

static void is_nothing_to_whom_nothing_is_left(void **state)
{
	desk_t *desk = *state;

	assert_true(cache_put_failure(desk->cache, &desk->key.key, &desk->sample.answer, END));
	assert_false(refresh_fails(desk, END));
	assert_false(refresh_fails(desk, END + 10));
	assert_int_equal(find_stale(desk, MOST, END + 10), CACHE_MISS); /* a failure is not worth keeping */
	assert_true(cache_flush(desk->cache, &desk->key.key));
	assert_false(refresh_fails(desk, END + 10));
}

static void has_time_left(void **state)
{
	desk_t *desk = *state;

	assert_true(refresh_fails(desk, END - 1)); /* of another question's, perhaps */
	assert_int_equal(desk_find(desk, END - 1), CACHE_HIT);
	assert_false(desk->found.stale);
	assert_int_equal(desk_find(desk, END), CACHE_MISS);
}

/* A bogus or rejected refresh takes its place at once, and the row goes on. */
static void gives_way_to_a_failure(void **state)
{
	desk_t *desk = *state;

	assert_true(refresh_fails(desk, END));
	assert_true(cache_put_failure(desk->cache, &desk->key.key, &desk->sample.answer, END + 1));
	assert_int_equal(desk_find(desk, END + 1), CACHE_HIT);
	assert_true(desk->found.failure);
	assert_false(desk->found.stale);
	assert_int_equal(desk->found.left, 10);
	assert_int_equal(find_stale(desk, MOST, END + 20), CACHE_MISS);
}

static void gives_way_to_an_answer(void **state)
{
	desk_t *desk = *state;

	assert_true(refresh_fails(desk, END));
	assert_true(cache_put(desk->cache, &desk->key.key, &desk->sample.answer, TTL, END + 1));
	assert_int_equal(desk_find(desk, END + 1), CACHE_HIT);
	assert_false(desk->found.stale);
	assert_true(refresh_fails(desk, END + 1 + TTL)); /* and the row has ended */
	assert_int_equal(desk_find(desk, END + 1 + TTL), CACHE_HIT);
	assert_int_equal(desk->found.left, 5);
}

/* It lies where it lay: what waits to become stale takes no memory of its own, and the first to need room gets it. */
static void takes_nobodys_room(void **state)
{
	desk_t *desk = *state;
	cache_stats_t stats;
	sample_key_t key;

	for (uint32_t i = 2; i < 4000; i++)
		assert_true(cache_put(desk->cache, sample_key(&key, i, MX), &desk->sample.answer, TTL, END + 1));
	assert_int_equal(find_stale(desk, MOST, END + 1), CACHE_MISS);
	cache_stats(desk->cache, &stats);
	assert_true(stats.octets <= LIMIT);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, desk_remove)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(is_found_by_who_asks_for_it),
		TEST(is_found_by_all_once_its_refresh_failed),
		TEST(backs_off_as_failures_do),
		TEST(bridges_a_late_refresh),
		TEST(has_its_time),
		TEST(is_nothing_to_whom_nothing_is_left),
		TEST(has_time_left),
		TEST(gives_way_to_a_failure),
		TEST(gives_way_to_an_answer),
		TEST(takes_nobodys_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
