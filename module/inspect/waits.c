/* waits.c: see waits.h. */
#include "module/inspect/waits.h"

#include "module/clock.h"

#include <stdlib.h>
#include <sys/queue.h>

typedef struct connection {
	TAILQ_ENTRY(connection) link;
	int fd;
	wait_t wait;
	uint64_t since; /* seconds of the monotonic clock */
} connection_t;

struct waits {
	const http_settings_t *settings;
	const mhd_t *mhd;
	struct event *tick;
	TAILQ_HEAD(, connection) connections;
};

static connection_t *connection_of(const waits_t *waits, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		waits->mhd->get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info != NULL ? info->socket_context : NULL;
}

void waits_set(const waits_t *waits, struct MHD_Connection *of, wait_t wait)
{
	connection_t *connection = connection_of(waits, of);

	if (connection == NULL)
		return;
	connection->wait = wait;
	connection->since = clock_seconds(CLOCK_MONOTONIC);
}

void waits_on_connection(void *cls, struct MHD_Connection *mhd, void **context,
			 enum MHD_ConnectionNotificationCode code)
{
	waits_t *waits = cls;
	connection_t *connection = *context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		connection = calloc(1, sizeof(*connection));
		if (connection == NULL)
			return;
		connection->fd = mhd_fd(waits->mhd, mhd);
		connection->since = clock_seconds(CLOCK_MONOTONIC);
		TAILQ_INSERT_TAIL(&waits->connections, connection, link);
		*context = connection;
	} else if (connection != NULL) {
		TAILQ_REMOVE(&waits->connections, connection, link);
		free(connection);
		*context = NULL;
	}
}

/* A client that sends or takes an octet now and then is never idle; this ends it all the same. */
static void end_if_slow(const waits_t *waits, const connection_t *connection, uint64_t now)
{
	const uint64_t waited = now - connection->since;

	if ((connection->wait == WAIT_REQUEST && waited > waits->settings->request_seconds) ||
	    (connection->wait == WAIT_CLIENT && waited > waits->settings->answer_seconds))
		shutdown(connection->fd, SHUT_RDWR); /* libmicrohttpd sees its end, and closes it */
}

static void on_tick(evutil_socket_t fd, short events, void *arg)
{
	const waits_t *waits = arg;
	const uint64_t now = clock_seconds(CLOCK_MONOTONIC);
	const connection_t *connection;

	(void)fd;
	(void)events;
	TAILQ_FOREACH(connection, &waits->connections, link)
	end_if_slow(waits, connection, now);
}

waits_t *waits_new(struct event_base *base, const http_settings_t *settings)
{
	const struct timeval second = { .tv_sec = 1 };
	waits_t *waits = calloc(1, sizeof(*waits));

	if (waits == NULL)
		return NULL;
	waits->settings = settings;
	waits->mhd = settings->mhd;
	TAILQ_INIT(&waits->connections);
	waits->tick = event_new(base, -1, EV_PERSIST, on_tick, waits);
	if (waits->tick != NULL && event_add(waits->tick, &second) == 0)
		return waits;
	waits_free(waits);
	return NULL;
}

void waits_free(waits_t *waits)
{
	if (waits == NULL)
		return;
	if (waits->tick != NULL)
		event_free(waits->tick);
	free(waits);
}
