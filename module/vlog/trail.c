/* trail.c: see trail.h. Functions that may fail return why they did, in words (static), and NULL when all went well. */
#include "module/vlog/trail.h"

#include "module/clock.h"
#include "module/escape.h"
#include "module/vlog/seal.h"
#include "module/vlog/tail.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	FILE_MODE = 0640,
	RETRY_AFTER = 10,      /* seconds until a file that could not be opened is tried again */
	FRAGMENT_SHOWN = 1024, /* octets of an unfinished line that are kept, escaped */
};

struct trail {
	voice_t *voice;
	trail_counts_t *counts;
	char *path; /* "": no file is wanted */
	char *key_path;
	seal_t *seal; /* NULL: nothing is signed */
	unsigned checkpoint_lines;
	int fd;          /* -1: closed, and */
	time_t retry_at; /*   when it is opened again: monotonic seconds */
	chain_t chain;
	bool begun;              /* this file's "open" line is written */
	char *recovered;         /* the body of a line that stands behind it, or NULL */
	unsigned unsigned_lines; /* since the last checkpoint */
	uint64_t lost;           /* events, not written down yet, and */
	const char *why_lost;    /*   the first one's reason, static */
	char *line;              /* room for the line that is written; grows */
	size_t room;
};

static const char no_memory[] = "memory is out";

static time_t monotonic(void)
{
	return (time_t)clock_seconds(CLOCK_MONOTONIC);
}

static const char *stamp_now(char *stamp)
{
	return chain_stamp(clock_milliseconds(CLOCK_REALTIME), stamp);
}

/* The text of an object that is taken over; NULL when memory is out. */
static char *dump(json_t *object)
{
	char *text = object != NULL ? json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;

	json_decref(object);
	return text;
}

static void close_file(trail_t *trail, unsigned retry_after)
{
	if (trail->fd >= 0)
		close(trail->fd);
	trail->fd = -1;
	trail->retry_at = monotonic() + retry_after;
}

/* --- Lines ------------------------------------------------------------------------------------------------------- */

static bool make_room(trail_t *trail, size_t size)
{
	char *line = size > trail->room ? realloc(trail->line, size) : trail->line;

	if (line == NULL)
		return false;
	trail->room = size > trail->room ? size : trail->room;
	trail->line = line;
	return true;
}

/* After a write in part: as if it had not been. A file that keeps half a line is given up, for the next line would be joined
 * to it; opening it again cuts that off. */
static void undo(trail_t *trail, size_t done)
{
	struct stat st;

	if (done > 0 && (fstat(trail->fd, &st) != 0 || ftruncate(trail->fd, st.st_size - (off_t)done) != 0))
		close_file(trail, 0);
}

static const char *put_octets(trail_t *trail, const char *octets, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t more = write(trail->fd, octets + done, size - done);

		if (more <= 0) {
			const char *why = strerrordesc_np(more < 0 ? errno : EIO);

			undo(trail, done);
			return why;
		}
		done += (size_t)more;
	}
	return NULL;
}

/* Writes the line in trail->line, `size` octets, and a line break behind it. */
static const char *put_line(trail_t *trail, size_t size)
{
	chain_t next;
	const char *why;

	if (size > CHAIN_LINE_MAX)
		return "the line would have been too long";
	if (!chain_advance(&next, trail->chain.seq + 1, trail->line, size))
		return no_memory;
	trail->line[size] = '\n';
	why = put_octets(trail, trail->line, size + 1);
	if (why != NULL)
		return why;
	trail->chain = next;
	trail->unsigned_lines++;
	atomic_fetch_add_explicit(&trail->counts->written, 1, memory_order_relaxed);
	return NULL;
}

static const char *put(trail_t *trail, const char *type, const char *body)
{
	size_t body_size = body != NULL ? strlen(body) : 0;
	size_t size;

	if (body == NULL || !make_room(trail, CHAIN_HEAD_MAX + body_size + 1))
		return no_memory;
	size = chain_head(&trail->chain, type, trail->line);
	memcpy(trail->line + size, body, body_size);
	trail->line[size] = ','; /* in place of the brace */
	return put_line(trail, size + body_size);
}

/* Takes the body over. */
static const char *put_own(trail_t *trail, const char *type, char *body)
{
	const char *why = put(trail, type, body);

	free(body);
	return why;
}

/* --- Checkpoints ------------------------------------------------------------------------------------------------- */

