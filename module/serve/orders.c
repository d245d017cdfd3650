/* orders.c: see orders.h. What needs another thread goes there, comes back as a callback, and is answered then. */
#include "module/serve/orders.h"

#include "module/serve/orders_cache.h"
#include "module/serve/orders_trust.h"
#include "module/serve/reload.h"
#include "module/serve/stats.h"

#include <stdlib.h>

static const char memory_is_out[] = "memory is out: try again";

/* ---- status, stats: with what the pending thread alone knows ---- */

typedef struct look {
	callback_t callback;
	server_t *server;
	control_reply_t *reply;
	json_t *(*make)(const server_t *server, const pending_state_t *state);
	bool stopped;
	pending_state_t state;
} look_t;

static void tell_look(callback_t *callback)
{
	look_t *look = (look_t *)callback;

	if (look->stopped)
		control_refuse(look->reply, "the server stops");
	else
		control_answer(look->reply, look->make(look->server, &look->state));
	free(look);
}

/* In the pending thread. */
static void on_looked(void *arg, const pending_state_t *state)
{
	look_t *look = arg;

	look->stopped = state == NULL;
	if (state != NULL)
		look->state = *state;
	callbacks_put(look->server->callbacks, &look->callback);
}

static void look(server_t *server, control_reply_t *reply,
		 json_t *(*make)(const server_t *server, const pending_state_t *state))
{
	look_t *look = malloc(sizeof(*look));

	if (look == NULL) {
		control_refuse(reply, memory_is_out);
		return;
	}
	look->callback.call = tell_look;
	look->server = server;
	look->reply = reply;
	look->make = make;
	if (pending_look(server->pending, on_looked, look))
		return;
	control_refuse(reply, memory_is_out);
	free(look);
}

static void take_status(server_t *server, const order_t *order, control_reply_t *reply)
{
	(void)order;
	look(server, reply, stats_status);
}

static void take_stats(server_t *server, const order_t *order, control_reply_t *reply)
{
	(void)order;
	look(server, reply, stats_all);
}

/* ---- what the main thread does by itself ---- */

static void take_reload(server_t *server, const order_t *order, control_reply_t *reply)
{
	char *error = NULL;

	(void)order;
	if (reload(server, &error))
		control_answer(reply, json_pack("{s:s}", "config", server->path));
	else
		control_refuse(reply, "%s; the running configuration stays", error != NULL ? error : "memory is out");
	free(error);
}

static void take_log_level(server_t *server, const order_t *order, control_reply_t *reply)
{
	log_set_level(server->log, order->level);
	log_write(server->log, LOG_LEVEL_INFO, "the log's level is %s now, until the next reload",
		  stats_level_name(order->level));
	control_answer(reply, json_pack("{s:s}", "level", stats_level_name(order->level)));
}

static void end_loop(void *arg)
{
	const server_t *server = arg;

	event_base_loopbreak(server->base);
}

static void take_stop(server_t *server, const order_t *order, control_reply_t *reply)
{
	(void)order;
	log_write(server->log, LOG_LEVEL_INFO, "stopping: the control socket says so");
	control_when_sent(reply, end_loop, server);
	control_answer(reply, json_object());
}

static void take_alerts(server_t *server, const order_t *order, control_reply_t *reply)
{
	(void)order;
	control_answer(reply, alerts_json(server->alerts));
}

/* ---- which does which ---- */

static void (*const takers[ORDERS])(server_t *server, const order_t *order, control_reply_t *reply) = {
	[ORDER_STATUS] = take_status,
	[ORDER_STATS] = take_stats,
	[ORDER_RELOAD] = take_reload,
	[ORDER_LOG_LEVEL] = take_log_level,
	[ORDER_STOP] = take_stop,
	[ORDER_ALERTS] = take_alerts,
	[ORDER_FLUSH] = orders_flush,
	[ORDER_CACHE] = orders_cache,
	[ORDER_EXPLAIN] = orders_explain,
	[ORDER_NTA] = orders_nta,
	[ORDER_TRUST_ANCHORS] = orders_trust_anchors,
};

void orders_take(void *server, const order_t *order, control_reply_t *reply)
{
	takers[order->command](server, order, reply);
}
