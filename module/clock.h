/* clock.h: what time it is, for whom. */
#ifndef MODULE_CLOCK_H
#define MODULE_CLOCK_H

#include "config.h"

#include <stdint.h>
#include <time.h>

static inline uint64_t clock_seconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec;
}

static inline uint64_t clock_milliseconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static inline uint64_t clock_microseconds(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* The cache's `now`, in seconds: nobody can set this clock, and it goes on while the machine sleeps, as TTLs do. */
enum { CLOCK_OF_CACHE = CLOCK_BOOTTIME };

static inline uint64_t clock_of_cache(void)
{
	return clock_seconds(CLOCK_OF_CACHE);
}

/* Seconds since 1970: for signatures and cookies. */
static inline uint64_t clock_of_wall(void)
{
	return clock_seconds(CLOCK_REALTIME);
}

#endif
