/* show.c: see show.h. Entries are printed as they are read, oldest first. With a limit, or newest first, the last ones are kept
 * until all is read: files are then read newest first, and the older ones only as long as entries are missing. */
#include "module/logshow/show.h"

#include "module/command.h"
#include "module/logshow/logfollow.h"
#include "module/logshow/logkept.h"
#include "module/logshow/logprint.h"
#include "module/logshow/logscan.h"
#include "module/terminal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	EXIT_NOTHING = 1,
	EXIT_UNREADABLE = 2,
	FOLLOW_LAST = 10, /* entries that --follow begins with, as tail(1) does */
};

typedef struct showing {
	const logasked_t *asked;
	const logfiles_t *files;
	logprint_style_t style;
	logscan_t *scan;
	logkept_t *kept; /* where entries go; NULL: to standard output */
	uint64_t shown;
	bool failed; /* memory is out, or nobody takes the output */
} showing_t;

static bool print(showing_t *showing, const logentry_t *entry, const logline_t *line)
{
	if (isatty(STDOUT_FILENO))
		logscan_clear(showing->scan);
	showing->shown++;
	showing->failed = !logprint(stdout, entry, line, &showing->style) || ferror(stdout);
	return !showing->failed;
}

static bool on_entry(void *arg, const logentry_t *entry, const logline_t *line, const char *file)
{
	showing_t *showing = arg;

	(void)file;
	if (showing->kept == NULL)
		return print(showing, entry, line);
	showing->failed = !logkept_add(showing->kept, line->text, line->size);
	return !showing->failed;
}

/* --- Kept lines ---------------------------------------------------------------------------------------------------- */

static void print_kept(showing_t *showing, const logkept_t *kept)
{
	const size_t count = logkept_count(kept);

	if (logkept_is_cut(kept))
		fputs("mxward log: more entries match than fit into memory: the oldest are left out\n", stderr);
	for (size_t i = 0; i < count && !showing->failed; i++) {
		const size_t place = showing->asked->reverse ? count - 1 - i : i;
		logline_t line = { 0 };
		logentry_t entry;

		line.text = logkept_at(kept, place, &line.size);
		if (logentry_read(line.text, line.size, &entry, NULL) != LOGENTRY_READ)
			continue;
		(void)print(showing, &entry, &line);
		logentry_clear(&entry);
	}
}

/* Reads the files before place `from`, the newest first, as long as entries are missing, each into a ring of its own in rings[].
 * `limit` 0: none. */
static void keep_files(showing_t *showing, size_t from, uint64_t limit, logkept_t **rings)
{
	for (size_t i = from; i-- > 0 && !showing->failed;) {
		showing->kept = rings[i] = logkept_new(limit);
		showing->failed = showing->kept == NULL;
		if (showing->failed)
			break;
		logscan_file(showing->scan, &showing->files->items[i]);
		if (limit > 0 && logkept_count(rings[i]) >= limit)
			break;
		if (limit > 0)
			limit -= logkept_count(rings[i]);
	}
	showing->kept = NULL;
}

static void print_rings(showing_t *showing, logkept_t *const *rings, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const size_t place = showing->asked->reverse ? count - 1 - i : i;

		if (rings[place] != NULL)
			print_kept(showing, rings[place]);
	}
}

static void show_last(showing_t *showing, uint64_t limit)
{
	const size_t count = showing->files->count;
	logkept_t **rings = calloc(count + 1, sizeof(logkept_t *));

	showing->failed = rings == NULL;
	if (rings == NULL)
		return;
	keep_files(showing, count, limit, rings);
	print_rings(showing, rings, count);
	for (size_t i = 0; i < count; i++)
		logkept_free(rings[i]);
	free((void *)rings);
}

/* --- Following ----------------------------------------------------------------------------------------------------- */

/* The file that is followed, as it is open now. */
typedef struct open_file {
	const char *path;
	int fd;
	loglines_t *lines;
} open_file_t;

static void close_file(open_file_t *file)
{
	loglines_free(file->lines);
	if (file->fd >= 0)
		close(file->fd);
	file->lines = NULL;
	file->fd = -1;
}

