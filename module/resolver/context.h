/* context.h: libunbound contexts as a resolver process uses them. */
#ifndef MODULE_RESOLVER_CONTEXT_H
#define MODULE_RESOLVER_CONTEXT_H

#include "config.h"

#include <event2/event.h>
#include <stdbool.h>
#include <unbound-event.h>
#include <unbound.h>

/* A context on `base` that has read the file `config` but not yet acted on it. `tcpbase` (tcpbase.h): upstream over TCP
 * only, by way of it; NULL: UDP. NULL, with a line on stderr, when libunbound refuses it. */
MUST_USE struct ub_ctx *context_new(struct event_base *base, const char *config, struct ub_event_base *tcpbase);

/* Whether the text of `config` has libunbound read other files as its own configuration. */
MUST_USE bool context_includes(const char *config);

/* Makes the context a small one, for few questions and a short life: CONTEXT_SMALL_FILES sockets, caches of a megabyte. */
enum { CONTEXT_SMALL_FILES = 40 };
void context_shrink(struct ub_ctx *ctx);

/* How many files the context may have open at once, from its outgoing-range and outgoing-num-tcp. */
size_t context_files(struct ub_ctx *ctx);

/* Makes the context use at most `files` UDP sockets. */
void context_limit_files(struct ub_ctx *ctx, size_t files);

/* Has the context show servers the whole name. False when it does so already, or is in strict mode. */
MUST_USE bool context_stop_minimising(struct ub_ctx *ctx);

/* The files that the context will read: root hints and trust anchors. The paths live until context_paths_free(). */
typedef struct context_paths {
	size_t count;
	char **items;
} context_paths_t;

MUST_USE bool context_paths(struct ub_ctx *ctx, context_paths_t *paths);
void context_paths_free(context_paths_t *paths);

/* Has libunbound act on its configuration: read the files, make its caches. False, with a line on stderr, when it cannot. */
MUST_USE bool context_start(struct ub_ctx *ctx);

#endif
