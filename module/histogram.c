/* histogram.c: see histogram.h. */
#include "module/histogram.h"

const uint32_t histogram_bounds[HISTOGRAM_BUCKETS] = {
	5,     10,    25,    50,     100,    250,    500,     1000,    2500,    5000,
	10000, 25000, 50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000,
};

/* One writer: no locked instruction is needed. */
static void count(atomic_uint_fast64_t *counter, uint64_t more)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + more,
			      memory_order_relaxed);
}

void histogram_add(histogram_t *histogram, uint64_t microseconds, uint64_t times)
{
	unsigned bucket = 0;

	while (bucket < HISTOGRAM_BUCKETS && microseconds > histogram_bounds[bucket])
		bucket++;
	count(&histogram->buckets[bucket], times);
	count(&histogram->sum, microseconds * times);
}

void histogram_read(const histogram_t *histogram, histogram_sum_t *sum)
{
	uint64_t below = 0;

	for (unsigned i = 0; i <= HISTOGRAM_BUCKETS; i++) {
		below += atomic_load_explicit(&histogram->buckets[i], memory_order_relaxed);
		if (i < HISTOGRAM_BUCKETS)
			sum->buckets[i] += below;
	}
	sum->count += below;
	sum->microseconds += atomic_load_explicit(&histogram->sum, memory_order_relaxed);
}
