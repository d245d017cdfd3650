/* visit.h: a visit on its way to the writer: what of a verdict is remembered. */
#ifndef MODULE_HISTORY_VISIT_H
#define MODULE_HISTORY_VISIT_H

#include "cache/history_store.h"
#include "module/log/queue.h"
#include "validator/assessment.h"

#include <stdatomic.h>

typedef struct visit {
	queue_item_t item;
	atomic_uint *waiting; /* one less when it is freed */
	uint64_t wall;        /* seconds since 1970 */
	history_visit_t seen; /* borrows from the octets behind */
} visit_t;

/* Whether there is anything to remember: rejections and failures say nothing about a domain. */
MUST_USE bool visit_is_due(const verdict_t *verdict);

/* In one allocation, to be freed with visit_free(). NULL when memory is out. */
MUST_USE visit_t *visit_of(const name_t *name, const verdict_t *verdict, uint64_t wall, atomic_uint *waiting);
void visit_free(visit_t *visit);

#endif
