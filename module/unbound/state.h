/* state.h: what all questions in an Unbound share: the policy, what was rejected lately, the logs. Made when Unbound starts or
 * reloads; read by all of its threads. Knows nothing of Unbound. */
#ifndef MODULE_UNBOUND_STATE_H
#define MODULE_UNBOUND_STATE_H

#include "cache/cache.h"
#include "module/pending/witness.h"
#include "validator/answer.h"
#include "validator/policy.h"

typedef struct state {
	policy_t *policy;
	answer_limits_t limits;
	unsigned corroborate_ms; /* that TCP may take, from when it is asked */
	unsigned target_ms;      /* that all that is asked about exchanges may take together */
	cache_t *verdicts; /* rejections (RFC 9520), what was stripped, marks (module/inquiry/marks.h); no answers */
	witnesses_t witnesses;
} state_t;

/* Loads the configuration at `path`. Where it is good, `old` (NULL: none) is freed before its files are opened again. On failure
 * returns NULL, and *error is a line for people, to be freed by the caller: then `old` stays. *error is NULL when memory is out:
 * then `old` is gone as well. `heard` hears what its log has of errors
 * and warnings. Free with state_free(), when no thread uses it any
 * more. */
MUST_USE state_t *state_new(const char *path, state_t *old, log_heard_fn *heard, char **error);
void state_free(state_t *state);

/* Where the configuration is: MXWARD_CONFIG in the environment, or mxward.yaml in `folder` where there is one, or the
 * daemon's. `room` holds `size` octets. Returns what counts. */
const char *state_path(const char *folder, char *room, size_t size);

/* Each thread that uses state->verdicts says so before it does; it ends with the thread. */
void state_thread(void);

#endif
