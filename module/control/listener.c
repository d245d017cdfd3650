/* listener.c: see listener.h. */
#include "module/control/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
	BACKLOG = 16,
	FOLDER_MODE = 0755,
	SOCKET_UMASK = 0117, /* leaves 0660 from the moment on that the socket is there */
	LOCK_TRIES = 50,
	LOCK_PAUSE_MS = 20,
};

PRINTF_LIKE(2, 3) static bool refuse(char **error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vasprintf(error, format, args) < 0)
		*error = NULL;
	va_end(args);
	return false;
}

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memcpy(address.sun_path, path, strnlen(path, sizeof(address.sun_path) - 1));
	return address;
}

/* ---- the folder ---- */

/* Only the last folder is made: whoever names a place far from any other means something else. */
static bool make_folder(const char *folder, uid_t user, gid_t group)
{
	const mode_t before = umask(022);
	const bool made = mkdir(folder, FOLDER_MODE) == 0;

	umask(before);
	if (made && geteuid() == 0)
		return lchown(folder, user, group) == 0;
	return made || errno == EEXIST;
}

/* Two servers that start at once shall look one after the other. Anybody who can read the folder can hold its lock, too: after
 * a second we go on without. */
static void lock_for_a_while(int folder)
{
	const struct timespec pause = { .tv_nsec = LOCK_PAUSE_MS * 1000000L };

	for (unsigned i = 0; i < LOCK_TRIES && flock(folder, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK; i++)
		nanosleep(&pause, NULL);
}

/* -1 with *error set. */
static int lock_folder(const char *path, uid_t user, gid_t group, char **error)
{
	char *copy = strdup(path);
	const char *folder = copy != NULL ? dirname(copy) : NULL;
	int fd = -1;

	if (folder != NULL && make_folder(folder, user, group))
		fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		lock_for_a_while(fd);
	else if (folder != NULL)
		refuse(error, "%s: the folder cannot be made or opened (%s)", folder, strerror(errno));
	free(copy);
	return fd;
}

/* ---- what is there already ---- */

/* A socket whose server is gone refuses; one whose server is busy does not. */
static bool is_deserted(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool deserted = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) != 0 &&
			errno == ECONNREFUSED;

	if (fd >= 0)
		close(fd);
	return deserted;
}

static bool clear_place(const struct sockaddr_un *address, char **error)
{
	struct stat found;

	if (lstat(address->sun_path, &found) != 0)
		return errno == ENOENT || refuse(error, "%s: %s", address->sun_path, strerror(errno));
	if (!S_ISSOCK(found.st_mode))
		return refuse(error,
			      "%s is there already and is no socket: remove it, or set control.socket to another path",
			      address->sun_path);
	if (!is_deserted(address))
		return refuse(error, "%s: another server listens there: stop it, or set control.socket to another path",
			      address->sun_path);
	return unlink(address->sun_path) == 0 ||
	       refuse(error, "%s: a server that is gone has left it, and it cannot be removed (%s)", address->sun_path,
		      strerror(errno));
}

/* ---- the socket ---- */

static bool bind_with_mode(int fd, const struct sockaddr_un *address)
{
	const mode_t before = umask(SOCKET_UMASK);
	const bool bound = bind(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;

	umask(before);
	return bound;
}

/* Nobody can connect before listen(), when all else is right. */
static bool make_socket(listener_t *listener, const struct sockaddr_un *address, uid_t user, gid_t group)
{
	struct stat made;

	listener->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener->fd < 0 || !bind_with_mode(listener->fd, address))
		return false;
	if ((geteuid() == 0 && lchown(address->sun_path, user, group) != 0) || lstat(address->sun_path, &made) != 0)
		return false;
	listener->group = made.st_gid;
	listener->device = made.st_dev;
	listener->inode = made.st_ino;
	return listen(listener->fd, BACKLOG) == 0;
}

bool listener_open(listener_t *listener, const char *path, uid_t user, gid_t group, char **error)
{
	const struct sockaddr_un address = address_of(path);
	int folder = -1;
	bool made = false;

	*error = NULL;
	*listener = (listener_t){ .fd = -1 };
	if (strlen(path) > LISTENER_PATH_MAX)
		return refuse(error, "%s has more than %d octets, and so cannot be a socket's path", path,
			      LISTENER_PATH_MAX);
	memcpy(listener->path, path, strlen(path) + 1);
	folder = lock_folder(path, user, group, error);
	if (folder < 0)
		return false;
	if (clear_place(&address, error)) {
		made = make_socket(listener, &address, user, group);
		if (!made)
			refuse(error, "%s: the socket cannot be made (%s)", path, strerror(errno));
	}
	if (!made && listener->fd >= 0) {
		close(listener->fd);
		listener->fd = -1;
	}
	close(folder);
	return made;
}

void listener_close(listener_t *listener)
{
	struct stat found;

	if (listener->fd < 0)
		return;
	if (lstat(listener->path, &found) == 0 && found.st_dev == listener->device && found.st_ino == listener->inode)
		unlink(listener->path);
	close(listener->fd);
	listener->fd = -1;
}
