/* crowd.h: how many wait, altogether and of each client, counted by the threads that take their queries. Who sends more than its
 * share of what may wait is turned away there and then, before the pending thread's inbox: what is in it is read in order, so
 * others would wait behind. Any thread; a few atomic additions, no lock.
 *
 * Clients are counted in groups by a keyed hash (shares_client_hash()): two that share one by chance share a share. */
#ifndef MODULE_PENDING_CROWD_H
#define MODULE_PENDING_CROWD_H

#include "config.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
	CROWD_GROUPS = 4096,
	CROWD_UNREAD_MOST = 8192,  /* messages in the inbox: some ten milliseconds' work */
	CROWD_UNREAD_PERCENT = 50, /* of these that one client may have */
};

typedef struct crowd {
	atomic_uint most;    /* that may wait; set by crowd_set_limits() */
	atomic_uint percent; /* of these that one client may be, while nobody else waits (shares.h) */
	atomic_uint waiting;
	atomic_uint unread;
	struct crowd_group {
		atomic_uint waiting;
		atomic_uint unread;
	} groups[CROWD_GROUPS];
} crowd_t;

typedef enum { CROWD_IN, CROWD_CLIENT_TOO_MANY, CROWD_TOO_MANY } crowd_verdict_t;

void crowd_set_limits(crowd_t *crowd, unsigned most, unsigned percent);

/* One more waits, unread yet. Unless it is CROWD_IN it does not. */
MUST_USE crowd_verdict_t crowd_enter(crowd_t *crowd, uint64_t client_hash);

/* Its message was read; it waits no more. Each once for who is in. */
void crowd_read(crowd_t *crowd, uint64_t client_hash);
void crowd_leave(crowd_t *crowd, uint64_t client_hash);

/* Both, for who is in without a message after all. */
void crowd_forget(crowd_t *crowd, uint64_t client_hash);

#endif
