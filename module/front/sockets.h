/* sockets.h: what front_bind() bound. Inside front/ only; front_sockets_t is opaque to everybody else. */
#ifndef MODULE_FRONT_SOCKETS_H
#define MODULE_FRONT_SOCKETS_H

#include "conf/conf.h"
#include "module/front/client.h"

/* One address: a UDP socket and a TCP listener for each worker. */
typedef struct bound {
	conf_address_t address; /* with the port that it really has */
	bool wildcard;          /* 0.0.0.0 or ::, which need to know where each datagram was sent to */
	int *udp;               /* one for each worker */
	int *tcp;
} bound_t;

struct front_sockets {
	unsigned threads;
	size_t count;
	char *text;
	bound_t bound[];
};

/* Whether a datagram from `peer` to `local` (NULL when the socket is not a wildcard) claims to come from one of our own
 * sockets: a reply would be a question to ourselves. */
MUST_USE bool sockets_are_own(const struct front_sockets *sockets, const client_address_t *peer,
			      const struct in6_addr *local);

#endif
