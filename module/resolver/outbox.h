/* outbox.h: messages for the other end of a SOCK_SEQPACKET pair, kept while its buffer is full. Bounded. */
#ifndef MODULE_RESOLVER_OUTBOX_H
#define MODULE_RESOLVER_OUTBOX_H

#include "module/resolver/proto.h"

typedef struct outbox_message outbox_message_t;

/* All zeros but for fd and limit is an empty outbox. */
typedef struct outbox {
	int fd;       /* non-blocking; not owned */
	size_t limit; /* octets that may wait */
	size_t waiting;
	outbox_message_t *first;
	outbox_message_t **last;
} outbox_t;

typedef enum {
	OUTBOX_SENT,    /* nothing waits */
	OUTBOX_WAITING, /* call outbox_flush() when fd is writable */
	OUTBOX_FULL,    /* over the limit, or memory is out: the message is lost, and the other end hangs */
	OUTBOX_CLOSED,  /* the other end is gone; errno tells more */
} outbox_state_t;

outbox_t outbox_begin(int fd, size_t limit);

/* Sends the message now, or keeps it behind those that wait. */
MUST_USE outbox_state_t outbox_send(outbox_t *outbox, const proto_t *message);

/* Sends what waits, as far as it goes. */
MUST_USE outbox_state_t outbox_flush(outbox_t *outbox);

/* Forgets what waits. */
void outbox_clear(outbox_t *outbox);

#endif
