/* loglines.h: a log's lines, one by one, from a file that may be compressed (logsource.h). Lines are bounded (CHAIN_LINE_MAX);
 * a longer one is skipped, and told. A line that does not end yet is kept until it does, so that a file that is being
 * written can be read on. Offsets are of the text, unpacked, in octets. */
#ifndef MODULE_LOGREAD_LOGLINES_H
#define MODULE_LOGREAD_LOGLINES_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct loglines loglines_t;

typedef struct logline {
	const char *text; /* `size` octets, without the line break; valid until the next call */
	size_t size;
	uint64_t offset; /* of its first octet */
	uint64_t end;    /* of the octet behind its line break */
	uint64_t number; /* from 1, or from where loglines_skip() led */
} logline_t;

typedef enum {
	LOGLINES_LINE,
	LOGLINES_TOO_LONG, /* it was skipped; text is not set */
	LOGLINES_END,      /* no whole line is left; a plain file may grow, and be read on */
	LOGLINES_MORE,     /* loglines_skip() is not there yet */
	LOGLINES_BROKEN,   /* the file cannot be read, see loglines_error() */
} loglines_got_t;

/* Reads fd from its beginning, and leaves it open. NULL when memory is out. Free with loglines_free(). */
MUST_USE loglines_t *loglines_new(int fd);
void loglines_free(loglines_t *lines);

/* The next line. */
MUST_USE loglines_got_t loglines_next(loglines_t *lines, logline_t *line);

/* At the end: what is there of a line that does not end. False when there is nothing. */
MUST_USE bool loglines_rest(const loglines_t *lines, logline_t *line);

/* Leaves out the text up to `offset`, which is where a line begins, before the first line is taken. Unpacks at most `budget`
 * octets in one call. LOGLINES_LINE: it is there; MORE: call again; END: the file ends before; BROKEN. */
MUST_USE loglines_got_t loglines_skip(loglines_t *lines, uint64_t offset, uint64_t budget);

/* What is wrong; static. */
const char *loglines_error(const loglines_t *lines);
MUST_USE bool loglines_is_compressed(const loglines_t *lines);

#endif