static bool open_file(showing_t *showing, open_file_t *file)
{
	close_file(file);
	file->fd = logfiles_open(file->path);
	if (file->fd < 0) {
		logscan_cannot_read(showing->scan, file->path, strerrordesc_np(errno));
		return false;
	}
	file->lines = loglines_new(file->fd);
	showing->failed = file->lines == NULL;
	return file->lines != NULL;
}

/* What there is by now. False: it is over. */
static bool read_on(showing_t *showing, open_file_t *file)
{
	const loglines_got_t got = logscan_lines(showing->scan, file->lines, file->fd, file->path);

	showing->failed = showing->failed || fflush(stdout) != 0;
	return got == LOGLINES_END && !showing->failed;
}

/* Until it is interrupted, nobody takes the output, or the file cannot be read. */
static void follow_file(showing_t *showing, logfollow_t *follow, open_file_t *file)
{
	bool more = true;

	while (more)
		switch (logfollow_wait(follow, file->fd)) {
		case LOGFOLLOW_SAME: more = read_on(showing, file); break;
		case LOGFOLLOW_REPLACED: /* the writer has ended the old one before it began the new one */
			more = read_on(showing, file) && open_file(showing, file) && read_on(showing, file);
			break;
		case LOGFOLLOW_CUT: more = open_file(showing, file) && read_on(showing, file); break;
		}
}

/* The last file's entries are kept until its end is reached, so that the last ones of all can be shown; then it goes on. */
static void show_and_follow(showing_t *showing, uint64_t limit)
{
	const size_t last = showing->files->count - 1;
	open_file_t file = { .path = showing->files->items[last].path, .fd = -1 };
	logfollow_t *follow = logfollow_new(file.path);
	logkept_t **rings = calloc(last + 1, sizeof(logkept_t *));

	showing->failed = follow == NULL || rings == NULL;
	if (!showing->failed && open_file(showing, &file)) {
		showing->kept = rings[last] = logkept_new(limit);
		showing->failed = rings[last] == NULL;
		if (!showing->failed && read_on(showing, &file) && (limit == 0 || logkept_count(rings[last]) < limit))
			keep_files(showing, last, limit == 0 ? 0 : limit - logkept_count(rings[last]), rings);
		showing->kept = NULL;
		print_rings(showing, rings, last + 1);
		if (fflush(stdout) == 0 && !showing->failed)
			follow_file(showing, follow, &file);
	}
	for (size_t i = 0; rings != NULL && i <= last; i++)
		logkept_free(rings[i]);
	free((void *)rings);
	close_file(&file);
	logfollow_free(follow);
}

/* --- All of it ----------------------------------------------------------------------------------------------------- */

static void show_files(showing_t *showing)
{
	const logasked_t *asked = showing->asked;

	if (asked->follow)
		show_and_follow(showing, asked->limit > 0 || asked->filter.since > 0 ? asked->limit : FOLLOW_LAST);
	else if (asked->limit > 0 || asked->reverse)
		show_last(showing, asked->limit);
	else
		for (size_t i = 0; i < showing->files->count && !showing->failed; i++)
			logscan_file(showing->scan, &showing->files->items[i]);
}

static int finish(showing_t *showing)
{
	const bool all_read = logscan_finish(showing->scan);

	if (fflush(stdout) != 0 || showing->failed) {
		fputs("mxward log: the entries could not be printed: memory is out, or the output is closed\n", stderr);
		return EXIT_SOFTWARE;
	}
	if (!all_read)
		return EXIT_UNREADABLE;
	return showing->shown > 0 ? 0 : EXIT_NOTHING;
}

int show(const logasked_t *asked, const logfiles_t *files)
{
	showing_t showing = { .asked = asked,
			      .files = files,
			      .style = { .json = asked->json,
					 .details = asked->details,
					 .tree = { .colour = terminal_wants_colour(stdout),
						   .unicode = terminal_is_utf8() } } };
	int status;

	showing.scan = logscan_new(&asked->filter, files, on_entry, &showing);
	if (showing.scan == NULL) {
		fputs("mxward log: memory is out\n", stderr);
		return EXIT_SOFTWARE;
	}
	show_files(&showing);
	status = finish(&showing);
	logscan_free(showing.scan);
	return status;
}
