/* question.c: see question.h. Every way through the judgement of an MX answer ends in end(). */
#include "module/unbound/question.h"

#include "module/clock.h"
#include "module/inquiry/marks.h"
#include "module/unbound/message.h"
#include "validator/ede.h"
#include "validator/name.h"

#include <stdlib.h>
#include <string.h>

enum { TYPE_A = 1, TYPE_MX = 15, TYPE_AAAA = 28, RCODE_SERVFAIL = 2, CLASS_IN = 1 };

/* A need that is out as a sub-query. */
typedef struct ask {
	struct ask *next;
	need_t need;
} ask_t;

/* A time limit for needs of one kind. */
typedef struct limit {
	struct question *question;
	struct ub_event *timer; /* NULL: not running */
	need_kind_t kind;
} limit_t;

/* Hangs at query->minfo. */
typedef struct question {
	const place_t *place;
	struct module_qstate *query;
	struct module_env *own_env; /* query->env before it was made to use TCP; NULL: it was not */
	assessment_t *assessment;   /* MX, once there is an answer to judge */
	bool is_mx;
	bool unkept; /* by Unbound: it is for an assessment */
	bool is_sub; /* made by another question of ours */
	uint64_t began;
	name_t name; /* lower case */
	ask_t *asks; /* open ones */
	limit_t corroboration;
	limit_t targets;
} question_t;

/* ---- names ---- */

static bool name_of(const struct query_info *info, name_t *name)
{
	if (info->qname_len > sizeof(name->octets))
		return false;
	name->size = (uint8_t)info->qname_len;
	memcpy(name->octets, info->qname, info->qname_len);
	name_lower(name);
	return true;
}

static bool is_address(uint16_t type)
{
	return type == TYPE_A || type == TYPE_AAAA;
}

static cache_key_t key_of(const name_t *name)
{
	return (cache_key_t){ .name = name->octets, .name_size = name->size, .type = TYPE_MX };
}

/* ---- over TCP ---- */

/* The query gets an environment of its own, in which upstream queries go over TCP. False when memory is out. */
static bool use_tcp(question_t *question)
{
	struct module_qstate *query = question->query;
	struct module_env *env = regional_alloc_init(query->region, query->env, sizeof(*env));

	if (env == NULL)
		return false;
	env->cfg = question->place->tcp_config;
	question->own_env = query->env;
	query->env = env;
	return true;
}

/* ---- limits ---- */

static void limit_stop(limit_t *limit)
{
	if (limit->timer == NULL)
		return;
	ub_timer_del(limit->timer);
	ub_event_free(limit->timer);
	limit->timer = NULL;
}

static void note_no_tcp(const question_t *question, const need_t *need)
{
	if (need->tcp)
		marks_set(question->place->state->verdicts, &need->name, MARK_NO_TCP, MARK_NO_TCP_SECONDS,
			  clock_of_cache());
}

static void drop_asks(question_t *question, need_kind_t kind)
{
	ask_t **link = &question->asks;

	while (*link != NULL) {
		ask_t *ask = *link;

		if (ask->need.kind != kind) {
			link = &ask->next;
			continue;
		}
		note_no_tcp(question, &ask->need);
		*link = ask->next;
		free(ask);
	}
}

/* Needs of this kind get no more time. The query goes on as if a sub-query had come back. */
static void on_limit(int fd, short events, void *arg)
{
	limit_t *limit = arg;
	question_t *question = limit->question;
	struct module_qstate *query = question->query;

	(void)fd;
	(void)events;
	state_thread();
	ub_comm_base_now(query->env->worker_base);
	limit_stop(limit);
	drop_asks(question, limit->kind);
	assessment_expire(question->assessment, limit->kind);
	mesh_run(query->env->mesh, query->mesh_info, module_event_pass, NULL);
}

static void limit_start(limit_t *limit, question_t *question, need_kind_t kind, unsigned milliseconds)
{
	struct timeval time = { .tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000 };
	struct ub_event_base *base = comm_base_internal(question->query->env->worker_base);

	if (limit->timer != NULL)
		return;
	limit->question = question;
	limit->kind = kind;
	limit->timer = ub_event_new(base, -1, UB_EV_TIMEOUT, on_limit, limit);
	if (limit->timer != NULL)
		ub_timer_add(limit->timer, base, on_limit, limit, &time);
}

