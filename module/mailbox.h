/* mailbox.h: messages from any thread to one thread that sleeps in an event loop. Putting one in is lock-free. */
#ifndef MODULE_MAILBOX_H
#define MODULE_MAILBOX_H

#include "config.h"

#include <stdatomic.h>
#include <stdbool.h>

/* The head of every message. */
typedef struct mail {
	struct mail *next;
} mail_t;

typedef struct mailbox {
	_Atomic(mail_t *) latest; /* a stack; the reader turns it round */
	atomic_bool due;          /* the first mail was slipped in, and nobody has woken the reader yet */
	int fd;                   /* an eventfd, readable while there may be mail */
} mailbox_t;

/* False when file descriptors are out. */
MUST_USE bool mailbox_open(mailbox_t *mailbox);
void mailbox_close(mailbox_t *mailbox);

/* From any thread. The message is the reader's from now on. */
void mailbox_put(mailbox_t *mailbox, mail_t *mail);

/* The same without waking the reader, for who has more to do before: whoever slips something in calls mailbox_wake() soon, once
 * for all. */
void mailbox_slip(mailbox_t *mailbox, mail_t *mail);
void mailbox_wake(mailbox_t *mailbox);

/* All messages, oldest first, or NULL. For the reader alone. */
MUST_USE mail_t *mailbox_take(mailbox_t *mailbox);

#endif
