/* indexer.c: see indexer.h. The log is looked at twice a second: that costs a few system calls, and needs nobody to tell us. */
#include "module/inspect/indexer.h"

#include "module/clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
	LOOK_MS = 500,
	RETRY_MS = 5000, /* after a failure */
	THOUSAND = 1000,
	MILLION = 1000000,
};

struct indexer {
	logindex_t *index; /* the thread's */
	pthread_t thread;
	bool started;
	int grown; /* an eventfd */
	struct event *readable;
	indexer_grew_fn *grew;
	void *arg;
	atomic_bool behind;
	pthread_mutex_t lock; /* guards stopping */
	pthread_cond_t stop;
	bool stopping;
};

logindex_settings_t indexer_settings(const conf_t *conf)
{
	return (logindex_settings_t){
		.file = conf->inspection.log_index,
		.log = conf->validation_log.file,
		.max_rows = UINT32_MAX,
		.max_octets = conf->inspection.log_index_size,
		.max_age = (uint64_t)conf->inspection.log_index_age * THOUSAND,
	};
}

/* ---- the thread ---- */

/* True when the thread is to end. */
static bool rest(indexer_t *indexer, unsigned ms)
{
	struct timespec until;
	bool stopping;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += (time_t)(ms / THOUSAND);
	until.tv_nsec += (long)(ms % THOUSAND) * MILLION;
	if (until.tv_nsec >= (long)THOUSAND * MILLION) {
		until.tv_nsec -= (long)THOUSAND * MILLION;
		until.tv_sec++;
	}
	pthread_mutex_lock(&indexer->lock);
	while (!indexer->stopping && ms > 0 && pthread_cond_timedwait(&indexer->stop, &indexer->lock, &until) == 0)
		;
	stopping = indexer->stopping;
	pthread_mutex_unlock(&indexer->lock);
	return stopping;
}

static unsigned step(indexer_t *indexer)
{
	const char *error = NULL;
	const logindex_step_t done = logindex_step(indexer->index, clock_milliseconds(CLOCK_REALTIME), &error);

	if (error != NULL)
		fprintf(stderr, "warning: %s\n", error);
	atomic_store(&indexer->behind, done != LOGINDEX_IDLE);
	switch (done) {
	case LOGINDEX_IDLE: return LOOK_MS;
	case LOGINDEX_MORE: return 0;
	case LOGINDEX_FAILED: return RETRY_MS;
	}
	return RETRY_MS;
}

static void *run(void *arg)
{
	const uint64_t one = 1;
	indexer_t *indexer = arg;
	uint64_t newest = 0;
	unsigned ms;

	do {
		uint64_t now_newest;

		ms = step(indexer);
		now_newest = logindex_newest(indexer->index);
		if (now_newest != newest && now_newest != UINT64_MAX)
			(void)!write(indexer->grown, &one, sizeof(one)); /* a full counter wakes the reader as well */
		newest = now_newest;
	} while (!rest(indexer, ms));
	return NULL;
}

/* ---- the loop's thread ---- */

static void on_grown(evutil_socket_t fd, short events, void *arg)
{
	const indexer_t *indexer = arg;
	uint64_t count;

	(void)events;
	if (read(fd, &count, sizeof(count)) == sizeof(count))
		indexer->grew(indexer->arg);
}

static bool start(indexer_t *indexer, struct event_base *base, const logindex_settings_t *settings)
{
	pthread_condattr_t attributes;

	pthread_mutex_init(&indexer->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&indexer->stop, &attributes);
	pthread_condattr_destroy(&attributes);
	indexer->grown = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	indexer->index = logindex_new(settings, true);
	if (indexer->grown < 0 || indexer->index == NULL)
		return false;
	indexer->readable = event_new(base, indexer->grown, EV_READ | EV_PERSIST, on_grown, indexer);
	if (indexer->readable == NULL || event_add(indexer->readable, NULL) != 0)
		return false;
	indexer->started = pthread_create(&indexer->thread, NULL, run, indexer) == 0;
	return indexer->started;
}

indexer_t *indexer_new(struct event_base *base, const logindex_settings_t *settings, indexer_grew_fn *grew, void *arg)
{
	indexer_t *indexer = calloc(1, sizeof(*indexer));

	if (indexer == NULL)
		return NULL;
	indexer->grew = grew;
	indexer->arg = arg;
	atomic_init(&indexer->behind, true);
	if (start(indexer, base, settings))
		return indexer;
	indexer_free(indexer);
	return NULL;
}

void indexer_free(indexer_t *indexer)
{
	if (indexer == NULL)
		return;
	pthread_mutex_lock(&indexer->lock);
	indexer->stopping = true;
	pthread_cond_signal(&indexer->stop);
	pthread_mutex_unlock(&indexer->lock);
	if (indexer->started)
		pthread_join(indexer->thread, NULL);
	logindex_free(indexer->index);
	if (indexer->readable != NULL)
		event_free(indexer->readable);
	if (indexer->grown >= 0)
		close(indexer->grown);
	pthread_cond_destroy(&indexer->stop);
	pthread_mutex_destroy(&indexer->lock);
	free(indexer);
}

bool indexer_is_behind(const indexer_t *indexer)
{
	return atomic_load(&indexer->behind);
}
