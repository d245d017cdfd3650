/* udp.h: datagrams of one worker, in batches. */
#ifndef MODULE_FRONT_UDP_H
#define MODULE_FRONT_UDP_H

#include "module/front/respond.h"
#include "module/front/sockets.h"

#include <event2/event.h>

typedef struct udp udp_t;

/* Serves the worker's UDP socket of every address from `base`. Borrows all but the numbers. NULL when memory is out. */
MUST_USE udp_t *udp_new(struct event_base *base, struct worker *worker, unsigned worker_index,
			const struct front_sockets *sockets, responder_t *responder);
void udp_free(udp_t *udp);

/* client_send() for a UDP client. From any thread. */
void udp_send(const client_t *client, const uint8_t *message, size_t size);

#endif
