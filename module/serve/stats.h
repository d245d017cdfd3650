/* stats.h: how the server is doing, as JSON; the keys are documented in mxward-control(1) and stay. */
#ifndef MODULE_SERVE_STATS_H
#define MODULE_SERVE_STATS_H

#include "module/serve/server.h"

#include <jansson.h>

/* NULL when memory is out. */
MUST_USE json_t *stats_status(const server_t *server, const pending_state_t *state);
MUST_USE json_t *stats_all(const server_t *server, const pending_state_t *state);

const char *stats_level_name(log_level_t level);

#endif
