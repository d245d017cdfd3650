/* refusals.h: questions that were turned away because there is no room for them: what the client is told, how many there were, and
 * a line in the log now and then that says whose they were. */
#ifndef MODULE_PENDING_REFUSALS_H
#define MODULE_PENDING_REFUSALS_H

#include "module/log/log.h"
#include "module/pending/shares.h"

#include <stdatomic.h>

enum { REFUSALS_LOG_SECONDS = 10 }; /* from one line to the next */

typedef struct refusals {
	atomic_uint_fast64_t counts[SHARES_KINDS]; /* any thread */
	uint64_t told[SHARES_KINDS];               /* the counts when the log was last told, */
	uint64_t next_line[SHARES_KINDS];          /*   and when it may be again: milliseconds of CLOCK_MONOTONIC */
} refusals_t;

/* "zone", "suffix", "client", "all". */
const char *refusals_name(shares_kind_t kind);

/* EXTRA-TEXT of the reply. */
const char *refusals_text(shares_kind_t kind);

/* From any thread; the log is told with the next refusals_note(). */
void refusals_count(refusals_t *refusals, shares_kind_t kind);

/* Counts, and tells the log when it is time to. `client` may be NULL. For one thread. */
void refusals_note(refusals_t *refusals, log_t *log, const shares_refusal_t *refusal, const client_address_t *client,
		   uint64_t now);

#endif
