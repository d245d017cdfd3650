/* tcp.h: TCP connections of one worker (RFC 7766): many questions on one connection, replies as the answers come.
 *
 * What a client can make us keep is bounded: questions that wait for an answer, replies that it does not read (no more is
 * read from it meanwhile), one message in parts. A connection ends when the client ends it and has all its answers, when
 * nothing happened for the idle time-out, or when another one is needed more (connections.h). A message that is no query
 * ends it too. Belongs to the worker's thread. */
#ifndef MODULE_FRONT_TCP_H
#define MODULE_FRONT_TCP_H

#include "module/front/connections.h"
#include "module/front/respond.h"
#include "module/front/sockets.h"

#include <event2/event.h>

typedef struct tcp tcp_t;

/* Accepts at the worker's listener of every address. Borrows all but the numbers. NULL when memory is out. */
MUST_USE tcp_t *tcp_new(struct event_base *base, struct worker *worker, unsigned worker_index,
			const struct front_sockets *sockets, responder_t *responder, connections_t *connections,
			unsigned idle_timeout, log_t *log);
void tcp_free(tcp_t *tcp);

/* Seconds, from now on. */
void tcp_set_idle_timeout(tcp_t *tcp, unsigned idle_timeout);

/* An answer that respond() promised: `frame` is a message behind its length in two octets. Dropped when the connection is
 * gone. */
void tcp_reply(tcp_t *tcp, uint32_t slot, uint32_t generation, const uint8_t *frame, size_t size);

#endif
