/* logfiles.c: see logfiles.h. */
#include "module/logread/logfiles.h"

#include "module/logread/loglines.h"
#include "module/logread/logmoment.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int logfiles_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode)) {
		fcntl(fd, F_SETFL, 0); /* what comes through a pipe may be waited for, once somebody writes to it */
		return fd;
	}
	close(fd);
	errno = EISDIR;
	return -1;
}

/* --- Names --------------------------------------------------------------------------------------------------------- */

/* Whether what follows the log's own name is what rotation puts there: "", ".1", ".2.gz", "-20261122.zst". */
static bool is_rotated(const char *rest)
{
	if (rest[0] == '\0')
		return true;
	if ((rest[0] != '.' && rest[0] != '-') || rest[1] < '0' || rest[1] > '9')
		return false;
	rest++;
	rest += strspn(rest, "0123456789-");
	return rest[0] == '\0' || strcmp(rest, ".gz") == 0 || strcmp(rest, ".zst") == 0;
}

/* The folder of a path, to be freed, and where the name begins in it. */
static char *folder_of(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');

	*name = slash != NULL ? slash + 1 : path;
	if (slash == NULL)
		return strdup(".");
	return strndup(path, slash > path ? (size_t)(slash - path) : 1);
}

/* --- One file ------------------------------------------------------------------------------------------------------ */

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static const logfile_t *known(const logfiles_t *before, const char *path, const struct stat *st)
{
	for (size_t i = 0; before != NULL && i < before->count; i++)
		if (strcmp(before->items[i].path, path) == 0 && same_file(&before->items[i].st, st))
			return &before->items[i];
	return NULL;
}

/* The time in a line as the writer writes it. False when there is none. */
static bool time_of(const logline_t *line, uint64_t *time)
{
	static const char key[] = "\",\"time\":\"";
	const size_t head = line->size < CHAIN_HEAD_MAX ? line->size : CHAIN_HEAD_MAX;
	const char *at = memmem(line->text, head, key, sizeof(key) - 1);
	const char *end = line->text + line->size;
	const char *stamp = at != NULL ? at + sizeof(key) - 1 : end;
	const char *quote = memchr(stamp, '"', (size_t)(end - stamp));

	return quote != NULL && logmoment_read_stamp(stamp, (size_t)(quote - stamp), time);
}

static void read_first_line(logfile_t *file, int fd)
{
	loglines_t *lines = loglines_new(fd);
	chain_t chain = chain_none();
	logline_t line;

	if (lines != NULL && loglines_next(lines, &line) == LOGLINES_LINE) {
		(void)!time_of(&line, &file->begins);
		if (chain_advance(&chain, 1, line.text, line.size))
			memcpy(file->identity, chain.hash, sizeof(file->identity));
	}
	file->compressed = lines != NULL && loglines_is_compressed(lines);
	loglines_free(lines);
}

static void look_at(logfile_t *file, const logfiles_t *before)
{
	int fd = logfiles_open(file->path);
	const logfile_t *same;

	file->error = fd < 0 || fstat(fd, &file->st) != 0 ? errno : 0;
	if (fd < 0)
		return;
	same = known(before, file->path, &file->st);
	file->begins = (uint64_t)file->st.st_mtim.tv_sec * 1000;
	if (same != NULL) {
		memcpy(file->identity, same->identity, sizeof(file->identity));
		file->begins = same->begins;
		file->compressed = same->compressed;
	} else if (S_ISREG(file->st.st_mode)) {
		read_first_line(file, fd);
	}
	close(fd);
}

/* --- All of them --------------------------------------------------------------------------------------------------- */

/* Takes `path` over. */
static bool add(logfiles_t *files, char *path, const logfiles_t *before)
{
	logfile_t *grown = NULL;

	if (path != NULL)
		grown = reallocarray(files->items, files->count + 1, sizeof(*grown));
	if (grown == NULL) {
		free(path);
		return false;
	}
	files->items = grown;
	grown[files->count] = (logfile_t){ .path = path };
	look_at(&grown[files->count++], before);
	return true;
}

static int by_age(const void *left, const void *right)
{
	const logfile_t *a = left;
	const logfile_t *b = right;

	if (a->begins != b->begins)
		return a->begins < b->begins ? -1 : 1;
	return strcmp(a->identity, b->identity);
}

/* Of two neighbours that begin alike one is being packed, or was copied. */
static void drop_doubles(logfiles_t *files)
{
	size_t kept = 0;

	for (size_t i = 0; i < files->count; i++) {
		logfile_t *last = kept > 0 ? &files->items[kept - 1] : NULL;
		logfile_t *file = &files->items[i];
		const bool same =
			last != NULL && file->identity[0] != '\0' && strcmp(last->identity, file->identity) == 0;

		if (!same) {
			files->items[kept++] = *file;
			continue;
		}
		free(last->compressed ? last->path : file->path);
		if (last->compressed)
			*last = *file;
	}
	files->count = kept;
}

/* False with errno. */
static bool read_folder(DIR *dir, const char *path, const char *name, const logfiles_t *before, logfiles_t *files)
{
	const size_t size = strlen(name);
	const struct dirent *entry;
	bool good = true;

	while (good && files->count < LOGFILES_MAX && (entry = readdir(dir)) != NULL) {
		char *found = NULL;

		if (strncmp(entry->d_name, name, size) != 0 || !is_rotated(entry->d_name + size))
			continue;
		if (asprintf(&found, "%s%s", path, entry->d_name + size) < 0)
			found = NULL;
		good = add(files, found, before);
	}
	if (!good)
		errno = ENOMEM;
	return good;
}

bool logfiles_find(const char *path, const logfiles_t *before, logfiles_t *files)
{
	const char *name;
	char *folder = folder_of(path, &name);
	DIR *dir = folder != NULL ? opendir(folder) : NULL;
	bool good = false;

	*files = (logfiles_t){ 0 };
	if (dir != NULL)
		good = read_folder(dir, path, name, before, files);
	if (good && files->count > 0)
		qsort(files->items, files->count, sizeof(files->items[0]), by_age);
	if (good)
		drop_doubles(files);
	else
		logfiles_clear(files);
	if (dir != NULL)
		closedir(dir);
	free(folder);
	return good;
}

void logfiles_clear(logfiles_t *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->items[i].path);
	free(files->items);
	*files = (logfiles_t){ 0 };
}
