/* summary.c: walks over a whole message for the sake of its OPT record. */
#include "module/ask/summary.h"

#include "module/escape.h"
#include "validator/query.h"
#include "validator/wire.h"

#include <stdio.h>

enum {
	TYPE_OPT = 41,
	OPTION_EDE = 15, /* RFC 8914, 2 */
	EXTRA_TEXT_MAX = 255,
};

static void read_error(wire_t *option, summary_t *summary)
{
	uint16_t code = wire_u16(option);
	size_t size = wire_left(option);
	const uint8_t *text = wire_octets(option, size);
	summary_error_t *error;

	if (option->err != WIRE_OK || summary->error_count == SUMMARY_ERRORS_MAX)
		return;
	error = &summary->errors[summary->error_count++];
	error->code = code;
	escape_sentence(text, size < EXTRA_TEXT_MAX ? size : EXTRA_TEXT_MAX, error->text, sizeof(error->text));
}

static void read_options(wire_t *rdata, summary_t *summary)
{
	while (wire_left(rdata) > 0) {
		uint16_t code = wire_u16(rdata);
		wire_t option = wire_part(rdata, wire_u16(rdata));

		if (code == OPTION_EDE)
			read_error(&option, summary);
	}
}

static void read_record(wire_t *w, summary_t *summary)
{
	name_t owner;
	uint16_t type;
	uint32_t ttl;
	wire_t rdata;

	wire_name(w, &owner);
	type = wire_u16(w);
	wire_u16(w);
	ttl = wire_u32(w);
	rdata = wire_part(w, wire_u16(w));
	if (type != TYPE_OPT || w->err != WIRE_OK || summary->edns)
		return;
	summary->edns = true;
	summary->rcode = (uint16_t)(summary->rcode | (ttl >> 24) << 4);
	read_options(&rdata, summary);
}

bool summary_read(const uint8_t *message, size_t size, summary_t *summary)
{
	wire_t w = wire_begin(message, size);
	uint16_t flags;
	uint16_t questions;
	unsigned records;
	name_t name;

	*summary = (summary_t){ 0 };
	wire_u16(&w);
	flags = wire_u16(&w);
	summary->rcode = flags & 0xf;
	summary->authoritative = (flags & QUERY_FLAG_AA) != 0;
	summary->truncated = (flags & QUERY_FLAG_TC) != 0;
	summary->recursion_available = (flags & QUERY_FLAG_RA) != 0;
	summary->authentic = (flags & QUERY_FLAG_AD) != 0;
	questions = wire_u16(&w);
	summary->answers = wire_u16(&w);
	records = summary->answers + (unsigned)wire_u16(&w);
	records += wire_u16(&w);
	for (; questions > 0 && w.err == WIRE_OK; questions--) {
		wire_name(&w, &name);
		wire_octets(&w, 4);
	}
	for (; records > 0 && w.err == WIRE_OK; records--)
		read_record(&w, summary);
	return w.err == WIRE_OK;
}

const char *summary_rcode(uint16_t rcode, char *room)
{
	static const char *const names[] = {
		/* IANA's registry; RFC 1035, 4.1.1; RFC 2136; RFC 6891, 9 */
		[0] = "NOERROR", [1] = "FORMERR",  [2] = "SERVFAIL", [3] = "NXDOMAIN", [4] = "NOTIMP",
		[5] = "REFUSED", [6] = "YXDOMAIN", [9] = "NOTAUTH",  [16] = "BADVERS", [23] = "BADCOOKIE",
	};

	if (rcode < sizeof(names) / sizeof(names[0]) && names[rcode] != NULL)
		return names[rcode];
	snprintf(room, 16, "RCODE %u", rcode);
	return room;
}
