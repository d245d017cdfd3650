/* verdict.c: see verdict.h. */
#include "validator/verdict.h"

#include "validator/ede.h"
#include "validator/judge.h"
#include "validator/name.h"
#include "validator/rdata.h"
#include "validator/say.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- no answer ---- */

static void fail(verdict_t *verdict, answer_err_t err, const char *why)
{
	verdict->rejected = verdict->failed = true;
	verdict->text[0] = '\0';
	if (err == ANSWER_RCODE) {
		verdict->ede = EDE_NO_REACHABLE_AUTHORITY;
		say(verdict->text, sizeof(verdict->text), "%s",
		    why[0] != '\0' ? why : "no server of the zone gave a usable answer");
	} else {
		verdict->ede = EDE_OTHER;
		say(verdict->text, sizeof(verdict->text), "%s", answer_strerror(err));
	}
}

const verdict_t verdict_without_memory = {
	.rejected = true, .failed = true, .ede = EDE_OTHER, .text = "memory is out"
};

/* ---- findings ---- */

/* "mx: CHECK HOST" of the first finding that led to the verdict. */
static void explain(verdict_t *verdict, const assessment_t *assessment, check_id_t check, const judge_note_t *note)
{
	verdict->text[0] = '\0';
	say(verdict->text, sizeof(verdict->text), "mx: %s ", check_row(check)->name);
	say_name(verdict->text, sizeof(verdict->text), note->name != NULL ? note->name : &assessment->name);
}

static void add_finding(verdict_t *verdict, check_id_t check, action_t action, const judge_note_t *note)
{
	if (verdict->finding_count == ASSESSMENT_FINDINGS_MAX) {
		verdict->findings_left_out++;
		return;
	}

	finding_t *finding = &verdict->findings[verdict->finding_count++];

	*finding = (finding_t){ .check = check, .action = action, .has_name = note->name != NULL };
	if (note->name != NULL)
		finding->name = *note->name;
	memcpy(finding->detail, note->detail, sizeof(finding->detail));
}

static void look_at(const judgement_t *judgement, check_id_t check, size_t record, action_t action, verdict_t *verdict)
{
	judge_note_t note;

	if (!judge_fails(judgement, check, record) || judge_action(judgement, check, record) != action)
		return;
	judge_describe(judgement, check, record, &note);
	if (verdict->action < action) {
		verdict->action = action;
		explain(verdict, judgement->assessment, check, &note);
	}
	if (!note.repeated)
		add_finding(verdict, check, action, &note);
}

/* The weightiest first, so that of too many the slightest are left out. */
static void list_findings(const judgement_t *judgement, verdict_t *verdict)
{
	const size_t count = judgement->assessment->judged->set.count;

	for (action_t action = ACTION_REJECT; action > ACTION_IGNORE; action--)
		for (unsigned id = 0; id < CHECKS; id++) {
			if (!judge_any_fails(judgement, (check_id_t)id))
				continue;
			look_at(judgement, (check_id_t)id, JUDGE_WHOLE, action, verdict);
			for (size_t i = 0; i < count; i++)
				look_at(judgement, (check_id_t)id, i, action, verdict);
		}
}

/* ---- the sets ---- */

static void fill_addresses(target_t *target, const host_t *host)
{
	const lookup_t *families = host->families;
	const unsigned half = ASSESSMENT_ADDRESSES_MAX / HOST_FAMILIES;
	unsigned left = ASSESSMENT_ADDRESSES_MAX - (families[1].count < half ? families[1].count : half);

	for (unsigned family = 0; family < HOST_FAMILIES; family++) {
		for (unsigned i = 0; i < families[family].count && left > 0; i++, left--)
			target->addresses[target->address_count++] = families[family].addresses[i];
		left = (unsigned)(ASSESSMENT_ADDRESSES_MAX - target->address_count);
	}
}

