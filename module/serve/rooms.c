/* rooms.c: see rooms.h. The order is the table's, at the end. */
#include "module/serve/rooms.h"

#include "module/load.h"
#include "module/privileges.h"
#include "module/serve/calls.h"
#include "module/serve/orders.h"
#include "module/serve/orders_trust.h"
#include "module/serve/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	SOON_MS = 300,             /* after which a resolver process usually answers, */
	READY_MS = 5000,           /*   and which it has to start beside that */
	INSPECTION_STOP_MS = 1000, /* that the inspection process has to leave */
};

/* ---- log: opened first, so that all others can say what is wrong; its thread waits until privileges are gone ---- */

static bool open_log(server_t *server)
{
	server->log = log_open(server->conf->log.to, (log_level_t)server->conf->log.level);
	return server->log != NULL;
}

static bool start_log(server_t *server)
{
	return log_start(server->log);
}

static void close_log(server_t *server)
{
	log_free(server->log);
}

/* ---- loop ---- */

static bool make_loop(server_t *server)
{
	server->base = event_base_new();
	return server->base != NULL;
}

static void free_loop(server_t *server)
{
	if (server->base != NULL)
		event_base_free(server->base);
}

static bool make_callbacks(server_t *server)
{
	server->callbacks = callbacks_new(server->base);
	return server->callbacks != NULL;
}

static void free_callbacks(server_t *server)
{
	callbacks_free(server->callbacks);
}

/* ---- sockets ---- */

static bool bind_sockets(server_t *server)
{
	server->sockets = front_bind(&server->conf->listen, settings_workers(server->conf), server->log);
	return server->sockets != NULL;
}

static void free_sockets(server_t *server)
{
	if (server->sockets != NULL)
		front_sockets_free(server->sockets);
}

/* Without its control socket the server does all that clients want: a line says what is wrong. */
static bool make_control_socket(server_t *server)
{
	const conf_t *conf = server->conf;
	char *error = NULL;
	uid_t user;
	gid_t group;

	server->control_socket.fd = -1;
	if (conf->control.socket[0] == '\0')
		return true;
	privileges_whom(conf->user, &user, &group);
	if (!listener_open(&server->control_socket, conf->control.socket, user, group, &error))
		log_write(server->log, LOG_LEVEL_ERROR, "no control socket: %s",
			  error != NULL ? error : "memory is out");
	free(error);
	return true;
}

static void close_control_socket(server_t *server)
{
	listener_close(&server->control_socket);
}

/* ---- privileges ---- */

static bool drop_privileges(server_t *server)
{
	return privileges_drop(server->conf->user, server->conf->user_is_default, server->log);
}

/* ---- cache ---- */

static bool make_cache(server_t *server)
{
	server->cache = cache_new(server->conf->cache.size);
	return server->cache != NULL;
}

/* A large table takes longer than all that comes before the first answer. */
static bool enlarge_cache(server_t *server)
{
	cache_enlarge(server->cache);
	return true;
}

static void free_cache(server_t *server)
{
	cache_free(server->cache);
}

/* ---- cookies ---- */

static bool make_cookies(server_t *server)
{
	server->cookies = cookies_new();
	server->pending_cookies = server->cookies != NULL ? cookies_copy(server->cookies) : NULL;
	return server->pending_cookies != NULL;
}

static void free_cookies(server_t *server)
{
	cookies_free(server->pending_cookies);
	cookies_free(server->cookies);
}

/* ---- validation log ---- */

static bool start_vlog(server_t *server)
{
	const vlog_settings_t settings = settings_of_vlog(server->conf);

	server->vlog = vlog_new(&settings, server->log);
	return server->vlog != NULL;
}

static void stop_vlog(server_t *server)
{
	vlog_free(server->vlog);
}

/* ---- alerts ---- */

static bool use_alerts_settings(server_t *server, const alerts_settings_t *settings)
{
	server->alerts = alerts_new(settings, server->log);
	return server->alerts != NULL;
}

