/* anchor.c: see anchor.h. */
#include "module/resolver/anchor.h"

#include "module/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MODE = 0644 }; /* the keys are public */

static bool has_content(const char *file)
{
	struct stat status;

	return stat(file, &status) == 0 && status.st_size > 0;
}

/* libunbound replaces the file by renaming another onto it. */
static bool can_be_replaced(const char *file)
{
	char *copy = strdup(file);
	bool can = copy != NULL && access(dirname(copy), W_OK | X_OK) == 0;

	free(copy);
	return can;
}

/* NULL, with errno set, when there is nothing to read. */
static char *read_seed(const char *seed, size_t *size)
{
	FILE *in = fopen(seed, "re");
	char *octets = in != NULL ? malloc(ANCHOR_SIZE_MAX) : NULL;

	*size = 0;
	if (octets != NULL)
		*size = fread(octets, 1, ANCHOR_SIZE_MAX, in);
	if (octets != NULL && (*size == 0 || ferror(in) || fgetc(in) != EOF)) {
		free(octets);
		octets = NULL;
		errno = EINVAL;
	}
	if (in != NULL)
		fclose(in);
	return octets;
}

static bool make(const char *file, const char *seed)
{
	size_t size;
	char *octets = read_seed(seed, &size);
	const bool made = octets != NULL && newfile_write(file, MODE, NEWFILE_REPLACE, octets, size);

	free(octets);
	return made;
}

bool anchor_prepare(const char *file, const char *seed)
{
	if (!can_be_replaced(file))
		return false;
	if (has_content(file))
		return access(file, R_OK) == 0;
	return make(file, seed);
}
