/* streaks.h: domains whose MX has failed, each since when: for rule R6 (a domain that has been SERVFAIL for hours raises an
 * alert). Bounded: who can make us ask for names must not be able to fill memory, nor push other domains out. Internal to the
 * alert room. No I/O and no clock: times are seconds since 1970, handed in. */
#ifndef MODULE_ALERT_STREAKS_H
#define MODULE_ALERT_STREAKS_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	STREAKS_MAX = 4096,
	STREAKS_PER_SITE = 16, /* domains below one registrable domain: random names cost their owner's places alone */
	STREAKS_FORGET = 24 * 3600, /* a domain that nobody asks for so long is forgotten */
};

typedef struct streak {
	uint64_t first; /* failure with no success since */
	uint64_t last;
	uint32_t count; /* of failures */
	const char *site;
	char domain[];
} streak_t;

typedef struct streaks {
	size_t count;
	streak_t *items[STREAKS_MAX]; /* in the order of their domains */
} streaks_t;

/* The domain failed. Its streak, valid until the next call; NULL when there is no place or no memory for it. */
const streak_t *streaks_fail(streaks_t *streaks, const char *domain, uint64_t now);

/* The domain has answered. Whether it had a streak. */
bool streaks_end(streaks_t *streaks, const char *domain);

/* NULL when it has none. */
const streak_t *streaks_find(const streaks_t *streaks, const char *domain);

/* Forgets those that nobody asked for in a long time. Whether there were any. */
bool streaks_tick(streaks_t *streaks, uint64_t now);

/* Puts one back as it was when it was written down. False when there is no place or no memory, or it is there already. */
MUST_USE bool streaks_restore(streaks_t *streaks, const char *domain, uint64_t first, uint64_t last, uint32_t count);

void streaks_clear(streaks_t *streaks);

#endif
