/* orders_cache.h: orders about what is cached, and explanations. Inside serve/ only. */
#ifndef MODULE_SERVE_ORDERS_CACHE_H
#define MODULE_SERVE_ORDERS_CACHE_H

#include "module/serve/orders.h"

void orders_flush(server_t *server, const order_t *order, control_reply_t *reply);
void orders_cache(server_t *server, const order_t *order, control_reply_t *reply);
void orders_explain(server_t *server, const order_t *order, control_reply_t *reply);

/* Answers the reply with `object`, which it takes over, once the cache has forgotten what `what` says. */
void orders_flush_and_answer(server_t *server, const flush_what_t *what, json_t *object, control_reply_t *reply);

#endif
