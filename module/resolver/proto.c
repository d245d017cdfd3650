/* proto.c: see proto.h. Every kind is a row: how its fields are read and written. */
#include "module/resolver/proto.h"

#include <assert.h>
#include <string.h>

/* Where the next octets of a message go. */
typedef struct writer {
	uint8_t *out;
	size_t size;
} writer_t;

static void write_octets(writer_t *w, const void *octets, size_t size)
{
	assert(size <= PROTO_MESSAGE_MAX - w->size);
	if (size > 0)
		memcpy(w->out + w->size, octets, size);
	w->size += size;
}

static void write_number(writer_t *w, uint64_t value, size_t size)
{
	for (size_t shift = size * 8; shift > 0; shift -= 8)
		write_octets(w, &(uint8_t){ (uint8_t)(value >> (shift - 8)) }, 1);
}

static uint64_t read_u64(wire_t *r)
{
	uint64_t high = wire_u32(r);

	return high << 32 | wire_u32(r);
}

enum { HOW_TCP = 1, HOW_FRESH = 2, HOW_SECOND = 4 }; /* bits of ASK's `how` */
enum { FLAG_LIMITED = 1, FLAG_CACHED = 2 };          /* bits of ANSWER's `flags` */

/* ---- one function to write and one to read each set of fields; a reader says whether the values can be ---- */

static void write_version(writer_t *w, const proto_t *m)
{
	write_number(w, m->version, 2);
}

static proto_err_t read_version(wire_t *r, proto_t *m)
{
	m->version = wire_u16(r);
	return PROTO_OK;
}

static void write_id(writer_t *w, const proto_t *m)
{
	write_number(w, m->id, 8);
}

static proto_err_t read_id(wire_t *r, proto_t *m)
{
	m->id = read_u64(r);
	return m->id != 0 ? PROTO_OK : PROTO_VALUE;
}

static void write_ask(writer_t *w, const proto_t *m)
{
	write_id(w, m);
	write_number(w, (m->tcp ? HOW_TCP : 0) | (m->fresh ? HOW_FRESH : 0) | (m->second ? HOW_SECOND : 0), 1);
	write_number(w, m->type, 2);
	write_octets(w, m->name.octets, m->name.size);
}

/* The name has a reader of its own that begins where the name does, so that no pointer leads into the other fields; one
 * with pointers comes out longer than it went in. */
static proto_err_t read_ask(wire_t *r, proto_t *m)
{
	bool sane = read_id(r, m) == PROTO_OK;
	uint8_t how = wire_u8(r);
	size_t size;

	m->tcp = (how & HOW_TCP) != 0;
	m->fresh = (how & HOW_FRESH) != 0;
	m->second = (how & HOW_SECOND) != 0;
	sane = how <= (HOW_TCP | HOW_FRESH | HOW_SECOND) && !(m->fresh && m->second) && sane;
	m->type = wire_u16(r);
	size = wire_left(r);
	if (size > 0) {
		const uint8_t *octets = wire_octets(r, size);
		wire_t name = wire_begin(octets, size);

		wire_name(&name, &m->name);
		sane = wire_finish(&name) == WIRE_OK && m->name.size == size && sane;
	}
	return sane && size > 0 ? PROTO_OK : PROTO_VALUE;
}

static void write_answer(writer_t *w, const proto_t *m)
{
	assert(m->why_size <= PROTO_WHY_MAX && m->packet_size <= PROTO_PACKET_MAX);
	write_id(w, m);
	write_number(w, m->rcode, 1);
	write_number(w, m->security, 1);
	write_number(w, (m->rate_limited ? FLAG_LIMITED : 0) | (m->cached ? FLAG_CACHED : 0), 1);
	write_number(w, m->why_size, 2);
	write_octets(w, m->why, m->why_size);
	write_octets(w, m->packet, m->packet_size);
}

static proto_err_t read_answer(wire_t *r, proto_t *m)
{
	bool sane = read_id(r, m) == PROTO_OK;
	uint8_t flags;

	m->rcode = wire_u8(r);
	m->security = wire_u8(r);
	flags = wire_u8(r);
	m->rate_limited = (flags & FLAG_LIMITED) != 0;
	m->cached = (flags & FLAG_CACHED) != 0;
	sane = flags <= (FLAG_LIMITED | FLAG_CACHED) && m->rcode <= 15 && m->security <= 2 && sane;
	m->why_size = wire_u16(r);
	if (m->why_size > PROTO_WHY_MAX)
		return PROTO_LONG;
	m->why = (const char *)wire_octets(r, m->why_size);
	m->packet_size = wire_left(r);
	if (m->packet_size > PROTO_PACKET_MAX)
		return PROTO_LONG;
	m->packet = m->packet_size > 0 ? wire_octets(r, m->packet_size) : NULL;
	if (m->why == NULL || memchr(m->why, '\0', m->why_size) != NULL)
		sane = false;
	return sane ? PROTO_OK : PROTO_VALUE;
}

static const struct kind {
	void (*write)(writer_t *w, const proto_t *m);
	proto_err_t (*read)(wire_t *r, proto_t *m);
} kinds[] = {
	[PROTO_HELLO] = { write_version, read_version },
	[PROTO_ASK] = { write_ask, read_ask },
	[PROTO_CANCEL] = { write_id, read_id },
	[PROTO_PING] = { write_id, read_id },
	[PROTO_ANSWER] = { write_answer, read_answer },
	[PROTO_GONE] = { write_id, read_id },
	[PROTO_PONG] = { write_id, read_id },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

size_t proto_write(const proto_t *message, uint8_t *out)
{
	writer_t w = { .out = out };

	write_number(&w, message->kind, 1);
	kinds[message->kind].write(&w, message);
	return w.size;
}

/* A message that is too short has zeros for values: that it is short is the better reason. */
proto_err_t proto_read(const uint8_t *octets, size_t size, proto_t *message)
{
	wire_t r = wire_begin(octets, size);
	uint8_t kind = wire_u8(&r);
	proto_err_t err;

	*message = (proto_t){ .kind = kind };
	if (size == 0)
		return PROTO_SHORT;
	if (kind >= KINDS || kinds[kind].read == NULL)
		return PROTO_UNKNOWN;
	err = kinds[kind].read(&r, message);
	if (r.err != WIRE_OK)
		return PROTO_SHORT;
	if (err == PROTO_OK && wire_finish(&r) == WIRE_TRAILING)
		return PROTO_LONG;
	return err;
}

const char *proto_strerror(proto_err_t err)
{
	switch (err) {
	case PROTO_OK: return "well formed";
	case PROTO_SHORT: return "a message ends before its last field";
	case PROTO_LONG: return "a message or one of its fields is too long";
	case PROTO_UNKNOWN: return "a message of unknown kind";
	case PROTO_VALUE: return "a field has an impossible value";
	}
	return "unknown error";
}
