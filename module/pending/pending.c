/* pending.c: see pending.h. The thread owns all that is in pending_t but the inbox, the counters and ready_fd; other threads
 * reach it through the inbox alone. */
#include "module/pending/pending.h"

#include "module/clock.h"
#include "module/inquiry/resolution.h"
#include "module/mailbox.h"
#include "module/pending/questions.h"
#include "module/pending/recall.h"
#include "module/pending/stale.h"
#include "validator/ede.h"
#include "validator/name.h"

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum {
	RCODE_SERVFAIL = 2,
	CLIENTS_PER_QUESTION = 4, /* so many times max_questions may wait altogether */
	INBOX_BATCH = 256,        /* messages in one turn of the loop, so that answers get their turn too */
	READY_POLL_MS = 2,
	REPLACE_GRACE = 10, /* seconds that old resolver processes have to finish what they began */
};

typedef enum { MESSAGE_QUESTION, MESSAGE_LOOK, MESSAGE_FLUSH, MESSAGE_RELOAD, MESSAGE_STOP } message_kind_t;

/* What other threads put into the inbox. One allocation each; a question becomes the waiter it holds. */
typedef struct message {
	mail_t mail;
	message_kind_t kind;
	union {
		waiter_t waiter;
		struct {
			pending_looked_fn *looked;
			void *arg;
		} look;
		struct {
			flush_what_t what;
			flushed_fn *flushed;
			void *arg;
		} flush;
		struct {
			pending_settings_t settings; /* owns its strings */
			judging_t *judging;
		} reload;
	};
} message_t;

struct pending {
	pthread_t thread;
	witnesses_t witnesses;
	memory_t memory; /* of what was last accepted */
	cache_t *cache;
	struct event_base *base;
	struct event *inbox_event;
	struct event *ready_event;
	pool_t *pool;
	flushes_t *flushes;
	judging_t *judging;
	pending_settings_t settings; /* owns its strings; its policy is in judging */
	reply_context_t reply;
	questions_t questions;
	mail_t *backlog; /* taken from the inbox, not yet read */
	bool stopping;
	uint8_t out[REPLY_MAX];

	mailbox_t inbox;
	int ready_fd; /* an eventfd: a resolver process answers */
	message_t stop;

	atomic_uint clients;
	atomic_uint max_clients;
	atomic_uint_fast64_t resolved, failed, timed_out, turned_away;
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
	settings_clear(&pending->settings);
	judging_release(pending->judging);
	pending->judging = judging;
	pending->settings = *settings;
	pending->reply.max_udp_size = settings->max_udp_size;
	pending->reply.keepalive = settings->keepalive;
	atomic_store(&pending->max_clients, settings->max_questions * CLIENTS_PER_QUESTION);
}

/* ---- replies ---- */

static void waiter_done(pending_t *pending, waiter_t *waiter)
{
	message_t *message = (message_t *)((char *)waiter - offsetof(message_t, waiter));

	atomic_fetch_sub(&pending->clients, 1);
	free(message);
}

static uint32_t question_took(const question_t *question)
{
	return (uint32_t)(clock_milliseconds(CLOCK_MONOTONIC) - question->began);
}

static void reply_servfail(pending_t *pending, const waiter_t *waiter, ede_t ede, const char *text)
{
	size_t size =
		reply_error(&pending->reply, &waiter->query, &waiter->client, RCODE_SERVFAIL, ede, text, pending->out);

	client_send(&waiter->client, pending->out, size);
}

static bool answer_from_cache(pending_t *pending, const waiter_t *waiter)
{
	pending->reply.wall = (uint32_t)clock_of_wall();
	size_t size = reply_from_cache(&pending->reply, &waiter->query, &waiter->client, pending->cache,
				       clock_of_cache(), pending->out);

	if (size > 0)
		client_send(&waiter->client, pending->out, size);
	return size > 0;
}

