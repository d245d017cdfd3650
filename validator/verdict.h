/* verdict.h: makes the verdict of what an assessment knows. Internal to the validator room. */
#ifndef VALIDATOR_VERDICT_H
#define VALIDATOR_VERDICT_H

#include "validator/assessment_state.h"

/* Makes assessment->verdict, which stays NULL when memory is out. It is known which answer is judged. */
void verdict_make(assessment_t *assessment);
void verdict_free(verdict_t *verdict);

/* A failure, for the case that there is no memory for a verdict. */
extern const verdict_t verdict_without_memory;

#endif
