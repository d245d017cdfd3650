/* order.h: what an administrator's tool orders over the control socket: one line with one JSON object. Reads and checks it; does
 * no I/O. The commands, with their fields, are documented in mxward-control(1). */
#ifndef MODULE_CONTROL_ORDER_H
#define MODULE_CONTROL_ORDER_H

#include "config.h"
#include "module/log/log.h"
#include "validator/wire.h"

#include <stddef.h>

enum {
	ORDER_SIZE_MAX = 16384, /* octets of a line without its end */
	ORDER_ERROR_MAX = 256,
	ORDER_LIFETIME = 3600,          /* of a negative trust anchor, in seconds, where none is given */
	ORDER_LIFETIME_MAX = 7 * 86400, /* RFC 7646, 6: not longer than a week */
};

typedef enum {
	ORDER_STATUS,
	ORDER_STATS,
	ORDER_RELOAD,
	ORDER_FLUSH,
	ORDER_CACHE,
	ORDER_NTA,
	ORDER_TRUST_ANCHORS,
	ORDER_LOG_LEVEL,
	ORDER_STOP,
	ORDER_EXPLAIN,
	ORDER_ALERTS,
	ORDERS,
} order_command_t;

typedef enum { ORDER_NTA_LIST, ORDER_NTA_ADD, ORDER_NTA_DELETE } order_nta_t;

/* What a command does not have is zero. */
typedef struct order {
	order_command_t command;
	bool all;      /* flush: everything */
	bool has_type; /* flush: this type of the name alone */
	uint16_t type;
	name_t name; /* lower case; size 0: none */
	order_nta_t nta;
	uint32_t lifetime; /* nta add: seconds */
	log_level_t level;
} order_t;

/* Never NULL. */
const char *order_name(order_command_t command);

/* Reads a line. False when it is none that we know, with a sentence in `error` (ORDER_ERROR_MAX octets), safe to print. */
MUST_USE bool order_read(const char *line, size_t size, order_t *order, char *error);

#endif
