/* test_ending.c: when an answer should be renewed before it ends, and who is told so. */
#include "tests/cache/desk.h"

#include <pthread.h>
#include <stdatomic.h>

enum { LIMIT = 1 << 20, MX = 15, BORN = 1000, DAY = 86400 };

static int set_up(void **state)
{
	desk_t *desk = desk_make(LIMIT, MX);

	sample_plain(&desk->sample, 7, DAY);
	*state = desk;
	return 0;
}

static void put(desk_t *desk, uint32_t ttl)
{
	assert_true(cache_put(desk->cache, &desk->key.key, &desk->sample.answer, ttl, BORN));
}

static bool is_found_ending(desk_t *desk, uint64_t now)
{
	return desk_find(desk, now) == CACHE_HIT && desk->found.ending;
}

static bool claim(const desk_t *desk, uint64_t now)
{
	return cache_claim(desk->cache, &desk->key.key, now);
}

static cache_look_t look(const desk_t *desk, uint64_t now)
{
	cache_look_t look;

	assert_true(cache_look(desk->cache, &desk->key.key, now, &look));
	return look;
}

/* ---- when ---- */

struct row {
	const char *name;
	uint32_t ttl;
	uint32_t last; /* seconds before its end from which on it is ending; 0: never */
};

static const struct row rows[] = {
	{ "1 second", 1, 0 },       { "4 seconds", 4, 0 },        { "5 seconds", 5, 0 },
	{ "6 seconds", 6, 0 },      { "19 seconds", 19, 0 },      { "20 seconds", 20, 5 },
	{ "30 seconds", 30, 5 },    { "50 seconds", 50, 5 },      { "59 seconds", 59, 5 },
	{ "60 seconds", 60, 6 },    { "five minutes", 300, 30 },  { "an hour", 3600, 360 },
	{ "a day", DAY, DAY / 10 }, { "a week", 7 * DAY, 60480 }, { "for ever", INT32_MAX, INT32_MAX / 10 },
};

static void is_ending_when_little_is_left(void **state)
{
	const struct row *row = *state;
	void *made = NULL;
	desk_t *desk;

	set_up(&made);
	desk = made;
	put(desk, row->ttl);
	assert_false(is_found_ending(desk, BORN));
	assert_false(is_found_ending(desk, BORN + row->ttl - row->last - 1));
	assert_false(look(desk, BORN + row->ttl - row->last - 1).ending);
	if (row->last > 0) {
		assert_true(is_found_ending(desk, BORN + row->ttl - row->last));
		assert_true(look(desk, BORN + row->ttl - row->last).ending);
	}
	assert_int_equal(is_found_ending(desk, BORN + row->ttl - 1), row->last > 0);
	assert_false(is_found_ending(desk, BORN + row->ttl)); /* a miss */
	assert_false(look(desk, BORN + row->ttl).ending);
	desk_remove(&made);
}

static void failures_are_tried_by_other_rules(void **state)
{
	desk_t *desk = *state;
	const cache_stale_t stale = { .most = DAY, .longest = UINT32_MAX, .failed = true };
	unsigned levels = 0;

	put(desk, 300);
	for (uint64_t now = BORN + 300; levels < 7; levels++, now += 300) { /* up to 300 s */
		assert_true(cache_put_stale(desk->cache, &desk->key.key, &stale, now));
		for (uint64_t at = now; at < now + 300; at++) {
			assert_false(is_found_ending(desk, at));
			assert_false(claim(desk, at));
		}
	}
	cache_flush_all(desk->cache);
	for (uint64_t now = BORN; now < BORN + 3000; now++) {
		(void)cache_put_failure(desk->cache, &desk->key.key, &desk->sample.answer, BORN + now / 500 * 500);
		assert_false(is_found_ending(desk, now));
		assert_false(claim(desk, now));
	}
}

/* ---- who ---- */

static void is_claimed_once(void **state)
{
	desk_t *desk = *state;

	put(desk, 300);
	assert_false(claim(desk, BORN + 269));
	assert_true(claim(desk, BORN + 270));
	for (uint64_t now = BORN + 270; now < BORN + 285; now++) {
		assert_false(is_found_ending(desk, now));
		assert_false(claim(desk, now));
		assert_true(look(desk, now).ending); /* whoever has claimed it */
	}
}

/* Whenever that is. */
static void is_claimed_once_at_a_time(void **state)
{
	desk_t *desk = *state;

	for (uint64_t now = BORN + 270; now < BORN + 300; now++) {
		put(desk, 300);
		assert_true(claim(desk, now));
		assert_false(is_found_ending(desk, now));
		assert_false(claim(desk, now));
	}
}

/* It came to nothing, for it is still there. */
static void is_claimed_again_when_half_of_that_is_over(void **state)
{
	static const uint32_t lefts[] = { 8640, 4320, 2160, 1080, 540, 270, 135, 67, 33, 16, 8, 4, 2, 1 };
	desk_t *desk = *state;
	size_t claims = 0;

	put(desk, DAY);
	for (uint32_t left = DAY; left > 0; left--) {
		if (!is_found_ending(desk, BORN + DAY - left))
			continue;
		assert_true(claims < sizeof(lefts) / sizeof(lefts[0]));
		assert_int_equal(left, lefts[claims++]);
		assert_true(claim(desk, BORN + DAY - left));
		assert_false(is_found_ending(desk, BORN + DAY - left));
	}
	assert_int_equal(claims, sizeof(lefts) / sizeof(lefts[0]));
}

