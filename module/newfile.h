/* newfile.h: puts a file in its place in one step, so that after a crash there is what was there before or what was written, never
 * half of it. What is written lies at PATH.new meanwhile: one process writes to a path at a time, and what one that did not get
 * further has left there is removed. Links are not followed. */
#ifndef MODULE_NEWFILE_H
#define MODULE_NEWFILE_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What becomes of a file that is there already. */
typedef enum {
	NEWFILE_REPLACE,
	NEWFILE_KEEP, /* it stays, and the new one is not made: EEXIST */
} newfile_over_t;

/* Makes the file at `path`, of that mode whatever the umask, synced to the disk. False with errno: all is as it was. */
MUST_USE bool newfile_write(const char *path, mode_t mode, newfile_over_t over, const void *octets, size_t size);

/* ---- the steps, for a file that is written piece by piece; its writer renames and removes it ---- */

/* PATH.new, to be freed. NULL, with errno, when memory is out. */
MUST_USE char *newfile_path(const char *path);

/* Opens a file that is not there yet for writing: what lies at `fresh` is removed before. -1 with errno. */
MUST_USE int newfile_open(const char *fresh, mode_t mode);

/* Writes all of it, to any descriptor that blocks. False with errno. */
MUST_USE bool newfile_put(int fd, const void *octets, size_t size);

#endif
