/* memory.h: who remembers what was last accepted for a domain: the daemon's history, or a file that a lookup reads. */
#ifndef MODULE_INQUIRY_MEMORY_H
#define MODULE_INQUIRY_MEMORY_H

#include "cache/history_store.h"
#include "validator/assessment.h"

/* NULL: nothing is known. Borrowed for the time of the call. */
typedef void memory_told_fn(void *arg, const history_set_t *past);

typedef struct memory {
	/* Has `told` called once in the asking thread: later, and returns what `forget` takes until then; or at once, and returns
	 * NULL. NULL without a call: it will not be. */
	void *(*ask)(void *from, const name_t *name, memory_told_fn *told, void *arg);
	void (*forget)(void *question);
	void *from;
} memory_t;

/* What was remembered, for an assessment that needs it. NULL is allowed; a set whose names do not read is nothing, too. */
void memory_supply(assessment_t *assessment, const history_set_t *set);

#endif
