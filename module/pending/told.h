/* told.h: how a part of the server is told what came of a question that it asked. */
#ifndef MODULE_PENDING_TOLD_H
#define MODULE_PENDING_TOLD_H

#include "module/inquiry/resolution.h"
#include "validator/assessment.h"

/* Called once, in the pending thread (or, when the server stops, in the thread that stops it): copies what it needs and
 * returns soon. All is borrowed. `resolution` is NULL when the server stops; `verdict` is NULL for types other than MX, and where there was nothing to judge. `took`: milliseconds from the
 * question to the answer. */
typedef void pending_told_fn(void *arg, const resolution_t *resolution, const verdict_t *verdict, uint32_t took);

#endif
