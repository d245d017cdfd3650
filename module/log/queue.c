#include "module/log/queue.h"

#include "module/thread.h"

#include <stdlib.h>
#include <time.h>

enum {
	STOP_AFTER = 1, /* seconds that the writer goes on for when it is to stop */
	FREE_WAIT = 2,  /* seconds that queue_free() waits for it */
};

struct queue {
	const queue_use_t *use;
	void *owner;
	size_t limit;
	bool started;
	pthread_t writer;

	pthread_mutex_t lock; /* for all that follows */
	pthread_cond_t changed;
	queue_item_t *first;
	queue_item_t *last;
	size_t weight; /* of all */
	size_t lost;   /* items that did not fit in since the last one that did */
	uint64_t lost_ever;
	bool asleep; /* the writer waits for `changed` */
	bool stopping;
	struct timespec stop_at; /* when stopping: what is not written by then is lost */
	bool finished;           /* the writer is done, queue_free() frees everything */
	bool abandoned;          /* queue_free() did not wait any longer, the writer frees everything */
};

/* `seconds` from now, by a clock that nobody sets. */
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

queue_t *queue_new(size_t limit, const queue_use_t *use, void *owner)
{
	queue_t *queue = calloc(1, sizeof(*queue));

	if (queue == NULL)
		return NULL;
	queue->use = use;
	queue->owner = owner;
	queue->limit = limit;
	pthread_mutex_init(&queue->lock, NULL);
	pthread_cond_init(&queue->changed, NULL);
	return queue;
}

/* The writer is not running any more, or calls this itself. */
void queue_discard(queue_t *queue)
{
	while (queue->first != NULL) {
		queue_item_t *item = queue->first;

		queue->first = item->next;
		queue->use->free_item(item);
	}
	pthread_cond_destroy(&queue->changed);
	pthread_mutex_destroy(&queue->lock);
	free(queue);
}

static void destroy(queue_t *queue)
{
	const queue_use_t *use = queue->use;
	void *owner = queue->owner;

	queue_discard(queue);
	use->destroy(owner);
}

/* --- The writer -------------------------------------------------------------------------------------------------- */

/* The owner's time for what is not urgent. */
static int be_idle(queue_t *queue)
{
	int wait;

	if (queue->use->idle == NULL)
		return -1;
	pthread_mutex_unlock(&queue->lock);
	wait = queue->use->idle(queue->owner);
	pthread_mutex_lock(&queue->lock);
	return wait;
}

static bool has_nothing(const queue_t *queue)
{
	return queue->first == NULL && !queue->stopping;
}

/* There is nothing to write: waits for something, or until the owner wants to do something else. */
static void wait_for_change(queue_t *queue)
{
	const int wait = be_idle(queue);
	struct timespec until = later(wait / 1000);

	if (!has_nothing(queue))
		return;
	until.tv_nsec += wait % 1000 * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	queue->asleep = true;
	if (wait < 0)
		pthread_cond_wait(&queue->changed, &queue->lock);
	else
		pthread_cond_clockwait(&queue->changed, &queue->lock, CLOCK_MONOTONIC, &until);
	queue->asleep = false;
}

/* Waits for the next item; NULL when none is to be written any more. */
static queue_item_t *take(queue_t *queue)
{
	queue_item_t *item = NULL;

	pthread_mutex_lock(&queue->lock);
	while (has_nothing(queue))
		wait_for_change(queue);
	if (!queue->stopping || !is_over(&queue->stop_at))
		item = queue->first;
	if (item != NULL) {
		queue->first = item->next;
		queue->weight -= item->weight;
	}
	if (queue->first == NULL)
		queue->last = NULL;
	pthread_mutex_unlock(&queue->lock);
	return item;
}

/* Whether nobody waits for it any more. */
static bool finish(queue_t *queue)
{
	bool abandoned;
	size_t lost;

	pthread_mutex_lock(&queue->lock);
	lost = queue->lost;
	for (const queue_item_t *item = queue->first; item != NULL; item = item->next)
		lost += item->lost_before + !item->is_request;
	pthread_mutex_unlock(&queue->lock);
	queue->use->finish(queue->owner, lost);
	pthread_mutex_lock(&queue->lock);
	abandoned = queue->abandoned;
	queue->finished = true;
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
	return abandoned;
}

static void write_items(queue_t *queue)
{
	queue_item_t *item;

	while ((item = take(queue)) != NULL)
		queue->use->write(queue->owner, item);
}

static void *run(void *arg)
{
	queue_t *queue = arg;

	write_items(queue);
	if (finish(queue))
		destroy(queue);
	return NULL;
}

/* Not even SIGPIPE of a stderr that nobody reads any more is delivered: write() says EPIPE. */
bool queue_start(queue_t *queue)
{
	queue->started = thread_start(&queue->writer, run, queue, NULL);
	return queue->started;
}

/* --- Everybody else ---------------------------------------------------------------------------------------------- */

static bool fits(const queue_t *queue, const queue_item_t *item)
{
	return queue->weight + item->weight <= (item->is_request ? 2 * queue->limit : queue->limit);
}

/* The writer is woken when the lock is free, or it would be woken twice. */
void queue_put(queue_t *queue, queue_item_t *item)
{
	bool wake = false;
	bool taken;

	pthread_mutex_lock(&queue->lock);
	taken = item != NULL && fits(queue, item);
	if (taken) {
		item->next = NULL;
		item->lost_before = queue->lost;
		queue->lost = 0;
		*(queue->last != NULL ? &queue->last->next : &queue->first) = item;
		queue->last = item;
		queue->weight += item->weight;
		wake = queue->asleep;
	} else {
		queue->lost++;
		queue->lost_ever++;
	}
	pthread_mutex_unlock(&queue->lock);
	if (wake)
		pthread_cond_signal(&queue->changed);
	if (!taken && item != NULL)
		queue->use->free_item(item);
}

void queue_stats(queue_t *queue, queue_stats_t *stats)
{
	pthread_mutex_lock(&queue->lock);
	*stats = (queue_stats_t){ .waiting = queue->weight, .lost = queue->lost_ever };
	pthread_mutex_unlock(&queue->lock);
}

static void tell_to_stop(queue_t *queue)
{
	pthread_mutex_lock(&queue->lock);
	queue->stopping = true;
	queue->stop_at = later(STOP_AFTER);
	pthread_cond_broadcast(&queue->changed);
	pthread_mutex_unlock(&queue->lock);
}

/* False when the writer is stuck: it is on its own then. */
static bool wait_finished(queue_t *queue)
{
	const struct timespec until = later(FREE_WAIT);
	int err = 0;
	bool finished;

	pthread_mutex_lock(&queue->lock);
	while (!queue->finished && err == 0)
		err = pthread_cond_clockwait(&queue->changed, &queue->lock, CLOCK_MONOTONIC, &until);
	finished = queue->finished;
	queue->abandoned = !finished;
	if (!finished && queue->use->abandon != NULL)
		queue->use->abandon(queue->owner);
	pthread_mutex_unlock(&queue->lock);
	return finished;
}

void queue_free(queue_t *queue)
{
	pthread_t writer = queue->writer;

	tell_to_stop(queue);
	if (!queue->started) {
		write_items(queue);
		(void)finish(queue);
	} else if (wait_finished(queue)) {
		pthread_join(writer, NULL);
	} else {
		pthread_detach(writer); /* the queue may be gone by now */
		return;
	}
	destroy(queue);
}
