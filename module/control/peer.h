/* peer.h: who is at the other end of a Unix socket. */
#ifndef MODULE_CONTROL_PEER_H
#define MODULE_CONTROL_PEER_H

#include "config.h"

#include <stdbool.h>
#include <sys/types.h>

/* Whether root, a process of our own user, or a member of `group` has connected (SO_PEERCRED, SO_PEERGROUPS: as it was when it
 * did). `user` is set to the user in any case, to (uid_t)-1 where nobody can tell. */
MUST_USE bool peer_may_command(int fd, gid_t group, uid_t *user);

#endif
