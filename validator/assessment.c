/* assessment.c: see assessment.h; here is which questions are asked, and which answer is judged. */
#include "validator/assessment.h"

#include "validator/assessment_state.h"
#include "validator/drift.h"
#include "validator/exchanges.h"
#include "validator/name.h"
#include "validator/rdata.h"
#include "validator/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct question {
	need_kind_t kind;
	bool tcp;
	bool fresh;
} question_t;

static const question_t questions[] = {
	[REPLY_UDP] = { NEED_ANSWER, false, false },
	[REPLY_TCP] = { NEED_CORROBORATION, true, false },
	[REPLY_AGAIN] = { NEED_CORROBORATION, false, true },
};

_Static_assert(sizeof(questions) / sizeof(questions[0]) == REPLIES, "a row for each question");

/* ---- what is known ---- */

const host_t *assessment_host(const assessment_t *assessment, size_t record)
{
	if (assessment->host_of == NULL || assessment->host_of[record] == ASSESSMENT_NO_HOST)
		return NULL;
	return &assessment->hosts[assessment->host_of[record]];
}

bool assessment_is_null_mx(const assessment_t *assessment)
{
	const mx_set_t *set = &assessment->judged->set;

	return set->count == 1 && !set->records[0].malformed && set->records[0].exchange.size == 1;
}

bool reply_is_usable(const reply_t *reply)
{
	return reply->err == ANSWER_OK && reply->security != SECURITY_BOGUS;
}

/* Aliases on the way, TTLs and order aside. */
static bool say_the_same(const reply_t *a, const reply_t *b)
{
	return a->chain.found == b->chain.found && a->chain.rcode == b->chain.rcode && mx_set_equal(&a->set, &b->set);
}

const reply_t *assessment_udp(const assessment_t *assessment)
{
	const reply_t *again = &assessment->replies[REPLY_AGAIN];
	const bool asked = assessment->asks[REPLY_AGAIN] == ASK_DONE && reply_is_usable(again);

	return asked ? again : &assessment->replies[REPLY_UDP];
}

corroboration_t assessment_corroboration(const assessment_t *assessment)
{
	if (assessment->asks[REPLY_TCP] == ASK_IDLE || !reply_is_usable(&assessment->replies[REPLY_UDP]))
		return CORROBORATION_NONE;
	if (assessment->judged != &assessment->replies[REPLY_TCP])
		return CORROBORATION_UNAVAILABLE;
	return say_the_same(assessment_udp(assessment), assessment->judged) ? CORROBORATION_AGREED
									    : CORROBORATION_DIFFERED;
}

/* ---- which answer is judged ---- */

static void want(assessment_t *assessment, reply_id_t id)
{
	if (assessment->asks[id] == ASK_IDLE)
		assessment->asks[id] = ASK_WANTED;
}

/* The answer over TCP where there is one: it is far harder to forge (RFC 5452, 9). */
static void settle_corroborated(assessment_t *assessment)
{
	const reply_t *udp = &assessment->replies[REPLY_UDP];
	const reply_t *tcp = &assessment->replies[REPLY_TCP];

	if (assessment->asks[REPLY_TCP] != ASK_DONE) {
		want(assessment, REPLY_TCP);
		return;
	}
	assessment->judged = reply_is_usable(tcp) ? tcp : udp;
	if (assessment->judged == tcp && reply_is_usable(udp) && !say_the_same(udp, tcp))
		want(assessment, REPLY_AGAIN);
}

static void reply_clear(reply_t *reply)
{
	free(reply->packet);
	mx_set_free(&reply->set);
	*reply = (reply_t){ 0 };
}

/* Whatever TCP says, or has said, it is as if nobody had asked. */
static void drop_tcp(assessment_t *assessment)
{
	assessment->asks[REPLY_TCP] = ASK_IDLE;
	reply_clear(&assessment->replies[REPLY_TCP]);
}

/* UDP's answer proves itself, or is disproved. One that says nothing proves nothing: a forged reply may have ended the wait for the
 * true one (TuDoor). */
static bool needs_tcp(const assessment_t *assessment)
{
	return assessment->replies[REPLY_UDP].security == SECURITY_INSECURE && policy_corroborates(assessment->policy);
}

static void settle(assessment_t *assessment)
{
	const reply_t *udp = &assessment->replies[REPLY_UDP];

	if (assessment->judged != NULL || assessment->asks[REPLY_UDP] != ASK_DONE)
		return;
	if (needs_tcp(assessment)) {
		settle_corroborated(assessment);
	} else {
		drop_tcp(assessment);
		assessment->judged = udp;
	}
	if (assessment->judged == NULL)
		return;
	exchanges_settle(assessment);
	if (!reply_is_usable(assessment->judged))
		assessment->past_ask = ASK_DONE; /* there is nothing to compare */
}

