/* summary.h: what a reply says beside its records: RCODE, flags, and extended errors (RFC 8914). */
#ifndef MODULE_ASK_SUMMARY_H
#define MODULE_ASK_SUMMARY_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SUMMARY_ERRORS_MAX = 8,  /* further ones are left out */
	SUMMARY_TEXT_MAX = 1024, /* octets of an EXTRA-TEXT that every octet of 255 was escaped in, and the NUL */
};

typedef struct summary_error {
	uint16_t code;               /* INFO-CODE */
	char text[SUMMARY_TEXT_MAX]; /* EXTRA-TEXT, at most 255 octets of it, safe to print (escape.h) */
} summary_error_t;

typedef struct summary {
	uint16_t rcode;     /* with the upper bits from OPT (RFC 6891, 6.1.3) */
	bool authoritative; /* AA */
	bool truncated;
	bool recursion_available;
	bool authentic; /* AD */
	bool edns;      /* an OPT record was there */
	uint16_t answers;
	size_t error_count;
	summary_error_t errors[SUMMARY_ERRORS_MAX];
} summary_t;

/* Reads the message; what cannot be read is left at zero. False when it does not read as a DNS message. */
MUST_USE bool summary_read(const uint8_t *message, size_t size, summary_t *summary);

/* "NOERROR", "SERVFAIL", …; "RCODE 4095" for one without a name, written to `room` (16 octets). */
const char *summary_rcode(uint16_t rcode, char *room);

#endif
