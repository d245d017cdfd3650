/* judge.h: runs the checks over what an assessment knows, and makes actions of what fails. Internal to the validator room. */
#ifndef VALIDATOR_JUDGE_H
#define VALIDATOR_JUDGE_H

#include "validator/assessment_state.h"

enum { JUDGE_WHOLE = 0xffff }; /* no record: the answer as a whole, or all exchanges together */

typedef struct judgement {
	const assessment_t *assessment;
	bool secure;
	bool nothing_left; /* were all stripped that fail such a check, no record would be left that mail can use */
	bool any_spared;   /* some record is kept then for lack of a better one */
	uint64_t strips;   /* a bit for each check whose action is to strip */
	uint64_t fatal;    /* of these the ones that reject when nothing would be left */
	uint64_t any;      /* for each check that anything fails */
	uint64_t whole;    /* a bit for each check that the answer or the set as a whole fails */
	uint64_t *failed;  /* the same for each record; owned */
} judgement_t;

/* What is to be said about a check that fails. */
typedef struct judge_note {
	const name_t *name; /* NULL: the domain's */
	bool repeated;      /* another record's finding says it already */
	char detail[ASSESSMENT_DETAIL_MAX];
} judge_note_t;

/* Runs all checks, those of records first, and fills in the assessment's drift on the way. False when memory is out. Free with
 * judge_free(), also then. */
MUST_USE bool judge_run(judgement_t *judgement, assessment_t *assessment);
void judge_free(judgement_t *judgement);

/* Whether this record, or JUDGE_WHOLE, fails the check. */
bool judge_fails(const judgement_t *judgement, check_id_t check, size_t record);

/* Whether anything fails it. */
bool judge_any_fails(const judgement_t *judgement, check_id_t check);

/* What is done about it: the administrator's action, or the row's own, within the hard rules. */
action_t judge_action(const judgement_t *judgement, check_id_t check, size_t record);

/* A record that fails a check which leaves it out. */
bool judge_strips(const judgement_t *judgement, size_t record);

/* For a check that fails. */
void judge_describe(const judgement_t *judgement, check_id_t check, size_t record, judge_note_t *note);

#endif
