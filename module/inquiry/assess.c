/* assess.c: see inner.h. Asks what an assessment needs, within its time limits. Every way through it ends in assess_end(). */
#include "module/clock.h"
#include "module/inquiry/inner.h"
#include "module/inquiry/marks.h"
#include "validator/ede.h"
#include "validator/name.h"

#include <stdlib.h>
#include <time.h>

/* ---- what is remembered ---- */

/* An insecure address is asked for over UDP and TCP. TCP's is the one that clients get; in monitor mode, which changes nothing,
 * UDP's. */
static bool is_for_clients(const inquiry_t *inquiry, const need_t *need)
{
	return need->tcp != policy_monitors(inquiry->judging->policy);
}

/* What libunbound had is no newer than what we have (turn.h), and may be older: it was not asked for anew. */
static bool has_better(const inquiry_t *inquiry, const cache_key_t *key, const pool_outcome_t *outcome, uint64_t now)
{
	cache_look_t look;

	return outcome->cached && cache_look(inquiry->home.cache, key, now, &look) && look.left > 0 && !look.failure &&
	       !look.stale;
}

/* Cached for the mail server, which asks for it next; what is bogus as a failure. */
static void remember(const inquiry_t *inquiry, const need_t *need, const pool_outcome_t *outcome)
{
	const cache_key_t key = { .name = need->name.octets, .name_size = need->name.size, .type = need->type };
	const uint64_t now = clock_of_cache();
	resolution_t resolution;

	if (need->kind != NEED_TARGET || outcome->result != POOL_ANSWERED || has_better(inquiry, &key, outcome, now))
		return;
	asks_judge(inquiry, need, outcome, &resolution);
	if (resolution.answer.failure && outcome->security == SECURITY_BOGUS)
		cache_put_failure(inquiry->home.cache, &key, &resolution.answer, now);
	else if (!resolution.answer.failure && (outcome->security == SECURITY_SECURE || !asks_for_address(need->type) ||
						is_for_clients(inquiry, need)))
		cache_put(inquiry->home.cache, &key, &resolution.answer, resolution.ttl, now);
	resolution_free(&resolution);
}

/* From now on the addresses of these names are worth a second look. */
static void mark_exchanges(const inquiry_t *inquiry, const verdict_t *verdict)
{
	const uint64_t now = clock_of_cache();

	for (size_t i = 0; i < verdict->target_count; i++)
		marks_set(inquiry->home.cache, &verdict->targets[i].exchange, MARK_EXCHANGE, MARK_EXCHANGE_SECONDS,
			  now);
}

/* ---- servers without TCP: those that have an answer over UDP ---- */

static void note_no_tcp(inquiry_t *inquiry, const need_t *need)
{
	ask_t *failed = NULL;

	if (!need->tcp || (need->kind == NEED_CORROBORATION && inquiry->silent))
		return;
	if (asks_find(inquiry, &need->name, need->type, false) == NULL) {
		asks_note_no_tcp(inquiry, &need->name);
		return;
	}
	failed = malloc(sizeof(*failed));
	if (failed == NULL)
		return;
	*failed = (ask_t){ .need = *need, .next = inquiry->no_tcp };
	inquiry->no_tcp = failed;
}

/* UDP has answered. */
static void note_earlier_failure(inquiry_t *inquiry, const need_t *need)
{
	for (ask_t **link = &inquiry->no_tcp; *link != NULL;) {
		ask_t *failed = *link;

		if (need->tcp || failed->need.type != need->type || !name_equal(&failed->need.name, &need->name)) {
			link = &failed->next;
			continue;
		}
		asks_note_no_tcp(inquiry, &need->name);
		*link = failed->next;
		free(failed);
	}
}

/* ---- the end ---- */

static void limit_stop(limit_t *limit)
{
	if (limit->running)
		event_del(&limit->timer);
	limit->running = false;
}

static void forget_past(inquiry_t *inquiry)
{
	if (inquiry->past_question != NULL)
		inquiry->home.memory->forget(inquiry->past_question);
	inquiry->past_question = NULL;
}

void assess_clear(inquiry_t *inquiry)
{
	limit_stop(&inquiry->corroboration);
	limit_stop(&inquiry->targets);
	limit_stop(&inquiry->past);
	forget_past(inquiry);
	for (ask_t *failed = inquiry->no_tcp, *next; failed != NULL; failed = next) {
		next = failed->next;
		free(failed);
	}
	if (inquiry->assessment != NULL)
		assessment_free(inquiry->assessment);
}

void assess_end(inquiry_t *inquiry)
{
	const verdict_t *verdict = assessment_finish(inquiry->assessment);
	resolution_t resolution;

	mark_exchanges(inquiry, verdict);
	resolution_of_verdict(&resolution, verdict);
	resolution.answer.turn = inquiry->second;
	resolution.cached = inquiry->cached;
	inquiry_finish(inquiry, &resolution, verdict);
}

/* ---- limits ---- */

static void advance(inquiry_t *inquiry);
static void limit_start(limit_t *limit, inquiry_t *inquiry, need_kind_t kind, unsigned milliseconds);

static unsigned limit_of(const inquiry_t *inquiry, need_kind_t kind)
{
	return kind == NEED_CORROBORATION ? inquiry->judging->corroborate_ms : inquiry->judging->target_ms;
}

/* Their questions are given up. Which servers have no TCP has to be seen before. */
static void give_up(inquiry_t *inquiry, need_kind_t kind)
{
	for (const ask_t *ask = inquiry->asks; ask != NULL; ask = ask->next)
		if (ask->need.kind == kind)
			note_no_tcp(inquiry, &ask->need);
	for (ask_t *ask = inquiry->asks, *next; ask != NULL; ask = next) {
		next = ask->next;
		if (ask->need.kind == kind)
			asks_cancel(ask);
	}
	if (kind == NEED_PAST)
		forget_past(inquiry);
}

