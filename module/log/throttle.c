/* throttle.c: see throttle.h. */
#include "module/log/throttle.h"

bool throttle_pass(throttle_t *throttle, unsigned most, time_t second, uint64_t *held)
{
	if (second != throttle->second) {
		throttle->second = second;
		throttle->passed = 0;
	}
	if (throttle->passed >= most) {
		throttle->held++;
		return false;
	}
	throttle->passed++;
	*held = throttle->held;
	throttle->held = 0;
	return true;
}
