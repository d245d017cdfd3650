/* logkept.h: the newest lines that match, kept until all files were read: for --limit and --reverse. Memory is bounded; the
 * oldest lines go. */
#ifndef MODULE_LOGSHOW_LOGKEPT_H
#define MODULE_LOGSHOW_LOGKEPT_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct logkept logkept_t;

enum { LOGKEPT_OCTETS_MAX = 256 << 20 };

/* Keeps at most `most` lines (0: as many as memory allows). NULL when memory is out. Free with logkept_free(). */
MUST_USE logkept_t *logkept_new(uint64_t most);
void logkept_free(logkept_t *kept);

/* Adds a line (copied). False when memory is out. */
MUST_USE bool logkept_add(logkept_t *kept, const char *line, size_t size);

/* How many there are, and the one at a place, 0 being the oldest. */
MUST_USE size_t logkept_count(const logkept_t *kept);
const char *logkept_at(const logkept_t *kept, size_t place, size_t *size);

/* Whether lines were dropped for want of memory. */
MUST_USE bool logkept_is_cut(const logkept_t *kept);

#endif
