/* snapshot_inside.h: what a snapshot consists of: for snapshot.c and snapshot_write.c alone. */
#ifndef MODULE_SNAPSHOT_SNAPSHOT_INSIDE_H
#define MODULE_SNAPSHOT_SNAPSHOT_INSIDE_H

#include "module/snapshot/snapshot.h"

#include <pthread.h>

enum {
	TYPE_MX = 15,
	SHOWN = 256, /* octets of a path in a message */
};

struct snapshot {
	cache_t *cache;
	log_t *log;
	pthread_t thread;
	bool started;
	int wake; /* an eventfd: due or stopping is another now */

	pthread_mutex_t lock; /* of all below */
	bool stopping;
	bool loading; /* nothing is void yet */
	char *path;   /* NULL: off */
	char *aside;  /* where a void file goes */
	mac_t *mac;
	uint32_t every;
	layout_settings_t depends;
	uint64_t due;             /* monotonic seconds */
	uint64_t retractions;     /* so many */
	bool is_aside;            /* a void file is to be removed */
	uint64_t resolving_since; /* by the cache's clock: what is older was resolved otherwise */
	uint64_t judging_since;   /* the same of MX answers */
	snapshot_stats_t stats;
};

/* Removes a void file that was put aside. With the lock held. */
void snapshot_remove_aside(snapshot_t *snapshot);

/* Keeps it as the last problem, and logs it, unless it was that already. With the lock held. */
void snapshot_say_problem(snapshot_t *snapshot, const char *problem);

/* Writes the file in place of the one that is there, unless a retraction comes meanwhile, or the end while this is not the `last`
 * time. Without the lock held: it calls the cache. */
void snapshot_save(snapshot_t *snapshot, bool last);

#endif