static const char *put_checkpoint(trail_t *trail)
{
	char signature[CHAIN_SIGNATURE_TEXT];
	char stamp[CHAIN_STAMP_SIZE];
	size_t size;

	if (!make_room(trail, 4 * CHAIN_HEAD_MAX))
		return no_memory;
	size = chain_head(&trail->chain, "checkpoint", trail->line);
	size += (size_t)snprintf(trail->line + size, trail->room - size, ",\"time\":\"%s\",\"key\":\"%s\"",
				 stamp_now(stamp), seal_fingerprint(trail->seal));
	if (!seal_sign(trail->seal, trail->line, size, signature))
		return no_memory;
	size += (size_t)snprintf(trail->line + size, trail->room - size, ",\"sig\":\"%s\"}", signature);
	return put_line(trail, size);
}

/* Signs what is not signed yet. One that cannot be written is tried again behind the next line. */
static void checkpoint(trail_t *trail)
{
	if (trail->seal == NULL || trail->fd < 0 || trail->unsigned_lines == 0 || put_checkpoint(trail) != NULL)
		return;
	trail->unsigned_lines = 0;
	atomic_fetch_add_explicit(&trail->counts->checkpoints, 1, memory_order_relaxed);
	(void)!fdatasync(trail->fd); /* /dev/full has nothing to sync; a disk that fails says so at the next write */
}

/* --- Opening ----------------------------------------------------------------------------------------------------- */

static const char *why_not_open(int err)
{
	switch (err) {
	case ELOOP: return "it is a symbolic link";
	case EWOULDBLOCK: return "another process writes to it";
	case EINVAL: return "it is no file";
	default: return strerrordesc_np(err);
	}
}

/* O_NOFOLLOW: nobody else decides where we write. O_NONBLOCK: a FIFO that nobody reads must not stop us. The lock: two
 * processes that write to one file break the chain. */
static const char *open_locked(trail_t *trail)
{
	struct stat st;

	trail->fd = open(trail->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK,
			 FILE_MODE);
	if (trail->fd < 0 || fstat(trail->fd, &st) != 0)
		return why_not_open(errno);
	if (!S_ISREG(st.st_mode) && !S_ISCHR(st.st_mode))
		return why_not_open(EINVAL);
	if (S_ISREG(st.st_mode) && flock(trail->fd, LOCK_EX | LOCK_NB) != 0)
		return why_not_open(errno);
	return NULL;
}

/* The body of the line that tells what was cut off. */
static char *recovered_body(const tail_t *tail)
{
	char stamp[CHAIN_STAMP_SIZE];
	char text[FRAGMENT_SHOWN];
	size_t size = tail->cut < sizeof(text) ? (size_t)tail->cut : sizeof(text);

	return dump(json_pack("{s:s, s:I, s:s}", "time", stamp_now(stamp), "octets", (json_int_t)tail->cut, "text",
			      escape_octets((const uint8_t *)tail->fragment, size, text, sizeof(text))));
}

static const char *cut_off(trail_t *trail, const tail_t *tail)
{
	if (tail->cut == 0)
		return NULL;
	if (ftruncate(trail->fd, (off_t)tail->end) != 0)
		return "its last line was not finished, and cannot be cut off: move the file away";
	free(trail->recovered);
	trail->recovered = recovered_body(tail);
	voice_say(trail->voice, LOG_LEVEL_WARNING,
		  "the last line of the validation log %s was not finished: %" PRIu64 " octets of it are cut off",
		  trail->path, tail->cut);
	return NULL;
}

/* Goes on behind the last whole line of the open file. A file that ends earlier than we know was cut while it was closed:
 * our number then shows the gap. */
static const char *adopt(trail_t *trail)
{
	tail_t tail;
	const char *why = tail_read(trail->fd, &tail);

	if (why == NULL)
		why = cut_off(trail, &tail);
	if (why == NULL && tail.chain.seq > trail->chain.seq)
		trail->chain = tail.chain;
	tail_clear(&tail);
	return why;
}

static void open_file(trail_t *trail)
{
	const char *why = open_locked(trail);

	if (why == NULL)
		why = adopt(trail);
	trail->begun = false;
	if (why == NULL)
		return;
	close_file(trail, RETRY_AFTER);
	voice_say(trail->voice, LOG_LEVEL_ERROR,
		  "cannot write the validation log %s: %s: its lines are lost until it can (tried every %d s)",
		  trail->path, why, RETRY_AFTER);
}

static char *open_body(const trail_t *trail)
{
	char stamp[CHAIN_STAMP_SIZE];

	return dump(json_pack("{s:s, s:s, s:s?}", "time", stamp_now(stamp), "version", MXWARD_VERSION, "key",
			      trail->seal != NULL ? seal_fingerprint(trail->seal) : NULL));
}

static char *lost_body(const trail_t *trail)
{
	char stamp[CHAIN_STAMP_SIZE];

	return dump(json_pack("{s:s, s:I, s:s}", "time", stamp_now(stamp), "count", (json_int_t)trail->lost, "reason",
			      trail->why_lost));
}

