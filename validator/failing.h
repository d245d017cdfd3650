/* failing.h: when a check fails, a function for each row of check.c, and what is to be said then. Internal to the validator
 * room. */
#ifndef VALIDATOR_FAILING_H
#define VALIDATOR_FAILING_H

#include "validator/judge.h"

/* `record` is JUDGE_WHOLE for checks ON_ANSWER and ON_SET. Fills in *note, which begins empty, when the check fails. */
bool failing(check_id_t check, const assessment_t *assessment, size_t record, judge_note_t *note);

#endif