static void start_limit_of(question_t *question, need_kind_t kind)
{
	const state_t *state = question->place->state;

	switch (kind) {
	case NEED_ANSWER: return;
	case NEED_CORROBORATION: limit_start(&question->corroboration, question, kind, state->corroborate_ms); return;
	case NEED_TARGET: limit_start(&question->targets, question, kind, state->target_ms); return;
	case NEED_PAST: return;
	}
}

/* ---- a question's life ---- */

static question_t *question_new(const place_t *place, struct module_qstate *query)
{
	question_t *question = calloc(1, sizeof(*question));

	if (question == NULL)
		return NULL;
	question->place = place;
	question->query = query;
	question->began = clock_milliseconds(CLOCK_MONOTONIC);
	if (!name_of(&query->qinfo, &question->name)) {
		free(question);
		return NULL;
	}
	query->minfo[place->id] = question;
	return question;
}

void question_clear(const place_t *place, struct module_qstate *query)
{
	question_t *question = query->minfo[place->id];

	if (question == NULL)
		return;
	query->minfo[place->id] = NULL;
	limit_stop(&question->corroboration);
	limit_stop(&question->targets);
	for (ask_t *ask = question->asks, *next; ask != NULL; ask = next) {
		next = ask->next;
		free(ask);
	}
	if (question->assessment != NULL)
		assessment_free(question->assessment);
	free(question);
}

/* ---- the end ---- */

static void tell(const question_t *question, const resolution_t *resolution, const verdict_t *verdict)
{
	ended_t ended = { .name = &question->name,
			  .type = TYPE_MX,
			  .took = (uint32_t)(clock_milliseconds(CLOCK_MONOTONIC) - question->began),
			  .wall = clock_milliseconds(CLOCK_REALTIME),
			  .resolution = resolution,
			  .verdict = verdict };

	for (const struct mesh_reply *reply = question->query->mesh_info->reply_list; reply != NULL;
	     reply = reply->next) {
		ended.client = host_client(reply); /* the last in the list was the first who asked */
		ended.tcp = reply->query_reply.c->type != comm_udp;
		ended.clients++;
	}
	witnesses_hear(&question->place->state->witnesses, &ended);
}

/* What clients are told beside the answer, by reply.c. A rejection is also not asked for again so soon (RFC 9520), which its
 * RCODE says here; how often failures are, Unbound knows by itself. It has a word of its own for bogus answers, too. */
static void remember(const question_t *question, const verdict_t *verdict, const resolution_t *resolution)
{
	const cache_key_t key = key_of(&question->name);
	cache_t *verdicts = question->place->state->verdicts;
	cache_answer_t note = { .rcode = verdict->failed ? 0 : RCODE_SERVFAIL,
				.failure = verdict->rejected,
				.security = resolution->answer.security,
				.ede = resolution->answer.ede,
				.ede_text = resolution->answer.ede_text,
				.ede_text_size = resolution->answer.ede_text_size };

	if (verdict->ede == EDE_NONE)
		cache_flush(verdicts, &key);
	else if (verdict->rejected)
		cache_put_failure(verdicts, &key, &note, clock_of_cache());
	else
		cache_put(verdicts, &key, &note, resolution->ttl, clock_of_cache());
}

static void mark_exchanges(const question_t *question, const verdict_t *verdict)
{
	for (size_t i = 0; i < verdict->target_count; i++)
		if (!verdict->targets[i].secure)
			marks_set(question->place->state->verdicts, &verdict->targets[i].exchange, MARK_EXCHANGE,
				  MARK_EXCHANGE_SECONDS, clock_of_cache());
}

static void refuse(struct module_qstate *query)
{
	query->return_msg = NULL;
	query->return_rcode = LDNS_RCODE_SERVFAIL;
}

/* Bogus answers and failures stay what Unbound made of them; a secure set is never altered. */
static void carry_out(const question_t *question, const verdict_t *verdict)
{
	struct module_qstate *query = question->query;
	const bool bogus = verdict->received == SECURITY_BOGUS;
	const bool as_it_is = bogus || verdict->security == SECURITY_SECURE;

	if (verdict->rejected && !bogus)
		message_forget(query);
	if (!verdict->failed && (bogus || !verdict->rejected) && (as_it_is || message_answer(query, &verdict->answer)))
		message_store(query);
	else
		refuse(query);
}

