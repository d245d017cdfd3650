/* desk.h: where a thread's answers arrive. Internal to the history; history.h has what others see of it.
 *
 * It is its thread's, and for as long as questions are out also the reader's: who leaves last frees it with what lies on it. */
#ifndef MODULE_HISTORY_DESK_H
#define MODULE_HISTORY_DESK_H

#include "module/history/history.h"
#include "module/mailbox.h"

/* For a question that is about to be asked. */
void desk_hold(history_desk_t *desk);

/* Lays an answer on it, which desk_take() or the last desk_leave() takes. From any thread. */
void desk_put(history_desk_t *desk, mail_t *answer);

/* The answers, oldest first, or NULL. For the desk's thread. */
MUST_USE mail_t *desk_take(history_desk_t *desk);

/* A question is answered, or its thread has gone. Calls `drop` for what nobody took. */
void desk_leave(history_desk_t *desk, void (*drop)(mail_t *answer));

#endif
