/* question.c: see question.h. */
#include "module/clock.h"
#include "module/inquiry/marks.h"
#include "module/unbound/message.h"
#include "module/unbound/needs.h"
#include "module/unbound/question_inside.h"

#include <stdlib.h>
#include <string.h>

/* ---- names ---- */

bool question_name(const struct query_info *info, name_t *name)
{
	if (info->qname_len > sizeof(name->octets))
		return false;
	name->size = (uint8_t)info->qname_len;
	memcpy(name->octets, info->qname, info->qname_len);
	name_lower(name);
	return true;
}

bool question_is_address(uint16_t type)
{
	return type == TYPE_A || type == TYPE_AAAA;
}

cache_key_t question_key(const name_t *name)
{
	return (cache_key_t){ .name = name->octets, .name_size = name->size, .type = TYPE_MX };
}

/* ---- a question's life ---- */

bool question_use_tcp(question_t *question)
{
	struct module_qstate *query = question->query;
	struct module_env *env = tcp_env(question->place->tcp, query->env);

	if (env == NULL)
		return false;
	question->own_env = query->env;
	query->env = env;
	return true;
}

question_t *question_new(const place_t *place, struct module_qstate *query)
{
	question_t *question = calloc(1, sizeof(*question));

	if (question == NULL)
		return NULL;
	question->place = place;
	question->query = query;
	question->began = clock_milliseconds(CLOCK_MONOTONIC);
	if (!question_name(&query->qinfo, &question->name)) {
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
	needs_stop(question);
	if (question->assessment != NULL)
		assessment_free(question->assessment);
	free(question);
}

/* ---- begin ---- */

/* It was rejected a moment ago. */
static bool is_rejected(const question_t *question)
{
	const cache_key_t key = question_key(&question->name);
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
		message_refuse(query);
		query->ext_state[place->id] = module_finished;
	} else {
		query->ext_state[place->id] = module_wait_module;
	}
}

/* What clients are told of an exchange's address comes over TCP; not so in monitor mode, which changes nothing. */
static bool tells_from_tcp(const state_t *state)
{
	return policy_corroborates(state->policy) && !policy_monitors(state->policy);
}

/* The address of an exchange is worth as much to a forger as the MX record. */
static void begin_address(const place_t *place, struct module_qstate *query)
{
	const state_t *state = place->state;
	question_t *question = NULL;
	name_t name;

	query->ext_state[place->id] = module_wait_module;
	if (!tells_from_tcp(state) || !question_name(&query->qinfo, &name) ||
	    !marks_has(state->verdicts, &name, MARK_EXCHANGE, clock_of_cache()) ||
	    marks_has(state->verdicts, &name, MARK_NO_TCP, clock_of_cache()))
		return;
	question = question_new(place, query);
	if (question != NULL && !question_use_tcp(question))
		question_clear(place, query);
}

static void begin(const place_t *place, struct module_qstate *query)
{
	const bool ours = query->qinfo.qclass == CLASS_IN && !query->is_priming && !query->is_valrec;

	if (ours && query->qinfo.qtype == TYPE_MX)
		begin_mx(place, query);
	else if (ours && question_is_address(query->qinfo.qtype))
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
	needs_advance(question);
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

/* What came over TCP is in the caches of that way. Of these Unbound knows nothing when a client asks. */
static void keep_for_clients(struct module_qstate *query, const question_t *question)
{
	if (question != NULL && tells_from_tcp(question->place->state) && question->own_env != NULL &&
	    question_is_address(query->qinfo.qtype) && !query->no_cache_store && has_answer(query))
		message_keep(query, question->own_env);
}

static void others_done(const place_t *place, struct module_qstate *query)
{
	question_t *question = query->minfo[place->id];

	if (question != NULL && question->is_mx)
		judge(question);
	else if (question != NULL && question->own_env != NULL && !question->is_sub && !has_answer(query))
		ask_again_without_tcp(place, query, question);
	else {
		keep_for_clients(query, question);
		query->ext_state[place->id] = module_finished;
	}
}

void question_told(const place_t *place, struct module_qstate *query, struct module_qstate *super)
{
	question_t *question = super->minfo[place->id];

	if (question != NULL && question->assessment != NULL)
		needs_told(question, query);
}

bool question_sends(struct module_qstate *query, int id, struct regional *region)
{
	const place_t *place = ((const struct dynlibmod_env *)query->env->modinfo[id])->dyn_env;

	return tcp_sends(place->tcp, query, region);
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
			needs_advance(question);
		else
			query->ext_state[place->id] = module_wait_module; /* a sub-query that was set up */
		return;
	case module_event_moddone: others_done(place, query); return;
	default: query->ext_state[place->id] = module_error; return;
	}
}
