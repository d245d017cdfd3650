/* proto.h: what the pool and a resolver process say to each other, one message per packet of a SOCK_SEQPACKET pair.
 *
 *	pool                         process
 *	            ← HELLO version            it resolves now; a pool of another version ends it
 *	ASK id how type name →             over which transport, and by which context: one of two, or a fresh one
 *	            ← ANSWER id rcode security flags why packet
 *	CANCEL id   →                          nobody wants the answer: the process says GONE when libunbound is done with it
 *	            ← GONE id
 *	PING number → ← PONG number            a process that does not answer hangs
 *
 * Each ASK gets exactly one ANSWER or GONE. Neither end trusts the other: a message that is not one of these, whole and
 * within its limits, is an error. Integers are in network order. No I/O here. */
#ifndef MODULE_RESOLVER_PROTO_H
#define MODULE_RESOLVER_PROTO_H

#include "validator/wire.h"

enum {
	PROTO_VERSION = 3,
	PROTO_WHY_MAX = 512,
	PROTO_PACKET_MAX = 65535,
	PROTO_MESSAGE_MAX = 64 + PROTO_WHY_MAX + PROTO_PACKET_MAX, /* holds any message */
	PROTO_OPEN_MAX = 16384, /* questions that a process takes at once, cancelled ones included */
};

typedef enum {
	PROTO_HELLO = 1,
	PROTO_ASK,
	PROTO_CANCEL,
	PROTO_PING,
	PROTO_ANSWER,
	PROTO_GONE,
	PROTO_PONG,
} proto_kind_t;

typedef enum {
	PROTO_OK = 0,
	PROTO_SHORT,   /* ends before its last field, or is empty */
	PROTO_LONG,    /* goes on behind its last field, or a field is longer than it may be */
	PROTO_UNKNOWN, /* a kind that this version does not know */
	PROTO_VALUE,   /* a field has a value that it cannot have */
} proto_err_t;

/* One message. The fields that its kind does not have are zero. */
typedef struct proto {
	proto_kind_t kind;
	uint64_t id;           /* ASK, CANCEL, ANSWER, GONE: the question's, never 0; PING, PONG: their number */
	uint16_t version;      /* HELLO */
	bool tcp;              /* ASK: upstream over TCP only */
	bool fresh;            /* ASK: by a context that holds nothing yet (fresh.h) */
	bool second;           /* ASK: by the second of the two lasting contexts (turns.h); not together with fresh */
	uint16_t type;         /* ASK */
	name_t name;           /* ASK: uncompressed */
	uint8_t rcode;         /* ANSWER: 0 to 15 */
	uint8_t security;      /* ANSWER: 0 insecure, 1 bogus, 2 secure */
	bool rate_limited;     /* ANSWER */
	bool cached;           /* ANSWER: no server was asked for it */
	const char *why;       /* ANSWER: why_size octets without a NUL, not terminated */
	size_t why_size;       /* at most PROTO_WHY_MAX */
	const uint8_t *packet; /* ANSWER: DNS, unread */
	size_t packet_size;    /* at most PROTO_PACKET_MAX; 0: none */
} proto_t;

/* Writes the message to `out`, which holds PROTO_MESSAGE_MAX octets. Returns its size. What is longer than its limit is our
 * own mistake (assert). */
size_t proto_write(const proto_t *message, uint8_t *out);

/* Reads one message; why and packet point into it. */
MUST_USE proto_err_t proto_read(const uint8_t *octets, size_t size, proto_t *message);
const char *proto_strerror(proto_err_t err);

#endif
