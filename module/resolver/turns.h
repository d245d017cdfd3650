/* turns.h: the lasting libunbound contexts of a resolver process: for each transport two, which take turns.
 *
 * libunbound serves from its own cache while a TTL lasts, and can neither flush it nor go past it. An answer can be renewed
 * before it ends all the same: by a context that did not give it. What one has answered the other is asked when little of
 * the TTL is left; its own copy, if it ever had one, is a TTL older, and has ended. So the copies of the two leapfrog each
 * other, while what both need on the way (delegations, keys, servers' addresses and manners) lasts longer and stays warm in
 * both, as it does not in a fresh context (fresh.h), which walks from the root.
 *
 *	first   ├── answer ────────────────┤            ├── answer ────────────────┤
 *	second                        ├── answer ────────────────┤           ├── answer ─ ...
 *
 * Who asks says which of the two (proto.h), for only the front knows whose answer it has. A context starts when it is first
 * asked: the second ones, of which less is wanted at once, may have fewer sockets. */
#ifndef MODULE_RESOLVER_TURNS_H
#define MODULE_RESOLVER_TURNS_H

#include "config.h"
#include "module/resolver/context.h"

typedef struct turns {
	struct ub_ctx *contexts[2][2]; /* UDP, TCP; the first, the second */
	bool started[2][2];
} turns_t;

/* Makes all of them of the file `config`, which is read now; those for TCP by way of `tcpbase` (tcpbase.h). False, with a
 * line on stderr, when libunbound refuses it. They live as long as the process. */
MUST_USE bool turns_begin(turns_t *turns, struct event_base *base, struct ub_event_base *tcpbase, const char *config);

/* Has libunbound show servers the whole name. False when it does so already, or minimises in strict mode, which is left
 * alone. Before any is started. */
MUST_USE bool turns_stop_minimising(const turns_t *turns);

/* Gives them their shares of the files that may be open, of which others need `others`. Before any is started. */
void turns_share_files(const turns_t *turns, size_t others);

/* A started context; NULL when it cannot be started. */
MUST_USE struct ub_ctx *turns_context(turns_t *turns, bool tcp, bool second);

#endif
