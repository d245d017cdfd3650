/* respond.h: decides what a message from a client gets: a reply at once, a reply later, or none. One responder a worker;
 * other threads may read its counters alone. */
#ifndef MODULE_FRONT_RESPOND_H
#define MODULE_FRONT_RESPOND_H

#include "module/front/acl.h"
#include "module/front/front.h"
#include "module/front/reply.h"

#include <stdatomic.h>

/* What a message came to. Each is counted (atomics that only the worker writes). */
typedef enum {
	COUNT_UDP,
	COUNT_TCP,
	COUNT_HIT,
	COUNT_MISS,
	COUNT_REFUSED,
	COUNT_DROPPED,
	COUNT_MALFORMED,
	COUNT_SERVFAIL, /* beside COUNT_HIT */
	COUNTS,
} count_t;

typedef struct responder {
	reply_context_t reply;
	acl_t *acl; /* owned */
	cache_t *cache;
	front_calls_t calls;
	uint64_t now;        /* clock_of_cache(); responder_tick() */
	uint64_t tick_began; /* the same in microseconds */
	uint64_t tick_hits;  /* COUNT_HIT then */
	bool handed;         /* since then something went to calls.miss() */
	atomic_uint_fast64_t counts[COUNTS];
	atomic_uint_fast64_t types[2][TYPES_COUNTED]; /* over UDP, over TCP */
	histogram_t hit_latency;
} responder_t;

typedef enum {
	RESPOND_NOW,   /* *reply_size octets are in `out` */
	RESPOND_LATER, /* client_send() will be called for it */
	RESPOND_NEVER, /* it was no query */
} respond_t;

/* Once for each batch, before it, to read the clocks, and when its replies are sent, for its latency, and for whoever was handed
 * misses. */
void responder_tick(responder_t *responder);
void responder_tock(responder_t *responder);

void responder_count(responder_t *responder, count_t what);

/* `out` holds REPLY_MAX octets, for UDP max_udp_size. */
MUST_USE respond_t respond(responder_t *responder, const uint8_t *octets, size_t size, const client_t *client,
			   uint8_t *out, size_t *reply_size);

#endif
