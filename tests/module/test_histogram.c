/* test_histogram.c: what falls into which bucket, and what two histograms hold together. */
#include "module/histogram.h"

#include "tests/support.h"

static void counts_each_once(void **state)
{
	histogram_t histogram = { 0 };
	histogram_sum_t sum = { 0 };

	(void)state;
	histogram_add(&histogram, 0, 1);
	histogram_add(&histogram, histogram_bounds[3], 2);     /* a bound belongs to its bucket */
	histogram_add(&histogram, histogram_bounds[3] + 1, 4); /* and what is more, to the next */
	histogram_add(&histogram, (uint64_t)histogram_bounds[HISTOGRAM_BUCKETS - 1] + 1, 8);
	histogram_read(&histogram, &sum);
	assert_int_equal(sum.buckets[0], 1);
	assert_int_equal(sum.buckets[2], 1);
	assert_int_equal(sum.buckets[3], 3);
	assert_int_equal(sum.buckets[4], 7);
	assert_int_equal(sum.buckets[HISTOGRAM_BUCKETS - 1], 7);
	assert_int_equal(sum.count, 15);
	assert_int_equal(sum.microseconds, 2 * 50 + 4 * 51 + 8 * 10000001ULL);
}

static void adds_up(void **state)
{
	histogram_t one = { 0 }, other = { 0 };
	histogram_sum_t sum = { 0 };

	(void)state;
	histogram_add(&one, 7, 1);
	histogram_add(&other, 70, 1);
	histogram_read(&one, &sum);
	histogram_read(&other, &sum);
	assert_int_equal(sum.count, 2);
	assert_int_equal(sum.microseconds, 77);
	assert_int_equal(sum.buckets[1], 1);
	assert_int_equal(sum.buckets[4], 2);
}

static void bounds_ascend(void **state)
{
	(void)state;
	for (unsigned i = 1; i < HISTOGRAM_BUCKETS; i++)
		assert_true(histogram_bounds[i] > histogram_bounds[i - 1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_each_once),
		cmocka_unit_test(adds_up),
		cmocka_unit_test(bounds_ascend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
