/* recall.c: see recall.h.
 *
 * A thread has a desk and an event for as long as it has a question out: Unbound does not say when a thread's loop ends, but
 * that each of its queries ends before. */
#include "module/unbound/recall.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct counter {
	history_desk_t *desk;
	struct ub_event *event;
	unsigned users;
} counter_t;

struct recall {
	counter_t *counter;
	history_question_t *question;
	history_told_fn *told;
	void *arg;
};

/* ---- the thread's counter ---- */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t own; /* a thread's counter_t, while it has one */

static void make_key(void)
{
	if (pthread_key_create(&own, NULL) != 0)
		abort();
}

static void counter_leave(counter_t *counter)
{
	if (--counter->users > 0)
		return;
	pthread_setspecific(own, NULL);
	if (counter->event != NULL) {
		ub_event_del(counter->event);
		ub_event_free(counter->event);
	}
	history_desk_free(counter->desk);
	free(counter);
}

static void on_readable(int fd, short events, void *arg)
{
	counter_t *counter = arg;

	(void)fd;
	(void)events;
	counter->users++; /* the last question may be told */
	history_desk_read(counter->desk);
	counter_leave(counter);
}

static bool listen_at(counter_t *counter, struct ub_event_base *base)
{
	counter->event =
		ub_event_new(base, history_desk_fd(counter->desk), UB_EV_READ | UB_EV_PERSIST, on_readable, counter);
	return counter->event != NULL && ub_event_add(counter->event, NULL) == 0;
}

static counter_t *counter_new(struct ub_event_base *base)
{
	counter_t *counter = calloc(1, sizeof(*counter));

	if (counter == NULL)
		return NULL;
	counter->users = 1;
	counter->desk = history_desk_new();
	if (counter->desk != NULL && listen_at(counter, base) && pthread_setspecific(own, counter) == 0)
		return counter;
	counter_leave(counter);
	return NULL;
}

static counter_t *counter_enter(struct ub_event_base *base)
{
	counter_t *counter = NULL;

	pthread_once(&once, make_key);
	counter = pthread_getspecific(own);
	if (counter == NULL)
		return counter_new(base);
	counter->users++;
	return counter;
}

/* ---- questions ---- */

static void recall_free(recall_t *recall)
{
	counter_leave(recall->counter);
	free(recall);
}

static void on_told(void *arg, const history_set_t *past)
{
	recall_t *recall = arg;
	history_told_fn *told = recall->told;
	void *whom = recall->arg;

	recall_free(recall);
	told(whom, past);
}

recall_t *recall_ask(history_t *history, struct comm_base *loop, const name_t *name, history_told_fn *told, void *arg)
{
	recall_t *recall = calloc(1, sizeof(*recall));

	if (recall == NULL)
		return NULL;
	*recall = (recall_t){ .counter = counter_enter(comm_base_internal(loop)), .told = told, .arg = arg };
	if (recall->counter == NULL) {
		free(recall);
		return NULL;
	}
	recall->question = history_past_to(history, recall->counter->desk, name, on_told, recall);
	if (recall->question != NULL)
		return recall;
	recall_free(recall);
	return NULL;
}

void recall_forget(recall_t *recall)
{
	if (recall == NULL)
		return;
	history_forget(recall->question);
	recall_free(recall);
}