/* Without a resolution clients get nothing: the server stops. */
static void waiter_answer(pending_t *pending, const question_t *question, const waiter_t *waiter,
			  const resolution_t *resolution, const verdict_t *verdict)
{
	size_t size = 0;

	if (waiter->told != NULL) {
		waiter->told(waiter->told_arg, resolution, verdict, question_took(question));
	} else if (resolution != NULL && !(question->is_stale && answer_from_cache(pending, waiter))) {
		size = reply_from_answer(&pending->reply, &waiter->query, &waiter->client, &resolution->answer,
					 pending->out);
		client_send(&waiter->client, pending->out, size);
	}
}

/* Takes all who wait, in the order in which they came. */
static waiter_t *take_waiters(question_t *question)
{
	waiter_t *in_order = NULL;

	for (waiter_t *waiter = question->waiters, *next; waiter != NULL; waiter = next) {
		next = waiter->next;
		waiter->next = in_order;
		in_order = waiter;
	}
	question->waiters = NULL;
	return in_order;
}

static void add_waiter(question_t *question, waiter_t *waiter)
{
	waiter->next = question->waiters;
	question->waiters = waiter;
}

/* Replies to all who wait and forgets the question. */
static void question_answer(pending_t *pending, question_t *question, const resolution_t *resolution,
			    const verdict_t *verdict)
{
	pending->reply.wall = (uint32_t)clock_of_wall();
	for (waiter_t *waiter = take_waiters(question), *next; waiter != NULL; waiter = next) {
		next = waiter->next;
		waiter_answer(pending, question, waiter, resolution, verdict);
		waiter_done(pending, waiter);
	}
	event_del(&question->budget);
	event_del(&question->late);
	questions_remove(&pending->questions, question);
}

/* ---- stale answers ---- */

/* From now on the cache hands out what had ended. False when there is nothing. */
static bool keep_stale(pending_t *pending, const question_t *question, bool failed)
{
	const cache_key_t key = { .name = question->name.octets,
				  .name_size = question->name.size,
				  .type = question->type };

	return pending->settings.stale > 0 && stale_serves(question->type) &&
	       stale_keep(pending->cache, &key, pending->settings.stale, failed, pending->out, sizeof(pending->out));
}

/* Who asks for what is late gets what there is at once. */
static bool answer_late(pending_t *pending, const question_t *question, const waiter_t *waiter)
{
	return waiter->told == NULL && question->is_late && keep_stale(pending, question, false) &&
	       answer_from_cache(pending, waiter);
}

/* The question goes on; who would rather have the truth than an answer waits on. */
static void on_late(evutil_socket_t fd, short events, void *arg)
{
	question_t *question = arg;
	pending_t *pending = question->owner;

	(void)fd;
	(void)events;
	question->is_late = true;
	for (waiter_t *waiter = take_waiters(question), *next; waiter != NULL; waiter = next) {
		next = waiter->next;
		if (answer_late(pending, question, waiter))
			waiter_done(pending, waiter);
		else
			add_waiter(question, waiter);
	}
}

/* ---- outcomes ---- */

static void question_settle(pending_t *pending, question_t *question, const resolution_t *resolution,
			    const verdict_t *verdict)
{
	const cache_answer_t *answer = &resolution->answer;
	const cache_key_t key = { .name = question->name.octets,
				  .name_size = question->name.size,
				  .type = question->type };
	uint64_t now = clock_of_cache();

	if (answer->failure) {
		if (!question->is_stale)
			cache_put_failure(pending->cache, &key, answer, now);
		atomic_fetch_add(&pending->failed, 1);
	} else {
		cache_put(pending->cache, &key, answer, resolution->ttl, now);
		atomic_fetch_add(&pending->resolved, 1);
	}
	question_answer(pending, question, resolution, verdict);
}

static void question_tell(const pending_t *pending, const question_t *question, const resolution_t *resolution,
			  const verdict_t *verdict)
{
	ended_t ended = { .name = &question->name,
			  .type = question->type,
			  .took = question_took(question),
			  .wall = clock_milliseconds(CLOCK_REALTIME),
			  .stale = question->is_stale,
			  .resolution = resolution,
			  .verdict = verdict };

	for (const waiter_t *waiter = question->waiters; waiter != NULL; waiter = waiter->next) {
		if (waiter->told != NULL)
			continue;
		ended.client = &waiter->client.peer.any; /* the last in the list was the first who asked */
		ended.tcp = waiter->client.tcp;
		ended.clients++;
	}
	witnesses_hear(&pending->witnesses, &ended);
}

