/* line.h: one line of the log on its way from the thread that says it to the one that writes it. */
#ifndef MODULE_LOG_LINE_H
#define MODULE_LOG_LINE_H

#include "module/log/log.h"
#include "module/log/queue.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

enum {
	LINE_TEXT_MAX = 2048, /* octets of a message with its final NUL; a longer one is cut off and ends in "..." */
	LINE_STAMP_SIZE = 24, /* "2026-11-22T18:53:01Z" with its final NUL, and room for years to come */
};

typedef struct line {
	queue_item_t item; /* a request: text names where the log goes from here on */
	time_t at;         /* seconds since 1970 */
	log_level_t level;
	size_t size; /* of text, without its final NUL */
	char text[];
} line_t;

/* Free with free(). NULL when memory is out. */
MUST_USE line_t *line_new(log_level_t level, const char *format, va_list args) PRINTF_LIKE(2, 0);
MUST_USE line_t *line_say(log_level_t level, const char *format, ...) PRINTF_LIKE(2, 3);
MUST_USE line_t *line_reopen(const char *to);

/* Writes `text` to `out`, which holds `room` octets, with a final NUL. UTF-8 stays as it is; what could act on a terminal or
 * fake another line (control characters, line separators, changes of direction), and octets that are not UTF-8, become \DDD
 * octet by octet. What does not fit is cut off between characters and ends in "...". Returns the size without the NUL. */
size_t line_escape(const char *text, char *out, size_t room);

/* ISO 8601, UTC. `out` holds LINE_STAMP_SIZE octets. Returns out. */
const char *line_stamp(time_t at, char *out);

/* "error", "warning", "info", "debug". */
const char *line_level_name(log_level_t level);

#endif