static void end(question_t *question)
{
	struct module_qstate *query = question->query;
	const verdict_t *verdict = assessment_finish(question->assessment);
	resolution_t resolution;

	(*query->env->detach_subs)(query);
	limit_stop(&question->corroboration);
	limit_stop(&question->targets);
	mark_exchanges(question, verdict);
	resolution_of_verdict(&resolution, verdict);
	if (verdict->received != SECURITY_BOGUS)
		remember(question, verdict, &resolution);
	tell(question, &resolution, verdict);
	carry_out(question, verdict);
	query->ext_state[question->place->id] = module_finished;
}

/* ---- needs ---- */

/* Sub-queries that go another way than clients' questions do: past Unbound's cache, and perhaps over TCP. Each way has an
 * identity in Unbound's mesh that no client's question and no other way has: they count as the validator's own (which nobody
 * validates), and CD, which means nothing there, tells them apart. */
static bool is_special(const need_t *need)
{
	return need->tcp || need->fresh;
}

static uint16_t flags_of(const need_t *need)
{
	return need->fresh && !need->tcp ? BIT_RD | BIT_CD : BIT_RD;
}

/* Makes the sub-query one of ours. Unbound runs it once we return. */
static bool set_up_sub(const place_t *place, struct module_qstate *sub, const need_t *need)
{
	question_t *question = question_new(place, sub);

	if (question == NULL || (need->tcp && !use_tcp(question)))
		return false;
	question->is_sub = true;
	sub->no_cache_lookup = 1;
	question->unkept = !is_address(need->type);
	sub->no_cache_store = question->unkept;
	return true;
}

static bool attach(question_t *question, const need_t *need)
{
	struct module_qstate *query = question->query;
	struct module_qstate *sub = NULL;
	struct query_info info = { .qname = (uint8_t *)(uintptr_t)need->name.octets,
				   .qname_len = need->name.size,
				   .qtype = need->type,
				   .qclass = CLASS_IN };

	if (!(*query->env->attach_sub)(query, &info, flags_of(need), 0, is_special(need), &sub))
		return false;
	if (sub == NULL || !is_special(need) || set_up_sub(question->place, sub, need))
		return true;
	(*query->env->kill_sub)(sub);
	return false;
}

static bool is_refused(const question_t *question, const need_t *need)
{
	return need->tcp && marks_has(question->place->state->verdicts, &need->name, MARK_NO_TCP, clock_of_cache());
}

static bool ask(question_t *question, const need_t *need)
{
	ask_t *ask = is_refused(question, need) ? NULL : malloc(sizeof(*ask));

	if (ask == NULL)
		return false;
	if (!attach(question, need)) {
		free(ask);
		return false;
	}
	*ask = (ask_t){ .next = question->asks, .need = *need };
	question->asks = ask;
	return true;
}

/* Asks whatever the assessment needs by now; when it waits for nothing it is done. */
static void advance(question_t *question)
{
	static const outcome_t nothing = { .state = OUTCOME_FAILED, .why = "" };
	need_t need;

	while (assessment_next_need(question->assessment, &need)) {
		start_limit_of(question, need.kind);
		if (need.kind ==
		    NEED_PAST) /* nobody here reads the history: a disk is no place for Unbound's threads to wait */
			assessment_supply_past(question->assessment, NULL);
		else if (!ask(question, &need))
			assessment_supply(question->assessment, need.id, &nothing);
	}
	if (question->asks == NULL)
		end(question);
	else
		question->query->ext_state[question->place->id] = module_wait_subquery;
}

static bool fits(const need_t *need, const struct module_qstate *sub, const name_t *name)
{
	return need->type == sub->qinfo.qtype && is_special(need) == (sub->is_valrec != 0) &&
	       flags_of(need) == (sub->query_flags & (BIT_RD | BIT_CD)) && name_equal(&need->name, name);
}

void question_told(const place_t *place, struct module_qstate *query, struct module_qstate *super)
{
	question_t *question = super->minfo[place->id];
	outcome_t outcome;
	name_t name;

	if (question == NULL || question->assessment == NULL || !name_of(&query->qinfo, &name))
		return;
	message_outcome(query, &outcome);
	for (ask_t **link = &question->asks; *link != NULL;) {
		ask_t *ask = *link;

		if (!fits(&ask->need, query, &name)) {
			link = &ask->next;
			continue;
		}
		*link = ask->next;
		if (outcome.state != OUTCOME_ANSWERED)
			note_no_tcp(question, &ask->need);
		assessment_supply(question->assessment, ask->need.id, &outcome);
		free(ask);
	}
}

