/* log.h: the program's log. Lines go through a bounded queue to one writer thread, so that a full disk or a slow terminal
 * never stops an answer: what does not fit is counted, and the count is logged once there is room again.
 *
 * A line is a short message in words, followed where it helps by stable key=value pairs. Safe from any thread. */
#ifndef MODULE_LOG_LOG_H
#define MODULE_LOG_LOG_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct log log_t;

typedef enum { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG } log_level_t;

/* Opens the log: `to` is "stderr", "journal" or a path. A file that cannot be opened is no error: lines go to stderr until
 * it can (tried again at each log_reopen()), nor is one that cannot be written: what is lost is counted and said later.
 * Files are made with mode 0640 less the umask, and symbolic links are not followed. Starts a thread, to which no signal is
 * delivered. NULL when memory or threads are out. */
MUST_USE log_t *log_new(const char *to, log_level_t level);

/* log_new() in two steps, for a program that drops privileges: capabilities(7) are dropped thread by thread, so the writer
 * must not be there yet. In between, lines wait. log_start() is false when threads are out; lines then come out at
 * log_free(). */
MUST_USE log_t *log_open(const char *to, log_level_t level);
MUST_USE bool log_start(log_t *log);

/* Between the two: lets the file belong to whom the program is about to become, so that log_reopen() can open it later. */
void log_give(log_t *log, uid_t user, gid_t group);

/* Writes what is queued, waiting two seconds at most, and closes. What is not written by then is lost; a writer that a disk
 * or the journal keeps waiting is left alone. */
void log_free(log_t *log);

enum { LOG_HEARD_MAX = 100 }; /* lines in a second */

/* For a program that has a log of its own, where errors and warnings are to be as well: `heard` is called with each that the level
 * lets through, escaped and without its end, in the thread that says it, or in several at once. A flood of them does not fill that
 * log: what is over LOG_HEARD_MAX is counted, and the count comes before the next one. Before other threads use the log. */
typedef void log_heard_fn(log_level_t level, const char *text);
void log_overhear(log_t *log, log_heard_fn *heard);

/* Opens the file again (after rotation, at SIGHUP), perhaps another one, with another level. The level counts at once; the
 * file is opened by the writer, behind the lines that are queued already. */
void log_reopen(log_t *log, const char *to, log_level_t level);

/* The level alone. */
void log_set_level(log_t *log, log_level_t level);
log_level_t log_get_level(const log_t *log);

typedef struct log_stats {
	size_t waiting; /* lines that are not written yet */
	uint64_t lost;  /* that came faster than they could be written */
} log_stats_t;

void log_stats(const log_t *log, log_stats_t *stats);

/* Lines less important than the level are dropped before they are formatted. Control characters and octets that
 * are not UTF-8 are escaped; a message over 2047 octets is cut off. errno stays as it is. `log` may be NULL
 * (nothing happens), so that tests need none. */
void log_write(log_t *log, log_level_t level, const char *format, ...) PRINTF_LIKE(3, 4);

/* Whether a line of this level would be written: for messages that cost something to make. */
MUST_USE int log_wants(const log_t *log, log_level_t level);

#endif