static bool start_alerts(server_t *server)
{
	return settings_with_alerts(server, server->conf, use_alerts_settings);
}

static void stop_alerts(server_t *server)
{
	alerts_free(server->alerts);
}

/* ---- MX history ---- */

static bool start_history(server_t *server)
{
	const history_settings_t settings = settings_of_history(server->conf);

	server->history = history_new(&settings, server->log);
	return server->history != NULL;
}

static void stop_history(server_t *server)
{
	history_free(server->history);
}

/* ---- pending questions, and the resolver processes ---- */

static bool make_ntas(server_t *server)
{
	server->ntas = ntas_new(server->base, server->conf->control.nta_file, orders_nta_ended, server, server->log);
	return server->ntas != NULL;
}

static void free_ntas(server_t *server)
{
	ntas_free(server->ntas);
}

/* ---- the cache's snapshot: its key and its file are unprivileged, and read before anybody asks the cache ---- */

static bool read_snapshot(server_t *server)
{
	snapshot_settings_t settings;

	if (!settings_of_snapshot(server, server->conf, &settings))
		return false;
	if (access(settings.file, F_OK) == 0)
		cache_enlarge(server->cache); /* for what is in it */
	server->snapshot = snapshot_new(&settings, server->cache, server->log);
	return server->snapshot != NULL;
}

static bool start_snapshot(server_t *server)
{
	return snapshot_start(server->snapshot);
}

/* When nobody puts anything into the cache any more. */
static void stop_snapshot(server_t *server)
{
	snapshot_free(server->snapshot);
}

static bool make_counts(server_t *server)
{
	server->counts = calloc(1, sizeof(*server->counts));
	return server->counts != NULL;
}

static void free_counts(server_t *server)
{
	free(server->counts);
}

static bool use_pending_settings(server_t *server, const pending_settings_t *settings)
{
	const witnesses_t witnesses = { .log = server->log,
					.vlog = server->vlog,
					.alerts = server->alerts,
					.history = server->history,
					.counts = server->counts };

	server->pending = pending_start(settings, server->cache, server->pending_cookies, &witnesses);
	return server->pending != NULL;
}

static bool start_pending(server_t *server)
{
	return settings_with_pending(server, server->conf, use_pending_settings);
}

/* What is cached is answered meanwhile; other questions wait. A process that gets ready has tried the configuration: only when none
 * does is libunbound asked what it thinks of it. */
static bool await_resolvers(server_t *server)
{
	char *error = NULL;

	if (pending_wait_ready(server->pending, SOON_MS))
		return true;
	server->refused = !load_try(server->conf, server->path, &error);
	if (server->refused)
		fprintf(stderr, "%s\n", error != NULL ? error : "mxward serve: memory is out");
	else if (!pending_wait_ready(server->pending, READY_MS))
		log_write(server->log, LOG_LEVEL_ERROR,
			  "no resolver process answers yet: questions wait for one; the lines above say what is wrong");
	free(error);
	return !server->refused;
}

static void stop_pending(server_t *server)
{
	if (server->pending != NULL)
		pending_stop(server->pending);
}

/* ---- watch: asks the pending thread, which may tell it something to the last ---- */

static bool make_watch(server_t *server)
{
	const watch_calls_t calls = calls_of_watch(server);

	server->watch = watch_new(server->base, &calls, server->alerts);
	return server->watch != NULL;
}

static void free_watch(server_t *server)
{
	watch_free(server->watch);
}

static bool use_wishes(server_t *server, const watch_wish_t *wishes, size_t count)
{
	return watch_configure(server->watch, wishes, count);
}

static bool start_watch(server_t *server)
{
	return settings_with_watch(server, server->conf, use_wishes);
}

static void stop_watch(server_t *server)
{
	watch_stop(server->watch);
}

/* ---- front ---- */

