/* judge.c: see judge.h. */
#include "validator/judge.h"

#include "validator/drift.h"
#include "validator/failing.h"

#include <stdlib.h>

_Static_assert(CHECKS <= 64, "a bit for each check");

static uint64_t bit(check_id_t check)
{
	return UINT64_C(1) << check;
}

static bool is_about_records(check_id_t check)
{
	const check_on_t on = check_row(check)->on;

	return on == ON_RECORD || on == ON_TARGET;
}

bool judge_any_fails(const judgement_t *judgement, check_id_t check)
{
	return (judgement->any & bit(check)) != 0;
}

bool judge_fails(const judgement_t *judgement, check_id_t check, size_t record)
{
	return ((record == JUDGE_WHOLE ? judgement->whole : judgement->failed[record]) & bit(check)) != 0;
}

/* The administrator's action or the row's own, but never below the least. */
static action_t wanted_action(const judgement_t *judgement, check_id_t check)
{
	const check_t *row = check_row(check);
	const action_t least = judgement->secure ? row->least_secure : row->least;
	const action_t action = policy_action(judgement->assessment->policy, check, judgement->secure);

	return action < least ? least : action;
}

/* So that records, of which there may be thousands, need not ask each check again. */
static void sort_actions(judgement_t *judgement)
{
	for (unsigned id = 0; id < CHECKS; id++) {
		if (wanted_action(judgement, (check_id_t)id) != ACTION_STRIP)
			continue;
		judgement->strips |= bit((check_id_t)id);
		if (check_row((check_id_t)id)->when_last == ACTION_REJECT)
			judgement->fatal |= bit((check_id_t)id);
	}
}

static bool wants_strip(const judgement_t *judgement, size_t record)
{
	return (judgement->failed[record] & judgement->strips) != 0;
}

/* A record that would be left out is kept when nothing else would be left and none of the reasons against it is worth a
 * rejection. */
static bool is_spared(const judgement_t *judgement, size_t record)
{
	return wants_strip(judgement, record) && (judgement->failed[record] & judgement->fatal) == 0;
}

action_t judge_action(const judgement_t *judgement, check_id_t check, size_t record)
{
	const check_t *row = check_row(check);
	const action_t action = wanted_action(judgement, check);

	if (action != ACTION_STRIP)
		return action;
	if (judgement->secure) /* passes whole or is rejected (R4) */
		return ACTION_LOG;
	if (record == JUDGE_WHOLE) /* there is nothing to leave out but all */
		return row->when_last;
	/* An empty set would send the mail to the domain's web server (R2), a set of dead ends would bounce it. */
	return judge_strips(judgement, record) ? ACTION_STRIP : row->when_last;
}

bool judge_strips(const judgement_t *judgement, size_t record)
{
	if (judgement->secure || !wants_strip(judgement, record))
		return false;
	return !judgement->nothing_left || (judgement->any_spared && !is_spared(judgement, record));
}

void judge_describe(const judgement_t *judgement, check_id_t check, size_t record, judge_note_t *note)
{
	(void)failing(check, judgement->assessment, record, note);
}

static uint64_t run_whole(const assessment_t *assessment)
{
	judge_note_t note;
	uint64_t failed = 0;

	for (unsigned id = 0; id < CHECKS; id++)
		if (!is_about_records((check_id_t)id) && failing((check_id_t)id, assessment, JUDGE_WHOLE, &note))
			failed |= bit((check_id_t)id);
	return failed;
}

static uint64_t run_record(const assessment_t *assessment, size_t record)
{
	judge_note_t note;
	uint64_t failed = 0;

	for (unsigned id = 0; id < CHECKS; id++)
		if (is_about_records((check_id_t)id) && failing((check_id_t)id, assessment, record, &note))
			failed |= bit((check_id_t)id);
	return failed;
}

/* With nothing better beside it, mail bounces (RFC 7505, 3; RFC 5321, 5.1). */
static bool is_dead_end(const assessment_t *assessment, size_t record)
{
	const host_t *host = assessment_host(assessment, record);
	const target_state_t state = host != NULL ? host_state(host) : TARGET_UNKNOWN;

	return assessment->judged->set.records[record].exchange.size == 1 || state == TARGET_NO_NAME ||
	       state == TARGET_NO_ADDRESS;
}

static void count_what_is_left(judgement_t *judgement)
{
	const size_t count = judgement->assessment->judged->set.count;
	size_t left = 0;
	size_t stripped = 0;

	for (size_t i = 0; i < count; i++) {
		const bool strip = wants_strip(judgement, i);

		stripped += strip;
		left += !strip && !is_dead_end(judgement->assessment, i);
		judgement->any_spared |= is_spared(judgement, i);
	}
	judgement->nothing_left = left == 0 && stripped > 0;
}

/* The checks of the whole want to know how far it is from the past; without memory it is not known. */
static void compare_with_past(const judgement_t *judgement, assessment_t *assessment)
{
	const size_t count = assessment->judged->set.count;

	if (assessment->has_past)
		assessment->stripped = calloc(count + 1, sizeof(*assessment->stripped));
	if (assessment->stripped == NULL)
		return;
	for (size_t i = 0; i < count; i++)
		assessment->stripped[i] = judge_strips(judgement, i);
	assessment->drift = drift_of(assessment);
}

bool judge_run(judgement_t *judgement, assessment_t *assessment)
{
	const reply_t *judged = assessment->judged;
	const bool bogus = judged->security == SECURITY_BOGUS;

	*judgement = (judgement_t){ .assessment = assessment, .secure = judged->security == SECURITY_SECURE };
	judgement->failed = calloc(judged->set.count + 1, sizeof(*judgement->failed));
	if (judgement->failed == NULL)
		return false;
	if (bogus) { /* what is in it is not worth a word */
		judgement->whole = judgement->any = bit(CHECK_BOGUS);
		return true;
	}
	sort_actions(judgement);
	for (size_t i = 0; i < judged->set.count; i++) {
		judgement->failed[i] = run_record(assessment, i);
		judgement->any |= judgement->failed[i];
	}
	count_what_is_left(judgement);
	compare_with_past(judgement, assessment);
	judgement->whole = run_whole(assessment);
	judgement->any |= judgement->whole;
	return true;
}

void judge_free(judgement_t *judgement)
{
	free(judgement->failed);
}
