/* witness.h: who hears of each question that has ended: the log, the validation log, the alerts, the MX history. None of
 * them may keep the pending thread waiting. */
#ifndef MODULE_PENDING_WITNESS_H
#define MODULE_PENDING_WITNESS_H

#include "module/alert/alerts.h"
#include "module/history/history.h"
#include "module/inquiry/resolution.h"
#include "module/log/log.h"
#include "module/pending/counts.h"
#include "module/vlog/vlog.h"
#include "validator/assessment.h"

/* Each may be NULL, and then hears nothing. They outlive the pending thread. */
typedef struct witnesses {
	log_t *log;
	vlog_t *vlog;
	alerts_t *alerts;
	history_t *history;
	counts_t *counts;
} witnesses_t;

/* A question that has ended, and what came of it. All is borrowed for the time of the call. */
typedef struct ended {
	const name_t *name;
	uint16_t type;
	const struct sockaddr *client; /* the first who asked; NULL: no client did */
	bool tcp;                      /* how that client asked */
	unsigned clients;              /* how many asked and waited */
	const cache_found_t
		*stale; /* it failed, and clients are given this, which had ended (stale.h); NULL: nothing */
	uint32_t took;  /* milliseconds from the question to the answer */
	uint64_t wall;  /* now, milliseconds since 1970 */
	const resolution_t *resolution;
	const verdict_t *verdict; /* NULL for types other than MX */
} ended_t;

void witnesses_hear(const witnesses_t *witnesses, const ended_t *ended);

#endif
