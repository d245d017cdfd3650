/* inquiry.c: see inquiry.h. Every way through it ends in finish(). */
#include "module/inquiry/inquiry.h"

#include "module/clock.h"
#include "module/inquiry/marks.h"
#include "validator/ede.h"

#include <event2/event_struct.h>
#include <stdlib.h>
#include <time.h>

enum { TYPE_A = 1, TYPE_MX = 15, TYPE_AAAA = 28 };

/* One question to the resolver processes. */
typedef struct ask {
	struct inquiry *inquiry;
	struct ask *next;
	uint64_t number; /* pool_ask()'s */
	need_t need;
} ask_t;

/* A time limit of the host, for needs of one kind. */
typedef struct limit {
	struct event timer;
	struct inquiry *inquiry;
	need_kind_t kind;
	bool running;
} limit_t;

struct inquiry {
	inquiry_home_t home;
	judging_t *judging;
	name_t name;
	uint16_t type;
	bool fresh;
	inquiry_done_fn *done;
	void *arg;
	ask_t *asks;              /* open ones */
	assessment_t *assessment; /* MX */
	limit_t corroboration;
	limit_t targets;
	limit_t past;
	void *past_question; /* memory_t.ask()'s, while it is out */
	bool advancing;      /* told from inside, there is no need to advance once more */
	bool has_first;      /* an exchange's address: what UDP said, while TCP is asked */
	resolution_t first;
};

/* ---- judging ---- */

judging_t *judging_new(policy_t *policy, const answer_limits_t *limits, unsigned corroborate_ms, unsigned target_ms)
{
	judging_t *judging = malloc(sizeof(*judging));

	if (judging == NULL) {
		policy_free(policy);
		return NULL;
	}
	*judging = (judging_t){ .policy = policy,
				.limits = *limits,
				.corroborate_ms = corroborate_ms,
				.target_ms = target_ms,
				.users = 1 };
	return judging;
}

judging_t *judging_hold(judging_t *judging)
{
	judging->users++;
	return judging;
}

