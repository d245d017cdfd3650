/* logfiles.h: the files that a log consists of: the one that is written, and those that it was rotated to, whatever logrotate(8)
 * called them and packed them with: FILE.1, FILE.2.gz, FILE-20261122.zst.
 *
 * A file is known by its first line, which holds the hash of the line before, a number and a time, so that there is no
 * other like it. That stays when a file is renamed, packed or copied; an inode does not. */
#ifndef MODULE_LOGREAD_LOGFILES_H
#define MODULE_LOGREAD_LOGFILES_H

#include "module/vlog/chain.h"

#include <sys/stat.h>

enum { LOGFILES_MAX = 4096 };

typedef struct logfile {
	char *path;
	bool compressed;
	struct stat st;                 /* when it was looked at */
	char identity[CHAIN_HASH_TEXT]; /* SHA-256 of its first line; "": it has none yet, or cannot be read */
	uint64_t begins;                /* time of that line, else of the last change: milliseconds since 1970 */
	int error;                      /* an errno: it cannot be opened; 0: it can */
} logfile_t;

typedef struct logfiles {
	size_t count;
	logfile_t *items; /* in the order in which they were written, oldest first */
} logfiles_t;

/* Looks for the files of the log at `path`. Of two with the same content, the plain one is taken. What is in `before` (an earlier
 * result, or NULL) and did not change since is not read again. False with errno when the folder cannot be read, or memory is
 * out. No file at all is no error. Free with logfiles_clear(). */
MUST_USE bool logfiles_find(const char *path, const logfiles_t *before, logfiles_t *files);
void logfiles_clear(logfiles_t *files);

/* Opens a file for reading, never waiting for the other end of a pipe; not a folder. -1 with errno. */
MUST_USE int logfiles_open(const char *path);

#endif
