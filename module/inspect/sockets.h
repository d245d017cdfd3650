/* sockets.h: the sockets that connections come in by. The server opens and keeps them, and each inspection process inherits them:
 * so connections wait, and none is refused, while one process takes the other's place. One thread at a time. */
#ifndef MODULE_INSPECT_SOCKETS_H
#define MODULE_INSPECT_SOCKETS_H

#include "conf/conf.h"
#include "module/log/log.h"

enum { SOCKETS_MAX = 16 }; /* as many as inspection.listen may have */

typedef struct sockets {
	size_t count;
	conf_address_t addresses[SOCKETS_MAX];
	int fds[SOCKETS_MAX]; /* -1: not open */
} sockets_t;

/* Begins with zeros. From now on these addresses, at most SOCKETS_MAX, are wanted: sockets of others are closed, of the same
 * stay. */
void sockets_want(sockets_t *sockets, const conf_addresses_t *addresses);

/* Opens those that are not open. False, with a line in the log, when one cannot be had. A machine without IPv6 has no ::1, and is
 * not to lose the page for it: such a socket is missing, unless it is the only one. */
MUST_USE bool sockets_open(sockets_t *sockets, log_t *log);

/* Those that are open; returns how many. */
size_t sockets_list(const sockets_t *sockets, int fds[SOCKETS_MAX]);

/* Closes all; they stay wanted. */
void sockets_close(sockets_t *sockets);

#endif
