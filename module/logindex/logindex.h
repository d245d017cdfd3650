/* logindex.h: the index of the validation log: a SQLite file that is made from the log's JSON lines alone, so that it can be
 * removed at any time, and from which entries are found by domain, exchange, check, verdict, type, client and time without
 * reading gigabytes. What it finds is what `mxward log` finds with the same filter (module/logread/logfilter.h).
 *
 * Every line is stored in it, packed (linepack.h), instead of being read again from its file: logrotate(8) renames a file, packs
 * it, and removes it in the end, and none of this must make an entry that is found unreadable, or show another line in its place.
 * That costs some 300 octets a line. An entry can be had for as long as it is in the index, which its bounds alone decide.
 *
 * One writer follows the files: those that were rotated first, then the one that is written, each known by its first line
 * (module/logread/logfiles.h) with the offset up to which it was read. So it goes on after a restart, and reads what is left of
 * an old file before the new one. A file that was cut or replaced loses its entries from there on. Lines that are no entries are
 * passed over. Offset and entries are written in one transaction; after a crash, and kill -9, nothing is missing and nothing
 * double.
 *
 * An index of another version, or one that is damaged, is moved away (FILE.damaged) and made anew. A SQLite file of somebody else
 * is left alone.
 *
 * A handle belongs to one thread. Any number of readers may go on beside the one writer, in the same process or others. */
#ifndef MODULE_LOGINDEX_LOGINDEX_H
#define MODULE_LOGINDEX_LOGINDEX_H

#include "module/logread/logfilter.h"

typedef struct logindex logindex_t;

enum {
	LOGINDEX_LIMIT_MAX = 1000,   /* entries in one answer */
	LOGINDEX_BUCKETS_MAX = 1000, /* in one summary */
};

/* Copied. */
typedef struct logindex_settings {
	const char *file;    /* of the index; -wal and -shm beside it are SQLite's */
	const char *log;     /* the validation log that is written; rotated files lie beside it */
	uint64_t max_rows;   /* entries; the oldest go */
	uint64_t max_octets; /* of the file; the oldest go */
	uint64_t max_age;    /* milliseconds */
} logindex_settings_t;

typedef enum {
	LOGINDEX_IDLE,   /* all that the log has is indexed */
	LOGINDEX_MORE,   /* there is more to do: call again at once */
	LOGINDEX_FAILED, /* see *error; call again later */
} logindex_step_t;

/* A handle that writes, or one that only reads. Opens nothing yet. NULL when memory is out. Free with logindex_free(). */
MUST_USE logindex_t *logindex_new(const logindex_settings_t *settings, bool writes);
void logindex_free(logindex_t *index);

/* The writer: one step of the work, at most some thousand lines. `now` is wall-clock milliseconds. *error is a sentence that is
 * worth a warning in the log, or NULL; with MORE and IDLE too (a damaged file, an index that was made anew). Borrowed until the
 * next call; what stays wrong is said once. */
MUST_USE logindex_step_t logindex_step(logindex_t *index, uint64_t now, const char **error);

/* All that follow give NULL and a sentence in *error, borrowed until the next call, when it cannot be had. The caller owns the
 * result. They have the form that docs/api.md documents. */

/* The newest `limit` entries that match, with an id lower than `before` (0: all), newest first: {"entries", "next", "indexed"}.
 * There may be fewer than `limit`, or none, though "next" is not null: the search for free text ends after many lines, and
 * goes on from there. "indexed" is {"seq", "time"} of the newest entry; how far the log is ahead of it, the writer knows. */
MUST_USE json_t *logindex_search(logindex_t *index, const logfilter_t *filter, uint64_t before, unsigned limit,
				 const char **error);

/* The oldest `limit` entries that match with an id higher than `after`, oldest first: an array. For who follows:
 * ask logindex_newest() before, and when there are fewer than `limit` go on from there. */
MUST_USE json_t *logindex_after(logindex_t *index, const logfilter_t *filter, uint64_t after, unsigned limit,
				const char **error);

/* One entry: {"entry", "line", "file", "offset"}. NULL with *error NULL: there is none. */
MUST_USE json_t *logindex_get(logindex_t *index, uint64_t id, const char **error);

/* Verdicts and latencies over time, and what was refused most: {"buckets", "totals", "top"}. From filter->since, or the oldest
 * entry, to filter->until, or `now`, in so many buckets. Percentiles are exact to 3 per cent. "top" counts answers that were
 * stripped, rejected or failed, in monitor mode those that would have been; checks and hosts are those that led to it. */
MUST_USE json_t *logindex_summary(logindex_t *index, const logfilter_t *filter, unsigned buckets, uint64_t now,
				  const char **error);

/* The id of the newest entry, 0 without any; UINT64_MAX when it cannot be read. */
MUST_USE uint64_t logindex_newest(logindex_t *index);

#endif
