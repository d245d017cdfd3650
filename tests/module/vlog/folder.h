/* folder.h: a directory of the test's own, in the current one, and files in it. */
#ifndef TESTS_MODULE_VLOG_FOLDER_H
#define TESTS_MODULE_VLOG_FOLDER_H

#include "tests/support.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct folder {
	char path[64];
	char file[96]; /* "log" in it */
	char key[96];  /* "key" in it */
} folder_t;

static inline folder_t folder_make(void)
{
	folder_t folder = { .path = "vlog-test-XXXXXX" };

	assert_non_null(mkdtemp(folder.path));
	snprintf(folder.file, sizeof(folder.file), "%s/log", folder.path);
	snprintf(folder.key, sizeof(folder.key), "%s/key", folder.path);
	return folder;
}

static inline void folder_remove(const folder_t *folder)
{
	DIR *dir = opendir(folder->path);

	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	assert_int_equal(rmdir(folder->path), 0);
}

/* All of a file, with a NUL behind it. Free with free(). */
static inline char *file_read(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	char *text;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	text = malloc((size_t)st.st_size + 1);
	assert_non_null(text);
	assert_int_equal(read(fd, text, (size_t)st.st_size), st.st_size);
	text[st.st_size] = '\0';
	close(fd);
	*size = (size_t)st.st_size;
	return text;
}

static inline void file_write(const char *path, const char *octets, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, octets, size), size);
	close(fd);
}

#endif
