/* keyfile.c: see keyfile.h. */
#include "module/snapshot/keyfile.h"

#include "module/escape.h"
#include "module/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODE = 0600, SHOWN_MAX = 256 };

static bool fail(char *problem, const char *path, const char *what, const char *advice)
{
	char shown[SHOWN_MAX];

	snprintf(problem, KEYFILE_PROBLEM_MAX, "the key %s %s: %s", escape_string(path, shown, sizeof(shown)), what,
		 advice);
	return false;
}

static bool read_key(int fd, const char *path, uint8_t key[MAC_KEY_SIZE], char *problem)
{
	static const char remove[] = "remove it to have another one made";
	uint8_t octets[MAC_KEY_SIZE + 1];
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return fail(problem, path, "is no file", remove);
	if (st.st_uid != geteuid())
		return fail(problem, path, "belongs to another user", "give it to the user that mxward runs as");
	if ((st.st_mode & 077) != 0)
		return fail(problem, path, "may be used by others",
			    "give it mode 0600, or remove it to have another one made");
	if (read(fd, octets, sizeof(octets)) != MAC_KEY_SIZE)
		return fail(problem, path, "does not have 32 octets", remove);
	memcpy(key, octets, MAC_KEY_SIZE);
	explicit_bzero(octets, sizeof(octets));
	return true;
}

static bool make_key(const char *path, uint8_t key[MAC_KEY_SIZE], char *problem)
{
	if (getentropy(key, MAC_KEY_SIZE) == 0 && newfile_write(path, MODE, NEWFILE_KEEP, key, MAC_KEY_SIZE))
		return true;
	return fail(problem, path, "cannot be made", strerror(errno));
}

bool keyfile_open(const char *path, uint8_t key[MAC_KEY_SIZE], char problem[KEYFILE_PROBLEM_MAX])
{
	const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	bool opened;

	if (fd < 0 && errno == ENOENT)
		return make_key(path, key, problem);
	if (fd < 0)
		return fail(problem, path, "cannot be read",
			    errno == ELOOP ? "it is a symbolic link" : strerror(errno));
	opened = read_key(fd, path, key, problem);
	close(fd);
	return opened;
}
