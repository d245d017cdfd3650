/* lines.h: what a process of ours (launch.h) writes to stderr, as lines of the log. */
#ifndef MODULE_RESOLVER_LINES_H
#define MODULE_RESOLVER_LINES_H

#include "module/log/log.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

enum {
	LINES_LENGTH_MAX = 600,     /* octets; the rest of a longer line is a line of its own */
	LINES_PER_SECOND_MAX = 100, /* further ones are counted, and the count is logged */
};

typedef struct lines {
	log_t *log;
	const char *who; /* what the process is, static: "resolver" */
	pid_t pid;
	size_t size; /* octets in text */
	unsigned logged;
	unsigned suppressed;
	time_t second; /* to which logged belongs */
	char text[LINES_LENGTH_MAX + 1];
} lines_t;

lines_t lines_begin(log_t *log, const char *who, pid_t pid);

/* Reads what is there from fd, which does not block, a bounded amount at a time. `now` counts seconds.
 * False at the end of the file. */
bool lines_read(lines_t *lines, int fd, time_t now);

/* Logs what did not end with a line feed, and how many lines were left out. */
void lines_end(lines_t *lines);

#endif
