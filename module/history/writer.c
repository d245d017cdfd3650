/* writer.c: see writer.h.
 *
 *	closed ─ visit → open, begin ─ record × BATCH_MAX, or BATCH_MS → prune, commit ─ …
 *	          │ fails: the visits are lost; nothing is tried for RETRY_SECONDS, so that a full disk costs nothing
 */
#include "module/history/writer.h"

#include "module/clock.h"
#include "module/escape.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	BATCH_MAX = 256,   /* visits in one transaction */
	BATCH_MS = 200,    /* that it stays open: a commit costs more than a visit */
	PRUNE_MAX = 256,   /* sets dropped in one transaction that does nothing else */
	SHRINK_MAX = 256,  /* pages given back in one, which takes milliseconds */
	RETRY_SECONDS = 1, /* after something failed */
	SHOWN_MAX = 1024,  /* octets of a path in a message */
};

struct writer {
	voice_t *voice;
	writer_counts_t *counts;
	history_limits_t limits;
	char *file; /* NULL: switched off */
	history_store_t *store;
	unsigned batch;        /* visits in the transaction */
	uint64_t batch_ends;   /* when it is to be committed; monotonic milliseconds */
	bool more;             /* there is more to prune */
	bool roomy;            /* the file should become smaller */
	uint64_t now;          /* the last visit's time */
	uint64_t retry_at;     /* monotonic seconds */
	history_err_t said;    /* what is wrong, and in the log already */
	uint64_t lost_by_then; /* how many were lost before it went wrong */
};

writer_t *writer_new(voice_t *voice, writer_counts_t *counts)
{
	writer_t *writer = calloc(1, sizeof(*writer));

	if (writer == NULL)
		return NULL;
	writer->voice = voice;
	writer->counts = counts;
	return writer;
}

void writer_lose(writer_t *writer, size_t visits)
{
	atomic_fetch_add(&writer->counts->lost, visits);
}

/* ---- what goes wrong ---- */

static void close_store(writer_t *writer)
{
	history_store_close(writer->store);
	writer->store = NULL;
}

/* For a writer, a file that is not there means its directory. */
static const char *in_words(history_err_t err)
{
	return err == HISTORY_NO_FILE ? "cannot be made: its directory does not exist" : history_strerror(err);
}

static void say_failure(writer_t *writer, history_err_t err, const char *reason)
{
	char shown[SHOWN_MAX];

	if (writer->said == err)
		return;
	if (writer->said == HISTORY_OK)
		writer->lost_by_then = atomic_load(&writer->counts->lost);
	writer->said = err;
	voice_say(writer->voice, LOG_LEVEL_WARNING,
		  "the MX history %s %s%s%s; MX sets are not remembered until it is mended",
		  escape_string(writer->file, shown, sizeof(shown)), in_words(err), *reason != '\0' ? ": " : "",
		  reason);
}

static void say_success(writer_t *writer)
{
	if (writer->said == HISTORY_OK)
		return;
	writer->said = HISTORY_OK;
	voice_say(writer->voice, LOG_LEVEL_WARNING, "the MX history goes on; %" PRIu64 " MX sets were not remembered",
		  atomic_load(&writer->counts->lost) - writer->lost_by_then);
}

/* The next visit begins a new one. */
static void replace_damaged(writer_t *writer, const char *reason)
{
	char shown[SHOWN_MAX];

	if (!history_store_move_aside(writer->file)) {
		say_failure(writer, HISTORY_CORRUPT, "it cannot be moved aside");
		return;
	}
	atomic_fetch_add(&writer->counts->files, 1);
	writer->retry_at = 0;
	escape_string(writer->file, shown, sizeof(shown));
	voice_say(writer->voice, LOG_LEVEL_WARNING,
		  "the MX history %s is damaged%s%s: moved to %s.corrupt, and begun anew", shown,
		  *reason != '\0' ? ": " : "", reason, shown);
}

/* The transaction is gone. */
static void fail(writer_t *writer, history_err_t err)
{
	char reason[256] = "";

	if (writer->store != NULL) {
		strncpy(reason, history_store_reason(writer->store), sizeof(reason) - 1);
		history_store_rollback(writer->store);
		close_store(writer);
	}
	writer_lose(writer, writer->batch);
	writer->batch = 0;
	writer->more = false;
	writer->roomy = false;
	writer->retry_at = clock_seconds(CLOCK_MONOTONIC) + RETRY_SECONDS;
	if (err == HISTORY_CORRUPT)
		replace_damaged(writer, reason);
	else
		say_failure(writer, err, reason);
}

/* ---- transactions ---- */

