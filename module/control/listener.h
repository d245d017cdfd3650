/* listener.h: a Unix socket at a path, made so that neither another server's is taken away nor anybody comes in who must not. */
#ifndef MODULE_CONTROL_LISTENER_H
#define MODULE_CONTROL_LISTENER_H

#include "config.h"

#include <stdbool.h>
#include <sys/types.h>

enum { LISTENER_PATH_MAX = 107 }; /* octets that fit into sockaddr_un */

typedef struct listener {
	int fd; /* non-blocking, closed on exec; -1: none */
	gid_t group;
	dev_t device; /* which file it is */
	ino_t inode;
	char path[LISTENER_PATH_MAX + 1];
} listener_t;

/* Makes the socket with mode 0660 for `user` and `group`, whom it is given to when we are root; its folder too where that is
 * missing (not the folder's folder). A socket that nobody answers at any more is replaced; nothing else ever is. To be called
 * before there are threads: it sets the umask for a moment. False with a sentence in *error, to be freed by the caller, NULL
 * when memory is out. */
MUST_USE bool listener_open(listener_t *listener, const char *path, uid_t user, gid_t group, char **error);

/* Closes it, and removes the file if it is still this one. */
void listener_close(listener_t *listener);

#endif