void judging_release(judging_t *judging)
{
	if (judging == NULL || --judging->users > 0)
		return;
	policy_free(judging->policy);
	free(judging);
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

static void inquiry_free(inquiry_t *inquiry)
{
	for (ask_t *ask = inquiry->asks, *next; ask != NULL; ask = next) {
		next = ask->next;
		pool_cancel(inquiry->home.pool, ask->number);
		free(ask);
	}
	limit_stop(&inquiry->corroboration);
	limit_stop(&inquiry->targets);
	limit_stop(&inquiry->past);
	forget_past(inquiry);
	if (inquiry->assessment != NULL)
		assessment_free(inquiry->assessment);
	if (inquiry->has_first)
		resolution_free(&inquiry->first);
	judging_release(inquiry->judging);
	free(inquiry);
}

static void finish(inquiry_t *inquiry, const resolution_t *resolution, const verdict_t *verdict)
{
	inquiry->done(inquiry->arg, resolution, verdict);
	inquiry_free(inquiry);
}

/* ---- asking ---- */

static void on_answer(void *arg, const pool_outcome_t *outcome);

static resolver_transport_t transport_of(const inquiry_t *inquiry, const need_t *need)
{
	if (inquiry->fresh || need->fresh)
		return need->tcp ? RESOLVER_TCP_FRESH : RESOLVER_UDP_FRESH;
	return need->tcp ? RESOLVER_TCP : RESOLVER_UDP;
}

static bool ask(inquiry_t *inquiry, const need_t *need)
{
	ask_t *ask = malloc(sizeof(*ask));

	if (ask == NULL)
		return false;
	*ask = (ask_t){ .inquiry = inquiry, .need = *need };
	ask->number = pool_ask(inquiry->home.pool, need->name.octets, need->name.size, need->type,
			       transport_of(inquiry, need), on_answer, ask);
	if (ask->number == 0) {
		free(ask);
		return false;
	}
	ask->next = inquiry->asks;
	inquiry->asks = ask;
	return true;
}

/* Takes it out of the list; it is the caller's. */
static void unlink_ask(ask_t *ask)
{
	ask_t **link = &ask->inquiry->asks;

	while (*link != ask)
		link = &(*link)->next;
	*link = ask->next;
}

static void judge(const inquiry_t *inquiry, const need_t *need, const pool_outcome_t *outcome, resolution_t *resolution)
{
	if (outcome->result == POOL_LOST)
		resolution_give_up(resolution, RESOLUTION_LOST, 0);
	else
		resolution_judge(resolution, &need->name, need->type, outcome, &inquiry->judging->limits,
				 clock_of_wall());
}

static bool is_address(uint16_t type)
{
	return type == TYPE_A || type == TYPE_AAAA;
}

/* ---- MX: what the assessment needs ---- */

/* An insecure address is asked for over UDP and TCP. TCP's is the one that clients get; in monitor mode, which changes nothing,
 * UDP's. */
static bool is_for_clients(const inquiry_t *inquiry, const need_t *need)
{
	return need->tcp != policy_monitors(inquiry->judging->policy);
}

/* Cached for the mail server, which asks for it next; what is bogus as a failure. */
static void remember(const inquiry_t *inquiry, const need_t *need, const pool_outcome_t *outcome)
{
	const cache_key_t key = { .name = need->name.octets, .name_size = need->name.size, .type = need->type };
	const uint64_t now = clock_of_cache();
	resolution_t resolution;

	if (need->kind != NEED_TARGET || outcome->result != POOL_ANSWERED)
		return;
	judge(inquiry, need, outcome, &resolution);
	if (resolution.answer.failure && outcome->security == SECURITY_BOGUS)
		cache_put_failure(inquiry->home.cache, &key, &resolution.answer, now);
	else if (!resolution.answer.failure &&
		 (outcome->security == SECURITY_SECURE || !is_address(need->type) || is_for_clients(inquiry, need)))
		cache_put(inquiry->home.cache, &key, &resolution.answer, resolution.ttl, now);
	resolution_free(&resolution);
}

static void note_no_tcp(const inquiry_t *inquiry, const need_t *need)
{
	if (need->tcp)
		marks_set(inquiry->home.cache, &need->name, MARK_NO_TCP, MARK_NO_TCP_SECONDS, clock_of_cache());
}

static bool is_refused(const inquiry_t *inquiry, const need_t *need)
{
	return need->tcp && marks_has(inquiry->home.cache, &need->name, MARK_NO_TCP, clock_of_cache());
}

/* From now on the addresses of these names are worth a second look. */
static void mark_exchanges(const inquiry_t *inquiry, const verdict_t *verdict)
{
	const uint64_t now = clock_of_cache();

	for (size_t i = 0; i < verdict->target_count; i++)
		marks_set(inquiry->home.cache, &verdict->targets[i].exchange, MARK_EXCHANGE, MARK_EXCHANGE_SECONDS,
			  now);
}

static void finish_assessment(inquiry_t *inquiry)
{
	const verdict_t *verdict = assessment_finish(inquiry->assessment);
	resolution_t resolution;

	mark_exchanges(inquiry, verdict);
	resolution_of_verdict(&resolution, verdict);
	finish(inquiry, &resolution, verdict);
}

static void advance(inquiry_t *inquiry);

/* Needs of this kind get no more time: their questions are given up. */
static void on_limit(evutil_socket_t fd, short events, void *arg)
{
	limit_t *limit = arg;
	inquiry_t *inquiry = limit->inquiry;

	(void)fd;
	(void)events;
	limit->running = false;
	for (ask_t *ask = inquiry->asks, *next; ask != NULL; ask = next) {
		next = ask->next;
		if (ask->need.kind != limit->kind)
			continue;
		note_no_tcp(inquiry, &ask->need);
		pool_cancel(inquiry->home.pool, ask->number);
		unlink_ask(ask);
		free(ask);
	}
	if (limit->kind == NEED_PAST)
		forget_past(inquiry);
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
	switch (kind) {
	case NEED_ANSWER: return; /* the question's budget, which is pending's */
	case NEED_CORROBORATION:
		limit_start(&inquiry->corroboration, inquiry, kind, inquiry->judging->corroborate_ms);
		return;
	case NEED_TARGET: limit_start(&inquiry->targets, inquiry, kind, inquiry->judging->target_ms); return;
	case NEED_PAST: limit_start(&inquiry->past, inquiry, kind, inquiry->judging->target_ms); return;
	}
}

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

	start_limit_of(inquiry, need->kind);
	if (is_refused(inquiry, need) || !ask(inquiry, need))
		assessment_supply(inquiry->assessment, need->id, &nothing);
}

/* Asks whatever the assessment needs by now; when it waits for nothing it is done. */
static void advance(inquiry_t *inquiry)
{
	need_t need;

	inquiry->advancing = true;
	while (assessment_next_need(inquiry->assessment, &need)) {
		if (need.kind == NEED_PAST)
			ask_past(inquiry, &need);
		else
			ask_need(inquiry, &need);
	}
	inquiry->advancing = false;
	if (inquiry->asks == NULL && assessment_waits_for(inquiry->assessment, NEED_PAST) == 0)
		finish_assessment(inquiry);
}

/* A SERVFAIL over TCP means that its servers do not talk TCP: over UDP they had an answer. */
static bool has_answer(const pool_outcome_t *outcome)
{
	enum { FLAGS_AT = 3, RCODE_MASK = 15, RCODE_NOERROR = 0, RCODE_NXDOMAIN = 3, RCODE_YXDOMAIN = 6 };
	unsigned rcode = outcome->size > FLAGS_AT ? outcome->packet[FLAGS_AT] & RCODE_MASK : outcome->rcode;

	if (outcome->result != POOL_ANSWERED || outcome->size == 0)
		return false;
	return rcode == RCODE_NOERROR || rcode == RCODE_NXDOMAIN || rcode == RCODE_YXDOMAIN;
}

