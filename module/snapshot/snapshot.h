/* snapshot.h: keeps the answer cache over a restart, in a file (layout.h): read at the start, written every few minutes by a thread
 * beside, and once more at the end. Nobody waits for it: readers of the cache never, writers for microseconds.
 *
 * What is kept: answers with time left, negative ones included, with what DNSSEC and the judgement said of them (secure or not,
 * extended errors), and that a name is an exchange (marks.h). What is not: failures, bogus data, stale answers (cache/snapshot.h),
 * and that a zone's servers have no TCP, which is worth another try.
 *
 * What must not come back does not:
 *	- of a file that is damaged or not ours, nothing is taken; nor when nobody knows how old it is (moment.h);
 *	- nor when trust anchors, negative trust anchors, resolver settings or versions are others now. Where MX answers are judged
 *	  by other rules, these are left out. After a reload that changes either, what is older is not written any more;
 *	- when a copied answer is flushed, or fails or is rejected later (cache_on_retract()), the file is void at once, and is
 *	  written anew soon: a crash then costs the cache, but brings nothing back.
 *
 * When the file or its key cannot be used, a line in the log says why, and all else goes on. */
#ifndef MODULE_SNAPSHOT_SNAPSHOT_H
#define MODULE_SNAPSHOT_SNAPSHOT_H

#include "cache/cache.h"
#include "module/log/log.h"
#include "module/snapshot/layout.h"

typedef struct snapshot snapshot_t;

/* Copied. */
typedef struct snapshot_settings {
	const char *file; /* "": none is written or read */
	const char *key;  /* of the HMAC; made when there is none */
	uint32_t every;   /* seconds */
	uint32_t linger;  /* seconds after a reload that answers may still come by former settings */
	layout_settings_t depends;
} snapshot_settings_t;

enum { SNAPSHOT_ERROR_MAX = 1024 };

typedef struct snapshot_stats {
	bool on;
	uint64_t written;  /* when the file that is there was begun, in seconds since 1970; 0: there is none */
	uint64_t entries;  /* in it */
	uint64_t octets;   /* its size */
	uint64_t loaded;   /* answers that were read at the start */
	uint64_t failures; /* times that it could not be written */
	char error[SNAPSHOT_ERROR_MAX]; /* what was wrong the last time; "" when nothing was */
} snapshot_stats_t;

/* Reads the file into the cache, which nobody else uses yet. The calling thread is registered with the cache. NULL when memory is
 * out. */
MUST_USE snapshot_t *snapshot_new(const snapshot_settings_t *settings, cache_t *cache, log_t *log);

/* Begins to write every few minutes. False when threads are out. */
MUST_USE bool snapshot_start(snapshot_t *snapshot);

/* Other settings from now on; what was written is void when it depends on others. When memory is out, nothing is written any more,
 * and the log says so. */
void snapshot_reload(snapshot_t *snapshot, const snapshot_settings_t *settings);

void snapshot_stats(snapshot_t *snapshot, snapshot_stats_t *stats);

/* Writes it once more, if it was started; nobody else changes the cache any more. NULL is allowed. */
void snapshot_free(snapshot_t *snapshot);

#endif