/* ---- taking in ---- */

static void copy_printable(char *to, size_t room, const char *from)
{
	size_t i = 0;

	for (; from != NULL && from[i] != '\0' && i + 1 < room; i++)
		to[i] = (char)(from[i] >= ' ' && from[i] <= '~' ? from[i] : '?');
	to[i] = '\0';
}

static answer_err_t read_packet(reply_t *reply, const name_t *name, const outcome_t *outcome)
{
	if (outcome->state != OUTCOME_ANSWERED || outcome->size == 0)
		return ANSWER_RCODE;
	reply->packet = malloc(outcome->size);
	if (reply->packet == NULL)
		return ANSWER_NO_MEMORY;
	memcpy(reply->packet, outcome->packet, outcome->size);
	reply->size = outcome->size;

	answer_err_t err = answer_follow(&reply->chain, name, RDATA_TYPE_MX, reply->packet, reply->size);

	if (err == ANSWER_OK && !mx_set_read(&reply->set, &reply->chain, reply->packet, reply->size))
		err = ANSWER_NO_MEMORY;
	return err;
}

static void supply_reply(assessment_t *assessment, reply_id_t id, const outcome_t *outcome)
{
	reply_t *reply = &assessment->replies[id];

	reply->security = outcome->state == OUTCOME_ANSWERED ? outcome->security : SECURITY_INSECURE;
	reply->ede = ede_from_reason(outcome->why);
	copy_printable(reply->why, sizeof(reply->why), outcome->why);
	reply->err = read_packet(reply, &assessment->name, outcome);
	assessment->asks[id] = ASK_DONE;
	settle(assessment);
	if (assessment->judged == NULL && reply_is_usable(reply))
		exchanges_look_ahead(assessment, &reply->set);
}

static void supply_host(assessment_t *assessment, size_t id, const outcome_t *outcome)
{
	const host_context_t context = { .policy = assessment->policy, .domain = &assessment->name };

	host_supply(&assessment->hosts[id / HOST_ASKS], (host_ask_t)(id % HOST_ASKS), outcome, &context);
}

/* ---- the past ---- */

/* Without memory for it, or without exchanges, nothing is known. */
static void keep_past(assessment_t *assessment, const past_set_t *past)
{
	const size_t count = past->count < ASSESSMENT_TARGETS_MAX ? past->count : ASSESSMENT_TARGETS_MAX;
	past_exchange_t *exchanges = count > 0 ? malloc(count * sizeof(*exchanges)) : NULL;

	if (exchanges == NULL)
		return;
	memcpy(exchanges, past->exchanges, count * sizeof(*exchanges));
	assessment->past = *past;
	assessment->past.count = count;
	assessment->past.exchanges = exchanges;
	assessment->has_past = true;
}

void assessment_supply_past(assessment_t *assessment, const past_set_t *past)
{
	if (assessment->finished || assessment->past_ask != ASK_OUT)
		return;
	assessment->past_ask = ASK_DONE;
	if (past != NULL)
		keep_past(assessment, past);
}

/* ---- needs: their numbers are those of the replies, then of each host's questions; the past has none ---- */

static unsigned count_needs(const assessment_t *assessment)
{
	return REPLIES + (unsigned)assessment->host_count * HOST_ASKS;
}

static ask_state_t *state_of(assessment_t *assessment, unsigned id)
{
	if (id < REPLIES)
		return &assessment->asks[id];
	return &assessment->hosts[(id - REPLIES) / HOST_ASKS].asks[(id - REPLIES) % HOST_ASKS];
}

bool assessment_wants(const assessment_t *assessment, unsigned id)
{
	return id < count_needs(assessment) && *state_of((assessment_t *)(uintptr_t)assessment, id) == ASK_OUT;
}

static need_kind_t kind_of(unsigned id)
{
	return id < REPLIES ? questions[id].kind : NEED_TARGET;
}

static void describe(const assessment_t *assessment, unsigned id, need_t *need)
{
	*need = (need_t){ .id = id, .kind = kind_of(id) };
	if (id >= REPLIES) {
		host_need(&assessment->hosts[(id - REPLIES) / HOST_ASKS], (host_ask_t)((id - REPLIES) % HOST_ASKS),
			  need);
		return;
	}
	need->name = assessment->name;
	need->type = RDATA_TYPE_MX;
	need->tcp = questions[id].tcp;
	need->fresh = questions[id].fresh;
	need->ahead = need->tcp && assessment->asks[REPLY_UDP] != ASK_DONE;
	need->alone = need->tcp && !need->ahead && !reply_is_usable(&assessment->replies[REPLY_UDP]);
}

