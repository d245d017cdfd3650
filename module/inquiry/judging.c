/* judging.c: see judging.h. */
#include "module/inquiry/judging.h"

#include <stdlib.h>

judging_t *judging_new(policy_t *policy, const answer_limits_t *limits, unsigned corroborate_ms, unsigned target_ms)
{
	judging_t *judging = malloc(sizeof(*judging));

	if (judging == NULL) {
		policy_free(policy);
		return NULL;
	}
	*judging = (judging_t){ .policy = policy,
				.limits = *limits,
				.corroborate_ms = corroborate_ms,
				.target_ms = target_ms,
				.users = 1 };
	return judging;
}

judging_t *judging_hold(judging_t *judging)
{
	judging->users++;
	return judging;
}

void judging_release(judging_t *judging)
{
	if (judging == NULL || --judging->users > 0)
		return;
	policy_free(judging->policy);
	free(judging);
}
