/* listeners.h: the sockets that connections come in by. */
#ifndef MODULE_INSPECT_LISTENERS_H
#define MODULE_INSPECT_LISTENERS_H

#include "conf/conf.h"
#include "module/inspect/http.h"

typedef struct listeners listeners_t;

/* Listens on all addresses, and hands connections to `http`. NULL, with a line on stderr, when one cannot be had. */
MUST_USE listeners_t *listeners_new(struct event_base *base, const conf_addresses_t *addresses, http_t *http);
void listeners_free(listeners_t *listeners);

#endif
