/* acceptor.c: see acceptor.h. */
#include "module/front/acceptor.h"

#include "module/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	ACCEPT_BURST = 16,        /* connections in one turn of the loop */
	ACCEPT_PAUSE_US = 100000, /* microseconds, when file descriptors are out */
	LOG_SECONDS = 60,         /* between lines about the same thing */
};

typedef struct listener {
	struct event *event;
} listener_t;

struct acceptor {
	connections_t *connections;
	log_t *log;
	acceptor_fn *accepted;
	void *arg;
	uint64_t log_again; /* milliseconds */
	struct event *pause;
	size_t listener_count;
	listener_t listeners[];
};

/* File descriptors or memory are out: the listeners stay readable, so asking again at once would spin. */
static void accept_later(acceptor_t *acceptor, int error)
{
	const struct timeval pause = { .tv_usec = ACCEPT_PAUSE_US };
	const uint64_t now = clock_milliseconds(CLOCK_MONOTONIC);

	if (now >= acceptor->log_again) {
		log_write(acceptor->log, LOG_LEVEL_WARNING,
			  "cannot accept TCP connections (%s): idle ones are closed; raise the limit of open files or "
			  "lower "
			  "tcp.max-connections",
			  strerror(error));
		acceptor->log_again = now + LOG_SECONDS * UINT64_C(1000);
	}
	connections_make_room(acceptor->connections);
	for (size_t i = 0; i < acceptor->listener_count; i++)
		event_del(acceptor->listeners[i].event);
	evtimer_add(acceptor->pause, &pause);
}

static void on_pause_over(evutil_socket_t fd, short events, void *arg)
{
	acceptor_t *acceptor = arg;

	(void)fd;
	(void)events;
	for (size_t i = 0; i < acceptor->listener_count; i++)
		event_add(acceptor->listeners[i].event, NULL);
}

static bool is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

static void on_connection(evutil_socket_t listener, short events, void *arg)
{
	acceptor_t *acceptor = arg;

	(void)events;
	for (unsigned i = 0; i < ACCEPT_BURST; i++) {
		client_address_t peer = { .any.sa_family = AF_UNSPEC };
		socklen_t size = sizeof(peer);
		int fd = accept4(listener, &peer.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
		int error = 0;

		if (fd >= 0) {
			acceptor->accepted(acceptor->arg, fd, &peer);
			continue;
		}
		error = errno;
		/* accept4() looks for a descriptor first, and says EMFILE also when nobody waits: the first call of a turn
		 * alone tells. */
		if (is_shortage(error) && i == 0)
			accept_later(acceptor, error);
		if (error == EAGAIN || is_shortage(error))
			return;
	}
}

static bool listener_begin(listener_t *listener, acceptor_t *acceptor, struct event_base *base, int fd)
{
	listener->event = event_new(base, fd, EV_READ | EV_PERSIST, on_connection, acceptor);
	return listener->event != NULL && event_add(listener->event, NULL) == 0;
}

acceptor_t *acceptor_new(struct event_base *base, const struct front_sockets *sockets, unsigned worker_index,
			 connections_t *connections, log_t *log, acceptor_fn *accepted, void *arg)
{
	acceptor_t *acceptor = calloc(1, sizeof(*acceptor) + sockets->count * sizeof(acceptor->listeners[0]));
	bool begun = acceptor != NULL;

	if (acceptor == NULL)
		return NULL;
	acceptor->connections = connections;
	acceptor->log = log;
	acceptor->accepted = accepted;
	acceptor->arg = arg;
	acceptor->listener_count = sockets->count;
	acceptor->pause = evtimer_new(base, on_pause_over, acceptor);
	for (size_t i = 0; begun && i < sockets->count; i++)
		begun = listener_begin(&acceptor->listeners[i], acceptor, base, sockets->bound[i].tcp[worker_index]);
	if (begun && acceptor->pause != NULL)
		return acceptor;
	acceptor_free(acceptor);
	return NULL;
}

static void event_free_if_any(struct event *event)
{
	if (event != NULL)
		event_free(event);
}

void acceptor_free(acceptor_t *acceptor)
{
	if (acceptor == NULL)
		return;
	for (size_t i = 0; i < acceptor->listener_count; i++)
		event_free_if_any(acceptor->listeners[i].event);
	event_free_if_any(acceptor->pause);
	free(acceptor);
}
