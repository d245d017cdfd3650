/* pending.c: see pending.h. Settings, the thread, and what other threads put into its inbox; what becomes of a question is in
 * attend.c. */
#include "module/pending/pending.h"

#include "module/mailbox.h"
#include "module/pending/attend.h"
#include "module/pending/inner.h"
#include "module/pending/questions.h"
#include "module/pending/recall.h"

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
	CLIENTS_PER_QUESTION = 4, /* so many times max_questions may wait altogether */
	INBOX_BATCH = 256,        /* messages in one turn of the loop, so that answers get their turn too */
	READY_POLL_MS = 2,
	REPLACE_GRACE = 10, /* seconds that old resolver processes have to finish what they began */
};

/* ---- settings ---- */

static bool settings_copy(pending_settings_t *to, const pending_settings_t *from)
{
	const size_t size = from->insecure_count * sizeof(*from->insecure);
	name_t *insecure = size > 0 ? malloc(size) : NULL;

	*to = *from;
	if (size > 0 && insecure == NULL)
		return false;
	if (insecure != NULL)
		memcpy(insecure, from->insecure, size);
	to->insecure = insecure;
	if (pool_settings_copy(&to->pool, &from->pool))
		return true;
	free(insecure);
	return false;
}

static void settings_clear(pending_settings_t *settings)
{
	free((name_t *)(uintptr_t)settings->insecure);
	settings->insecure = NULL;
	settings->insecure_count = 0;
	pool_settings_clear(&settings->pool);
}

static judging_t *judging_of(const pending_settings_t *settings)
{
	return judging_new(settings->policy, &settings->limits, settings->corroborate_ms, settings->target_ms);
}

/* Takes the settings with their strings and the judging over. */
static void settings_use(pending_t *pending, const pending_settings_t *settings, judging_t *judging)
{
	const shares_limits_t limits = { .room = settings->max_questions,
					 .zone_percent = settings->zone_percent,
					 .client_percent = settings->client_percent };

	settings_clear(&pending->settings);
	judging_release(pending->judging);
	pending->judging = judging;
	pending->settings = *settings;
	pending->reply.max_udp_size = settings->max_udp_size;
	pending->reply.keepalive = settings->keepalive;
	shares_set_limits(pending->shares, &limits);
	prefetch_set(&pending->prefetch, settings->prefetch, settings->max_questions);
	crowd_set_limits(&pending->crowd, settings->max_questions * CLIENTS_PER_QUESTION, settings->client_percent);
}

/* ---- what is not about one question ---- */

static bool replace_resolvers(void *arg)
{
	pending_t *pending = arg;

	return pool_replace(pending->pool, &pending->settings.pool, REPLACE_GRACE);
}

static void on_take_over(void *arg)
{
	const pending_t *pending = arg;

	flushes_took_over(pending->flushes);
}

static void on_linger(void *arg, const name_t *name, bool over)
{
	const pending_t *pending = arg;

	if (over)
		shares_linger_end(pending->shares, name);
	else
		shares_linger(pending->shares, name);
}

static void take_reload(pending_t *pending, const pending_settings_t *settings, judging_t *judging)
{
	settings_use(pending, settings, judging);
	if (!pool_replace(pending->pool, &pending->settings.pool, REPLACE_GRACE))
		log_write(pending->witnesses.log, LOG_LEVEL_ERROR,
			  "memory is out: the resolver processes keep their old configuration; reload again");
}

static void take_look(const pending_t *pending, pending_looked_fn *looked, void *arg)
{
	pending_state_t state = { .questions = pending->questions.count };

	state.process_count = pool_processes(pending->pool, state.processes, POOL_PROCESSES_MAX);
	looked(arg, &state);
}

/* ---- the thread ---- */

static void take_message(pending_t *pending, message_t *message)
{
	switch (message->kind) {
	case MESSAGE_QUESTION:
		crowd_read(&pending->crowd, message->waiter.client_hash);
		attend_waiter(pending, &message->waiter);
		return;
	case MESSAGE_RENEWAL:
		attend_renewal(pending, &message->renewal.name, message->renewal.type);
		free(message);
		return;
	case MESSAGE_LOOK:
		take_look(pending, message->look.looked, message->look.arg);
		free(message);
		return;
	case MESSAGE_FLUSH:
		flushes_add(pending->flushes, &message->flush.what, message->flush.flushed, message->flush.arg);
		free(message);
		return;
	case MESSAGE_RELOAD:
		take_reload(pending, &message->reload.settings, message->reload.judging);
		free(message);
		return;
	case MESSAGE_STOP:
		pending->stopping = true;
		event_base_loopbreak(pending->base);
		return;
	}
}

static message_t *next_message(pending_t *pending)
{
	mail_t *mail = pending->backlog != NULL ? pending->backlog : mailbox_take(&pending->inbox);

	if (mail == NULL)
		return NULL;
	pending->backlog = mail->next;
	return (message_t *)mail;
}