static void fill_target(target_t *target, const mx_record_t *record, const host_t *host, const policy_t *policy)
{
	owner_t owner;
	const lookup_t *alias = host != NULL ? host_alias(host) : NULL;

	*target = (target_t){ .preference = record->preference, .exchange = record->exchange };
	if (record->exchange.size > 1) {
		policy_find_owner(policy, &record->exchange, &owner);
		(void)owner_text(&owner, target->owner);
	}
	if (host == NULL)
		return;
	target->state = host_state(host);
	target->secure = host_is_secure(host);
	target->tlsa = host_tlsa(host);
	if (alias != NULL) {
		target->is_alias = true;
		target->alias_of = alias->alias_of;
	}
	fill_addresses(target, host);
}

/* The set's records that read; NULL when memory is out. */
static target_t *list_targets(const assessment_t *assessment, const mx_set_t *set, const judgement_t *judgement,
			      size_t *count)
{
	const size_t most = set->count < ASSESSMENT_TARGETS_MAX ? set->count : ASSESSMENT_TARGETS_MAX;
	target_t *targets = malloc((most + 1) * sizeof(*targets));

	*count = 0;
	for (size_t i = 0; i < set->count && *count < most && targets != NULL; i++) {
		const mx_record_t *record = &set->records[i];
		target_t *target = &targets[*count];

		if (record->malformed)
			continue;
		fill_target(target, record, judgement != NULL ? assessment_host(assessment, i) : NULL,
			    assessment->policy);
		target->stripped =
			judgement != NULL && !policy_monitors(assessment->policy) && judge_strips(judgement, i);
		(*count)++;
	}
	return targets;
}

static void describe(const assessment_t *assessment, const judgement_t *judgement, verdict_t *verdict)
{
	const reply_t *judged = assessment->judged;

	verdict->negative = judged->err == ANSWER_OK && !judged->chain.found;
	verdict->null_mx = assessment_is_null_mx(assessment);
	verdict->chain_count = judged->chain.links;
	memcpy(verdict->chain, judged->chain.names + 1, judged->chain.links * sizeof(name_t));
	verdict->corroboration = assessment_corroboration(assessment);
	verdict->targets = list_targets(assessment, &judged->set, judgement, &verdict->target_count);
	verdict->drift = assessment->drift;
	verdict->past = assessment->drift != DRIFT_UNKNOWN ? &assessment->past : NULL;
	if (verdict->corroboration == CORROBORATION_DIFFERED)
		verdict->other =
			list_targets(assessment, &assessment_udp(assessment)->set, NULL, &verdict->other_count);
}

/* ---- the answer ---- */

/* What is malformed is not passed on by anyone, monitor or not. */
static answer_change_t change_of(const judgement_t *judgement, const reply_t *reply, size_t record)
{
	const mx_record_t *mx = &reply->set.records[record];
	const bool stripped = !policy_monitors(judgement->assessment->policy) && judge_strips(judgement, record);

	if (mx->malformed || stripped)
		return ANSWER_DROP;
	return mx->trailing ? ANSWER_CUT : ANSWER_KEEP;
}

static answer_err_t build_edited(const judgement_t *judgement, const reply_t *reply, answer_t *answer)
{
	const assessment_t *assessment = judgement->assessment;
	const mx_set_t *set = &reply->set;
	uint8_t *changes = malloc(set->packet_count + 1);
	const answer_edit_t edit = { .changes = changes, .count = set->packet_count };

	if (changes == NULL)
		return ANSWER_NO_MEMORY;
	for (size_t i = 0; i < set->packet_count; i++)
		changes[i] = (uint8_t)change_of(judgement, reply, set->of[i]);

	answer_err_t err = answer_build_with(answer, &assessment->name, RDATA_TYPE_MX, reply->packet, reply->size,
					     &assessment->limits, assessment->now, &edit);

	free(changes);
	return err;
}

