/* counts.h: what came of questions, counted for an administrator's statistics. The pending thread counts, any thread reads, none
 * locks. */
#ifndef MODULE_PENDING_COUNTS_H
#define MODULE_PENDING_COUNTS_H

#include "module/histogram.h"
#include "validator/assessment.h"

enum {
	COUNTS_EDE_MAX = 64, /* codes of extended errors from this on are counted as one */
	COUNTS_ACTIONS = ACTION_REJECT + 1,
	COUNTS_CORROBORATIONS = CORROBORATION_UNAVAILABLE + 1,
};

typedef enum {
	COUNTS_ACCEPT, /* nothing was found that is more than ignored */
	COUNTS_LOG,
	COUNTS_STRIP,
	COUNTS_REJECT,
	COUNTS_FAILED, /* there was no answer to judge */
	COUNTS_VERDICTS,
} counts_verdict_t;

typedef struct counts {
	atomic_uint_fast64_t servfail; /* clients that were answered so */
	atomic_uint_fast64_t verdicts[COUNTS_VERDICTS];
	atomic_uint_fast64_t findings[CHECKS]
				     [COUNTS_ACTIONS];  /* by what came of them, in monitor mode what would have */
	atomic_uint_fast64_t bogus[COUNTS_EDE_MAX + 1]; /* answers of any type, by their extended error */
	atomic_uint_fast64_t corroboration[COUNTS_CORROBORATIONS];
	histogram_t miss;       /* each question's time to its answer, an MX assessment's too */
	histogram_t assessment; /* the same of MX assessments alone */
} counts_t;

/* "accept", "log", "strip", "reject", "failed". */
const char *counts_verdict_name(counts_verdict_t verdict);

/* A question that took `took` milliseconds has ended: for `clients` clients, with this verdict (NULL: none), as a failure, and
 * bogus with this extended error. A failure is one that clients are told of. */
void counts_note(counts_t *counts, const verdict_t *verdict, bool failure, bool bogus, unsigned ede, unsigned clients,
		 uint32_t took);

/* The value of a counter now. */
static inline uint64_t counts_read(const atomic_uint_fast64_t *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

#endif
