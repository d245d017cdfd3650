/* logscan.c: see logscan.h. */
#include "module/logshow/logscan.h"

#include "module/escape.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	PROGRESS_FROM = 64 << 20, /* octets of files that are worth to tell how far we are */
	PROGRESS_LINES = 1 << 14, /* between two looks at it */
	PATH_SHOWN_MAX = 4 * 1024,
};

struct logscan {
	const logfilter_t *filter;
	logscan_entry_fn *entry;
	void *arg;
	uint64_t size;      /* octets of all files; 0: progress is not told */
	uint64_t done;      /* of those that were read */
	bool told;          /* progress stands on the terminal */
	bool broken;        /* something could not be read */
	uint64_t malformed; /* lines that are none */
	uint64_t first_number;
	char first_file[PATH_SHOWN_MAX];
	char first_why[LOGENTRY_WHY_MAX];
};

logscan_t *logscan_new(const logfilter_t *filter, const logfiles_t *files, logscan_entry_fn *entry, void *arg)
{
	logscan_t *scan = calloc(1, sizeof(*scan));

	if (scan == NULL)
		return NULL;
	scan->filter = filter;
	scan->entry = entry;
	scan->arg = arg;
	for (size_t i = 0; i < files->count; i++) {
		struct stat st;

		if (stat(files->items[i].path, &st) == 0 && S_ISREG(st.st_mode))
			scan->size += (uint64_t)st.st_size;
	}
	if (scan->size < PROGRESS_FROM || !isatty(STDERR_FILENO))
		scan->size = 0;
	return scan;
}

void logscan_free(logscan_t *scan)
{
	free(scan);
}

void logscan_clear(logscan_t *scan)
{
	if (scan->told)
		fputs("\r\033[K", stderr);
	scan->told = false;
}

static void tell_progress(logscan_t *scan, int fd)
{
	const off_t at = lseek(fd, 0, SEEK_CUR);

	if (scan->size == 0 || at < 0)
		return;
	scan->told = true;
	fprintf(stderr, "\r%3" PRIu64 " %% of %" PRIu64 " MB", (scan->done + (uint64_t)at) * 100 / scan->size,
		scan->size / 1000000);
}

void logscan_cannot_read(logscan_t *scan, const char *file, const char *why)
{
	char shown[PATH_SHOWN_MAX];

	logscan_clear(scan);
	scan->broken = true;
	fprintf(stderr, "mxward log: cannot read %s: %s\n", escape_string(file, shown, sizeof(shown)), why);
}

/* --- Lines --------------------------------------------------------------------------------------------------------- */

static void note_malformed(logscan_t *scan, const logline_t *line, const char *file, const char *why)
{
	if (scan->malformed++ > 0)
		return;
	scan->first_number = line->number;
	escape_string(file, scan->first_file, sizeof(scan->first_file));
	snprintf(scan->first_why, sizeof(scan->first_why), "%s", why);
}

/* False: no more. */
static bool take_line(logscan_t *scan, const logline_t *line, const char *file)
{
	char why[LOGENTRY_WHY_MAX] = "memory is out";
	logentry_t entry;
	bool more = true;

	if (!logfilter_may_match(scan->filter, line->text, line->size))
		return true;
	switch (logentry_read(line->text, line->size, &entry, why)) {
	case LOGENTRY_READ:
		if (logfilter_matches(scan->filter, &entry))
			more = scan->entry(scan->arg, &entry, line, file);
		logentry_clear(&entry);
		return more;
	case LOGENTRY_NO_MEMORY:
	case LOGENTRY_MALFORMED: note_malformed(scan, line, file, why); return true;
	case LOGENTRY_OTHER: break;
	}
	return true;
}

loglines_got_t logscan_lines(logscan_t *scan, loglines_t *lines, int fd, const char *file)
{
	loglines_got_t got;
	logline_t line;
	bool more = true;

	while (more && ((got = loglines_next(lines, &line)) == LOGLINES_LINE || got == LOGLINES_TOO_LONG)) {
		if (got == LOGLINES_TOO_LONG)
			note_malformed(scan, &line, file, "it is longer than any line of a validation log");
		else
			more = take_line(scan, &line, file);
		if (line.number % PROGRESS_LINES == 0)
			tell_progress(scan, fd);
	}
	if (!more)
		return LOGLINES_LINE;
	if (got == LOGLINES_BROKEN)
		logscan_cannot_read(scan, file, loglines_error(lines));
	return got;
}

/* --- Files --------------------------------------------------------------------------------------------------------- */

static void read_lines(logscan_t *scan, int fd, const char *file)
{
	loglines_t *lines = loglines_new(fd);
	logline_t rest;
	off_t end;

	if (lines == NULL) {
		logscan_cannot_read(scan, file, "memory is out");
		return;
	}
	if (logscan_lines(scan, lines, fd, file) == LOGLINES_END && loglines_rest(lines, &rest))
		(void)take_line(scan, &rest, file); /* cut off, or written just now */
	end = lseek(fd, 0, SEEK_END);
	scan->done += end > 0 ? (uint64_t)end : 0;
	loglines_free(lines);
}

void logscan_file(logscan_t *scan, const logfile_t *file)
{
	const bool is_stdin = strcmp(file->path, "-") == 0;
	const int fd = is_stdin ? STDIN_FILENO : logfiles_open(file->path);

	if (fd < 0) {
		logscan_cannot_read(scan, file->path, strerrordesc_np(errno));
		return;
	}
	read_lines(scan, fd, is_stdin ? "standard input" : file->path);
	if (!is_stdin)
		close(fd);
}

bool logscan_finish(logscan_t *scan)
{
	logscan_clear(scan);
	if (scan->malformed > 0)
		fprintf(stderr,
			"mxward log: %" PRIu64 " line%s no validation log's, the first of them %s:%" PRIu64 ": %s\n",
			scan->malformed, scan->malformed == 1 ? " is" : "s are", scan->first_file, scan->first_number,
			scan->first_why);
	return !scan->broken && scan->malformed == 0;
}