static answer_err_t build_whole(const assessment_t *assessment, answer_t *answer)
{
	const reply_t *judged = assessment->judged;

	return answer_build(answer, &assessment->name, RDATA_TYPE_MX, judged->packet, judged->size, &assessment->limits,
			    assessment->now);
}

/* In monitor mode clients get what they would get without us: what UDP says. It is no judged answer, and not the secure one. */
static bool accept_udp(const assessment_t *assessment, const judgement_t *judgement, verdict_t *verdict)
{
	if (!policy_monitors(assessment->policy) || verdict->corroboration != CORROBORATION_DIFFERED)
		return false;
	if (build_edited(judgement, assessment_udp(assessment), &verdict->answer) != ANSWER_OK) {
		answer_free(&verdict->answer);
		return false;
	}
	verdict->security = SECURITY_INSECURE;
	return true;
}

/* Only insecure sets are ever changed (R4). */
static void accept(const assessment_t *assessment, const judgement_t *judgement, verdict_t *verdict)
{
	answer_err_t err = ANSWER_OK;

	if (accept_udp(assessment, judgement, verdict))
		return;
	err = judgement->secure ? build_whole(assessment, &verdict->answer)
				: build_edited(judgement, assessment->judged, &verdict->answer);
	if (err != ANSWER_OK)
		fail(verdict, err, "");
}

/* Its data are for clients that set CD (RFC 4035, 3.2.2), when there are any. */
static void reject_bogus(const assessment_t *assessment, verdict_t *verdict)
{
	const reply_t *judged = assessment->judged;

	verdict->rejected = true;
	verdict->ede = (uint16_t)judged->ede;
	verdict->text[0] = '\0';
	say(verdict->text, sizeof(verdict->text), "%s", judged->why);
	if (judged->err != ANSWER_OK || build_whole(assessment, &verdict->answer) != ANSWER_OK)
		verdict->answer = (answer_t){ .size = 0 };
}

/* In monitor mode the text stays, to say what would have been; the client is told nothing. */
static void act(const assessment_t *assessment, const judgement_t *judgement, verdict_t *verdict)
{
	const bool monitors = policy_monitors(assessment->policy);

	verdict->monitored = monitors && verdict->action >= ACTION_STRIP;
	verdict->rejected = !monitors && verdict->action == ACTION_REJECT;
	if (verdict->rejected)
		verdict->ede = EDE_BLOCKED;
	else if (!monitors && verdict->action == ACTION_STRIP)
		verdict->ede = EDE_FORGED_ANSWER;
	if (verdict->action < ACTION_STRIP)
		verdict->text[0] = '\0';
	if (!verdict->rejected)
		accept(assessment, judgement, verdict);
}

static void conclude(assessment_t *assessment, const judgement_t *judgement)
{
	verdict_t *verdict = assessment->verdict;

	list_findings(judgement, verdict);
	describe(assessment, judgement, verdict);
	if (assessment->judged->security == SECURITY_BOGUS)
		reject_bogus(assessment, verdict);
	else
		act(assessment, judgement, verdict);
}

void verdict_make(assessment_t *assessment)
{
	const reply_t *judged = assessment->judged;
	verdict_t *verdict = calloc(1, sizeof(*verdict));
	judgement_t judgement = { .failed = NULL };

	assessment->verdict = verdict;
	if (verdict == NULL)
		return;
	verdict->ede = EDE_NONE;
	verdict->security = verdict->received = judged->security;
	if (judged->err != ANSWER_OK && judged->security != SECURITY_BOGUS)
		fail(verdict, judged->err, judged->why);
	else if (judge_run(&judgement, assessment))
		conclude(assessment, &judgement);
	else
		fail(verdict, ANSWER_NO_MEMORY, "");
	judge_free(&judgement);
}

void verdict_free(verdict_t *verdict)
{
	if (verdict == NULL)
		return;
	answer_free(&verdict->answer);
	free(verdict->targets);
	free(verdict->other);
	free(verdict);
}