static void count_rows(writer_t *writer)
{
	history_counts_t counts;

	history_store_counts(writer->store, &counts);
	atomic_store(&writer->counts->rows, counts.rows);
	atomic_store(&writer->counts->octets, counts.octets);
}

/* A damaged file is replaced at once, and once only. */
static bool open_store(writer_t *writer)
{
	history_err_t err = HISTORY_OK;

	for (unsigned tries = 0; tries < 2 && writer->store == NULL; tries++) {
		writer->store = history_store_open(writer->file, &err);
		if (writer->store == NULL)
			fail(writer, err);
		if (writer->store == NULL && err != HISTORY_CORRUPT)
			break;
	}
	if (writer->store != NULL)
		count_rows(writer);
	return writer->store != NULL;
}

/* Whether the next visit can be recorded: a transaction is open. */
static bool begin(writer_t *writer)
{
	history_err_t err;

	if (writer->batch > 0)
		return true;
	if (writer->file == NULL || clock_seconds(CLOCK_MONOTONIC) < writer->retry_at)
		return false;
	if (writer->store == NULL && !open_store(writer))
		return false;
	err = history_store_begin(writer->store);
	if (err != HISTORY_OK)
		fail(writer, err);
	return err == HISTORY_OK;
}

static void commit(writer_t *writer, unsigned sets)
{
	const unsigned visits = writer->batch;
	history_err_t err = history_store_prune(writer->store, &writer->limits, writer->now, sets, &writer->more);

	if (err == HISTORY_OK)
		err = history_store_commit(writer->store);
	if (err != HISTORY_OK) {
		fail(writer, err);
		return;
	}
	writer->batch = 0;
	writer->roomy = !writer->more && history_store_is_roomy(writer->store);
	atomic_fetch_add(&writer->counts->recorded, visits);
	count_rows(writer);
	say_success(writer);
}

/* In small steps, between which visits are recorded. */
static void shrink(writer_t *writer)
{
	const history_err_t err = history_store_shrink(writer->store, SHRINK_MAX);

	if (err != HISTORY_OK) {
		fail(writer, err);
		return;
	}
	writer->roomy = history_store_is_roomy(writer->store);
	count_rows(writer);
}

/* ---- for the queue ---- */

/* Milliseconds that the transaction stays open. */
static int batch_left(const writer_t *writer)
{
	const uint64_t now = clock_milliseconds(CLOCK_MONOTONIC);

	return now < writer->batch_ends ? (int)(writer->batch_ends - now) : 0;
}

void writer_record(writer_t *writer, const history_visit_t *visit, uint64_t now)
{
	history_err_t err;

	if (writer->file == NULL)
		return;
	if (!begin(writer)) {
		writer_lose(writer, 1);
		return;
	}
	if (writer->batch++ == 0)
		writer->batch_ends = clock_milliseconds(CLOCK_MONOTONIC) + BATCH_MS;
	writer->now = now;
	err = history_store_record(writer->store, visit, now);
	if (err != HISTORY_OK)
		fail(writer, err);
	else if (writer->batch == BATCH_MAX || batch_left(writer) == 0)
		commit(writer, 2 * BATCH_MAX); /* dropping is faster than adding */
}

int writer_rest(writer_t *writer)
{
	if (writer->batch > 0 && batch_left(writer) > 0)
		return batch_left(writer);
	if (writer->batch > 0)
		commit(writer, 2 * BATCH_MAX);
	else if (writer->more && begin(writer))
		commit(writer, PRUNE_MAX);
	else if (writer->roomy && writer->store != NULL)
		shrink(writer);
	else
		writer->more = writer->roomy = false;
	return writer->more || writer->roomy ? 0 : -1;
}

void writer_use(writer_t *writer, const char *file, const history_limits_t *limits)
{
	char *copy = file != NULL ? strdup(file) : NULL;

	if (file != NULL && copy == NULL) {
		voice_say(writer->voice, LOG_LEVEL_WARNING, "memory is out: the MX history goes on as it was");
		return;
	}
	if (writer->batch > 0)
		commit(writer, 0);
	close_store(writer);
	free(writer->file);
	writer->file = copy;
	writer->limits = *limits;
	writer->said = HISTORY_OK;
	writer->retry_at = 0;
	writer->more = true; /* perhaps: there may be less room now */
	atomic_store(&writer->counts->rows, 0);
	atomic_store(&writer->counts->octets, 0);
	if (copy != NULL)
		(void)open_store(writer); /* so that it is there for readers, and what is wrong is said at once */
}

void writer_free(writer_t *writer)
{
	if (writer == NULL)
		return;
	if (writer->batch > 0)
		commit(writer, 0);
	close_store(writer);
	free(writer->file);
	free(writer);
}
