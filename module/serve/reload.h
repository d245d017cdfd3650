/* reload.h: reads the configuration again, and hands each room what is new in it. */
#ifndef MODULE_SERVE_RELOAD_H
#define MODULE_SERVE_RELOAD_H

#include "module/serve/server.h"

/* What came of it is also in the log. On failure nothing changes, and *error is a sentence for people to be freed by the
 * caller, NULL when not even that can be had. */
bool reload(server_t *server, char **error);

#endif
