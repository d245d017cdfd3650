/* judging.h: how MX answers are judged; shared by the inquiries that began under it. Belongs to the pending thread. */
#ifndef MODULE_INQUIRY_JUDGING_H
#define MODULE_INQUIRY_JUDGING_H

#include "validator/answer.h"
#include "validator/policy.h"

typedef struct judging {
	policy_t *policy;
	answer_limits_t limits;
	unsigned
		corroborate_ms; /* that TCP may take, from when it is asked; as much once more while UDP has not answered */
	unsigned
		target_ms; /* that all that is asked about exchanges may take together, and the past by itself; the former
	                          * as much once more while it is not known which set counts */
	unsigned users;    /* freed with the last one */
} judging_t;

/* Takes the policy over. NULL when memory is out (the policy is freed). */
MUST_USE judging_t *judging_new(policy_t *policy, const answer_limits_t *limits, unsigned corroborate_ms,
				unsigned target_ms);
judging_t *judging_hold(judging_t *judging);
void judging_release(judging_t *judging);

#endif
