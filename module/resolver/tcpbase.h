/* tcpbase.h: an event base for libunbound's TCP contexts, on top of libevent's, which has an eye on their sockets.
 *
 * libunbound keeps a connection to a server and writes the next questions to it while the first is under way. It leaves
 * Nagle's algorithm on, which holds such a question back until the server has acknowledged the one before (RFC 7766,
 * 6.2.1.1 wants them sent at once); and servers that have it on as well hold answers back until we have
 * acknowledged, which the kernel delays by 40 ms. Both would add to what insecure answers, which are asked for over TCP
 * too, wait for. libunbound has no option for it, but lets its user bring the event loop (unbound-event.h), which sees each
 * socket: TCP_NODELAY is set when one is waited for, and what is readable is acknowledged at once (TCP_QUICKACK). */
#ifndef MODULE_RESOLVER_TCPBASE_H
#define MODULE_RESOLVER_TCPBASE_H

#include "config.h"

#include <event2/event.h>
#include <unbound-event.h>

/* For ub_ctx_create_ub_event(), for as many contexts as wanted. NULL when memory is out. Lives longer than all of them: then
 * free it with tcpbase_free(). */
MUST_USE struct ub_event_base *tcpbase_new(struct event_base *base);
void tcpbase_free(struct ub_event_base *tcpbase);

#endif
