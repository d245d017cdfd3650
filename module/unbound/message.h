/* message.h: between Unbound's messages and the wire format that the validator reads. */
#ifndef MODULE_UNBOUND_MESSAGE_H
#define MODULE_UNBOUND_MESSAGE_H

#include "module/unbound/host.h"
#include "validator/assessment.h"

/* What came of a query that is done, as an assessment wants to be told; its packet is in env->scratch_buffer, its `why` in
 * the query's region. */
void message_outcome(struct module_qstate *query, outcome_t *outcome);

/* Makes the query's answer of what a verdict lets through, insecure. False when memory is out. */
MUST_USE bool message_answer(struct module_qstate *query, const answer_t *answer);

/* The query's answer is SERVFAIL. */
void message_refuse(struct module_qstate *query);

/* Keeps the query's answer, without ADDITIONAL, in Unbound's caches. Whatever these hold of its MX RRsets from elsewhere goes first:
 * it was not judged, but might be trusted more. */
void message_store(struct module_qstate *query);

/* Keeps the query's answer, without ADDITIONAL, in the caches of `env`, whatever caches its own environment has. */
void message_keep(struct module_qstate *query, struct module_env *env);

/* Takes what Unbound's cache holds for this question out of it. */
void message_forget(struct module_qstate *query);

#endif
