/* resolution.h: what comes of a question once the resolver process has spoken: the answer that may be cached and sent, or a
 * failure with the extended error that explains it. Decides; does no I/O. */
#ifndef MODULE_INQUIRY_RESOLUTION_H
#define MODULE_INQUIRY_RESOLUTION_H

#include "cache/cache.h"
#include "module/resolver/pool.h"
#include "validator/answer.h"
#include "validator/assessment.h"
#include "validator/ede.h"

typedef struct resolution {
	cache_answer_t
		answer; /* failure tells whether it is one, turn who was asked (turn.h); borrows from the fields below */
	bool cached;    /* libunbound had it: no server was asked */
	uint32_t ttl;   /* seconds that the answer may be kept; of no meaning for a failure (RFC 9520) */
	answer_t built; /* owns the octets */
	char text[CACHE_EDE_TEXT_MAX];
} resolution_t;

/* Why a question has no outcome of a resolver process. */
typedef enum {
	RESOLUTION_TIMED_OUT, /* the budget was over */
	RESOLUTION_LOST,      /* resolver processes died or hung over it */
} resolution_loss_t;

/* Fills *resolution from what a resolver process said about `name` (lower case) and `type`. `wall` is seconds since 1970.
 * Free with resolution_free(). */
void resolution_judge(resolution_t *resolution, const name_t *name, uint16_t type, const pool_outcome_t *outcome,
		      const answer_limits_t *limits, uint64_t wall);

/* The same when there is nothing to judge. `budget`: the seconds that were allowed, for the text. */
void resolution_give_up(resolution_t *resolution, resolution_loss_t loss, unsigned budget);

/* For what others have judged: nothing yet; a failure with its extended error; a remark on an answer; and the octets of an
 * answer, which is borrowed. */
void resolution_begin(resolution_t *resolution);
void resolution_fail(resolution_t *resolution, ede_t ede, const char *text);
void resolution_note(resolution_t *resolution, ede_t ede, const char *text);
void resolution_show(resolution_t *resolution, const answer_t *shown);

/* What comes of a verdict, whose answer is borrowed. */
void resolution_of_verdict(resolution_t *resolution, const verdict_t *verdict);

/* After a resolution was copied to another place: makes it whole there; the old one must not be freed. */
void resolution_moved(resolution_t *resolution);

void resolution_free(resolution_t *resolution);

#endif
