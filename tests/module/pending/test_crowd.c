/* test_crowd.c: who may wait, and that threads together never exceed it. */
#include "module/pending/crowd.h"

#include "tests/support.h"

#include <pthread.h>

enum { MOST = 100, PERCENT = 75 };

static crowd_t *crowd_new(unsigned most, unsigned percent)
{
	crowd_t *crowd = calloc(1, sizeof(*crowd));

	assert_non_null(crowd);
	crowd_set_limits(crowd, most, percent);
	return crowd;
}

/* How many get in, and what the next one is told. */
static unsigned fill(crowd_t *crowd, uint64_t client, crowd_verdict_t *verdict)
{
	unsigned count = 0;

	while ((*verdict = crowd_enter(crowd, client)) == CROWD_IN) {
		crowd_read(crowd, client);
		count++;
	}
	return count;
}

static void one_stops_at_its_share(void **state)
{
	crowd_t *crowd = crowd_new(MOST, PERCENT);
	crowd_verdict_t verdict;

	(void)state;
	assert_int_equal(fill(crowd, 1, &verdict), PERCENT);
	assert_int_equal(verdict, CROWD_CLIENT_TOO_MANY);
	assert_int_equal(fill(crowd, 2, &verdict), 19); /* 25 < 3 x what is left of 25 */
	assert_int_equal(verdict, CROWD_CLIENT_TOO_MANY);
	crowd_leave(crowd, 1);
	crowd_leave(crowd, 1);
	assert_int_equal(fill(crowd, 3, &verdict), 6); /* 8 are free */
	assert_int_equal(atomic_load(&crowd->waiting), PERCENT - 2 + 19 + 6);
	assert_int_equal(atomic_load(&crowd->unread), 0);
	free(crowd);
}

static void all_is_no_share(void **state)
{
	crowd_t *crowd = crowd_new(MOST, 100);
	crowd_verdict_t verdict;

	(void)state;
	assert_int_equal(fill(crowd, 1, &verdict), MOST);
	assert_int_equal(verdict, CROWD_TOO_MANY);
	free(crowd);
}

/* The inbox is shared as well, whatever may wait. */
static void one_cannot_fill_the_inbox(void **state)
{
	crowd_t *crowd = crowd_new(10 * CROWD_UNREAD_MOST, 100);
	unsigned count = 0;

	(void)state;
	while (crowd_enter(crowd, 1) == CROWD_IN)
		count++;
	assert_int_equal(count, CROWD_UNREAD_MOST * CROWD_UNREAD_PERCENT / 100);
	assert_int_equal(atomic_load(&crowd->waiting), count); /* the one that was too many left again */
	assert_int_equal(crowd_enter(crowd, 2), CROWD_IN);
	crowd_forget(crowd, 2);
	assert_int_equal(atomic_load(&crowd->unread), count);
	crowd_read(crowd, 1);
	assert_int_equal(crowd_enter(crowd, 1), CROWD_IN);
	free(crowd);
}

enum { THREADS = 4, ROUNDS = 20000 };

static void *come_and_go(void *arg)
{
	crowd_t *crowd = arg;
	unsigned most = 0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		if (crowd_enter(crowd, i % 3) != CROWD_IN)
			continue;
		if (atomic_load(&crowd->waiting) > most)
			most = atomic_load(&crowd->waiting);
		crowd_read(crowd, i % 3);
		crowd_leave(crowd, i % 3);
	}
	return (void *)(uintptr_t)most;
}

static void threads_agree(void **state)
{
	crowd_t *crowd = crowd_new(THREADS, 100);
	pthread_t threads[THREADS];
	crowd_verdict_t verdict;

	(void)state;
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, crowd), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		void *most;

		assert_int_equal(pthread_join(threads[i], &most), 0);
		assert_in_range((uintptr_t)most, 1,
				2 * THREADS); /* those that are about to be turned away are counted for a moment */
	}
	assert_int_equal(atomic_load(&crowd->waiting), 0);
	assert_int_equal(atomic_load(&crowd->unread), 0);
	assert_int_equal(fill(crowd, 7, &verdict), THREADS);
	free(crowd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_stops_at_its_share),
		cmocka_unit_test(all_is_no_share),
		cmocka_unit_test(one_cannot_fill_the_inbox),
		cmocka_unit_test(threads_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
