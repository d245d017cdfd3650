/* logentry.h: what a line of the validation log says of an answer (docs/validation-log.md). The log may have been written by
 * anyone: keys that are not known are ignored, and what is not of the type and form that the writer gives it is refused, so
 * that all strings here are printable ASCII and all names canonical. */
#ifndef MODULE_LOGREAD_LOGENTRY_H
#define MODULE_LOGREAD_LOGENTRY_H

#include "config.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LOGENTRY_CHECKS_MAX = 64, /* different ones */
	LOGENTRY_HOSTS_MAX = 256,
	LOGENTRY_DEPTH_MAX = 8, /* objects and arrays in each other; the writer's lines have five */
	LOGENTRY_ADDRESS_SIZE = 16,
};

typedef enum { LOGENTRY_ASSESSMENT, LOGENTRY_REJECTED, LOGENTRY_HIT, LOGENTRY_KINDS } logentry_kind_t;

/* In the order of their weight. */
typedef enum {
	LOGENTRY_ACCEPT,
	LOGENTRY_LOG,
	LOGENTRY_STRIP,
	LOGENTRY_REJECT,
	LOGENTRY_FAILED,
	LOGENTRY_VERDICTS
} logentry_verdict_t;

typedef struct logentry_client {
	const char *address;                   /* NULL: nobody asked, and the rest is zero */
	uint8_t octets[LOGENTRY_ADDRESS_SIZE]; /* IPv6; IPv4 as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2) */
	uint16_t port;
	uint32_t count;
	const char *transport;
} logentry_client_t;

typedef struct logentry_check {
	const char *name;
	bool acted; /* it led to a strip or a rejection, or would have in monitor mode */
} logentry_check_t;

typedef struct logentry_host {
	const char *name;
	bool blamed; /* by a check that acted */
} logentry_host_t;

/* Strings are borrowed from `line`. */
typedef struct logentry {
	json_t *line; /* all of it; owned */
	uint64_t seq;
	uint64_t time; /* milliseconds since 1970 */
	logentry_kind_t kind;
	logentry_verdict_t verdict;
	const char *domain; /* presentation format in lower case, with a final dot */
	const char *type;   /* "MX" */
	logentry_client_t client;
	uint32_t took_ms;
	const char *would; /* NULL: nothing else than was done */
	const char *security;
	const char *rcode;
	uint16_t ede; /* 0 with ede_name NULL: none */
	const char *ede_name;
	const char *reason;
	bool stale;         /* clients got what had ended (RFC 8767); false where the line does not say */
	size_t check_count; /* each once, in the order of the findings */
	logentry_check_t checks[LOGENTRY_CHECKS_MAX];
	size_t host_count; /* the exchanges in delivery order, then others that findings are about; each once */
	logentry_host_t hosts[LOGENTRY_HOSTS_MAX];
} logentry_t;

typedef enum {
	LOGENTRY_READ,
	LOGENTRY_OTHER,     /* a line about the log itself: a checkpoint, for example */
	LOGENTRY_MALFORMED, /* not written by mxward: `why` tells */
	LOGENTRY_NO_MEMORY,
} logentry_got_t;

enum { LOGENTRY_WHY_MAX = 192 };

/* Reads a line (without its break). The entry is set with LOGENTRY_READ alone; free it with logentry_clear(). `why` holds
 * LOGENTRY_WHY_MAX octets, and gets a piece of a sentence that is safe to print with LOGENTRY_MALFORMED; NULL: not wanted. */
MUST_USE logentry_got_t logentry_read(const char *text, size_t size, logentry_t *entry, char *why);
void logentry_clear(logentry_t *entry);

/* Whether the answer was not passed on as it came, or would not have been in monitor mode. */
MUST_USE bool logentry_is_refused(const logentry_t *entry);

/* The entry as HTTP's users get it (docs/api.md), with its `id` in the index. NULL when memory is out. */
MUST_USE json_t *logentry_json(const logentry_t *entry, uint64_t id);

const char *logentry_kind_name(logentry_kind_t kind);
const char *logentry_verdict_name(logentry_verdict_t verdict);

/* By its name. False when there is none. */
MUST_USE bool logentry_verdict_find(const char *name, logentry_verdict_t *verdict);

/* Reads an address (inet_pton(3)) into LOGENTRY_ADDRESS_SIZE octets as above. */
MUST_USE bool logentry_parse_address(const char *text, uint8_t *octets);

/* The other way round: IPv4 where it is that. Returns text. */
const char *logentry_address_text(const uint8_t *octets, char *text, size_t room);

#endif
