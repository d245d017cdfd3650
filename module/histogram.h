/* histogram.h: how long things took, counted in fixed buckets. One thread adds, any thread reads: no lock, and no line of memory
 * that two threads write. */
#ifndef MODULE_HISTOGRAM_H
#define MODULE_HISTOGRAM_H

#include "config.h"

#include <stdatomic.h>
#include <stdint.h>

enum { HISTOGRAM_BUCKETS = 20 };

/* Where buckets end, in microseconds; what took longer than the last one is in none of them. */
extern const uint32_t histogram_bounds[HISTOGRAM_BUCKETS];

typedef struct histogram {
	atomic_uint_fast64_t buckets[HISTOGRAM_BUCKETS + 1]; /* the last one is for the rest */
	atomic_uint_fast64_t sum;                            /* microseconds */
} histogram_t;

/* `times` things that took `microseconds` each. */
void histogram_add(histogram_t *histogram, uint64_t microseconds, uint64_t times);

/* What one or more histograms hold; begin with zeros. */
typedef struct histogram_sum {
	uint64_t buckets[HISTOGRAM_BUCKETS]; /* cumulative: all that took no longer than the bound */
	uint64_t count;
	uint64_t microseconds;
} histogram_sum_t;

/* Adds what the histogram holds now. From any thread. */
void histogram_read(const histogram_t *histogram, histogram_sum_t *sum);

#endif