static void on_limit(evutil_socket_t fd, short events, void *arg)
{
	limit_t *limit = arg;
	inquiry_t *inquiry = limit->inquiry;

	(void)fd;
	(void)events;
	limit->running = false;
	if (!assessment_may_expire(inquiry->assessment, limit->kind)) {
		limit_start(limit, inquiry, limit->kind, limit_of(inquiry, limit->kind));
		return;
	}
	give_up(inquiry, limit->kind);
	assessment_expire(inquiry->assessment, limit->kind);
	advance(inquiry);
}

static void limit_start(limit_t *limit, inquiry_t *inquiry, need_kind_t kind, unsigned milliseconds)
{
	const struct timeval time = { .tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000 };

	if (limit->running)
		return;
	*limit = (limit_t){ .inquiry = inquiry, .kind = kind, .running = true };
	evtimer_assign(&limit->timer, inquiry->home.base, on_limit, limit);
	evtimer_add(&limit->timer, &time);
}

static void start_limit_of(inquiry_t *inquiry, need_kind_t kind)
{
	const unsigned milliseconds = limit_of(inquiry, kind);

	switch (kind) {
	case NEED_ANSWER: return; /* the question's budget, which is pending's */
	case NEED_CORROBORATION: limit_start(&inquiry->corroboration, inquiry, kind, milliseconds); return;
	case NEED_TARGET: limit_start(&inquiry->targets, inquiry, kind, milliseconds); return;
	case NEED_PAST: limit_start(&inquiry->past, inquiry, kind, milliseconds); return;
	}
}

/* ---- needs ---- */

static void on_past(void *arg, const history_set_t *past)
{
	inquiry_t *inquiry = arg;

	inquiry->past_question = NULL;
	limit_stop(&inquiry->past);
	memory_supply(inquiry->assessment, past);
	if (!inquiry->advancing)
		advance(inquiry);
}

/* What was told from inside already is not heard twice. */
static void ask_past(inquiry_t *inquiry, const need_t *need)
{
	const memory_t *memory = inquiry->home.memory;

	if (memory != NULL)
		inquiry->past_question = memory->ask(memory->from, &need->name, on_past, inquiry);
	if (inquiry->past_question == NULL)
		assessment_supply_past(inquiry->assessment, NULL);
	else
		start_limit_of(inquiry, need->kind);
}

static void ask_need(inquiry_t *inquiry, const need_t *need)
{
	static const outcome_t nothing = { .state = OUTCOME_FAILED, .why = "" };

	if (need->kind == NEED_PAST) {
		ask_past(inquiry, need);
	} else if (need->ahead && asks_expects_secure(inquiry, need) == need->tcp) {
		assessment_decline(inquiry->assessment, need->id);
	} else {
		start_limit_of(inquiry, need->kind);
		if (asks_is_refused(inquiry, need) || !asks_begin(inquiry, need))
			assessment_supply(inquiry->assessment, need->id, &nothing);
	}
}

/* What was asked ahead, and turned out not to be needed. */
static void drop_unwanted(inquiry_t *inquiry)
{
	for (ask_t *ask = inquiry->asks, *next; ask != NULL; ask = next) {
		next = ask->next;
		if (!assessment_wants(inquiry->assessment, ask->need.id))
			asks_cancel(ask);
	}
}

/* Asks whatever the assessment needs by now; when it waits for nothing it is done. */
static void advance(inquiry_t *inquiry)
{
	need_t need;

	inquiry->advancing = true;
	while (assessment_next_need(inquiry->assessment, &need))
		ask_need(inquiry, &need);
	drop_unwanted(inquiry);
	inquiry->advancing = false;
	if (inquiry->asks == NULL && assessment_waits_for(inquiry->assessment, NEED_PAST) == 0)
		assess_end(inquiry);
}

void assess_hear(inquiry_t *inquiry, const need_t *need, const pool_outcome_t *outcome)
{
	const outcome_t supplied = {
		.state = outcome->result == POOL_ANSWERED ? OUTCOME_ANSWERED : OUTCOME_FAILED,
		.security = (security_t)outcome->security,
		.why = outcome->rate_limited ? "too many queries to the servers of this zone" : outcome->why,
		.packet = outcome->packet,
		.size = outcome->size,
	};

	if (need->kind == NEED_ANSWER) {
		inquiry->cached = outcome->cached;
		inquiry->silent = !asks_answered(outcome);
	}
	if (asks_answered(outcome))
		note_earlier_failure(inquiry, need);
	else
		note_no_tcp(inquiry, need);
	asks_learn(inquiry, need, outcome);
	remember(inquiry, need, outcome);
	assessment_supply(inquiry->assessment, need->id, &supplied);
	if (need->tcp && assessment_waits_for(inquiry->assessment, NEED_ANSWER) > 0)
		limit_stop(&inquiry->corroboration); /* the repeat over UDP, should there be one, has time of its own */
	advance(inquiry);
}

/* With a question out, advance() does not finish yet. */
bool assess_begin(inquiry_t *inquiry)
{
	need_t need;

	inquiry->assessment =
		assessment_begin(inquiry->judging->policy, &inquiry->name, &inquiry->judging->limits, clock_of_wall());
	if (inquiry->assessment == NULL || !assessment_next_need(inquiry->assessment, &need) ||
	    !asks_begin(inquiry, &need))
		return false;
	advance(inquiry);
	return true;
}
