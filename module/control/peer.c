/* peer.c: see peer.h. */
#include "module/control/peer.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { GROUPS_MAX = 65536 }; /* NGROUPS_MAX of Linux */

static bool has_group(int fd, gid_t group)
{
	socklen_t size = 0;
	gid_t *groups = NULL;
	gid_t no_room;
	bool found = false;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, &no_room, &size) == 0 || size > GROUPS_MAX * sizeof(*groups))
		return false; /* none at all, or nonsense; else it fails with the size that it needs */
	groups = malloc(size);
	if (groups != NULL && getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &size) == 0)
		for (size_t i = 0; i < size / sizeof(*groups); i++)
			found = found || groups[i] == group;
	free(groups);
	return found;
}

bool peer_may_command(int fd, gid_t group, uid_t *user)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	*user = (uid_t)-1;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
		return false;
	*user = peer.uid;
	return peer.uid == 0 || peer.uid == geteuid() || peer.gid == group || has_group(fd, group);
}
