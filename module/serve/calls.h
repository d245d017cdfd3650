/* calls.h: what the front and the watch call of other rooms. The front does so from its workers' threads, which read nothing of the
 * server but pointers to rooms that are started before them and stopped after them. */
#ifndef MODULE_SERVE_CALLS_H
#define MODULE_SERVE_CALLS_H

#include "module/serve/server.h"

front_calls_t calls_of_front(server_t *server);
watch_calls_t calls_of_watch(server_t *server);

#endif
