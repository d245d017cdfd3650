/* assessment.c: see assessment.h; here is which questions are asked, and which answer is judged. */
#include "validator/assessment.h"

#include "validator/assessment_state.h"
#include "validator/drift.h"
#include "validator/hostname.h"
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
	if (assessment->asks[REPLY_TCP] == ASK_IDLE)
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

/* The host of this name, or a new one. */
static size_t host_index(assessment_t *assessment, const mx_record_t *record, size_t at)
{
	for (size_t i = 0; i < assessment->host_count; i++)
		if (name_equal(&assessment->hosts[i].name, &record->exchange)) {
			assessment->hosts[i].two_preferences = true;
			return i;
		}
	if (assessment->host_count == ASSESSMENT_TARGETS_MAX)
		return ASSESSMENT_NO_HOST;
	assessment->hosts[assessment->host_count] = (host_t){ .name = record->exchange, .first = at };
	return assessment->host_count++;
}

static bool can_be_looked_up(const name_t *name)
{
	const hostname_t kind = hostname_kind(name);

	return kind == HOSTNAME_ORDINARY || kind == HOSTNAME_UNDERSCORE;
}

static void list_hosts(assessment_t *assessment)
{
	const mx_set_t *set = &assessment->judged->set;

	for (size_t i = 0; i < set->count; i++) {
		const mx_record_t *record = &set->records[i];
		const bool none = record->malformed || record->exchange.size == 1;

		assessment->host_of[i] = none ? ASSESSMENT_NO_HOST : (uint16_t)host_index(assessment, record, i);
	}
}

/* Without memory for them nothing is asked about the exchanges, as if the time had been too short. */
static void begin_hosts(assessment_t *assessment)
{
	const mx_set_t *set = &assessment->judged->set;
	const size_t most = set->count < ASSESSMENT_TARGETS_MAX ? set->count : ASSESSMENT_TARGETS_MAX;
	unsigned left = policy_max_targets(assessment->policy);

	assessment->hosts = malloc((most + 1) * sizeof(*assessment->hosts));
	assessment->host_of = malloc((set->count + 1) * sizeof(*assessment->host_of));
	if (assessment->hosts == NULL || assessment->host_of == NULL) {
		free(assessment->host_of);
		assessment->host_of = NULL;
		return;
	}
	list_hosts(assessment);
	for (size_t i = 0; i < assessment->host_count && left > 0; i++)
		if (can_be_looked_up(&assessment->hosts[i].name)) {
			host_look_up(&assessment->hosts[i]);
			left--;
		}
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
	if (assessment->judged == tcp && !say_the_same(udp, tcp))
		want(assessment, REPLY_AGAIN);
}

static void settle(assessment_t *assessment)
{
	const reply_t *udp = &assessment->replies[REPLY_UDP];

	if (assessment->judged != NULL || assessment->asks[REPLY_UDP] != ASK_DONE)
		return;
	if (!reply_is_usable(udp) || udp->security == SECURITY_SECURE || !policy_corroborates(assessment->policy))
		assessment->judged = udp;
	else
		settle_corroborated(assessment);
	if (assessment->judged == NULL)
		return;
	if (reply_is_usable(assessment->judged))
		begin_hosts(assessment);
	else
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

void assessment_supply(assessment_t *assessment, unsigned id, const outcome_t *outcome)
{
	if (assessment->finished || id >= count_needs(assessment) || *state_of(assessment, id) != ASK_OUT)
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

	if (assessment->finished)
		return &assessment->verdict;
	for (unsigned id = 0; id < REPLIES; id++)
		if (assessment->asks[id] == ASK_WANTED || assessment->asks[id] == ASK_OUT)
			supply_reply(assessment, (reply_id_t)id, &failed);
	assessment->finished = true;
	verdict_make(assessment);
	return &assessment->verdict;
}

void assessment_free(assessment_t *assessment)
{
	if (assessment == NULL)
		return;
	for (unsigned i = 0; i < REPLIES; i++) {
		free(assessment->replies[i].packet);
		mx_set_free(&assessment->replies[i].set);
	}
	free(assessment->hosts);
	free(assessment->host_of);
	drift_free_past(&assessment->past);
	free(assessment->stripped);
	verdict_free(&assessment->verdict);
	free(assessment);
}
