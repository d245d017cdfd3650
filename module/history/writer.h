/* writer.h: keeps the history's file open and writes visits to it, many in one transaction. One thread's alone, but for the counts.
 * What fails costs the visits of its transaction, and is said once. */
#ifndef MODULE_HISTORY_WRITER_H
#define MODULE_HISTORY_WRITER_H

#include "cache/history_store.h"
#include "module/vlog/voice.h"

#include <stdatomic.h>

/* For other threads to read. */
typedef struct writer_counts {
	atomic_uint_fast64_t recorded;
	atomic_uint_fast64_t lost;
	atomic_uint_fast64_t rows;
	atomic_uint_fast64_t octets;
	atomic_uint files; /* how often the file was begun anew: whoever has it open has the wrong one then */
} writer_counts_t;

typedef struct writer writer_t;

/* Both are borrowed. NULL when memory is out. */
MUST_USE writer_t *writer_new(voice_t *voice, writer_counts_t *counts);

/* Commits what is recorded, and closes. NULL is allowed. */
void writer_free(writer_t *writer);

/* Goes on with another file, or none (NULL), and other limits. */
void writer_use(writer_t *writer, const char *file, const history_limits_t *limits);

/* The visit may not be in the file before writer_rest(). `now`: seconds since 1970. */
void writer_record(writer_t *writer, const history_visit_t *visit, uint64_t now);
void writer_lose(writer_t *writer, size_t visits);

/* Nothing waits: commits what was recorded a while ago, or drops a little of what is too much. Milliseconds until it wants to be
 * called again; negative: not before something was recorded. */
int writer_rest(writer_t *writer);

#endif
