/* rdata.h: the fields of RDATA by type, and what may be done with the names in them. Internal to the validator room.
 *
 * Types that RFC 3597, 4 lets have compressed names are read with them; on output only those of RFC 1035 are compressed.
 * Of other types that mail servers meet the fields are known as well, so that nothing is passed on whose lengths do not fit. A
 * type that is not known here is opaque (RFC 3597, 3). */
#ifndef VALIDATOR_RDATA_H
#define VALIDATOR_RDATA_H

#include "validator/writer.h"

enum {
	RDATA_TYPE_CNAME = 5,
	RDATA_TYPE_SOA = 6,
	RDATA_TYPE_MX = 15,
	RDATA_TYPE_DNAME = 39,
	RDATA_TYPE_OPT = 41,
	RDATA_TYPE_RRSIG = 46,
	RDATA_TYPE_NSEC = 47,
	RDATA_TYPE_NSEC3 = 50,
};

/* At most two names in one RDATA, each longer in full than as a pointer. */
enum { RDATA_GROWTH_MAX = 2 * WIRE_NAME_MAX };

/* The fields are all there, and nothing else. */
MUST_USE bool rdata_is_valid(uint16_t type, wire_t rdata);

/* Two RDATAs of this type with the same meaning may differ in octets: there are names in it. */
MUST_USE bool rdata_has_names(uint16_t type);

/* Writes the RDATA again, without its length. False when it is not valid; then part of it may have been written. */
MUST_USE bool rdata_write(writer_t *w, uint16_t type, wire_t rdata);

/* The same in canonical form (RFC 4034, 6.2; RFC 6840, 5.1), to compare by: names in full, most of them in lower case. `out` has room for RDATA_GROWTH_MAX
 * octets more than the RDATA has. False when it is not valid. */
MUST_USE bool rdata_canonical(uint16_t type, wire_t rdata, uint8_t *out, size_t *size);

#endif
