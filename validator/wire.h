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
	WIRE_LOOP,     /* a compression pointer that does not point backwards, or too many in a row (RFC 1035, 4.1.4) */
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
static inline wire_t wire_begin(const uint8_t *msg, size_t size)
{
	return (wire_t){ .msg = msg, .pos = 0, .end = size, .err = WIRE_OK };
}

/* Octets that are left; 0 after an error. */
static inline size_t wire_left(const wire_t *w)
{
	return w->err == WIRE_OK ? w->end - w->pos : 0;
}

/* The next n octets in place, or NULL when they are not there. Valid as long as the message is. This is the one place
 * that compares with the end; it and the readers below are inline because every query passes through them. */
static inline const uint8_t *wire_octets(wire_t *w, size_t n)
{
	const uint8_t *at = w->msg + w->pos;

	if (w->err == WIRE_OK && n > w->end - w->pos)
		w->err = WIRE_SHORT;
	if (w->err != WIRE_OK)
		return NULL;
	w->pos += n;
	return at;
}

/* A reader for the next n octets, with an error when they are not there; `w` goes on behind them. An error inside the
 * part stays with the part. */
static inline wire_t wire_part(wire_t *w, size_t n)
{
	size_t start = w->pos;
	size_t end = wire_octets(w, n) != NULL ? w->pos : start;

	return (wire_t){ .msg = w->msg, .pos = start, .end = end, .err = w->err };
}

static inline uint8_t wire_u8(wire_t *w)
{
	const uint8_t *at = wire_octets(w, 1);

	return at != NULL ? at[0] : 0;
}

static inline uint16_t wire_u16(wire_t *w)
{
	const uint8_t *at = wire_octets(w, 2);

	return at != NULL ? (uint16_t)(at[0] << 8 | at[1]) : 0;
}

static inline uint32_t wire_u32(wire_t *w)
{
	const uint8_t *at = wire_octets(w, 4);

	return at != NULL ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3] : 0;
}

/* Reads a name, following compression pointers: each must go to before the labels that it follows, and what it points to
 * ends before them. On error *name is the root. */
void wire_name(wire_t *w, name_t *name);

/* The first error, or WIRE_TRAILING when octets are left over. */
MUST_USE wire_err_t wire_finish(const wire_t *w);

/* One sentence's worth for people, never NULL. */
const char *wire_strerror(wire_err_t err);

#endif
