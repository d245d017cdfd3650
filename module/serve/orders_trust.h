/* orders_trust.h: orders about what is trusted, and what is not validated. Inside serve/ only. */
#ifndef MODULE_SERVE_ORDERS_TRUST_H
#define MODULE_SERVE_ORDERS_TRUST_H

#include "module/serve/orders.h"

void orders_nta(server_t *server, const order_t *order, control_reply_t *reply);
void orders_trust_anchors(server_t *server, const order_t *order, control_reply_t *reply);

/* What ntas_new() calls: the domain is validated again from now on. `arg` is a server_t. */
void orders_nta_ended(void *arg, const nta_t *nta);

#endif
