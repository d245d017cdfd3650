/* past.h: answers questions about domains' pasts, out of the history's file, in a thread of its own. Internal to the history. */
#ifndef MODULE_HISTORY_PAST_H
#define MODULE_HISTORY_PAST_H

#include "module/history/history.h"

#include <stdatomic.h>

typedef struct past past_t;

/* Starts the thread. `files` tells how often the file was begun anew, and is borrowed. NULL when memory or threads are out. */
MUST_USE past_t *past_new(const atomic_uint *files);
void past_free(past_t *past);

/* Reads another file from now on, or none (NULL). From any thread. */
void past_use(past_t *past, const char *file);

/* As in history.h. */
MUST_USE bool past_attach(past_t *past, struct event_base *base);
void past_detach(past_t *past);
MUST_USE history_question_t *past_ask(past_t *past, history_desk_t *desk, const name_t *name, history_told_fn *told,
				      void *arg);

/* The desk of the thread that past_attach() was called in. NULL before. */
history_desk_t *past_own_desk(past_t *past);

#endif
