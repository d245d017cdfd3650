/* signed.c: see signed.h. */
#include "validator/signed.h"

#include "validator/rdata.h"

enum {
	LABEL_POINTER = 0xc0,  /* RFC 1035, 4.1.4 */
	CLASS_AND_TTL = 6,     /* octets behind a record's type */
	BEFORE_EXPIRATION = 8, /* octets of an RRSIG: type covered, algorithm, labels, original TTL (RFC 4034, 3.1) */
};

/* Where a pointer leads is not looked at. */
static void skip_name(wire_t *w)
{
	for (uint8_t length = wire_u8(w); length != 0; length = wire_u8(w)) {
		if ((length & LABEL_POINTER) == LABEL_POINTER) {
			(void)wire_u8(w);
			return;
		}
		(void)wire_octets(w, length);
	}
}

/* Times are compared in serial arithmetic. */
static uint32_t left_of(wire_t rdata, uint64_t now)
{
	int32_t left;

	(void)wire_octets(&rdata, BEFORE_EXPIRATION);
	left = (int32_t)(wire_u32(&rdata) - (uint32_t)now);
	return rdata.err == WIRE_OK && left > 0 ? (uint32_t)left : 0;
}

uint32_t signed_left(const uint8_t *records, size_t size, uint64_t now)
{
	wire_t w = wire_begin(records, size);
	uint32_t least = UINT32_MAX;

	while (wire_left(&w) > 0) {
		uint16_t type;
		wire_t rdata;
		uint32_t left = UINT32_MAX;

		skip_name(&w);
		type = wire_u16(&w);
		(void)wire_octets(&w, CLASS_AND_TTL);
		rdata = wire_part(&w, wire_u16(&w));
		if (type == RDATA_TYPE_RRSIG)
			left = left_of(rdata, now);
		if (left < least)
			least = left;
	}
	return w.err == WIRE_OK ? least : 0;
}