/* ---- begin ---- */

/* It was rejected a moment ago. */
static bool is_rejected(const question_t *question)
{
	const cache_key_t key = key_of(&question->name);
	cache_found_t found;

	return cache_find(question->place->state->verdicts, &key, CACHE_FORM_PLAIN, clock_of_cache(), NULL, 0,
			  &found) == CACHE_HIT &&
	       found.failure && found.rcode == RCODE_SERVFAIL;
}

static void begin_mx(const place_t *place, struct module_qstate *query)
{
	question_t *question = question_new(place, query);

	query->ext_state[place->id] = module_error;
	if (question == NULL)
		return;
	question->is_mx = true;
	question->unkept = true;
	query->no_cache_store = 1;
	if (is_rejected(question)) {
		refuse(query);
		query->ext_state[place->id] = module_finished;
	} else {
		query->ext_state[place->id] = module_wait_module;
	}
}

/* The address of an exchange is worth as much to a forger as the MX record: it comes over TCP. */
static void begin_address(const place_t *place, struct module_qstate *query)
{
	const state_t *state = place->state;
	question_t *question = NULL;
	name_t name;

	query->ext_state[place->id] = module_wait_module;
	if (!policy_corroborates(state->policy) || !name_of(&query->qinfo, &name) ||
	    !marks_has(state->verdicts, &name, MARK_EXCHANGE, clock_of_cache()) ||
	    marks_has(state->verdicts, &name, MARK_NO_TCP, clock_of_cache()))
		return;
	question = question_new(place, query);
	if (question != NULL && !use_tcp(question))
		question_clear(place, query);
}

static void begin(const place_t *place, struct module_qstate *query)
{
	const bool ours = query->qinfo.qclass == CLASS_IN && !query->is_priming && !query->is_valrec;

	if (ours && query->qinfo.qtype == TYPE_MX)
		begin_mx(place, query);
	else if (ours && is_address(query->qinfo.qtype))
		begin_address(place, query);
	else
		query->ext_state[place->id] = module_wait_module;
}

/* ---- the modules behind us are done ---- */

static void judge(question_t *question)
{
	const state_t *state = question->place->state;
	outcome_t outcome;
	need_t need;

	question->assessment = assessment_begin(state->policy, &question->name, &state->limits, clock_of_wall());
	if (question->assessment == NULL || !assessment_next_need(question->assessment, &need)) {
		question->query->ext_state[question->place->id] = module_error;
		return;
	}
	message_outcome(question->query, &outcome);
	assessment_supply(question->assessment, need.id, &outcome);
	advance(question);
}

/* Its servers have no TCP: as usual, then. Mail goes on, and the next question knows at once. */
static void ask_again_without_tcp(const place_t *place, struct module_qstate *query, question_t *question)
{
	marks_set(place->state->verdicts, &question->name, MARK_NO_TCP, MARK_NO_TCP_SECONDS, clock_of_cache());
	query->env = question->own_env;
	query->errinf = NULL;
	query->return_msg = NULL;
	query->return_rcode = LDNS_RCODE_NOERROR;
	question_clear(place, query);
	query->ext_state[place->id] = module_restart_next;
}

static bool has_answer(const struct module_qstate *query)
{
	return query->return_rcode == LDNS_RCODE_NOERROR && query->return_msg != NULL;
}

static void others_done(const place_t *place, struct module_qstate *query)
{
	question_t *question = query->minfo[place->id];

	if (question != NULL && question->is_mx)
		judge(question);
	else if (question != NULL && question->own_env != NULL && !question->is_sub && !has_answer(query))
		ask_again_without_tcp(place, query, question);
	else
		query->ext_state[place->id] = module_finished;
}

void question_replied(struct module_qstate *query, int id)
{
	const question_t *question = query->minfo[id];

	if (question != NULL && question->unkept)
		query->no_cache_store = 1;
}

void question_operate(const place_t *place, struct module_qstate *query, enum module_ev event)
{
	question_t *question = query->minfo[place->id];

	state_thread();
	switch (event) {
	case module_event_new:
	case module_event_pass:
		if (question == NULL)
			begin(place, query);
		else if (question->assessment != NULL)
			advance(question);
		else
			query->ext_state[place->id] = module_wait_module; /* a sub-query that was set up */
		return;
	case module_event_moddone: others_done(place, query); return;
	default: query->ext_state[place->id] = module_error; return;
	}
}
