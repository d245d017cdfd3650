/* ask.h: asks a DNS server one question, as a stub does (RFC 1035, 5.3.1), and waits for the answer. For lookup and doctor;
 * the daemon does not use it. */
#ifndef MODULE_ASK_ASK_H
#define MODULE_ASK_ASK_H

#include "conf/conf.h"
#include "validator/wire.h"

typedef enum {
	ASK_OK = 0,
	ASK_TIMEOUT,   /* nothing came in time */
	ASK_NETWORK,   /* the system call's reason is in errno */
	ASK_MALFORMED, /* what came is no reply to the question */
} ask_err_t;

typedef struct ask_options {
	bool tcp;         /* TCP at once; else UDP, and TCP after TC */
	bool no_fallback; /* stay with a truncated answer */
	bool checking_disabled;
	bool no_edns;
	bool no_recursion;
	unsigned timeout_ms; /* for all tries together; UDP is asked up to three times */
} ask_options_t;

typedef struct ask_reply {
	size_t size;
	bool over_tcp;
	unsigned took_ms;
	uint8_t octets[65535];
} ask_reply_t;

/* Sends the question with EDNS, DO and AD set, from a fresh port with a random ID, and checks that the reply has both and
 * the question (RFC 5452, 9). */
MUST_USE ask_err_t ask_server(const conf_address_t *server, const name_t *name, uint16_t type,
			      const ask_options_t *options, ask_reply_t *reply);
const char *ask_strerror(ask_err_t err);

#endif
