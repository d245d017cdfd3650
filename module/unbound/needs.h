/* needs.h: what the assessment of an MX answer needs, asked as sub-queries of the query, each kind within its time. */
#ifndef MODULE_UNBOUND_NEEDS_H
#define MODULE_UNBOUND_NEEDS_H

#include "module/unbound/question_inside.h"

/* Asks whatever the assessment needs by now; when it waits for nothing it is done, and ends. Sets query->ext_state. */
void needs_advance(question_t *question);

/* A sub-query is done: the needs that it was asked for are supplied. */
void needs_told(question_t *question, struct module_qstate *sub);

/* No more waiting: timers and open needs are freed. */
void needs_stop(question_t *question);

#endif