static void supply(inquiry_t *inquiry, const need_t *need, const pool_outcome_t *outcome)
{
	const outcome_t supplied = {
		.state = outcome->result == POOL_ANSWERED ? OUTCOME_ANSWERED : OUTCOME_FAILED,
		.security = (security_t)outcome->security,
		.why = outcome->rate_limited ? "too many queries to the servers of this zone" : outcome->why,
		.packet = outcome->packet,
		.size = outcome->size,
	};

	if (!has_answer(outcome))
		note_no_tcp(inquiry, need);
	remember(inquiry, need, outcome);
	assessment_supply(inquiry->assessment, need->id, &supplied);
	advance(inquiry);
}

/* ---- other types ---- */

/* An exchange's address that is insecure is asked for over TCP too. */
static bool wants_tcp(const inquiry_t *inquiry, const need_t *need, const resolution_t *resolution)
{
	return policy_corroborates(inquiry->judging->policy) && !policy_monitors(inquiry->judging->policy) &&
	       is_address(need->type) && !need->tcp && !resolution->answer.failure &&
	       resolution->answer.security == SECURITY_INSECURE &&
	       marks_has(inquiry->home.cache, &need->name, MARK_EXCHANGE, clock_of_cache()) &&
	       !marks_has(inquiry->home.cache, &need->name, MARK_NO_TCP, clock_of_cache());
}

static bool ask_again_over_tcp(inquiry_t *inquiry, const need_t *need, const resolution_t *resolution)
{
	need_t again = *need;

	again.tcp = true;
	if (!ask(inquiry, &again))
		return false;
	inquiry->first = *resolution;
	resolution_moved(&inquiry->first);
	inquiry->has_first = true;
	return true;
}

static void settle(inquiry_t *inquiry, const need_t *need, const pool_outcome_t *outcome)
{
	resolution_t resolution;

	judge(inquiry, need, outcome, &resolution);
	if (wants_tcp(inquiry, need, &resolution) && ask_again_over_tcp(inquiry, need, &resolution))
		return;
	if (inquiry->has_first && !has_answer(outcome)) {
		note_no_tcp(inquiry, need);
		finish(inquiry, &inquiry->first, NULL);
	} else {
		finish(inquiry, &resolution, NULL);
	}
	resolution_free(&resolution);
}

/* ---- both ---- */

static void on_answer(void *arg, const pool_outcome_t *outcome)
{
	ask_t *ask = arg;
	inquiry_t *inquiry = ask->inquiry;
	const need_t need = ask->need;

	unlink_ask(ask);
	free(ask);
	if (outcome->result == POOL_CANCELLED) {
		if (inquiry->asks == NULL) /* the last of them */
			finish(inquiry, NULL, NULL);
	} else if (inquiry->assessment != NULL) {
		supply(inquiry, &need, outcome);
	} else {
		settle(inquiry, &need, outcome);
	}
}

/* With a question out, advance() does not finish yet. */
static bool begin_assessment(inquiry_t *inquiry)
{
	need_t need;

	inquiry->assessment =
		assessment_begin(inquiry->judging->policy, &inquiry->name, &inquiry->judging->limits, clock_of_wall());
	if (inquiry->assessment == NULL || !assessment_next_need(inquiry->assessment, &need) || !ask(inquiry, &need))
		return false;
	advance(inquiry);
	return true;
}

static bool begin_plain(inquiry_t *inquiry)
{
	const need_t need = { .kind = NEED_ANSWER, .name = inquiry->name, .type = inquiry->type };

	return ask(inquiry, &need);
}

inquiry_t *inquiry_start(const inquiry_home_t *home, judging_t *judging, const name_t *name, uint16_t type, bool fresh,
			 inquiry_done_fn *done, void *arg)
{
	inquiry_t *inquiry = calloc(1, sizeof(*inquiry));

	if (inquiry == NULL)
		return NULL;
	inquiry->home = *home;
	inquiry->judging = judging_hold(judging);
	inquiry->name = *name;
	inquiry->type = type;
	inquiry->fresh = fresh;
	inquiry->done = done;
	inquiry->arg = arg;
	if (type == TYPE_MX ? begin_assessment(inquiry) : begin_plain(inquiry))
		return inquiry;
	inquiry_free(inquiry);
	return NULL;
}

void inquiry_cancel(inquiry_t *inquiry)
{
	finish(inquiry, NULL, NULL);
}

void inquiry_end(inquiry_t *inquiry, unsigned budget)
{
	resolution_t resolution;

	if (inquiry->assessment != NULL && assessment_waits_for(inquiry->assessment, NEED_ANSWER) == 0) {
		finish_assessment(inquiry);
	} else if (inquiry->has_first) {
		finish(inquiry, &inquiry->first, NULL);
	} else {
		resolution_give_up(&resolution, RESOLUTION_TIMED_OUT, budget);
		finish(inquiry, &resolution, NULL);
		resolution_free(&resolution);
	}
}
