/* ending.c: see ending.h. */
#include "module/unbound/ending.h"

#include "module/clock.h"
#include "module/inquiry/marks.h"
#include "module/unbound/message.h"
#include "module/unbound/needs.h"
#include "validator/ede.h"

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
	const cache_key_t key = question_key(&question->name);
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
		message_refuse(query);
}

void ending_carry_out(question_t *question)
{
	struct module_qstate *query = question->query;
	const verdict_t *verdict = assessment_finish(question->assessment);
	resolution_t resolution;

	(*query->env->detach_subs)(query);
	needs_stop(question);
	mark_exchanges(question, verdict);
	resolution_of_verdict(&resolution, verdict);
	if (verdict->received != SECURITY_BOGUS)
		remember(question, verdict, &resolution);
	tell(question, &resolution, verdict);
	carry_out(question, verdict);
	query->ext_state[question->place->id] = module_finished;
}
