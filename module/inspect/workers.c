/* workers.c: see workers.h. */
#include "module/inspect/workers.h"

#include <pthread.h>
#include <stdlib.h>

struct workers {
	mailbox_t finished; /* for the loop's thread */
	struct event *readable;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t wanted;
	STAILQ_HEAD(, job) waiting;
	unsigned count; /* of waiting */
	bool stopping;
	/* The loop's thread alone. */
	const shared_t *shared;
	unsigned slow; /* jobs that are not done */
	unsigned started;
	pthread_t threads[WORKERS];
};

/* ---- a worker ---- */

/* The next job; NULL when the workers stop. */
static job_t *wait_for_job(workers_t *workers)
{
	job_t *job = NULL;

	pthread_mutex_lock(&workers->lock);
	while (!workers->stopping && STAILQ_EMPTY(&workers->waiting))
		pthread_cond_wait(&workers->wanted, &workers->lock);
	if (!workers->stopping) {
		job = STAILQ_FIRST(&workers->waiting);
		STAILQ_REMOVE_HEAD(&workers->waiting, link);
		workers->count--;
	}
	pthread_mutex_unlock(&workers->lock);
	return job;
}

static void *work(void *arg)
{
	workers_t *workers = arg;
	sources_t sources = sources_begin(workers->shared);
	job_t *job;

	while ((job = wait_for_job(workers)) != NULL) {
		job->work(&sources, job);
		mailbox_put(&workers->finished, &job->mail);
	}
	sources_end(&sources);
	return NULL;
}

/* ---- the loop's thread ---- */

static void finish(workers_t *workers, job_t *job)
{
	workers->slow -= job->slow;
	job->done(job); /* the asker's again */
}

static void hand_back(workers_t *workers)
{
	mail_t *following;

	for (mail_t *mail = mailbox_take(&workers->finished); mail != NULL; mail = following) {
		job_t *job = (job_t *)(void *)mail; /* its first member */

		following = mail->next;
		finish(workers, job);
	}
}

static void on_finished(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	hand_back(arg);
}

workers_err_t workers_take(workers_t *workers, job_t *job)
{
	workers_err_t err = WORKERS_BUSY;

	if (job->slow && workers->slow >= WORKERS_SLOW_MAX)
		return WORKERS_SLOW_BUSY;
	pthread_mutex_lock(&workers->lock);
	if (!workers->stopping && workers->count < WORKERS_WAITING_MAX) {
		STAILQ_INSERT_TAIL(&workers->waiting, job, link);
		workers->count++;
		workers->slow += job->slow;
		err = WORKERS_TAKEN;
		pthread_cond_signal(&workers->wanted);
	}
	pthread_mutex_unlock(&workers->lock);
	return err;
}

workers_t *workers_new(struct event_base *base, const shared_t *shared)
{
	workers_t *workers = calloc(1, sizeof(*workers));

	if (workers == NULL)
		return NULL;
	workers->shared = shared;
	STAILQ_INIT(&workers->waiting);
	pthread_mutex_init(&workers->lock, NULL);
	pthread_cond_init(&workers->wanted, NULL);
	if (!mailbox_open(&workers->finished))
		goto failed;
	workers->readable = event_new(base, workers->finished.fd, EV_READ | EV_PERSIST, on_finished, workers);
	if (workers->readable == NULL || event_add(workers->readable, NULL) != 0)
		goto failed;
	for (; workers->started < WORKERS; workers->started++)
		if (pthread_create(&workers->threads[workers->started], NULL, work, workers) != 0)
			goto failed;
	return workers;
failed:
	workers_free(workers);
	return NULL;
}

void workers_free(workers_t *workers)
{
	job_t *job;

	if (workers == NULL)
		return;
	pthread_mutex_lock(&workers->lock);
	workers->stopping = true;
	pthread_cond_broadcast(&workers->wanted);
	pthread_mutex_unlock(&workers->lock);
	for (unsigned i = 0; i < workers->started; i++)
		pthread_join(workers->threads[i], NULL);
	hand_back(workers);
	while ((job = STAILQ_FIRST(&workers->waiting)) != NULL) {
		STAILQ_REMOVE_HEAD(&workers->waiting, link);
		job->answer = answer_error(503, "the inspection process is being replaced: try again");
		finish(workers, job);
	}
	if (workers->readable != NULL)
		event_free(workers->readable);
	mailbox_close(&workers->finished);
	pthread_cond_destroy(&workers->wanted);
	pthread_mutex_destroy(&workers->lock);
	free(workers);
}