/* Some messages at a time: answers and budgets get their turn between them. */
static void on_inbox(evutil_socket_t fd, short events, void *arg)
{
	pending_t *pending = arg;

	(void)fd;
	(void)events;
	for (unsigned i = 0; i < INBOX_BATCH && !pending->stopping; i++) {
		message_t *message = next_message(pending);

		if (message == NULL)
			return;
		take_message(pending, message);
	}
	event_active(pending->inbox_event, EV_READ, 0);
}

static void on_ready_poll(evutil_socket_t fd, short events, void *arg)
{
	pending_t *pending = arg;
	const uint64_t one = 1;
	pool_stats_t stats;

	(void)fd;
	(void)events;
	pool_stats(pending->pool, &stats);
	if (stats.ready == 0)
		return;
	event_del(pending->ready_event);
	while (write(pending->ready_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

static void *thread_main(void *arg)
{
	pending_t *pending = arg;
	const struct timeval ready_poll = { .tv_usec = READY_POLL_MS * 1000 };

	cache_thread_begin();
	event_add(pending->inbox_event, NULL);
	event_add(pending->ready_event, &ready_poll);
	event_base_dispatch(pending->base);
	while (pending->questions.first != NULL)
		inquiry_cancel(pending->questions.first->inquiry); /* its callback frees the question */
	pool_free(pending->pool);
	pending->pool = NULL;
	cache_thread_end();
	return NULL;
}

/* ---- for other threads ---- */

/* Room for one who waits; *waiter is copied. False when there are too many, or memory is out. The thread is not woken. */
static bool submit(pending_t *pending, waiter_t *waiter, const client_address_t *client)
{
	message_t *message = NULL;
	crowd_verdict_t verdict;

	waiter->client_hash = shares_client_hash(pending->shares, client);
	verdict = crowd_enter(&pending->crowd, waiter->client_hash);
	if (verdict == CROWD_IN) {
		message = malloc(sizeof(*message));
		if (message == NULL)
			crowd_forget(&pending->crowd, waiter->client_hash);
	}
	if (message == NULL) {
		refusals_count(&pending->refusals, verdict == CROWD_CLIENT_TOO_MANY ? SHARES_CLIENT : SHARES_ALL);
		return false;
	}
	message->kind = MESSAGE_QUESTION;
	message->waiter = *waiter;
	mailbox_slip(&pending->inbox, &message->mail);
	return true;
}

bool pending_submit(pending_t *pending, const query_t *query, const client_t *client)
{
	waiter_t waiter = { .client = *client, .query = *query };

	return submit(pending, &waiter, &client->peer);
}

void pending_wake(pending_t *pending)
{
	mailbox_wake(&pending->inbox);
}

bool pending_ask(pending_t *pending, const name_t *name, uint16_t type, bool fresh, pending_told_fn *told, void *arg)
{
	waiter_t waiter = { .told = told, .told_arg = arg, .fresh = fresh, .query = { .name = *name, .type = type } };

	const bool taken = submit(pending, &waiter, NULL);

	mailbox_wake(&pending->inbox);
	return taken;
}

void pending_renew(pending_t *pending, const name_t *name, uint16_t type, uint64_t now)
{
	message_t *message;

	if (!prefetch_enter(&pending->prefetch, pending->cache, name, type, now))
		return;
	message = malloc(sizeof(*message));
	if (message == NULL) {
		prefetch_leave(&pending->prefetch, PREFETCH_DROPPED);
		return;
	}
	message->kind = MESSAGE_RENEWAL;
	message->renewal.name = *name;
	message->renewal.type = type;
	mailbox_put(&pending->inbox, &message->mail);
}

bool pending_look(pending_t *pending, pending_looked_fn *looked, void *arg)
{
	message_t *message = malloc(sizeof(*message));

	if (message == NULL)
		return false;
	message->kind = MESSAGE_LOOK;
	message->look.looked = looked;
	message->look.arg = arg;
	mailbox_put(&pending->inbox, &message->mail);
	return true;
}

bool pending_flush(pending_t *pending, const flush_what_t *what, flushed_fn *flushed, void *arg)
{
	message_t *message = malloc(sizeof(*message));

	if (message == NULL)
		return false;
	message->kind = MESSAGE_FLUSH;
	message->flush.what = *what;
	message->flush.flushed = flushed;
	message->flush.arg = arg;
	mailbox_put(&pending->inbox, &message->mail);
	return true;
}

bool pending_reload(pending_t *pending, const pending_settings_t *settings)
{
	judging_t *judging = judging_of(settings);
	message_t *message = judging != NULL ? malloc(sizeof(*message)) : NULL;

	if (message == NULL || !settings_copy(&message->reload.settings, settings)) {
		judging_release(judging);
		free(message);
		return false;
	}
	message->kind = MESSAGE_RELOAD;
	message->reload.judging = judging;
	mailbox_put(&pending->inbox, &message->mail);
	return true;
}

bool pending_wait_ready(pending_t *pending, unsigned milliseconds)
{
	struct pollfd wait = { .fd = pending->ready_fd, .events = POLLIN };

	return poll(&wait, 1, (int)milliseconds) == 1;
}

void pending_stats(const pending_t *pending, pending_stats_t *stats)
{
	*stats = (pending_stats_t){
		.resolved = atomic_load(&pending->resolved),
		.failed = atomic_load(&pending->failed),
		.timed_out = atomic_load(&pending->timed_out),
		.clients = atomic_load(&pending->crowd.waiting),
	};
	prefetch_stats(&pending->prefetch, &stats->prefetch);
	for (unsigned kind = 0; kind < SHARES_KINDS; kind++) {
		stats->turned_away_of[kind] = atomic_load(&pending->refusals.counts[kind]);
		stats->turned_away += stats->turned_away_of[kind];
	}
}

/* What is still in the inbox is dropped, the strings of a reload with it; who asked from inside is told. */
static void inbox_drop(pending_t *pending)
{
	for (message_t *message = next_message(pending); message != NULL; message = next_message(pending)) {
		if (message->kind == MESSAGE_RELOAD) {
			settings_clear(&message->reload.settings);
			judging_release(message->reload.judging);
		} else if (message->kind == MESSAGE_QUESTION && message->waiter.told != NULL) {
			message->waiter.told(message->waiter.told_arg, NULL, NULL, 0);
		} else if (message->kind == MESSAGE_LOOK) {
			message->look.looked(message->look.arg, NULL);
		} else if (message->kind == MESSAGE_FLUSH) {
			message->flush.flushed(message->flush.arg, false, 0);
		}
		free(message);
	}
}

static void pending_free(pending_t *pending)
{
	inbox_drop(pending);
	if (pending->pool != NULL)
		pool_free(pending->pool);
	if (pending->inbox_event != NULL)
		event_free(pending->inbox_event);
	if (pending->ready_event != NULL)
		event_free(pending->ready_event);
	flushes_free(pending->flushes);
	history_detach(pending->witnesses.history);
	if (pending->base != NULL)
		event_base_free(pending->base);
	mailbox_close(&pending->inbox);
	if (pending->ready_fd >= 0)
		close(pending->ready_fd);
	settings_clear(&pending->settings);
	judging_release(pending->judging);
	shares_free(pending->shares);
	free(pending);
}

static bool take_settings(pending_t *pending, const pending_settings_t *settings)
{
	judging_t *judging = judging_of(settings);
	pending_settings_t copy;

	if (judging == NULL || !settings_copy(&copy, settings)) {
		judging_release(judging);
		return false;
	}
	settings_use(pending, &copy, judging);
	return true;
}

/* All that can fail before the thread runs. */
static bool pending_prepare(pending_t *pending, const pending_settings_t *settings)
{
	pending->shares = shares_new(&(shares_limits_t){ .room = settings->max_questions });
	if (pending->shares == NULL || !take_settings(pending, settings))
		return false;
	pending->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pending->base = event_base_new();
	if (!mailbox_open(&pending->inbox) || pending->ready_fd < 0 || pending->base == NULL)
		return false;
	pending->inbox_event = event_new(pending->base, pending->inbox.fd, EV_READ | EV_PERSIST, on_inbox, pending);
	pending->ready_event = event_new(pending->base, -1, EV_PERSIST, on_ready_poll, pending);
	pending->pool = pool_new(pending->base, &pending->settings.pool, pending->witnesses.log);
	pending->flushes = flushes_new(pending->base, pending->cache, REPLACE_GRACE + 1, replace_resolvers, pending);
	if (pending->pool != NULL) {
		pool_on_take_over(pending->pool, on_take_over, pending);
		pool_on_linger(pending->pool, on_linger, pending);
	}
	return pending->inbox_event != NULL && pending->ready_event != NULL && pending->pool != NULL &&
	       pending->flushes != NULL && history_attach(pending->witnesses.history, pending->base);
}

pending_t *pending_start(const pending_settings_t *settings, cache_t *cache, cookies_t *cookies,
			 const witnesses_t *witnesses)
{
	pending_t *pending = calloc(1, sizeof(*pending));

	if (pending == NULL) {
		policy_free(settings->policy);
		return NULL;
	}
	pending->inbox.fd = -1;
	pending->ready_fd = -1;
	pending->witnesses = *witnesses;
	pending->memory = recall_from(witnesses->history);
	pending->cache = cache;
	pending->reply.cookies = cookies;
	if (pending_prepare(pending, settings) && pthread_create(&pending->thread, NULL, thread_main, pending) == 0) {
		pthread_setname_np(pending->thread, "pending");
		return pending;
	}
	pending_free(pending);
	return NULL;
}

void pending_stop(pending_t *pending)
{
	pending->stop.kind = MESSAGE_STOP;
	mailbox_put(&pending->inbox, &pending->stop.mail);
	pthread_join(pending->thread, NULL);
	pending_free(pending);
}
