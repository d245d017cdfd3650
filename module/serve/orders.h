/* orders.h: carries out what comes over the control socket. */
#ifndef MODULE_SERVE_ORDERS_H
#define MODULE_SERVE_ORDERS_H

#include "module/control/control.h"
#include "module/serve/server.h"

/* A control_take_fn; `server` is a server_t. */
void orders_take(void *server, const order_t *order, control_reply_t *reply);

#endif
