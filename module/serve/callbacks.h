/* callbacks.h: work for the main thread, handed to it by others: what they found out for a command, for instance. */
#ifndef MODULE_SERVE_CALLBACKS_H
#define MODULE_SERVE_CALLBACKS_H

#include "module/mailbox.h"

#include <event2/event.h>

/* The head of what is handed over. */
typedef struct callback {
	mail_t mail;
	void (*call)(struct callback *callback); /* in the main thread; frees it */
} callback_t;

typedef struct callbacks callbacks_t;

/* NULL when memory or file descriptors are out. */
MUST_USE callbacks_t *callbacks_new(struct event_base *base);

/* Calls what is still there. For the main thread, when no other hands anything over any more; NULL is allowed. */
void callbacks_free(callbacks_t *callbacks);

/* From any thread, never blocks. */
void callbacks_put(callbacks_t *callbacks, callback_t *callback);

#endif
