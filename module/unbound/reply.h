/* reply.h: what Unbound calls back for. For each reply to a client, fresh or from its cache: the extended error (RFC 8914) of an MX
 * answer that was rejected, or sent without some of its records, is added. For each query to a server, and each reply:
 * question_sends(), question_replied(). */
#ifndef MODULE_UNBOUND_REPLY_H
#define MODULE_UNBOUND_REPLY_H

#include "module/unbound/host.h"
#include "module/unbound/state.h"

/* From now on, and until no longer. False when memory is out. `state` is borrowed. */
MUST_USE bool reply_attach(struct module_env *env, int id, state_t *state);
void reply_detach(struct module_env *env, int id);

#endif
