/* attend.c: see attend.h. */
#include "module/pending/attend.h"

#include "module/clock.h"
#include "module/inquiry/resolution.h"
#include "module/pending/inner.h"
#include "module/pending/stale.h"
#include "validator/ede.h"
#include "validator/name.h"

#include <event2/event.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

enum {
	RCODE_SERVFAIL = 2,
};

/* ---- replies ---- */

static void waiter_done(pending_t *pending, waiter_t *waiter)
{
	message_t *message = (message_t *)((char *)waiter - offsetof(message_t, waiter));

	crowd_leave(&pending->crowd, waiter->client_hash);
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
	cache_found_t found;
	size_t size = 0;

	pending->reply.wall = (uint32_t)clock_of_wall();
	size = reply_from_cache(&pending->reply, &waiter->query, &waiter->client, pending->cache, clock_of_cache(),
				pending->out, &found);
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

static void question_forget(pending_t *pending, question_t *question)
{
	event_del(&question->budget);
	event_del(&question->late);
	shares_give_back(pending->shares, &question->hold);
	questions_remove(&pending->questions, question);
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
	question_forget(pending, question);
}

/* ---- stale answers ---- */

/* From now on the cache hands out what had ended, which *found (NULL is allowed) describes. False when there is nothing. */
static bool keep_stale(pending_t *pending, const name_t *name, uint16_t type, bool failed, cache_found_t *found)
{
	const cache_key_t key = { .name = name->octets, .name_size = name->size, .type = type };
	cache_found_t unseen;

	return pending->settings.stale > 0 && stale_serves(type) &&
	       stale_keep(pending->cache, &key, pending->settings.stale, failed, pending->out, sizeof(pending->out),
			  found != NULL ? found : &unseen);
}

/* Who asks for what is late gets what there is at once. */
static bool answer_late(pending_t *pending, const question_t *question, const waiter_t *waiter)
{
	return waiter->told == NULL && question->is_late &&
	       keep_stale(pending, &question->name, question->type, false, NULL) && answer_from_cache(pending, waiter);
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

/* A failure replaces nothing that has time left, but what an answer of today, though a bad one, has told about what was renewed. */
static void keep(pending_t *pending, const question_t *question, const resolution_t *resolution,
		 const verdict_t *verdict)
{
	const cache_key_t key = { .name = question->name.octets,
				  .name_size = question->name.size,
				  .type = question->type };
	cache_answer_t answer = resolution->answer;
	uint64_t now = clock_of_cache();
	cache_look_t look;

	if (question->fresh ||
	    answer.failure) /* neither of the two contexts has it: who had the younger copy has it still */
		answer.turn = cache_look(pending->cache, &key, now, &look) && look.turn;
	if (!answer.failure) {
		cache_put(pending->cache, &key, &answer, resolution->ttl, now);
		return;
	}
	if (question->is_renewal && !stale_permits(resolution, verdict))
		cache_flush(pending->cache, &key);
	if (!question->is_stale)
		cache_put_failure(pending->cache, &key, &answer, now);
}

static void question_settle(pending_t *pending, question_t *question, const resolution_t *resolution,
			    const verdict_t *verdict)
{
	keep(pending, question, resolution, verdict);
	atomic_fetch_add(resolution->answer.failure ? &pending->failed : &pending->resolved, 1);
	if (question->is_renewal)
		prefetch_leave(&pending->prefetch,
			       stale_permits(resolution, verdict) ? PREFETCH_FAILED : PREFETCH_RENEWED);
	question_answer(pending, question, resolution, verdict);
}

/* `stale`: what clients are given instead, where question->is_stale. */
static void question_tell(const pending_t *pending, const question_t *question, const resolution_t *resolution,
			  const verdict_t *verdict, const cache_found_t *stale)
{
	ended_t ended = { .name = &question->name,
			  .type = question->type,
			  .took = question_took(question),
			  .wall = clock_milliseconds(CLOCK_REALTIME),
			  .stale = question->is_stale ? stale : NULL,
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

static void renew_afresh(pending_t *pending, const name_t *name, uint16_t type);

/* What nobody waits for may be left as it is. True: it is, and the question is gone. */
static bool leave_as_it_is(pending_t *pending, question_t *question, const resolution_t *resolution,
			   const verdict_t *verdict)
{
	const name_t name = question->name;
	const uint16_t type = question->type;
	prefetch_outcome_t outcome = PREFETCH_RENEWED;

	if (question->is_renewal && question->waiters == NULL)
		outcome = prefetch_judge(pending->cache, question, resolution, verdict);
	if (outcome == PREFETCH_RENEWED)
		return false;
	question_forget(pending, question);
	if (outcome == PREFETCH_AFRESH)
		renew_afresh(pending, &name, type);
	else
		prefetch_leave(&pending->prefetch, outcome);
	return true;
}

static void on_done(void *arg, const resolution_t *resolution, const verdict_t *verdict)
{
	question_t *question = arg;
	pending_t *pending = question->owner;
	cache_found_t stale;
	resolution_t noted; /* borrows what `resolution` owns */

	if (resolution == NULL) {
		question_answer(pending, question, NULL, NULL);
		return;
	}
	if (leave_as_it_is(pending, question, resolution, verdict))
		return;
	if (note_anchor(pending, question, resolution, &noted))
		resolution = &noted;
	question->is_stale = stale_permits(resolution, verdict) &&
			     keep_stale(pending, &question->name, question->type, true, &stale);
	question_tell(pending, question, resolution, verdict, &stale);
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

/* Takes the hold over, in any case. */
static question_t *question_begin(pending_t *pending, const query_t *query, bool fresh, const shares_hold_t *hold)
{
	const struct timeval budget = { .tv_sec = pending->settings.budget };
	const struct timeval late = { .tv_sec = STALE_LATE_MS / 1000, .tv_usec = STALE_LATE_MS % 1000 * 1000 };
	const inquiry_home_t home = { .base = pending->base,
				      .pool = pending->pool,
				      .cache = pending->cache,
				      .memory = &pending->memory,
				      .asks_most = pending->settings.max_lookups };
	question_t *question = questions_add(&pending->questions, &query->name, query->type, fresh);

	if (question == NULL) {
		shares_give_back(pending->shares, hold);
		return NULL;
	}
	question->owner = pending;
	question->hold = *hold;
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
	question_forget(pending, question);
	return NULL;
}

/* There are too many questions: whoever asked one more gets this, or what had ended (RFC 8767). */
static void turn_away(pending_t *pending, waiter_t *waiter, const shares_refusal_t *refusal)
{
	const char *why = refusals_text(refusal->kind);
	resolution_t resolution;

	refusals_note(&pending->refusals, pending->witnesses.log, refusal,
		      waiter->told == NULL ? &waiter->client.peer : NULL, clock_milliseconds(CLOCK_MONOTONIC));
	if (waiter->told == NULL) {
		if (!keep_stale(pending, &waiter->query.name, waiter->query.type, false, NULL) ||
		    !answer_from_cache(pending, waiter))
			reply_servfail(pending, waiter, EDE_OTHER, why);
	} else {
		resolution_begin(&resolution);
		resolution_fail(&resolution, EDE_OTHER, why);
		waiter->told(waiter->told_arg, &resolution, NULL, 0);
		resolution_free(&resolution);
	}
	waiter_done(pending, waiter);
}

/* NULL when there is no room for one more, or memory is out. */
static question_t *question_for(pending_t *pending, const waiter_t *waiter, shares_refusal_t *refusal)
{
	const client_address_t *client = waiter->told == NULL ? &waiter->client.peer : NULL;
	shares_hold_t hold;

	if (!shares_take(pending->shares, &waiter->query.name, client, &hold, refusal))
		return NULL;
	*refusal = (shares_refusal_t){ .kind = SHARES_ALL, .held = pending->questions.count };
	return question_begin(pending, &waiter->query, waiter->fresh, &hold);
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

void attend_waiter(pending_t *pending, waiter_t *waiter)
{
	question_t *question = question_to_join(pending, waiter);
	shares_refusal_t refusal;

	/* Its answer may have come while the query was on its way from the worker. */
	if (question == NULL ? waiter->told == NULL && answer_from_cache(pending, waiter)
			     : answer_late(pending, question, waiter)) {
		waiter_done(pending, waiter);
		return;
	}
	if (question == NULL)
		question = question_for(pending, waiter, &refusal);
	if (question == NULL) {
		turn_away(pending, waiter, &refusal);
		return;
	}
	add_waiter(question, waiter);
}

/* ---- renewals ---- */

/* False when it is not to be. */
static bool renewal_begin(pending_t *pending, const name_t *name, uint16_t type, bool fresh)
{
	const query_t query = { .name = *name, .type = type };
	question_t *question = NULL;
	shares_refusal_t refusal;
	shares_hold_t hold;

	if (prefetch_is_worth_it(pending->cache, name, type) &&
	    questions_find(&pending->questions, name, type, true) == NULL &&
	    questions_find(&pending->questions, name, type, false) == NULL &&
	    shares_take(pending->shares, name, NULL, &hold, &refusal))
		question = question_begin(pending, &query, fresh, &hold);
	if (question != NULL)
		question->is_renewal = true;
	return question != NULL;
}

/* The other context had an answer already, which renews nothing. */
static void renew_afresh(pending_t *pending, const name_t *name, uint16_t type)
{
	if (renewal_begin(pending, name, type, true))
		prefetch_count(&pending->prefetch, PREFETCH_AFRESH);
	else
		prefetch_leave(&pending->prefetch, PREFETCH_DROPPED);
}

void attend_renewal(pending_t *pending, const name_t *name, uint16_t type)
{
	const bool busy = pending->questions.count >= pending->settings.max_questions / PREFETCH_BUSY_SHARE;

	if (!busy && renewal_begin(pending, name, type, false))
		prefetch_count(&pending->prefetch, PREFETCH_ASKED);
	else
		prefetch_leave(&pending->prefetch, PREFETCH_DROPPED);
}
