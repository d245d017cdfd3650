/* message.h: packets from text and back, for the tests of answers. Texts are lines:
 *
 *	? example.org. MX            the question
 *	rcode 3                      default 0
 *	flags 8180                   the header's second word in hexadecimal digits, default 8180 (QR, RD, RA)
 *	an example.org. 300 IN MX 10 mx.example.org.      a record of ANSWER; ns: of AUTHORITY; ar: of ADDITIONAL
 *	an example.org. 300 IN MX \# 000a00               the same with RDATA in hexadecimal digits, however wrong
 *
 * Records are read and printed by ldns, so that our own code is not its own judge. */
#ifndef TESTS_VALIDATOR_MESSAGE_H
#define TESTS_VALIDATOR_MESSAGE_H

#include "tests/support.h"
#include "validator/answer.h"

enum { MESSAGE_MAX = 65535, MESSAGE_TEXT_MAX = 1 << 20 };

typedef enum { MESSAGE_PLAIN, MESSAGE_DNSSEC } message_form_t;

typedef struct message {
	name_t name; /* of the question, lower case */
	uint16_t type;
	size_t size;
	uint8_t octets[MESSAGE_MAX];
} message_t;

/* Fails the test when the text is wrong. */
void message_from_text(message_t *message, const char *text);

/* A whole response with the answer's parts, the DNSSEC ones or not. */
void message_from_answer(message_t *message, const name_t *name, uint16_t type, const answer_t *answer,
			 message_form_t form);

/* The answer's records as lines "PART RECORD", parts counted from 0; a part's records are in order. `text` has room for
 * MESSAGE_TEXT_MAX octets. Fails the test when ldns cannot read the answer. */
const char *message_answer_to_text(const name_t *name, uint16_t type, const answer_t *answer, char *text);

#endif
