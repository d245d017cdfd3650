/* throttle.h: lets so many pass in a second, and counts those that it does not. No clock and no lock: the caller has both. */
#ifndef MODULE_LOG_THROTTLE_H
#define MODULE_LOG_THROTTLE_H

#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* Begins as zeros. */
typedef struct throttle {
	time_t second;
	unsigned passed; /* in it */
	uint64_t held;   /* since the last one that passed */
} throttle_t;

/* Whether one more may pass in this second, in which `most` do. If so, *held is how many did not since the last one that did. A
 * clock that is set, in either direction, is another second. */
MUST_USE bool throttle_pass(throttle_t *throttle, unsigned most, time_t second, uint64_t *held);

#endif
