/* message.h: queries and replies for tests of the front: written octet by octet, read back with ldns. */
#ifndef TESTS_MODULE_FRONT_MESSAGE_H
#define TESTS_MODULE_FRONT_MESSAGE_H

#include "cache/cache.h"
#include "tests/support.h"

#include <stdbool.h>

enum {
	TYPE_A = 1,
	TYPE_MX = 15,
	TYPE_ANY = 255,
	FLAG_QR = 0x8000,
	FLAG_AA = 0x0400,
	FLAG_TC = 0x0200,
	FLAG_RD = 0x0100,
	FLAG_RA = 0x0080,
	FLAG_AD = 0x0020,
	FLAG_CD = 0x0010,
	MESSAGE_QUERY_MAX = 600,
};

/* What a client asks. Zero: no question, no EDNS. */
typedef struct asking {
	uint16_t id;
	uint16_t flags;
	const char *name; /* dots between labels, none at the end; NULL: no question */
	uint16_t type;
	uint16_t udp_size; /* 0: no EDNS */
	bool dnssec_ok;
	const uint8_t *options; /* of EDNS */
	size_t options_size;
} asking_t;

size_t message_write(const asking_t *asking, uint8_t out[MESSAGE_QUERY_MAX]);

/* What came back. */
typedef struct told {
	uint16_t id;
	uint16_t flags; /* without the RCODE */
	unsigned rcode; /* extended */
	unsigned questions, answers, authorities;
	bool edns;
	bool dnssec_ok;
	unsigned version;
	uint16_t udp_size;
	int keepalive; /* -1: none */
	size_t cookie_size;
	uint8_t cookie[40];
	char errors[300]; /* "7=expired 13": extended errors in order */
	uint8_t question[260];
	size_t question_size; /* the name, in the reply's case */
	uint32_t ttl;         /* of the first answer */
} told_t;

/* Fails the test when it does not read as a DNS message. */
void message_read(const uint8_t *octets, size_t size, told_t *told);

/* An answer of `count` A records and, for DO, one RRSIG. Free with free(). */
cache_answer_t *message_answer(unsigned count, uint8_t security);

#endif
