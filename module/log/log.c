#include "module/log/log.h"

#include "module/log/line.h"
#include "module/log/queue.h"
#include "module/log/sink.h"
#include "module/log/throttle.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	QUEUE_MAX = 4096, /* lines that wait to be written */
	LEFT_OUT_MAX = 128,
};

struct log {
	_Atomic log_level_t level;
	queue_t *queue;
	log_heard_fn *heard; /* may be NULL */
	pthread_mutex_t hearing;
	throttle_t throttle; /* what is heard; under the mutex */
	sink_t *sink;        /* the writer's alone */
};

/* --- The writer -------------------------------------------------------------------------------------------------- */

static void say_lost(log_t *log, size_t lost)
{
	if (lost > 0)
		sink_write(log->sink,
			   line_say(LOG_LEVEL_WARNING,
				    "%zu lines of the log were lost: they came faster than they could be written",
				    lost));
}

static void write_line(void *owner, queue_item_t *item)
{
	log_t *log = owner;
	line_t *line = (line_t *)item;

	say_lost(log, item->lost_before);
	if (item->is_request) {
		log->sink = sink_open(line->text, log->sink);
		free(line);
	} else {
		sink_write(log->sink, line);
	}
}

static void finish(void *owner, size_t lost)
{
	log_t *log = owner;

	say_lost(log, lost);
	sink_flush(log->sink);
}

static void free_line(queue_item_t *item)
{
	free(item);
}

static void destroy(void *owner)
{
	log_t *log = owner;

	if (log->sink != NULL)
		sink_close(log->sink);
	pthread_mutex_destroy(&log->hearing);
	free(log);
}

static const queue_use_t use = { .write = write_line, .finish = finish, .free_item = free_line, .destroy = destroy };

bool log_start(log_t *log)
{
	return queue_start(log->queue);
}

/* --- Everybody else ---------------------------------------------------------------------------------------------- */

log_t *log_open(const char *to, log_level_t level)
{
	log_t *log = calloc(1, sizeof(*log));

	if (log == NULL)
		return NULL;
	log->level = level;
	pthread_mutex_init(&log->hearing, NULL);
	log->sink = sink_open(to, NULL);
	log->queue = log->sink != NULL ? queue_new(QUEUE_MAX, &use, log) : NULL;
	if (log->queue != NULL)
		return log;
	destroy(log);
	return NULL;
}

log_t *log_new(const char *to, log_level_t level)
{
	log_t *log = log_open(to, level);

	if (log == NULL || log_start(log))
		return log;
	queue_discard(log->queue);
	destroy(log);
	return NULL;
}

void log_free(log_t *log)
{
	if (log != NULL)
		queue_free(log->queue);
}

void log_give(log_t *log, uid_t user, gid_t group)
{
	if (log != NULL)
		sink_give(log->sink, user, group);
}

void log_overhear(log_t *log, log_heard_fn *heard)
{
	log->heard = heard;
}

void log_reopen(log_t *log, const char *to, log_level_t level)
{
	line_t *line;

	if (log == NULL)
		return;
	atomic_store_explicit(&log->level, level, memory_order_relaxed);
	line = line_reopen(to);
	if (line != NULL)
		queue_put(log->queue, &line->item);
}

void log_set_level(log_t *log, log_level_t level)
{
	atomic_store_explicit(&log->level, level, memory_order_relaxed);
}

log_level_t log_get_level(const log_t *log)
{
	return atomic_load_explicit(&log->level, memory_order_relaxed);
}

void log_stats(const log_t *log, log_stats_t *stats)
{
	queue_stats_t queue;

	queue_stats(log->queue, &queue);
	*stats = (log_stats_t){ .waiting = queue.waiting, .lost = queue.lost };
}

static void let_hear(log_t *log, log_level_t level, const char *text)
{
	char left_out[LEFT_OUT_MAX];
	uint64_t held = 0;
	bool passes;

	pthread_mutex_lock(&log->hearing);
	passes = throttle_pass(&log->throttle, LOG_HEARD_MAX, time(NULL), &held);
	pthread_mutex_unlock(&log->hearing);
	if (held > 0) {
		snprintf(left_out, sizeof(left_out),
			 "%" PRIu64 " lines were left out here: they came faster than %d in a second", held,
			 LOG_HEARD_MAX);
		log->heard(LOG_LEVEL_WARNING, left_out);
	}
	if (passes)
		log->heard(level, text);
}

int log_wants(const log_t *log, log_level_t level)
{
	return log != NULL && level <= atomic_load_explicit(&log->level, memory_order_relaxed);
}

void log_write(log_t *log, log_level_t level, const char *format, ...)
{
	int err = errno; /* a caller may still need it */
	va_list args;
	line_t *line;

	if (!log_wants(log, level))
		return;
	va_start(args, format);
	line = line_new(level, format, args);
	va_end(args);
	if (line != NULL && log->heard != NULL && level <= LOG_LEVEL_WARNING)
		let_hear(log, level, line->text);
	queue_put(log->queue, line != NULL ? &line->item : NULL);
	errno = err;
}
