/* verdict.h: makes the verdict of what an assessment knows. Internal to the validator room. */
#ifndef VALIDATOR_VERDICT_H
#define VALIDATOR_VERDICT_H

#include "validator/assessment_state.h"

/* Fills in assessment->verdict. It is known which answer is judged. */
void verdict_make(assessment_t *assessment);
void verdict_free(verdict_t *verdict);

#endif
