/* acceptor.h: accepts the TCP connections that clients open at one worker's listeners, so few in one turn of the loop that
 * datagrams get their turn. When file descriptors or memory are out, it has room made, says so in the log, and pauses.
 * Belongs to the worker's thread. */
#ifndef MODULE_FRONT_ACCEPTOR_H
#define MODULE_FRONT_ACCEPTOR_H

#include "module/front/connections.h"
#include "module/front/sockets.h"
#include "module/log/log.h"

#include <event2/event.h>

typedef struct acceptor acceptor_t;

/* Hands over a connection, non-blocking: `fd` is the callee's to close. */
typedef void acceptor_fn(void *arg, int fd, const client_address_t *peer);

/* Accepts at the worker's listener of every address. Borrows all but the number. NULL when memory is out. */
MUST_USE acceptor_t *acceptor_new(struct event_base *base, const struct front_sockets *sockets, unsigned worker_index,
				  connections_t *connections, log_t *log, acceptor_fn *accepted, void *arg);

/* May be NULL. The listeners stay open. */
void acceptor_free(acceptor_t *acceptor);

#endif
