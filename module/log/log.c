#include "module/log/log.h"

#include "module/log/line.h"
#include "module/log/sink.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum {
	QUEUE_MAX = 4096, /* lines that wait to be written */
	FREE_WAIT = 2,    /* seconds that log_free() waits for them */
};

struct log {
	_Atomic log_level_t level;
	pthread_t writer;
	sink_t *sink; /* the writer's alone */

	pthread_mutex_t lock; /* for all that follows */
	pthread_cond_t changed;
	line_t *first;
	line_t *last;
	size_t count;
	size_t lost; /* lines that did not fit in since the last one that did */
	bool stopping;
	bool finished; /* the writer has written everything */
};

/* --- The writer -------------------------------------------------------------------------------------------------- */

/* Waits for the next line; NULL when there will be none any more. */
static line_t *take(log_t *log)
{
	line_t *line;

	pthread_mutex_lock(&log->lock);
	while (log->first == NULL && !log->stopping)
		pthread_cond_wait(&log->changed, &log->lock);
	line = log->first;
	if (line != NULL) {
		log->first = line->next;
		log->count--;
	}
	if (log->first == NULL)
		log->last = NULL;
	pthread_mutex_unlock(&log->lock);
	return line;
}

static void say_lost(log_t *log, size_t lost)
{
	if (lost > 0)
		sink_write(log->sink,
			   line_say(LOG_LEVEL_WARNING,
				    "%zu lines of the log were lost: they came faster than they could be written",
				    lost));
}

static void finish(log_t *log)
{
	size_t lost;

	pthread_mutex_lock(&log->lock);
	lost = log->lost;
	pthread_mutex_unlock(&log->lock);
	say_lost(log, lost);
	sink_flush(log->sink);
	pthread_mutex_lock(&log->lock);
	log->finished = true;
	pthread_cond_broadcast(&log->changed);
	pthread_mutex_unlock(&log->lock);
}

static void reopen(log_t *log, line_t *request)
{
	log->sink = sink_open(request->text, log->sink);
	free(request);
}

static void write_line(log_t *log, line_t *line)
{
	pthread_cleanup_push(free, line);
	say_lost(log, line->lost_before);
	pthread_cleanup_pop(0);
	if (line->reopens)
		reopen(log, line);
	else
		sink_write(log->sink, line);
}

static void *write_lines(void *arg)
{
	log_t *log = arg;
	line_t *line;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL); /* sink_write() allows it where it may be stuck */
	while ((line = take(log)) != NULL)
		write_line(log, line);
	finish(log);
	return NULL;
}

/* All signals are for other threads, SIGPIPE of a stderr that nobody reads any more included: write() says EPIPE. */
static int start_writer(log_t *log)
{
	sigset_t all;
	sigset_t before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&log->writer, NULL, write_lines, log);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

/* --- Everybody else ---------------------------------------------------------------------------------------------- */

static void append(log_t *log, line_t *line)
{
	pthread_mutex_lock(&log->lock);
	if (line == NULL || log->count >= (line->reopens ? 2 * QUEUE_MAX : QUEUE_MAX)) {
		log->lost++;
		free(line);
	} else {
		line->lost_before = log->lost;
		log->lost = 0;
		*(log->last != NULL ? &log->last->next : &log->first) = line;
		log->last = line;
		log->count++;
		pthread_cond_signal(&log->changed);
	}
	pthread_mutex_unlock(&log->lock);
}

log_t *log_new(const char *to, log_level_t level)
{
	log_t *log = calloc(1, sizeof(*log));
	pthread_condattr_t monotonic;

	if (log == NULL)
		return NULL;
	log->level = level;
	log->sink = sink_open(to, NULL);
	pthread_mutex_init(&log->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&log->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (log->sink != NULL && start_writer(log) == 0)
		return log;
	if (log->sink != NULL)
		sink_close(log->sink);
	pthread_cond_destroy(&log->changed);
	pthread_mutex_destroy(&log->lock);
	free(log);
	return NULL;
}

/* Waits until everything is written, or the writer must be stuck. */
static bool wait_finished(log_t *log)
{
	struct timespec until;
	int err = 0;
	bool finished;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += FREE_WAIT;
	pthread_mutex_lock(&log->lock);
	log->stopping = true;
	pthread_cond_broadcast(&log->changed);
	while (!log->finished && err == 0)
		err = pthread_cond_timedwait(&log->changed, &log->lock, &until);
	finished = log->finished;
	pthread_mutex_unlock(&log->lock);
	return finished;
}

void log_free(log_t *log)
{
	if (log == NULL)
		return;
	if (!wait_finished(log))
		pthread_cancel(log->writer);
	pthread_join(log->writer, NULL);
	while (log->first != NULL) {
		line_t *line = log->first;

		log->first = line->next;
		free(line);
	}
	sink_close(log->sink);
	pthread_cond_destroy(&log->changed);
	pthread_mutex_destroy(&log->lock);
	free(log);
}

void log_reopen(log_t *log, const char *to, log_level_t level)
{
	line_t *line;

	if (log == NULL)
		return;
	atomic_store_explicit(&log->level, level, memory_order_relaxed);
	line = line_reopen(to);
	if (line != NULL)
		append(log, line);
}

int log_wants(const log_t *log, log_level_t level)
{
	return log != NULL && level <= atomic_load_explicit(&log->level, memory_order_relaxed);
}

void log_write(log_t *log, log_level_t level, const char *format, ...)
{
	int err = errno; /* a caller may still need it */
	va_list args;

	if (!log_wants(log, level))
		return;
	va_start(args, format);
	append(log, line_new(level, format, args));
	va_end(args);
	errno = err;
}
