/* tail.h: where a validation log that is there already ends: its last whole line, and what a crash left behind that. */
#ifndef MODULE_VLOG_TAIL_H
#define MODULE_VLOG_TAIL_H

#include "module/vlog/chain.h"

typedef struct tail {
	chain_t chain;        /* at the last whole line; none in an empty file, or no regular one */
	uint64_t end;         /* octets up to there */
	uint64_t cut;         /* octets behind it, which are no line */
	const char *fragment; /* these octets */
	char *octets;         /* owned: what was read */
} tail_t;

/* Reads the end of the file, two megabytes at most. NULL, or why it cannot be continued (static): it cannot be read, or it is no
 * validation log. Free with tail_clear() in either case. */
MUST_USE const char *tail_read(int fd, tail_t *tail);
void tail_clear(tail_t *tail);

#endif