/* The negative trust anchor that keeps a name from being validated; NULL when there is none. */
static const name_t *anchor_above(const pending_t *pending, const name_t *name)
{
	const pending_settings_t *settings = &pending->settings;

	for (size_t i = 0; i < settings->insecure_count; i++)
		if (name_is_under(name, &settings->insecure[i]))
			return &settings->insecure[i];
	return NULL;
}

/* Says in an answer that it was not validated, and why (RFC 7646, 6): false when there is nothing to say. */
static bool note_anchor(const pending_t *pending, const question_t *question, const resolution_t *resolution,
			resolution_t *noted)
{
	const cache_answer_t *answer = &resolution->answer;
	const name_t *anchor = answer->security == SECURITY_INSECURE && answer->ede == CACHE_NO_EDE && !answer->failure
				       ? anchor_above(pending, &question->name)
				       : NULL;
	char name[NAME_TEXT_MAX];

	if (anchor == NULL)
		return false;
	*noted = *resolution;
	resolution_moved(noted);
	resolution_note(noted, EDE_NEGATIVE_TRUST_ANCHOR, name_to_text(anchor, name));
	return true;
}

static void on_done(void *arg, const resolution_t *resolution, const verdict_t *verdict)
{
	question_t *question = arg;
	pending_t *pending = question->owner;
	resolution_t noted; /* borrows what `resolution` owns */

	if (resolution == NULL) {
		question_answer(pending, question, NULL, NULL);
		return;
	}
	if (note_anchor(pending, question, resolution, &noted))
		resolution = &noted;
	question->is_stale = stale_permits(resolution, verdict) && keep_stale(pending, question, true);
	question_tell(pending, question, resolution, verdict);
	question_settle(pending, question, resolution, verdict);
}

static void on_budget(evutil_socket_t fd, short events, void *arg)
{
	question_t *question = arg;
	pending_t *pending = question->owner;

	(void)fd;
	(void)events;
	atomic_fetch_add(&pending->timed_out, 1);
	inquiry_end(question->inquiry, pending->settings.budget);
}

/* ---- new questions ---- */

static question_t *question_begin(pending_t *pending, const query_t *query, bool fresh)
{
	const struct timeval budget = { .tv_sec = pending->settings.budget };
	const struct timeval late = { .tv_sec = STALE_LATE_MS / 1000, .tv_usec = STALE_LATE_MS % 1000 * 1000 };
	const inquiry_home_t home = {
		.base = pending->base, .pool = pending->pool, .cache = pending->cache, .memory = &pending->memory
	};
	question_t *question = questions_add(&pending->questions, &query->name, query->type, fresh);

	if (question == NULL)
		return NULL;
	question->owner = pending;
	question->began = clock_milliseconds(CLOCK_MONOTONIC);
	evtimer_assign(&question->budget, pending->base, on_budget, question);
	evtimer_add(&question->budget, &budget);
	evtimer_assign(&question->late, pending->base, on_late, question);
	if (pending->settings.stale > 0 && stale_serves(query->type))
		evtimer_add(&question->late, &late);
	question->inquiry =
		inquiry_start(&home, pending->judging, &question->name, question->type, fresh, on_done, question);
	if (question->inquiry != NULL)
		return question;
	event_del(&question->budget);
	event_del(&question->late);
	questions_remove(&pending->questions, question);
	return NULL;
}

/* There are too many questions: whoever asked one more gets this. */
static void turn_away(pending_t *pending, waiter_t *waiter)
{
	static const char why[] = "too many questions are waiting";
	resolution_t resolution;

	atomic_fetch_add(&pending->turned_away, 1);
	if (waiter->told == NULL) {
		reply_servfail(pending, waiter, EDE_OTHER, why);
	} else {
		resolution_begin(&resolution);
		resolution_fail(&resolution, EDE_OTHER, why);
		waiter->told(waiter->told_arg, &resolution, NULL, 0);
		resolution_free(&resolution);
	}
	waiter_done(pending, waiter);
}