static const char *begin(trail_t *trail)
{
	const char *why = trail->begun ? NULL : put_own(trail, "open", open_body(trail));

	trail->begun = why == NULL;
	return why;
}

static const char *tell_recovered(trail_t *trail)
{
	const char *why = trail->recovered != NULL ? put(trail, "recovered", trail->recovered) : NULL;

	if (why == NULL) {
		free(trail->recovered);
		trail->recovered = NULL;
	}
	return why;
}

static const char *tell_lost(trail_t *trail)
{
	const char *why = trail->lost > 0 ? put_own(trail, "lost", lost_body(trail)) : NULL;

	if (why == NULL && trail->lost > 0) {
		voice_say(trail->voice, LOG_LEVEL_WARNING, "%" PRIu64 " lines of the validation log were lost: %s",
			  trail->lost, trail->why_lost);
		trail->lost = 0;
	}
	return why;
}

/* What stands before the next line: that the file begins, what was cut off, what was lost. */
static const char *catch_up(trail_t *trail)
{
	const char *why = NULL;

	if (trail->fd < 0 && monotonic() >= trail->retry_at)
		open_file(trail);
	if (trail->fd < 0)
		return "the file could not be opened";
	why = begin(trail);
	if (why == NULL)
		why = tell_recovered(trail);
	return why != NULL ? why : tell_lost(trail);
}

/* --- Everybody else ---------------------------------------------------------------------------------------------- */

trail_t *trail_new(voice_t *voice, trail_counts_t *counts)
{
	trail_t *trail = calloc(1, sizeof(*trail));

	if (trail == NULL)
		return NULL;
	trail->voice = voice;
	trail->counts = counts;
	trail->fd = -1;
	trail->chain = chain_none();
	trail->path = strdup("");
	trail->key_path = strdup("");
	if (trail->path != NULL && trail->key_path != NULL)
		return trail;
	trail_free(trail);
	return NULL;
}

/* Replaces *text; keeps it when memory is out. */
static void set(char **text, const char *to)
{
	char *copy = strdup(to);

	if (copy == NULL)
		return;
	free(*text);
	*text = copy;
}

static void use_key(trail_t *trail, const char *path)
{
	char *error = NULL;

	if (trail->seal != NULL && strcmp(trail->key_path, path) == 0)
		return;
	seal_free(trail->seal);
	set(&trail->key_path, path);
	trail->seal = seal_open(path, &error);
	if (trail->seal == NULL)
		voice_say(trail->voice, LOG_LEVEL_ERROR, "the validation log is not signed: %s",
			  error != NULL ? error : no_memory);
	free(error);
}

/* Whether the file that is open is the one at the path. */
static bool is_still_there(const trail_t *trail, const char *path)
{
	struct stat open;
	struct stat there;

	return trail->fd >= 0 && fstat(trail->fd, &open) == 0 && lstat(path, &there) == 0 &&
	       open.st_dev == there.st_dev && open.st_ino == there.st_ino;
}

void trail_open(trail_t *trail, const trail_settings_t *settings)
{
	checkpoint(trail);
	if (!is_still_there(trail, settings->file))
		close_file(trail, 0);
	set(&trail->path, settings->file);
	trail->checkpoint_lines = settings->checkpoint_lines > 0 ? settings->checkpoint_lines : 1;
	if (trail->path[0] == '\0')
		return;
	use_key(trail, settings->key_file);
	(void)!catch_up(trail); /* tried again at the next line */
}

void trail_lose(trail_t *trail, uint64_t count, const char *why)
{
	if (count == 0)
		return;
	if (trail->lost == 0) {
		trail->why_lost = why;
		voice_say(trail->voice, LOG_LEVEL_WARNING, "lines of the validation log %s are lost: %s", trail->path,
			  why);
	}
	if (trail->path[0] != '\0')
		trail->lost += count;
	atomic_fetch_add_explicit(&trail->counts->lost, count, memory_order_relaxed);
}

void trail_write(trail_t *trail, const char *type, const char *body)
{
	const char *why;

	if (trail->path[0] == '\0')
		return;
	why = catch_up(trail);
	if (why == NULL)
		why = put(trail, type, body);
	if (why != NULL)
		trail_lose(trail, 1, why);
	else if (trail->unsigned_lines >= trail->checkpoint_lines)
		checkpoint(trail);
}

void trail_close(trail_t *trail)
{
	if (trail->lost > 0)
		(void)!catch_up(trail); /* else it was said in the log at least */
	checkpoint(trail);
	close_file(trail, 0);
}

void trail_free(trail_t *trail)
{
	if (trail == NULL)
		return;
	if (trail->fd >= 0)
		close(trail->fd);
	seal_free(trail->seal);
	free(trail->recovered);
	free(trail->path);
	free(trail->key_path);
	free(trail->line);
	free(trail);
}
