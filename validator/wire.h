/* wire.h: reads DNS messages (RFC 1035) octet by octet, and never one octet outside them.
 *
 * A wire_t is a reader that keeps its first error and then yields zeros, so code reads straight down and asks once at the
 * end. Each part of a message (RDATA, an option) has a reader of its own that ends where the part ends. Nothing here
 * allocates, and nothing is borrowed longer than the message. Sizes are octets; numbers are in host order. */
#ifndef VALIDATOR_WIRE_H
#define VALIDATOR_WIRE_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WIRE_NAME_MAX = 255 }; /* octets of a name with its root label (RFC 1035, 3.1) */

typedef enum {
	WIRE_OK = 0,
	WIRE_SHORT,    /* the part ends before the field does */
	WIRE_TRAILING, /* octets are left over after the last field */
	WIRE_LABEL,    /* a label type that RFC 1035 does not know (RFC 6891, 5) */
	WIRE_LOOP,     /* a compression pointer that does not point backwards (RFC 1035, 4.1.4) */
	WIRE_LONG,     /* a name longer than 255 octets */
} wire_err_t;

typedef struct wire {
	const uint8_t *msg; /* the whole message: compression pointers count from here */
	size_t pos;         /* the next octet to read */
	size_t end;         /* one past the last octet of this part */
	wire_err_t err;     /* the first error; later reads yield zeros */
} wire_t;

/* A name in uncompressed wire format, in the case in which it was read. */
typedef struct name {
	uint8_t size; /* 1 (the root) to 255 */
	uint8_t octets[WIRE_NAME_MAX];
} name_t;

/* A reader of `size` octets at `msg`, which it borrows. */
wire_t wire_begin(const uint8_t *msg, size_t size);

/* A reader for the next n octets; `w` goes on behind them. */
wire_t wire_part(wire_t *w, size_t n);

uint8_t wire_u8(wire_t *w);
uint16_t wire_u16(wire_t *w);
uint32_t wire_u32(wire_t *w);

/* The next n octets in place, or NULL when they are not there. Valid as long as the message is. */
const uint8_t *wire_octets(wire_t *w, size_t n);

/* Reads a name, following compression pointers, which may only go backwards. On error *name is the root. */
void wire_name(wire_t *w, name_t *name);

static inline size_t wire_left(const wire_t *w)
{
	return w->err == WIRE_OK ? w->end - w->pos : 0;
}

/* The first error, or WIRE_TRAILING when octets are left over. */
MUST_USE wire_err_t wire_finish(const wire_t *w);

/* One sentence's worth for people, never NULL. */
const char *wire_strerror(wire_err_t err);

#endif
