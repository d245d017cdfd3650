/* history.c: see history.h. */
#include "module/history/history.h"

#include "module/history/past.h"
#include "module/history/visit.h"
#include "module/history/writer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum {
	QUEUE_MAX = 4 << 20, /* octets of visits that wait */
	NICENESS = 10,       /* of the writer: whoever answers comes first */
};

struct history {
	queue_t *queue;
	_Atomic bool on;
	atomic_uint waiting;
	writer_counts_t counts;
	past_t *past;
	voice_t voice;
	writer_t *writer; /* the writer thread's alone */
};

/* In the queue as well: other settings. */
typedef struct request {
	queue_item_t item;
	char *file; /* NULL: off */
	history_limits_t limits;
} request_t;

static void free_request(request_t *request)
{
	free(request->file);
	free(request);
}

static void free_item(queue_item_t *item)
{
	if (item->is_request)
		free_request((request_t *)item);
	else
		visit_free((visit_t *)item);
}

/* ---- the writer thread ---- */

static void take(void *owner, queue_item_t *item)
{
	history_t *history = owner;

	writer_lose(history->writer, item->lost_before);
	if (item->is_request) {
		const request_t *request = (const request_t *)item;

		(void)setpriority(PRIO_PROCESS, 0, NICENESS); /* the thread's own, on Linux */
		writer_use(history->writer, request->file, &request->limits);
	} else {
		const visit_t *visit = (const visit_t *)item;

		writer_record(history->writer, &visit->seen, visit->wall);
	}
	free_item(item);
}

static int rest(void *owner)
{
	const history_t *history = owner;

	return writer_rest(history->writer);
}

static void finish(void *owner, size_t lost)
{
	history_t *history = owner;

	writer_lose(history->writer, lost);
	writer_free(history->writer);
	history->writer = NULL;
}

static void abandon(void *owner)
{
	history_t *history = owner;

	voice_mute(&history->voice);
}

static void destroy(void *owner)
{
	history_t *history = owner;

	writer_free(history->writer);
	voice_destroy(&history->voice);
	free(history);
}

static const queue_use_t use = {
	.write = take,
	.idle = rest,
	.finish = finish,
	.abandon = abandon,
	.free_item = free_item,
	.destroy = destroy,
};

/* ---- everybody else ---- */

static request_t *request_of(const history_settings_t *settings)
{
	request_t *request = calloc(1, sizeof(*request));

	if (request == NULL)
		return NULL;
	request->item.is_request = true;
	request->limits = settings->limits;
	request->file = settings->enable ? strdup(settings->file) : NULL;
	if (request->file != NULL || !settings->enable)
		return request;
	free(request);
	return NULL;
}

static bool start(history_t *history)
{
	history->writer = writer_new(&history->voice, &history->counts);
	history->past = past_new(&history->counts.files);
	if (history->writer != NULL && history->past != NULL)
		history->queue = queue_new(QUEUE_MAX, &use, history);
	return history->queue != NULL && queue_start(history->queue);
}

history_t *history_new(const history_settings_t *settings, log_t *log)
{
	history_t *history = calloc(1, sizeof(*history));

	if (history == NULL)
		return NULL;
	voice_init(&history->voice, log);
	if (start(history)) {
		history_reopen(history, settings);
		return history;
	}
	if (history->queue != NULL)
		queue_discard(history->queue);
	past_free(history->past);
	destroy(history);
	return NULL;
}

/* The reader first: it looks at the writer's counts. */
void history_free(history_t *history)
{
	if (history == NULL)
		return;
	past_free(history->past);
	queue_free(history->queue);
}

void history_reopen(history_t *history, const history_settings_t *settings)
{
	request_t *request = history != NULL ? request_of(settings) : NULL;

	if (request == NULL)
		return;
	atomic_store(&history->on, settings->enable);
	queue_put(history->queue, &request->item);
	past_use(history->past, settings->enable ? settings->file : NULL);
}

void history_note(history_t *history, const name_t *name, const verdict_t *verdict, uint64_t wall)
{
	visit_t *visit;

	if (history == NULL || !atomic_load_explicit(&history->on, memory_order_relaxed) || !visit_is_due(verdict))
		return;
	visit = visit_of(name, verdict, wall, &history->waiting);
	queue_put(history->queue, visit != NULL ? &visit->item : NULL);
}

void history_stats(const history_t *history, history_stats_t *stats)
{
	*stats = (history_stats_t){ 0 };
	if (history == NULL)
		return;
	stats->recorded = atomic_load(&history->counts.recorded);
	stats->lost = atomic_load(&history->counts.lost);
	stats->rows = atomic_load(&history->counts.rows);
	stats->octets = atomic_load(&history->counts.octets);
	stats->waiting = atomic_load(&history->waiting);
}

bool history_attach(history_t *history, struct event_base *base)
{
	return history == NULL || past_attach(history->past, base);
}

void history_detach(history_t *history)
{
	if (history != NULL)
		past_detach(history->past);
}

history_question_t *history_past(history_t *history, const name_t *name, history_told_fn *told, void *arg)
{
	return history != NULL ? past_ask(history->past, past_own_desk(history->past), name, told, arg) : NULL;
}

history_question_t *history_past_to(history_t *history, history_desk_t *desk, const name_t *name, history_told_fn *told,
				    void *arg)
{
	return history != NULL ? past_ask(history->past, desk, name, told, arg) : NULL;
}
