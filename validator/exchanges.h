/* exchanges.h: the hosts that an assessment's sets name: which there are, and which are looked up. Internal to the validator room.
 *
 * The first set that comes is worth looking at before it is known which set counts, because that is the same one, nearly always. */
#ifndef VALIDATOR_EXCHANGES_H
#define VALIDATOR_EXCHANGES_H

#include "validator/assessment_state.h"

/* Looks up what this set names. Its hosts stay numbered as they are, whatever comes. */
void exchanges_look_ahead(assessment_t *assessment, const mx_set_t *set);

/* The judged reply is known: of its set hosts are listed and looked up, others are forgotten; all of them when it cannot be used.
 * Without memory nothing is known about exchanges, as if the time had been too short. */
void exchanges_settle(assessment_t *assessment);

#endif
