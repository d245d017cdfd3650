/* folder.h: a folder of a test's own, below the working directory, with files that hold what a row says. */
#ifndef TESTS_MODULE_DOCTOR_FOLDER_H
#define TESTS_MODULE_DOCTOR_FOLDER_H

#include "tests/support.h"

#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct folder {
	char path[64];
	char last[PATH_MAX]; /* what folder_path() handed out last */
} folder_t;

static inline void folder_make(folder_t *folder)
{
	snprintf(folder->path, sizeof(folder->path), "doctor-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
}

/* The path of a name in the folder, until the next call. */
static inline const char *folder_path(folder_t *folder, const char *name)
{
	snprintf(folder->last, sizeof(folder->last), "%s/%s", folder->path, name);
	return folder->last;
}

/* Makes the folders that lead to the name. */
static inline void folder_parents(folder_t *folder, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	for (char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(path, 0700);
		*slash = '/';
	}
}

static inline void folder_write(folder_t *folder, const char *name, const char *text)
{
	FILE *file;

	folder_parents(folder, name);
	file = fopen(folder_path(folder, name), "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static inline void folder_link(folder_t *folder, const char *name, const char *target)
{
	folder_parents(folder, name);
	assert_int_equal(symlink(target, folder_path(folder, name)), 0);
}

static inline int folder_remove_one(const char *path, const struct stat *state, int kind, struct FTW *walk)
{
	(void)state;
	(void)kind;
	(void)walk;
	return remove(path);
}

static inline void folder_remove(folder_t *folder)
{
	assert_int_equal(nftw(folder->path, folder_remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

#endif
