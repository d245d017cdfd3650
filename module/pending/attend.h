/* attend.h: one who waits, from coming in to the reply: joins a question or begins one, which ends with an answer that is cached
 * and goes to everybody, or with its budget. In the pending thread. */
#ifndef MODULE_PENDING_ATTEND_H
#define MODULE_PENDING_ATTEND_H

#include "module/pending/pending.h"
#include "module/pending/questions.h"

/* Takes over a waiter that lies in a message_t (inner.h), and frees that when it has its answer. */
void attend_waiter(pending_t *pending, waiter_t *waiter);

/* Asks for what is ending, as prefetch_enter() has allowed; nobody waits for it. */
void attend_renewal(pending_t *pending, const name_t *name, uint16_t type);

#endif
