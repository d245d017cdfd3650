/* sink.h: where lines end up: stderr, the journal, or a file. It belongs to the writer thread alone. */
#ifndef MODULE_LOG_SINK_H
#define MODULE_LOG_SINK_H

#include "module/log/line.h"

#include <sys/types.h>

typedef struct sink sink_t;

/* Opens `to` in place of `before`, which may be NULL: closes that, and goes on with its count of lost lines. What cannot be
 * opened is said on stderr, and lines go there. Returns `before` when memory is out. */
MUST_USE sink_t *sink_open(const char *to, sink_t *before);
void sink_close(sink_t *sink);

/* Writes the line and frees it. One that cannot be written (or that is NULL, because memory was out) is lost and counted;
 * the first one of a row is said on stderr, and how many there were is said here before the next one that can be written.
 * A full pipe or terminal is waited for half a second, once in a row; the journal and disks may block for longer. */
void sink_write(sink_t *sink, line_t *line);

/* See log_give(). */
void sink_give(const sink_t *sink, uid_t user, gid_t group);

/* Says how many lines were lost, if that can be said by now. */
void sink_flush(sink_t *sink);

#endif
