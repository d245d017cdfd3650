/* query.c: see query.h. */
#include "validator/query.h"

#include "validator/name.h"

#include <string.h>

enum {
	CLASS_IN = 1,
	TYPE_OPT = 41,
	TYPE_META_FIRST = 128, /* RFC 6895, 3.1: questions and meta types, none of them data, up to 255 */
	TYPE_META_LAST = 248,
	TYPE_TKEY = 249,
	TYPE_TSIG = 250,
	TYPE_IXFR = 251,
	TYPE_AXFR = 252,
	TYPE_MAILB = 253,
	TYPE_MAILA = 254,
	OPTION_COOKIE = 10,
	OPTION_KEEPALIVE = 11,
	CLIENT_COOKIE_SIZE = 8,
	FULL_COOKIE_MIN = 16,
	UDP_SIZE_MIN = 512,
	EDNS_DO = 0x8000,
};

/* The question's name, raw. A pointer is refused: there is nothing before it that it could point to. */
static bool read_question_name(wire_t *w, query_t *query)
{
	const uint8_t *start = w->msg + w->pos;
	size_t room = wire_left(w) < WIRE_NAME_MAX ? wire_left(w) : WIRE_NAME_MAX;
	size_t size = 0;

	while (size < room && start[size] != 0) {
		if (start[size] > 63)
			return false;
		size += 1 + start[size];
	}
	if (size >= room)
		return false;
	size++;
	(void)wire_octets(w, size);
	memcpy(query->raw, start, size);
	memcpy(query->name.octets, start, size);
	query->name.size = (uint8_t)size;
	name_lower(&query->name);
	return true;
}

static bool read_question(wire_t *w, query_t *query)
{
	if (!read_question_name(w, query))
		return false;
	query->type = wire_u16(w);
	query->class = wire_u16(w);
	query->has_question = w->err == WIRE_OK;
	return query->has_question;
}

/* Of several cookies the first counts, the others are ignored (RFC 7873, 5.2). */
static bool read_cookie(wire_t *option, query_t *query)
{
	size_t size = wire_left(option);

	if (query->cookie_size != 0)
		return true;
	if (size != CLIENT_COOKIE_SIZE && (size < FULL_COOKIE_MIN || size > QUERY_COOKIE_MAX))
		return false;
	memcpy(query->cookie, wire_octets(option, size), size);
	query->cookie_size = (uint8_t)size;
	return true;
}

static bool read_options(wire_t *options, query_t *query)
{
	while (wire_left(options) > 0) {
		uint16_t code = wire_u16(options);
		wire_t option = wire_part(options, wire_u16(options));

		if (options->err != WIRE_OK)
			return false;
		if (code == OPTION_COOKIE && !read_cookie(&option, query))
			return false;
		if (code == OPTION_KEEPALIVE && wire_left(&option) != 0) /* RFC 7828, 3.2.1 */
			return false;
		query->keepalive |= code == OPTION_KEEPALIVE;
	}
	return options->err == WIRE_OK;
}

/* RFC 6891, 6.1.2 and 6.1.3. Options of another version may look different, so they are not read. */
static query_fault_t read_opt(query_t *query, uint16_t class, uint32_t ttl, wire_t *rdata)
{
	unsigned version = ttl >> 16 & 0xff;

	if (query->edns)
		return QUERY_FORMERR;
	query->edns = true;
	query->udp_size = class > UDP_SIZE_MIN ? class : UDP_SIZE_MIN;
	query->dnssec_ok = (ttl & EDNS_DO) != 0;
	if (version != 0)
		return QUERY_BADVERS;
	return read_options(rdata, query) ? QUERY_OK : QUERY_FORMERR;
}

/* One record of ADDITIONAL; all but OPT (TSIG, SIG(0), …) only have to be whole. OPT's owner is the root, in one octet. */
static query_fault_t read_additional(wire_t *w, query_t *query)
{
	bool root = wire_left(w) > 0 && w->msg[w->pos] == 0;
	name_t owner;

	if (root)
		(void)wire_u8(w);
	else
		wire_name(w, &owner);

	uint16_t type = wire_u16(w);
	uint16_t class = wire_u16(w);
	uint32_t ttl = wire_u32(w);
	wire_t rdata = wire_part(w, wire_u16(w));

	if (w->err != WIRE_OK || (type == TYPE_OPT && !root))
		return QUERY_FORMERR;
	return type == TYPE_OPT ? read_opt(query, class, ttl, &rdata) : QUERY_OK;
}

/* A record that does not read ends the walk; BADVERS waits for the rest, because a second OPT is the graver fault. */
static query_fault_t read_additionals(wire_t *w, unsigned count, query_t *query)
{
	query_fault_t fault = QUERY_OK;

	for (; count > 0; count--) {
		query_fault_t one = read_additional(w, query);

		if (one == QUERY_FORMERR)
			return one;
		if (one != QUERY_OK)
			fault = one;
	}
	return fault;
}

static query_fault_t judge_question(const query_t *query)
{
	if (!query->has_question) /* RFC 7873, 5.4: a client may ask for a cookie alone */
		return query->cookie_size != 0 ? QUERY_OK : QUERY_FORMERR;
	if (query->class != CLASS_IN)
		return QUERY_REFUSED;
	if (query->type == 0 || query->type == TYPE_OPT)
		return QUERY_FORMERR;
	if (query->type < TYPE_META_FIRST || query->type > TYPE_MAILA)
		return QUERY_OK;
	if (query->type == TYPE_AXFR || query->type == TYPE_IXFR)
		return QUERY_REFUSED;
	return query->type == TYPE_MAILA || query->type == TYPE_MAILB ? QUERY_NOTIMP : QUERY_FORMERR;
}

/* All but the name and the cookie, which have sizes: they need not be cleared for every query. */
static void clear(query_t *query)
{
	query->id = query->flags = query->type = query->class = 0;
	query->has_question = query->edns = query->dnssec_ok = query->keepalive = false;
	query->udp_size = UDP_SIZE_MIN;
	query->cookie_size = 0;
	query->name.size = 1;
	query->name.octets[0] = query->raw[0] = 0;
}

query_fault_t query_read(const uint8_t *octets, size_t size, query_t *query)
{
	wire_t w = wire_begin(octets, size);

	clear(query);
	if (size < QUERY_HEADER_SIZE)
		return QUERY_DROP;
	query->id = wire_u16(&w);
	query->flags = wire_u16(&w);
	if (query->flags & QUERY_FLAG_QR)
		return QUERY_DROP;
	if (query->flags & QUERY_OPCODE_MASK)
		return QUERY_NOTIMP;

	uint16_t questions = wire_u16(&w);
	uint16_t answers = wire_u16(&w);
	uint16_t authorities = wire_u16(&w);
	uint16_t additionals = wire_u16(&w);

	if (questions > 1 || (questions == 1 && !read_question(&w, query)))
		return QUERY_FORMERR;
	if (answers != 0 || authorities != 0)
		return QUERY_FORMERR;

	query_fault_t fault = read_additionals(&w, additionals, query);

	return fault != QUERY_OK ? fault : judge_question(query);
}
