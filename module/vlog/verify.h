/* verify.h: proves that a validation log is as it was written: reads its files in the order in which they were written and finds
 * lines that were changed, removed, inserted, put into another order or cut off. Memory does not grow with the files.
 *
 * Without a key only the chain is checked: who rewrites all lines from some point on is found by signatures alone. What
 * follows the last checkpoint is not signed yet, and the newest lines can be cut off there unseen. */
#ifndef MODULE_VLOG_VERIFY_H
#define MODULE_VLOG_VERIFY_H

#include "module/vlog/seal.h"

#include <stdio.h>

typedef struct verify verify_t;

/* A fault, as it is found. `text` is safe to print; it and file are borrowed for the time of the call. */
typedef void (*verify_fault_fn)(void *data, const char *file, uint64_t line, const char *text);

/* How far it got: octets of this file, as it is on the disk. */
typedef void (*verify_progress_fn)(void *data, uint64_t octets);

typedef struct verify_hooks {
	verify_fault_fn fault;
	verify_progress_fn progress;
	void *data;
} verify_hooks_t;

typedef struct verify_result {
	uint64_t lines;
	uint64_t faults;
	uint64_t first;          /* number of the first line, 0 without any */
	uint64_t last;           /* number of the last line */
	uint64_t lost;           /* events that could not be written, by the lines that tell of them */
	uint64_t checkpoints;    /* that are right, as far as that could be checked */
	uint64_t covered;        /* number of the last of these; 0 without any */
	uint64_t covered_lines;  /* lines up to and with it, */
	uint64_t unsigned_lines; /* and behind it */
} verify_result_t;

/* Borrows hooks and seals, of which there may be none: signatures are not checked then. NULL when memory is out. */
MUST_USE verify_t *verify_new(const verify_hooks_t *hooks, seal_t *const *seals, size_t seal_count);

/* Reads the next file from fd, compressed or not (logsource.h). `name` is borrowed until verify_free(). False when it cannot be
 * read to its end: verify_error() tells why (static). */
MUST_USE bool verify_file(verify_t *verify, const char *name, int fd);
const char *verify_error(const verify_t *verify);

/* All files were read. The result is valid until verify_free(). */
const verify_result_t *verify_finish(verify_t *verify);
void verify_free(verify_t *verify);

#endif
