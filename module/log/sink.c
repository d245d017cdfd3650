#define SD_JOURNAL_SUPPRESS_LOCATION
#include "module/log/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

enum {
	FILE_MODE = 0640,
	WRITE_TRIES = 3,  /* of a write that is interrupted, or finds no room although there was some */
	WRITE_WAIT = 500, /* milliseconds that a full pipe or terminal is waited for */
};

/* How a line looks on its way out. */
typedef enum {
	LOOK_PLAIN,    /* with a stamp */
	LOOK_COLOURED, /* the same for a terminal */
	LOOK_PREFIXED, /* sd-daemon(3): the journal is at the other end of stderr and has its own stamps */
	LOOK_FIELDS,   /* by sd_journal_sendv() */
} look_t;

struct sink {
	look_t look;
	int fd;
	bool is_stderr;
	bool torn;       /* the last line was written in part: the next one must begin a new line */
	size_t lost;     /* lines that could not be written since the last one that could */
	const char *why; /* they could not be written: static */
	char to[];       /* what the administrator calls it */
};

/* By log_level_t. */
static const struct {
	char priority; /* syslog(3) */
	const char *colour;
} levels[] = {
	[LOG_LEVEL_ERROR] = { '3', "\033[1;31m" },
	[LOG_LEVEL_WARNING] = { '4', "\033[33m" },
	[LOG_LEVEL_INFO] = { '6', "\033[32m" },
	[LOG_LEVEL_DEBUG] = { '7', "\033[2m" },
};

static const char journal_socket[] = "/run/systemd/journal/socket";

/* --- Opening ----------------------------------------------------------------------------------------------------- */

/* systemd.exec(5): JOURNAL_STREAM holds device and inode of stderr when it leads to the journal. */
static bool stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat st;

	if (stream == NULL || fstat(STDERR_FILENO, &st) != 0)
		return false;
	snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return strcmp(stream, own) == 0;
}

