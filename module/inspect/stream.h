/* stream.h: new entries of the validation log as server-sent events (HTML Standard, 9.2), one stream for each client that wants
 * them. In the loop's thread; entries are read by workers, and only when the client has taken those before, so that a slow one
 * holds no more than one batch. A comment every 15 seconds tells that the stream is alive, and finds clients that are gone. */
#ifndef MODULE_INSPECT_STREAM_H
#define MODULE_INSPECT_STREAM_H

#include "module/inspect/mhd.h"
#include "module/inspect/uri.h"
#include "module/inspect/workers.h"

enum {
	STREAMS_MAX = 32,
	STREAM_BATCH = 100, /* entries at a time */
	STREAM_ALIVE_SECONDS = 15,
};

typedef struct streams streams_t;

/* `resumed` is called when libmicrohttpd should look at its connections again. NULL when memory is out. */
MUST_USE streams_t *streams_new(struct event_base *base, const mhd_t *mhd, workers_t *workers,
				void (*resumed)(void *arg), void *arg);

/* Ends all streams: their connections go on to be closed. Free when they are. */
void streams_end(streams_t *streams);
void streams_free(streams_t *streams);

/* There are new entries. */
void streams_grew(streams_t *streams);

/* A response that is a stream for this connection, behind the entry `after` (NULL: from now on). NULL, with the answer to give
 * instead in *refusal, when there is none. */
MUST_USE struct MHD_Response *streams_response(streams_t *streams, struct MHD_Connection *connection, const uri_t *uri,
					       const char *after, answer_t *refusal);

#endif
