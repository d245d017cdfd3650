/* rooms.h: starts the rooms of the server, and stops them in the other order. */
#ifndef MODULE_SERVE_ROOMS_H
#define MODULE_SERVE_ROOMS_H

#include "module/serve/server.h"

/* Starts every room of server->conf, privileges being dropped on the way. False, with the reason in the log, when one cannot
 * be started; rooms_stop() is then to be called all the same. */
MUST_USE bool rooms_start(server_t *server);
void rooms_stop(server_t *server);

#endif