/* https://no-color.org: set to anything but "" it says no. */
static bool stderr_has_colours(void)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *terminal = getenv("TERM");

	return isatty(STDERR_FILENO) && (no_colour == NULL || *no_colour == '\0') &&
	       (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

/* stderr is shared with other programs, so it cannot be made non-blocking; but a pipe or a terminal can be opened once more,
 * and nobody else minds how. */
static int open_stderr_again(void)
{
	struct stat st;

	if (fstat(STDERR_FILENO, &st) != 0 || !(S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)))
		return -1;
	return open("/proc/self/fd/2", O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

static void open_stderr(sink_t *sink)
{
	int again = open_stderr_again();

	sink->fd = again >= 0 ? again : STDERR_FILENO;
	sink->is_stderr = true;
	sink->look = stderr_is_journal() ? LOOK_PREFIXED : stderr_has_colours() ? LOOK_COLOURED : LOOK_PLAIN;
}

static void close_fd(const sink_t *sink)
{
	if (sink->fd >= 0 && sink->fd != STDERR_FILENO)
		close(sink->fd);
}

static void warn(const char *format, ...) PRINTF_LIKE(1, 2);

static void open_journal(sink_t *sink)
{
	if (access(journal_socket, F_OK) != 0) {
		warn("log.to is journal, but there is none (%s: %s): logging to stderr", journal_socket,
		     strerror(errno));
		open_stderr(sink);
		return;
	}
	sink->fd = -1;
	sink->look = LOOK_FIELDS;
}

static void open_file(sink_t *sink)
{
	/* O_NONBLOCK: a FIFO that nobody reads must not stop us. O_NOFOLLOW: nobody else decides where we write. */
	int fd = open(sink->to, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK,
		      FILE_MODE);

	if (fd < 0) {
		warn("cannot open the log file %s: %s: logging to stderr until it can be opened at a reload", sink->to,
		     errno == ELOOP ? "it is a symbolic link" : strerror(errno));
		open_stderr(sink);
		return;
	}
	sink->fd = fd;
	sink->look = LOOK_PLAIN;
}

sink_t *sink_open(const char *to, sink_t *before)
{
	size_t size = strlen(to) + 1;
	sink_t *sink = malloc(sizeof(*sink) + size);

	if (sink == NULL)
		return before;
	*sink = (sink_t){ .why = "" };
	memcpy(sink->to, to, size);
	if (strcmp(to, "stderr") == 0)
		open_stderr(sink);
	else if (strcmp(to, "journal") == 0)
		open_journal(sink);
	else
		open_file(sink);
	if (before != NULL) {
		sink->lost = before->lost;
		sink->why = before->why;
		sink_close(before);
	}
	return sink;
}

/* --- Writing ----------------------------------------------------------------------------------------------------- */

/* One write(), waiting for room if that is worth it: not when the line before was lost already, lest lines pile up behind
 * a terminal on hold. */
static ssize_t write_some(const sink_t *sink, const char *octets, size_t size)
{
	struct pollfd writable = { .fd = sink->fd, .events = POLLOUT };
	ssize_t done = -1;

	errno = EAGAIN;
	for (int i = 0; i < WRITE_TRIES && done < 0 && (errno == EAGAIN || errno == EINTR); i++)
		if (poll(&writable, 1, sink->lost > 0 ? 0 : WRITE_WAIT) > 0)
			done = write(sink->fd, octets, size);
		else
			break;
	return done;
}

static bool write_all(sink_t *sink, const char *octets, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t more = write_some(sink, octets + done, size - done);

		if (more < 0) {
			sink->torn = sink->torn || done > 0;
			sink->why = strerrordesc_np(errno);
			return false;
		}
		done += (size_t)more;
	}
	sink->torn = false;
	return true;
}

static bool write_text(sink_t *sink, const line_t *line)
{
	char out[LINE_TEXT_MAX + 64]; /* a line break, stamp, level, colours, text, a line break */
	char stamp[LINE_STAMP_SIZE];
	const char *name = line_level_name(line->level);
	const char *begin = sink->torn ? "\n" : "";
	int size = 0;

	line_stamp(line->at, stamp);
	switch (sink->look) {
	case LOOK_PLAIN: size = snprintf(out, sizeof(out), "%s%s %s: %s\n", begin, stamp, name, line->text); break;
	case LOOK_COLOURED:
		size = snprintf(out, sizeof(out), "%s%s %s%s:\033[0m %s\n", begin, stamp, levels[line->level].colour,
				name, line->text);
		break;
	case LOOK_PREFIXED:
		size = snprintf(out, sizeof(out), "%s<%c>%s\n", begin, levels[line->level].priority, line->text);
		break;
	case LOOK_FIELDS: break; /* write_fields() */
	}
	return write_all(sink, out, (size_t)size);
}

static bool write_fields(sink_t *sink, const line_t *line)
{
	static const char message[] = "MESSAGE=";
	char text[sizeof(message) + LINE_TEXT_MAX];
	char priority[] = "PRIORITY=?";
	char identifier[] = "SYSLOG_IDENTIFIER=mxward";
	int size = snprintf(text, sizeof(text), "%s%s", message, line->text);
	const struct iovec fields[] = {
		{ text, (size_t)size },
		{ priority, sizeof(priority) - 1 },
		{ identifier, sizeof(identifier) - 1 },
	};
	int err;

	priority[sizeof(priority) - 2] = levels[line->level].priority;
	err = sd_journal_sendv(fields, sizeof(fields) / sizeof(fields[0]));
	if (err < 0)
		sink->why = strerrordesc_np(-err);
	return err >= 0;
}

static bool emit(sink_t *sink, const line_t *line)
{
	return sink->look == LOOK_FIELDS ? write_fields(sink, line) : write_text(sink, line);
}

/* Writes the line and frees it. False also when it is NULL: there was no memory for it. */
static bool emit_own(sink_t *sink, line_t *line)
{
	bool written = line != NULL && emit(sink, line);

	free(line);
	return written;
}

/* Says on stderr what is wrong with another sink. That stderr may not work either is nothing that could be said. */
static void warn(const char *format, ...)
{
	sink_t sink = { .why = "" };
	va_list args;

	open_stderr(&sink);
	va_start(args, format);
	(void)!emit_own(&sink, line_new(LOG_LEVEL_WARNING, format, args));
	va_end(args);
	close_fd(&sink);
}

static void lose(sink_t *sink)
{
	if (sink->lost++ == 0 && !sink->is_stderr)
		warn("cannot write to the log (%s): %s: lines are lost until that is possible again", sink->to,
		     sink->why);
}

/* Says how many lines were lost, if any were. False when even that cannot be written yet. */
static bool catch_up(sink_t *sink)
{
	if (sink->lost > 0 &&
	    !emit_own(sink, line_say(LOG_LEVEL_WARNING, "%zu lines of the log were lost: %s", sink->lost, sink->why)))
		return false;
	sink->lost = 0;
	return true;
}

void sink_write(sink_t *sink, line_t *line)
{
	if (!catch_up(sink)) {
		free(line);
		lose(sink);
	} else if (!emit_own(sink, line)) {
		lose(sink);
	}
}

/* Only what is surely ours: a file of one name that we own, not a device or somebody's link. */
void sink_give(const sink_t *sink, uid_t user, gid_t group)
{
	struct stat st;

	if (sink->is_stderr || sink->fd < 0 || fstat(sink->fd, &st) != 0)
		return;
	if (S_ISREG(st.st_mode) && st.st_nlink == 1 && st.st_uid == geteuid() && fchown(sink->fd, user, group) != 0)
		warn("cannot give the log file %s to user %ju: %s: a reload will not be able to open it again",
		     sink->to, (uintmax_t)user, strerror(errno));
}

void sink_flush(sink_t *sink)
{
	(void)!catch_up(sink);
}

void sink_close(sink_t *sink)
{
	close_fd(sink);
	free(sink);
}
