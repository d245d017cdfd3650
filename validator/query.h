/* query.h: reads what a client sends (RFC 1035, 4.1; RFC 6891; RFC 7873; RFC 7828) without allocating.
 *
 * The reader looks at form alone; who may ask, and what is answered, is module's business. Every fault still fills in all
 * that could be read before it, so that a reply can carry the ID, the opcode, the question and the OPT that belong to it. */
#ifndef VALIDATOR_QUERY_H
#define VALIDATOR_QUERY_H

#include "validator/wire.h"

enum {
	QUERY_HEADER_SIZE = 12,
	QUERY_COOKIE_MAX = 40, /* a client cookie of 8 and a server cookie of 8 to 32 octets (RFC 7873, 4) */
	QUERY_FLAG_QR = 0x8000,
	QUERY_FLAG_AA = 0x0400,
	QUERY_FLAG_TC = 0x0200,
	QUERY_FLAG_RD = 0x0100,
	QUERY_FLAG_RA = 0x0080,
	QUERY_FLAG_AD = 0x0020, /* RFC 4035, 3.2.3; in a query: RFC 6840, 5.7 */
	QUERY_FLAG_CD = 0x0010, /* RFC 4035, 3.2.2 */
	QUERY_OPCODE_MASK = 0x7800,
};

typedef enum {
	QUERY_OK = 0,
	QUERY_DROP,    /* no reply at all: shorter than a header, or itself a response (QR=1) */
	QUERY_FORMERR, /* malformed; QDCOUNT over 1 (RFC 9619), or 0 without a cookie; a compressed name in the question;
			* records in ANSWER or AUTHORITY; two OPT records (RFC 6891, 6.1.1) or one that the root does not
			* own; a malformed option; a type that nobody can ask for: 0, OPT, TKEY, TSIG and the
			* other meta types below 251 (RFC 6895, 3.1) */
	QUERY_NOTIMP,  /* an opcode other than QUERY, whose body is not looked at; types MAILA and MAILB */
	QUERY_REFUSED, /* a class other than IN, ANY too; a zone transfer (AXFR, IXFR) */
	QUERY_BADVERS, /* an EDNS version over 0 (RFC 6891, 6.1.3); its options are not read */
} query_fault_t;

typedef struct query {
	uint16_t id;
	uint16_t flags; /* the header's second word, as sent */
	uint16_t type;
	uint16_t class;
	bool has_question; /* type, class, name and raw are filled in; QUERY_OK without it: a cookie alone (RFC 7873, 5.4) */
	bool edns;         /* an OPT record was there; the fields from here to cookie are its */
	bool dnssec_ok;      /* DO (RFC 3225) */
	bool keepalive;      /* asked for edns-tcp-keepalive; over UDP the caller ignores it (RFC 7828, 3.3.1) */
	uint16_t udp_size;   /* payload size, at least 512 (RFC 6891, 6.2.3); 512 without EDNS */
	uint8_t cookie_size; /* 0: none; else 8, or 16 to 40 */
	uint8_t cookie[QUERY_COOKIE_MAX];
	uint8_t raw[WIRE_NAME_MAX]; /* the question's name in the client's case: name.size octets */
	name_t name;                /* the same in lower case */
} query_t;

/* Reads one message of `size` octets. Octets after the last record are ignored, as Unbound does; ANY is QUERY_OK, for the
 * caller to answer by RFC 8482. Of several faults the first in this order counts: header, QDCOUNT, question, records, EDNS
 * version, class, type. Never fails to fill *query; the value says what to answer. */
MUST_USE query_fault_t query_read(const uint8_t *octets, size_t size, query_t *query);

#endif
