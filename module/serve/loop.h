/* loop.h: the main thread while the server runs: an event loop with the signals. */
#ifndef MODULE_SERVE_LOOP_H
#define MODULE_SERVE_LOOP_H

#include "module/serve/server.h"

/* Keeps SIGHUP, SIGTERM and SIGINT for loop_run(), in this thread and in all that it starts. First thing. */
void loop_block_signals(void);

/* Runs server->base: SIGHUP reloads, SIGTERM and SIGINT end it. False, with a line in the log, when it cannot begin. */
MUST_USE bool loop_run(server_t *server);

#endif
