/* needs.c: see needs.h. */
#include "module/unbound/needs.h"

#include "module/clock.h"
#include "module/inquiry/marks.h"
#include "module/inquiry/memory.h"
#include "module/unbound/ending.h"
#include "module/unbound/message.h"

#include <stdlib.h>

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

/* What is known of the set that counts makes some needless; Unbound ends those sub-queries by itself. */
static void drop_unwanted(question_t *question)
{
	ask_t **link = &question->asks;

	while (*link != NULL) {
		ask_t *ask = *link;

		if (assessment_wants(question->assessment, ask->need.id)) {
			link = &ask->next;
			continue;
		}
		*link = ask->next;
		free(ask);
	}
}

static void stop_recall(question_t *question)
{
	recall_forget(question->recall);
	question->recall = NULL;
	limit_stop(&question->past);
}

static void go_on(question_t *question)
{
	struct module_qstate *query = question->query;

	mesh_run(query->env->mesh, query->mesh_info, module_event_pass, NULL);
}

static void start_limit_of(question_t *question, need_kind_t kind);

/* Needs of this kind get no more time. The query goes on as if a sub-query had come back. */
static void on_limit(int fd, short events, void *arg)
{
	limit_t *limit = arg;
	question_t *question = limit->question;

	(void)fd;
	(void)events;
	state_thread();
	ub_comm_base_now(question->query->env->worker_base);
	limit_stop(limit);
	if (!assessment_may_expire(question->assessment, limit->kind)) {
		start_limit_of(question, limit->kind);
		return;
	}
	if (limit->kind == NEED_PAST)
		stop_recall(question);
	drop_asks(question, limit->kind);
	assessment_expire(question->assessment, limit->kind);
	go_on(question);
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
	case NEED_PAST: limit_start(&question->past, question, kind, state->target_ms); return;
	}
}

void needs_stop(question_t *question)
{
	limit_stop(&question->corroboration);
	limit_stop(&question->targets);
	stop_recall(question);
	for (ask_t *ask = question->asks, *next; ask != NULL; ask = next) {
		next = ask->next;
		free(ask);
	}
	question->asks = NULL;
}

/* ---- the past ---- */

static void on_past(void *arg, const history_set_t *past)
{
	question_t *question = arg;

	state_thread();
	ub_comm_base_now(question->query->env->worker_base);
	question->recall = NULL;
	limit_stop(&question->past);
	memory_supply(question->assessment, past);
	go_on(question);
}

static bool ask_past(question_t *question, const need_t *need)
{
	history_t *history = question->place->state->witnesses.history;

	question->recall = recall_ask(history, question->query->env->worker_base, &need->name, on_past, question);
	return question->recall != NULL;
}

/* ---- sub-queries ---- */

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

	if (question == NULL || (need->tcp && !question_use_tcp(question)))
		return false;
	question->is_sub = true;
	sub->no_cache_lookup = 1;
	question->unkept = !need->tcp && !question_is_address(need->type);
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

static bool ask_servers(question_t *question, const need_t *need)
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

static const outcome_t nothing = { .state = OUTCOME_FAILED, .why = "" };

static void ask(question_t *question, const need_t *need)
{
	start_limit_of(question, need->kind);
	if (need->kind != NEED_PAST && !ask_servers(question, need))
		assessment_supply(question->assessment, need->id, &nothing);
	else if (need->kind == NEED_PAST && !ask_past(question, need)) {
		stop_recall(question);
		assessment_supply_past(question->assessment, NULL);
	}
}

void needs_advance(question_t *question)
{
	need_t need;

	/* Over TCP Unbound validates nothing for us: what may be secure is left to UDP. */
	while (assessment_next_need(question->assessment, &need))
		if (need.ahead)
			assessment_decline(question->assessment, need.id);
		else if (need.alone)
			assessment_supply(question->assessment, need.id, &nothing);
		else
			ask(question, &need);
	drop_unwanted(question);
	if (question->asks != NULL)
		question->query->ext_state[question->place->id] = module_wait_subquery;
	else if (question->recall != NULL) /* Unbound fails queries that wait for sub-queries and have none */
		question->query->ext_state[question->place->id] = module_wait_reply;
	else
		ending_carry_out(question);
}

static bool fits(const need_t *need, const struct module_qstate *sub, const name_t *name)
{
	return need->type == sub->qinfo.qtype && is_special(need) == (sub->is_valrec != 0) &&
	       flags_of(need) == (sub->query_flags & (BIT_RD | BIT_CD)) && name_equal(&need->name, name);
}

void needs_told(question_t *question, struct module_qstate *sub)
{
	outcome_t outcome;
	name_t name;

	if (!question_name(&sub->qinfo, &name))
		return;
	message_outcome(sub, &outcome);
	for (ask_t **link = &question->asks; *link != NULL;) {
		ask_t *ask = *link;

		if (!fits(&ask->need, sub, &name)) {
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
