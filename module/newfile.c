/* newfile.c: see newfile.h. */
#include "module/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

char *newfile_path(const char *path)
{
	char *fresh = NULL;

	if (asprintf(&fresh, "%s.new", path) >= 0)
		return fresh;
	errno = ENOMEM;
	return NULL;
}

int newfile_open(const char *fresh, mode_t mode)
{
	unlink(fresh);
	return open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
}

bool newfile_put(int fd, const void *octets, size_t size)
{
	const uint8_t *at = octets;

	while (size > 0) {
		const ssize_t written = write(fd, at, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		at += written;
		size -= (size_t)written;
	}
	return true;
}

/* Closes; what is not in its place by now is removed. errno stays. */
static void finish(int fd, const char *fresh)
{
	const int err = errno;

	close(fd);
	unlink(fresh);
	errno = err;
}

bool newfile_write(const char *path, mode_t mode, newfile_over_t over, const void *octets, size_t size)
{
	char *fresh = newfile_path(path);
	int fd = -1;
	bool done = false;

	if (fresh == NULL)
		return false;
	fd = newfile_open(fresh, mode);
	if (fd >= 0) {
		if (fchmod(fd, mode) == 0 && newfile_put(fd, octets, size) && fsync(fd) == 0)
			done = (over == NEWFILE_KEEP ? link(fresh, path) : rename(fresh, path)) == 0;
		finish(fd, fresh);
	}
	free(fresh);
	return done;
}