static bool start_front(server_t *server)
{
	const front_settings_t settings = settings_of_front(server->conf);
	const front_calls_t calls = calls_of_front(server);

	server->front = front_start(server->sockets, &settings, server->cache, server->cookies, &calls, server->log);
	if (server->front == NULL)
		return false;
	server->sockets = NULL;
	return true;
}

/* Nothing new comes in from now on; the workers' sockets stay for those who reply until the front is freed. */
static void stop_front(server_t *server)
{
	if (server->front != NULL)
		front_stop(server->front);
}

static void free_front(server_t *server)
{
	if (server->front != NULL)
		front_free(server->front);
}

/* ---- control ---- */

static bool start_control(server_t *server)
{
	if (server->control_socket.fd < 0)
		return true;
	server->control = control_new(server->base, &server->control_socket, &control_usual_limits, orders_take, server,
				      server->log);
	return server->control != NULL;
}

static void stop_control(server_t *server)
{
	control_free(server->control);
}

/* ---- inspection: a process beside; without it the server goes on ---- */

static bool start_inspection(server_t *server)
{
	server->inspection = keeper_new(server->base, server->conf, NULL, server->log);
	if (server->inspection == NULL)
		log_write(server->log, LOG_LEVEL_ERROR, "no inspection process: memory is out");
	return true;
}

static void stop_inspection(server_t *server)
{
	keeper_free(server->inspection, INSPECTION_STOP_MS);
}

/* ---- the order ---- */

typedef struct room {
	bool (*start)(server_t *server); /* NULL: there is only something to stop */
	void (*stop)(server_t *server);  /* may find that it was never started; NULL: nothing to stop */
	bool speaks;                     /* a start that fails has said why in the log */
} room_t;

/* From above to below at the start, from below to above at the end. */
static const room_t rooms[] = {
	{ open_log, close_log, false },
	{ make_loop, free_loop, false },
	{ make_callbacks, free_callbacks, false },
	{ make_control_socket, close_control_socket, false },
	{ bind_sockets, free_sockets, true }, /* low ports want privileges, */
	{ drop_privileges, NULL, true },      /*   which go thread by thread: so before the first thread */
	{ start_log, NULL, false },
	{ make_cookies, free_cookies, false },
	{ make_cache, free_cache, false },
	{ start_vlog, stop_vlog, false },
	{ start_alerts, stop_alerts, false },
	{ start_history, stop_history, false },
	{ make_counts, free_counts, false },
	{ make_ntas, free_ntas, false },
	{ NULL, stop_snapshot, false }, /* after pending, which changes the cache to the last */
	{ NULL, free_front, false },    /* after pending, which replies through the front's sockets to the last */
	{ make_watch, free_watch, false },
	{ start_pending, stop_pending, false }, /* resolver processes get ready, while */
	{ read_snapshot, NULL, false },         /*   the cache is filled */
	{ start_front, stop_front, false },     /* behind all that it needs, so that whoever asks is answered */
	{ enlarge_cache, NULL, false },
	{ start_watch, stop_watch, false },
	{ start_snapshot, NULL, false },
	{ await_resolvers, NULL, true },
	{ start_control, stop_control, false },
	{ start_inspection, stop_inspection, false }, /* asks over the control socket */
};

enum { ROOMS = sizeof(rooms) / sizeof(rooms[0]) };

bool rooms_start(server_t *server)
{
	for (size_t i = 0; i < ROOMS; i++) {
		if (rooms[i].start == NULL || rooms[i].start(server))
			continue;
		if (!rooms[i].speaks)
			log_write(server->log, LOG_LEVEL_ERROR, "cannot start: memory or threads are out");
		return false;
	}
	return true;
}

void rooms_stop(server_t *server)
{
	for (size_t i = ROOMS; i > 0; i--)
		if (rooms[i - 1].stop != NULL)
			rooms[i - 1].stop(server);
}
