/* request.h: what the command line of `mxward lookup` asks for. */
#ifndef MODULE_LOOKUP_REQUEST_H
#define MODULE_LOOKUP_REQUEST_H

#include "conf/conf.h"
#include "validator/wire.h"

enum {
	REQUEST_TIMEOUT = 12, /* seconds: a little more than the daemon's own budget for a question */
	REQUEST_TIMEOUT_MAX = 300
};

typedef struct request {
	name_t name; /* lower case */
	uint16_t type;
	bool ask_server; /* `server`, instead of resolving by ourselves */
	conf_address_t server;
	const char *conf_path; /* NULL: the default file if there is one, else the defaults. Borrowed from argv */
	bool tcp;
	bool show_bogus; /* --cd: show the data of a bogus answer too */
	bool json;
	bool explain;     /* the whole assessment of the MX answer; with ask_server beside the server's */
	unsigned timeout; /* seconds */
} request_t;

typedef enum {
	REQUEST_OK = 0,
	REQUEST_HELP,  /* --help: nothing else counts */
	REQUEST_WRONG, /* *error says what, in one sentence to be freed by the caller; NULL when memory is out */
} request_result_t;

/* Reads the command line; argv[0] is the command's name. */
MUST_USE request_result_t request_read(int argc, char **argv, request_t *request, char **error);

#endif