assessment_t *assessment_begin(const policy_t *policy, const name_t *name, const answer_limits_t *limits, uint64_t now)
{
	assessment_t *assessment = calloc(1, sizeof(*assessment));

	if (assessment == NULL)
		return NULL;
	assessment->policy = policy;
	assessment->name = *name;
	assessment->limits = *limits;
	assessment->now = now;
	assessment->past_ask = ASK_WANTED;
	want(assessment, REPLY_UDP);
	if (policy_corroborates(policy))
		want(assessment, REPLY_TCP);
	return assessment;
}

/* Behind the first question, which is the longer way. */
static bool next_is_past(assessment_t *assessment, need_t *need)
{
	if (assessment->past_ask != ASK_WANTED || assessment->asks[REPLY_UDP] == ASK_WANTED)
		return false;
	assessment->past_ask = ASK_OUT;
	*need = (need_t){ .kind = NEED_PAST, .name = assessment->name };
	return true;
}

bool assessment_next_need(assessment_t *assessment, need_t *need)
{
	if (!assessment->finished && next_is_past(assessment, need))
		return true;
	for (unsigned id = 0; id < count_needs(assessment) && !assessment->finished; id++) {
		ask_state_t *state = state_of(assessment, id);

		if (*state == ASK_WANTED) {
			*state = ASK_OUT;
			describe(assessment, id, need);
			return true;
		}
	}
	return false;
}

void assessment_decline(assessment_t *assessment, unsigned id)
{
	need_t need;

	if (!assessment_wants(assessment, id))
		return;
	describe(assessment, id, &need);
	if (need.ahead)
		*state_of(assessment, id) = ASK_IDLE;
}

void assessment_supply(assessment_t *assessment, unsigned id, const outcome_t *outcome)
{
	if (assessment->finished || !assessment_wants(assessment, id))
		return;
	if (id < REPLIES)
		supply_reply(assessment, (reply_id_t)id, outcome);
	else
		supply_host(assessment, id - REPLIES, outcome);
}

unsigned assessment_waits_for(const assessment_t *assessment, need_kind_t kind)
{
	unsigned count = kind == NEED_PAST && assessment->past_ask == ASK_OUT;

	for (unsigned id = 0; id < REPLIES; id++)
		count += kind_of(id) == kind && assessment->asks[id] == ASK_OUT;
	for (size_t i = 0; i < assessment->host_count && kind == NEED_TARGET; i++)
		for (unsigned ask = 0; ask < HOST_ASKS; ask++)
			count += assessment->hosts[i].asks[ask] == ASK_OUT;
	return count;
}

bool assessment_may_expire(const assessment_t *assessment, need_kind_t kind)
{
	unsigned before = 0;

	if (kind == NEED_CORROBORATION || kind == NEED_TARGET)
		before += assessment_waits_for(assessment, NEED_ANSWER);
	if (kind == NEED_TARGET)
		before += assessment_waits_for(assessment, NEED_CORROBORATION);
	return before == 0;
}

void assessment_expire(assessment_t *assessment, need_kind_t kind)
{
	static const outcome_t failed = { .state = OUTCOME_FAILED, .why = "no answer in time" };
	const unsigned count = count_needs(assessment);

	if (kind == NEED_PAST)
		assessment_supply_past(assessment, NULL);
	for (unsigned id = 0; id < count; id++)
		if (kind_of(id) == kind && *state_of(assessment, id) == ASK_OUT)
			assessment_supply(assessment, id, &failed);
}

const verdict_t *assessment_finish(assessment_t *assessment)
{
	static const outcome_t failed = { .state = OUTCOME_FAILED, .why = "no answer in time" };

	if (!assessment->finished) {
		for (unsigned id = 0; id < REPLIES; id++)
			if (assessment->asks[id] == ASK_WANTED || assessment->asks[id] == ASK_OUT)
				supply_reply(assessment, (reply_id_t)id, &failed);
		assessment->finished = true;
		verdict_make(assessment);
	}
	return assessment->verdict != NULL ? assessment->verdict : &verdict_without_memory;
}

void assessment_free(assessment_t *assessment)
{
	if (assessment == NULL)
		return;
	for (unsigned i = 0; i < REPLIES; i++)
		reply_clear(&assessment->replies[i]);
	free(assessment->hosts);
	free(assessment->host_of);
	drift_free_past(&assessment->past);
	free(assessment->stripped);
	verdict_free(assessment->verdict);
	free(assessment);
}
