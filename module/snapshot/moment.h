/* moment.h: when something was, so that it can be told later how long ago that is, also after the machine was started anew.
 *
 * Within one run of the machine CLOCK_BOOTTIME counts, which nobody can set and which goes on while the machine sleeps. Between
 * two runs there is only the wall clock, and that may be wrong now or have been wrong then. What can be noticed, is:
 *
 *	same run:    the clocks have gone on by different times, more than MOMENT_STEP_MAX seconds apart: the wall clock was set
 *	             in between. TTLs could be counted, but signatures were judged by a clock that was wrong, then or now.
 *	another run: the wall clock is behind the moment, or has gone on for less time than the machine is up.
 *
 * In these cases nothing is dated: the caller forgets what it had. A wall clock that resumes from where it stood when the machine
 * went off (a machine without a battery, before NTP has set it) cannot be noticed: answers then last longer by the time that the
 * machine was off. A clock too far ahead merely ends them. */
#ifndef MODULE_SNAPSHOT_MOMENT_H
#define MODULE_SNAPSHOT_MOMENT_H

#include "config.h"

#include <stdbool.h>
#include <stdint.h>

enum {
	MOMENT_BOOT_SIZE = 16,
	MOMENT_STEP_MAX = 300, /* seconds; the least allowance that signatures get is an hour (val-sig-skew-min) */
	MOMENT_PROBLEM_MAX = 200,
};

typedef struct moment {
	uint8_t boot[MOMENT_BOOT_SIZE]; /* of this run of the machine; zeros: unknown, which is never the same */
	uint64_t up;                    /* seconds, by the cache's clock (clock.h) */
	uint64_t wall;                  /* seconds since 1970 */
} moment_t;

/* The run is known from /proc/sys/kernel/random/boot_id, or, where that is hidden, from MXWARD_BOOT_ID in the environment. */
moment_t moment_now(void);

/* Seconds from `then` to `now`, never too few within a run, and one more between runs. False, with the end of a sentence ("the
 * clock ..."), when nobody can tell. */
MUST_USE bool moment_since(const moment_t *then, const moment_t *now, uint32_t *seconds,
			   char problem[MOMENT_PROBLEM_MAX]);

#endif
