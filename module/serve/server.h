/* server.h: what `mxward serve` consists of while it runs. Inside serve/ only, and the main thread's alone; the rooms' own
 * functions say which of them other threads may call. */
#ifndef MODULE_SERVE_SERVER_H
#define MODULE_SERVE_SERVER_H

#include "conf/conf.h"
#include "module/alert/alerts.h"
#include "module/control/control.h"
#include "module/front/cookie.h"
#include "module/front/front.h"
#include "module/history/history.h"
#include "module/inspect/keeper.h"
#include "module/log/log.h"
#include "module/pending/pending.h"
#include "module/serve/callbacks.h"
#include "module/serve/nta.h"
#include "module/snapshot/snapshot.h"
#include "module/vlog/vlog.h"
#include "module/watch/watch.h"

#include <event2/event.h>

/* Each pointer is NULL until rooms_start() has come to it. */
typedef struct server {
	const char *path;      /* of the configuration */
	uint64_t started;      /* seconds since 1970, */
	uint64_t started_mono; /*   and by clock_of_cache() */
	conf_t *conf;
	bool refused; /* libunbound does not take it */
	log_t *log;
	struct event_base *base; /* the main thread's loop (loop.h) */
	callbacks_t *callbacks;  /* from other threads to this one */
	vlog_t *vlog;
	alerts_t *alerts;
	watch_t *watch;
	history_t *history;
	cache_t *cache;
	snapshot_t *snapshot;
	cookies_t *cookies;         /* the front's */
	cookies_t *pending_cookies; /* the pending thread's, of the same secret */
	front_sockets_t *sockets;   /* until the front takes them over */
	ntas_t *ntas;
	counts_t *counts;
	pending_t *pending;
	front_t *front;
	keeper_t *inspection;
	listener_t control_socket; /* until control takes it over; fd -1: none */
	control_t *control;        /* NULL where there is no socket */
} server_t;

#endif
