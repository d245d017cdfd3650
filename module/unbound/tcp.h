/* tcp.h: the other way upstream, over TCP, with caches of its own: what a forger slipped into Unbound's caches over UDP (a delegation
 * to his own servers, most of all) must not decide which servers are asked over TCP, or it would vouch for itself.
 *
 * A query that goes this way has an environment (struct module_env) that says so, and its sub-queries, for the root's servers or
 * the addresses of others, take it over. Two things are still Unbound's: a sub-query that is on its way over UDP already is waited
 * for, not asked again; and what Unbound knows of servers (RTT, lameness) counts for both.
 *
 * From Unbound it needs the allocator of RRsets, and so lives no longer than the modules: from their begin to their end. All threads
 * may use it. */
#ifndef MODULE_UNBOUND_TCP_H
#define MODULE_UNBOUND_TCP_H

#include "config.h"
#include "module/unbound/host.h"

#include <stdbool.h>

typedef struct tcp tcp_t;

/* NULL when memory is out. Free with tcp_free(), when there is no query any more. */
MUST_USE tcp_t *tcp_new(const struct module_env *env);
void tcp_free(tcp_t *tcp);

/* What a query takes for `env`, its environment, to go over TCP. The same for all queries of a thread, and owned by tcp. NULL when
 * memory is out. */
MUST_USE struct module_env *tcp_env(tcp_t *tcp, struct module_env *env);

/* The query is about to be sent to a server: where it goes over TCP, Unbound must not take one for the same that is out over UDP.
 * `region` is for what is sent. False when memory is out. */
MUST_USE bool tcp_sends(const tcp_t *tcp, struct module_qstate *query, struct regional *region);

/* Octets that its caches hold now. */
size_t tcp_memory(const tcp_t *tcp);

#endif
