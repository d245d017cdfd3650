/* logfollow.c: see logfollow.h. */
#include "module/logshow/logfollow.h"

#include <libgen.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LOOK_MS = 1000, EVENTS_SIZE = 4096 };

struct logfollow {
	const char *path;
	int watch; /* negative: inotify is not to be had, and looking must do */
	bool looked;
};

logfollow_t *logfollow_new(const char *path)
{
	logfollow_t *follow = calloc(1, sizeof(*follow));
	char *folder = strdup(path);

	if (follow == NULL || folder == NULL) {
		free(follow);
		free(folder);
		return NULL;
	}
	follow->path = path;
	follow->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (follow->watch >= 0)
		(void)!inotify_add_watch(follow->watch, dirname(folder),
					 IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_ATTRIB);
	free(folder);
	return follow;
}

void logfollow_free(logfollow_t *follow)
{
	if (follow == NULL)
		return;
	if (follow->watch >= 0)
		close(follow->watch);
	free(follow);
}

/* What the events say is found by looking at the file, so it is of no interest. */
static void wait_for_change(const logfollow_t *follow)
{
	struct pollfd event = { .fd = follow->watch, .events = POLLIN };
	char events[EVENTS_SIZE];

	if (poll(&event, 1, LOOK_MS) > 0)
		while (read(follow->watch, events, sizeof(events)) > 0)
			;
}

logfollow_what_t logfollow_wait(logfollow_t *follow, int fd)
{
	struct stat now;
	struct stat ours;
	off_t at = lseek(fd, 0, SEEK_CUR);

	if (follow->looked)
		wait_for_change(follow);
	follow->looked = true;
	if (fstat(fd, &ours) != 0 || stat(follow->path, &now) != 0)
		return LOGFOLLOW_SAME; /* rotated away, and no new one yet */
	if (now.st_ino != ours.st_ino || now.st_dev != ours.st_dev)
		return LOGFOLLOW_REPLACED;
	return ours.st_size < at ? LOGFOLLOW_CUT : LOGFOLLOW_SAME;
}
