/* client.h: where an answer goes. A client_t is a plain value: it may be copied, kept while a question is resolved, and used
 * from any thread; a client that went away in the meantime costs nothing. */
#ifndef MODULE_FRONT_CLIENT_H
#define MODULE_FRONT_CLIENT_H

#include "config.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

typedef union client_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
} client_address_t;

typedef struct client {
	struct worker *worker; /* whose socket or connection it is */
	int fd;                /* UDP: the socket that the question came in by */
	bool tcp;
	bool has_local;      /* UDP on a wildcard address: reply from `local` (IP_PKTINFO, IPV6_PKTINFO) */
	uint32_t slot;       /* TCP: which of the worker's connections, and */
	uint32_t generation; /*   which use of it: an old one is not answered */
	client_address_t peer;
	struct in6_addr local;    /* IPv4-mapped for IPv4 */
	uint32_t local_interface; /* IPv6: its index, for link-local addresses; else 0 */
} client_t;

/* Sends one DNS message to the client. Copies; never blocks; what cannot be sent is dropped. From any thread. */
void client_send(const client_t *client, const uint8_t *message, size_t size);

#endif