static void a_new_answer_is_not_claimed_yet(void **state)
{
	desk_t *desk = *state;

	put(desk, 300);
	assert_true(claim(desk, BORN + 299));
	assert_true(cache_put(desk->cache, &desk->key.key, &desk->sample.answer, 300, BORN + 299));
	assert_false(is_found_ending(desk, BORN + 568));
	assert_true(is_found_ending(desk, BORN + 569));
	assert_true(claim(desk, BORN + 569));
}

static void nothing_is_not_claimed(void **state)
{
	desk_t *desk = *state;
	cache_look_t nothing;

	assert_false(claim(desk, BORN));
	assert_false(cache_look(desk->cache, &desk->key.key, BORN, &nothing));
	put(desk, 300);
	assert_false(claim(desk, BORN + 300));
	put(desk, 300);
	assert_int_equal(look(desk, BORN + 299).left, 1);
	assert_false(claim(desk, BORN + 100)); /* the clock went back: nobody knows how old it is */
	assert_false(cache_look(desk->cache, &desk->key.key, BORN + 100, &nothing));
}

/* ---- what is told of it ---- */

static void tells_whose_turn_it_was(void **state)
{
	const cache_stale_t stale = { .most = DAY, .longest = UINT32_MAX, .failed = true };
	desk_t *desk = *state;

	for (int turn = 0; turn < 2; turn++) {
		cache_flush_all(desk->cache);
		desk->sample.answer.turn = turn == 1;
		put(desk, 60);
		assert_int_equal(look(desk, BORN).turn, turn);
		assert_int_equal(look(desk, BORN + 60).turn, turn); /* also when it has ended, */
		assert_int_equal(look(desk, BORN + 60).left, 0);
		assert_true(cache_put_stale(desk->cache, &desk->key.key, &stale, BORN + 70));
		assert_true(look(desk, BORN + 70).stale);
		assert_int_equal(look(desk, BORN + 70).turn, turn); /* and in its place */
		assert_true(cache_put_failure(desk->cache, &desk->key.key, &desk->sample.answer, BORN + 80));
		assert_true(look(desk, BORN + 80).failure);
		assert_int_equal(look(desk, BORN + 80).turn, turn);
	}
}

static void tells_what_it_says(void **state)
{
	static const uint16_t nothing[CACHE_PARTS] = { 0, 0, 1, 1 };
	desk_t *desk = *state;

	put(desk, 60);
	assert_false(look(desk, BORN).negative);
	assert_int_equal(look(desk, BORN).rcode, 0);
	sample_make(&desk->sample, 8, 60, nothing);
	desk->sample.answer.rcode = 3;
	put(desk, 60);
	assert_true(look(desk, BORN).negative);
	assert_int_equal(look(desk, BORN).rcode, 3);
}

/* ---- many at once ---- */

enum { THREADS = 4, ENTRIES = 2000 };

typedef struct rush {
	cache_t *cache;
	pthread_barrier_t begin;
	atomic_uint claims[ENTRIES];
} rush_t;

static void *claim_all(void *arg)
{
	rush_t *rush = arg;

	cache_thread_begin();
	pthread_barrier_wait(&rush->begin);
	for (uint32_t i = 0; i < ENTRIES; i++) {
		sample_key_t space;
		const cache_key_t *key = sample_key(&space, i, MX);
		uint8_t out[SAMPLE_ROOM];
		cache_found_t found;

		if (cache_find(rush->cache, key, CACHE_FORM_PLAIN, BORN + 290, out, sizeof(out), &found) == CACHE_HIT &&
		    found.ending && cache_claim(rush->cache, key, BORN + 290))
			atomic_fetch_add(&rush->claims[i], 1);
	}
	cache_thread_end();
	return NULL;
}

static void one_of_many_gets_the_claim(void **state)
{
	static rush_t rush;
	pthread_t threads[THREADS];
	desk_t *desk = *state;

	rush = (rush_t){ .cache = desk->cache };
	assert_int_equal(pthread_barrier_init(&rush.begin, NULL, THREADS), 0);
	for (uint32_t i = 0; i < ENTRIES; i++) {
		sample_key_t space;

		assert_true(cache_put(desk->cache, sample_key(&space, i, MX), &desk->sample.answer, 300, BORN));
	}
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, claim_all, &rush), 0);
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (size_t i = 0; i < ENTRIES; i++)
		assert_int_equal(rush.claims[i], 1);
	pthread_barrier_destroy(&rush.begin);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, desk_remove)

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	const struct CMUnitTest others[] = {
		TEST(failures_are_tried_by_other_rules), TEST(is_claimed_once),
		TEST(is_claimed_once_at_a_time),         TEST(is_claimed_again_when_half_of_that_is_over),
		TEST(a_new_answer_is_not_claimed_yet),   TEST(nothing_is_not_claimed),
		TEST(tells_whose_turn_it_was),           TEST(tells_what_it_says),
		TEST(one_of_many_gets_the_claim),
	};
	enum { OTHERS = sizeof(others) / sizeof(others[0]) };
	struct CMUnitTest tests[ROWS + OTHERS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, is_ending_when_little_is_left, NULL, NULL,
						(void *)(uintptr_t)&rows[i] };
	memcpy(tests + ROWS, others, sizeof(others));
	return _cmocka_run_group_tests("ending", tests, ROWS + OTHERS, NULL, NULL);
}
