/* listeners.h: takes connections from the sockets that were inherited (sockets.h). */
#ifndef MODULE_INSPECT_LISTENERS_H
#define MODULE_INSPECT_LISTENERS_H

#include "module/inspect/http.h"

typedef struct listeners listeners_t;

/* Hands connections of the sockets first, first + 1, … to `http`. Takes the sockets over. NULL when memory is out. */
MUST_USE listeners_t *listeners_new(struct event_base *base, int first, size_t count, http_t *http);
void listeners_free(listeners_t *listeners);

#endif
