/* client.h: asks a running server over its control socket. What comes back is no more trusted than a file that anybody may have
 * written: bounded, and checked to be what it should be. */
#ifndef MODULE_CONTROL_CLIENT_H
#define MODULE_CONTROL_CLIENT_H

#include "config.h"

#include <jansson.h>

enum {
	CLIENT_SECONDS = 40,          /* for one answer: longer than the server takes to give up */
	CLIENT_REPLY_MAX = 256 << 20, /* octets of an answer */
};

typedef enum {
	CLIENT_OK = 0,
	CLIENT_REFUSED,     /* the server says no; its sentence is in *error */
	CLIENT_UNREACHABLE, /* no server, no permission, no answer in time, or a broken one */
} client_result_t;

/* Sends one order and waits for its answer, `seconds` at most. On CLIENT_OK *reply is an object, to be freed with json_decref();
 * else it is NULL and *error a sentence for people, not escaped yet, to be freed by the caller; NULL when memory is out. */
MUST_USE client_result_t client_ask(const char *path, const json_t *order, unsigned seconds, json_t **reply,
				    char **error);

#endif