/* A fresh question's answer is good enough for everybody; nobody else's is for who asks a fresh one. */
static question_t *question_to_join(const pending_t *pending, const waiter_t *waiter)
{
	const query_t *query = &waiter->query;
	question_t *question = questions_find(&pending->questions, &query->name, query->type, true);

	return question != NULL || waiter->fresh
		       ? question
		       : questions_find(&pending->questions, &query->name, query->type, false);
}

static void take_question(pending_t *pending, waiter_t *waiter)
{
	question_t *question = question_to_join(pending, waiter);

	/* Its answer may have come while the query was on its way from the worker. */
	if (question == NULL ? waiter->told == NULL && answer_from_cache(pending, waiter)
			     : answer_late(pending, question, waiter)) {
		waiter_done(pending, waiter);
		return;
	}
	if (question == NULL && pending->questions.count < pending->settings.max_questions)
		question = question_begin(pending, &waiter->query, waiter->fresh);
	if (question == NULL) {
		turn_away(pending, waiter);
		return;
	}
	add_waiter(question, waiter);
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
	case MESSAGE_QUESTION: take_question(pending, &message->waiter); return;
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

/* Room for one who waits. NULL when there are too many, or memory is out. */
static message_t *message_for_waiter(pending_t *pending)
{
	message_t *message = NULL;

	if (atomic_fetch_add(&pending->clients, 1) < atomic_load(&pending->max_clients))
		message = malloc(sizeof(*message));
	if (message == NULL) {
		atomic_fetch_sub(&pending->clients, 1);
		atomic_fetch_add(&pending->turned_away, 1);
		return NULL;
	}
	message->kind = MESSAGE_QUESTION;
	return message;
}

bool pending_submit(pending_t *pending, const query_t *query, const client_t *client)
{
	message_t *message = message_for_waiter(pending);

	if (message == NULL)
		return false;
	message->waiter = (waiter_t){ .client = *client, .query = *query };
	mailbox_put(&pending->inbox, &message->mail);
	return true;
}

bool pending_ask(pending_t *pending, const name_t *name, uint16_t type, bool fresh, pending_told_fn *told, void *arg)
{
	message_t *message = message_for_waiter(pending);

	if (message == NULL)
		return false;
	message->waiter =
		(waiter_t){ .told = told, .told_arg = arg, .fresh = fresh, .query = { .name = *name, .type = type } };
	mailbox_put(&pending->inbox, &message->mail);
	return true;
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

bool pending_wait_ready(pending_t *pending, unsigned seconds)
{
	struct pollfd wait = { .fd = pending->ready_fd, .events = POLLIN };

	return poll(&wait, 1, (int)seconds * 1000) == 1;
}

void pending_stats(const pending_t *pending, pending_stats_t *stats)
{
	*stats = (pending_stats_t){
		.resolved = atomic_load(&pending->resolved),
		.failed = atomic_load(&pending->failed),
		.timed_out = atomic_load(&pending->timed_out),
		.turned_away = atomic_load(&pending->turned_away),
		.clients = atomic_load(&pending->clients),
	};
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
	if (!take_settings(pending, settings))
		return false;
	pending->ready_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pending->base = event_base_new();
	if (!mailbox_open(&pending->inbox) || pending->ready_fd < 0 || pending->base == NULL)
		return false;
	pending->inbox_event = event_new(pending->base, pending->inbox.fd, EV_READ | EV_PERSIST, on_inbox, pending);
	pending->ready_event = event_new(pending->base, -1, EV_PERSIST, on_ready_poll, pending);
	pending->pool = pool_new(pending->base, &pending->settings.pool, pending->witnesses.log);
	pending->flushes = flushes_new(pending->base, pending->cache, REPLACE_GRACE + 1, replace_resolvers, pending);
	if (pending->pool != NULL)
		pool_on_take_over(pending->pool, on_take_over, pending);
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
