/* listeners.c: see listeners.h. */
#include "module/inspect/listeners.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BATCH = 16 }; /* connections in one turn of the loop */

typedef struct listener {
	int fd;
	struct event *readable;
} listener_t;

struct listeners {
	http_t *http;
	size_t count;
	listener_t items[];
};

static void on_connect(evutil_socket_t fd, short events, void *arg)
{
	const listeners_t *listeners = arg;

	(void)events;
	for (unsigned i = 0; i < BATCH; i++) {
		struct sockaddr_storage peer;
		socklen_t size = sizeof(peer);
		int connection = accept4(fd, (struct sockaddr *)&peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (connection < 0)
			return;
		http_add(listeners->http, connection, (struct sockaddr *)&peer, size);
	}
}

listeners_t *listeners_new(struct event_base *base, int first, size_t count, http_t *http)
{
	listeners_t *listeners = calloc(1, sizeof(*listeners) + count * sizeof(listeners->items[0]));

	if (listeners == NULL)
		return NULL;
	listeners->http = http;
	for (; listeners->count < count; listeners->count++) {
		listener_t *listener = &listeners->items[listeners->count];

		listener->fd = first + (int)listeners->count;
		listener->readable = event_new(base, listener->fd, EV_READ | EV_PERSIST, on_connect, listeners);
		if (listener->readable == NULL || event_add(listener->readable, NULL) != 0) {
			listeners_free(listeners);
			return NULL;
		}
	}
	return listeners;
}

void listeners_free(listeners_t *listeners)
{
	for (size_t i = 0; listeners != NULL && i < listeners->count; i++) {
		event_free(listeners->items[i].readable);
		close(listeners->items[i].fd);
	}
	free(listeners);
}
