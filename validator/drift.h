/* drift.h: how the judged set compares with what was last accepted. Internal to the validator room. */
#ifndef VALIDATOR_DRIFT_H
#define VALIDATOR_DRIFT_H

#include "validator/assessment_state.h"

/* The past, a usable judged answer, and what of it is stripped are known. */
drift_t drift_of(const assessment_t *assessment);

/* Appends to the string in `text`: "from Google Workspace to Microsoft 365; before, since 2026-01-31: 10 aspmx.l.google.com", for
 * what has changed. */
void drift_say(char *text, size_t room, const assessment_t *assessment);

void drift_free_past(past_set_t *past);

#endif
