/* guard.h: who may ask. No I/O.
 *
 * A browser sends whatever a page makes it send; what the page cannot choose is the Host field, which names the page's own
 * server. So a request is taken only when it calls us by an address of ours, localhost, or a name that the administrator allows:
 * a name of somebody else's that leads to our address (DNS rebinding) is none of these. */
#ifndef MODULE_INSPECT_GUARD_H
#define MODULE_INSPECT_GUARD_H

#include "conf/conf.h"

#include <sys/socket.h>

enum {
	GUARD_TOKEN_LEAST = 16,
	GUARD_TOKEN_MOST = 512,
};

/* Whether `host` (a Host field: name or address, perhaps with a port) means us. `local`: the address that the connection came
 * to; NULL: unknown. */
MUST_USE bool guard_host(const char *host, const struct sockaddr *local, const conf_strings_t *allowed);

/* Whether `authorization` (the field's value; NULL: none) shows the token. Takes the same time whatever is wrong with it. "" needs
 * none. */
MUST_USE bool guard_token(const char *authorization, const char *token);

/* Reads the token, the first line of a file, into `token`. False, with a sentence in *error (to be freed; NULL: memory is out),
 * when it cannot be read or is no token (RFC 6750, 2.1). */
MUST_USE bool guard_read_token(const char *path, char token[GUARD_TOKEN_MOST + 1], char **error);

#endif
