/* packet.h: a resolver's packet as a list of records. Internal to the validator room. */
#ifndef VALIDATOR_PACKET_H
#define VALIDATOR_PACKET_H

#include "validator/wire.h"

/* More than fit into 64 kB with a pointer for an owner and an IPv4 address; what has more is refused. */
enum { PACKET_RECORDS_MAX = 4096, PACKET_SIZE_MAX = 65535 };

typedef enum { PACKET_ANSWER, PACKET_AUTHORITY } packet_section_t;

typedef struct packet_record {
	packet_section_t section;
	uint16_t type;
	uint16_t class;
	uint16_t covered; /* RRSIG: the type that it signs (RFC 4034, 3.1.1); 0 for all others */
	uint32_t ttl;     /* 0 when the top bit was set (RFC 2181, 8) */
	wire_t rdata;
	bool picked;   /* looked at as part of an RRset (rrset.h) */
	bool kept;     /* went into the answer */
	bool left_out; /* belongs to no RRset: somebody decided against it (answer_build_with()) */
	uint32_t hash;
	name_t owner; /* lower case */
} packet_record_t;

typedef struct packet {
	wire_t wire; /* behind the question */
	uint16_t flags;
	uint16_t type;
	uint16_t class;
	name_t name; /* of the question, lower case */
	uint16_t answers;
	uint16_t authorities;
	uint16_t additionals;
	bool has_question; /* exactly one */
} packet_t;

/* Reads header and question. False when it ends before them, or its question does not read. */
MUST_USE bool packet_begin(packet_t *packet, const uint8_t *octets, size_t size);

/* Reads all records; those of ANSWER and AUTHORITY go into `records`, which holds packet->answers + packet->authorities of
 * them; those of ADDITIONAL only have to be whole, and *extra counts them without OPT. False when the packet ends before
 * its last record or goes on behind it. */
MUST_USE bool packet_records(packet_t *packet, packet_record_t *records, unsigned *extra);

/* Of a name in lower case, so that most names that differ need not be compared. */
uint32_t packet_hash(const name_t *name);

#endif
