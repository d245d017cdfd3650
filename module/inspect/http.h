/* http.h: HTTP by libmicrohttpd, in the loop's thread. GET and HEAD alone; bounded in connections (all, and those of one
 * address), in the size of a request and in the time that it may take to come and its answer to go. */
#ifndef MODULE_INSPECT_HTTP_H
#define MODULE_INSPECT_HTTP_H

#include "module/inspect/stream.h"

#include <event2/event.h>
#include <sys/socket.h>

enum {
	HTTP_CONNECTIONS_MAX = 256,
	HTTP_CONNECTIONS_PER_ADDRESS_MAX = 64, /* browsers open six, and one for each stream */
	HTTP_REQUEST_MAX = 16384,              /* octets of a request's line and fields */
	HTTP_REQUEST_SECONDS = 15,             /* for a whole request to come, and until the next one */
	HTTP_ANSWER_SECONDS = 60,              /* for an answer to be taken */
};

typedef struct http http_t;

typedef struct http_settings {
	const mhd_t *mhd;
	const conf_strings_t *allowed_hosts;
	const char *token; /* "" for none */
	unsigned request_seconds;
	unsigned answer_seconds;
} http_settings_t;

/* Borrows the settings and the workers. NULL when memory or files are out. */
MUST_USE http_t *http_new(struct event_base *base, const http_settings_t *settings, workers_t *workers);

/* After workers_free(). */
void http_free(http_t *http);

/* There are new entries in the validation log. */
void http_grew(http_t *http);

/* Takes over a socket that a client connected to, non-blocking; closes it when there are too many. */
void http_add(http_t *http, int fd, const struct sockaddr *peer, socklen_t size);

#endif
