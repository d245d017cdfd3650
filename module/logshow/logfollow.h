/* logfollow.h: waits until the file of a log has changed: grown, been rotated away, or cut. By inotify(7) on its folder, and by
 * looking once a second, for file systems that tell nothing. */
#ifndef MODULE_LOGSHOW_LOGFOLLOW_H
#define MODULE_LOGSHOW_LOGFOLLOW_H

#include "config.h"

#include <stdbool.h>

typedef struct logfollow logfollow_t;

typedef enum {
	LOGFOLLOW_SAME,     /* the file may have grown */
	LOGFOLLOW_REPLACED, /* there is another file by this name: read the rest of the old one, then that */
	LOGFOLLOW_CUT,      /* the file is shorter than what was read: read it from its beginning */
} logfollow_what_t;

/* `path` is borrowed. NULL when memory is out. Free with logfollow_free(). */
MUST_USE logfollow_t *logfollow_new(const char *path);
void logfollow_free(logfollow_t *follow);

/* Waits until something may have changed since the last call (the first call returns at once), and says what is to be done
 * with fd, which was opened by that name and read up to its position. */
MUST_USE logfollow_what_t logfollow_wait(logfollow_t *follow, int fd);

#endif
