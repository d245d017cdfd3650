/* rcode.h: the RCODEs that we send ourselves (RFC 1035, 4.1.1; RFC 6891, 9). */
#ifndef MODULE_FRONT_RCODE_H
#define MODULE_FRONT_RCODE_H

typedef enum {
	RCODE_NOERROR = 0,
	RCODE_FORMERR = 1,
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	RCODE_NOTIMP = 4,
	RCODE_REFUSED = 5,
	RCODE_BADVERS = 16,
} rcode_t;

#endif
