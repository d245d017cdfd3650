#include "module/log/log.h"

#include "module/log/line.h"
#include "module/log/sink.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

enum {
	QUEUE_MAX = 4096, /* lines that wait to be written */
	STOP_AFTER = 1,   /* seconds that the writer goes on for when it is to stop */
	FREE_WAIT = 2,    /* seconds that log_free() waits for it */
};

struct log {
	_Atomic log_level_t level;
	bool started;
	pthread_t writer;
	sink_t *sink; /* the writer's alone */

	pthread_mutex_t lock; /* for all that follows */
	pthread_cond_t changed;
	line_t *first;
	line_t *last;
	size_t count;
	size_t lost; /* lines that did not fit in since the last one that did */
	bool stopping;
	struct timespec stop_at; /* when stopping: what is not written by then is lost */
	bool finished;           /* the writer is done, log_free() frees everything */
	bool abandoned;          /* log_free() did not wait any longer, the writer frees everything */
};

/* `seconds` from now, by the clock that log->changed waits by. */
static struct timespec later(time_t seconds)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	time.tv_sec += seconds;
	return time;
}

static bool is_over(const struct timespec *time)
{
	struct timespec now = later(0);

	return now.tv_sec != time->tv_sec ? now.tv_sec > time->tv_sec : now.tv_nsec >= time->tv_nsec;
}

/* The writer is not running any more, or calls this itself. */
static void destroy(log_t *log)
{
	while (log->first != NULL) {
		line_t *line = log->first;

		log->first = line->next;
		free(line);
	}
	if (log->sink != NULL)
		sink_close(log->sink);
	pthread_cond_destroy(&log->changed);
	pthread_mutex_destroy(&log->lock);
	free(log);
}

/* --- The writer -------------------------------------------------------------------------------------------------- */

/* Waits for the next line; NULL when none is to be written any more. */
static line_t *take(log_t *log)
{
	line_t *line = NULL;

	pthread_mutex_lock(&log->lock);
	while (log->first == NULL && !log->stopping)
		pthread_cond_wait(&log->changed, &log->lock);
	if (!log->stopping || !is_over(&log->stop_at))
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

static void write_line(log_t *log, line_t *line)
{
	say_lost(log, line->lost_before);
	if (line->reopens) {
		log->sink = sink_open(line->text, log->sink);
		free(line);
	} else {
		sink_write(log->sink, line);
	}
}

/* Writes until it is told to stop, and says what it left. */
static void write_queue(log_t *log)
{
	line_t *next;
	size_t lost;

	while ((next = take(log)) != NULL)
		write_line(log, next);
	pthread_mutex_lock(&log->lock);
	lost = log->lost;
	for (const line_t *line = log->first; line != NULL; line = line->next)
		lost += line->lost_before + !line->reopens;
	pthread_mutex_unlock(&log->lock);
	say_lost(log, lost);
	sink_flush(log->sink);
}

static void *write_lines(void *arg)
{
	log_t *log = arg;
	bool abandoned;

	write_queue(log);
	pthread_mutex_lock(&log->lock);
	abandoned = log->abandoned;
	log->finished = true;
	pthread_cond_broadcast(&log->changed);
	pthread_mutex_unlock(&log->lock);
	if (abandoned)
		destroy(log);
	return NULL;
}

/* All signals are for other threads, SIGPIPE of a stderr that nobody reads any more included: write() says EPIPE. */
bool log_start(log_t *log)
{
	sigset_t all;
	sigset_t before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	log->started = pthread_create(&log->writer, NULL, write_lines, log) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return log->started;
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

log_t *log_open(const char *to, log_level_t level)
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
	if (log->sink != NULL)
		return log;
	destroy(log);
	return NULL;
}

log_t *log_new(const char *to, log_level_t level)
{
	log_t *log = log_open(to, level);

	if (log == NULL || log_start(log))
		return log;
	destroy(log);
	return NULL;
}

static void tell_to_stop(log_t *log)
{
	pthread_mutex_lock(&log->lock);
	log->stopping = true;
	log->stop_at = later(STOP_AFTER);
	pthread_cond_broadcast(&log->changed);
	pthread_mutex_unlock(&log->lock);
}

/* False when the writer is stuck: it is on its own then. */
static bool wait_finished(log_t *log)
{
	const struct timespec until = later(FREE_WAIT);
	int err = 0;
	bool finished;

	pthread_mutex_lock(&log->lock);
	while (!log->finished && err == 0)
		err = pthread_cond_timedwait(&log->changed, &log->lock, &until);
	finished = log->finished;
	log->abandoned = !finished;
	pthread_mutex_unlock(&log->lock);
	return finished;
}

void log_free(log_t *log)
{
	pthread_t writer;

	if (log == NULL)
		return;
	tell_to_stop(log);
	writer = log->writer;
	if (!log->started) {
		write_queue(log);
	} else if (wait_finished(log)) {
		pthread_join(writer, NULL);
	} else {
		pthread_detach(writer); /* the log may be gone by now */
		return;
	}
	destroy(log);
}

void log_give(log_t *log, uid_t user, gid_t group)
{
	if (log == NULL)
		return;
	assert(!log->started);
	sink_give(log->sink, user, group);
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
