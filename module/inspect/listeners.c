/* listeners.c: see listeners.h. */
#include "module/inspect/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	BACKLOG = 64,
	BATCH = 16, /* connections in one turn of the loop */
};

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

static void complain(const conf_address_t *address)
{
	const int err = errno;
	const bool v6 = address->sa.any.sa_family == AF_INET6;
	char text[INET6_ADDRSTRLEN] = "";

	if (v6)
		inet_ntop(AF_INET6, &address->sa.v6.sin6_addr, text, sizeof(text));
	else
		inet_ntop(AF_INET, &address->sa.v4.sin_addr, text, sizeof(text));
	fprintf(stderr,
		"warning: cannot listen on %s@%u: %s; change inspection.listen, or turn it off with inspection.enable: "
		"no\n",
		text, ntohs(v6 ? address->sa.v6.sin6_port : address->sa.v4.sin_port), strerror(err));
}

/* A machine without IPv6 has no ::1, and is not to lose the page for it. */
static bool is_missing_family(const conf_address_t *address)
{
	return address->sa.any.sa_family == AF_INET6 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL);
}

static bool listen_on(listener_t *listener, const conf_address_t *address)
{
	const int one = 1;
	const int family = address->sa.any.sa_family;

	listener->fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener->fd < 0)
		return false;
	(void)setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (family == AF_INET6)
		(void)setsockopt(listener->fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	return bind(listener->fd, &address->sa.any, address->size) == 0 && listen(listener->fd, BACKLOG) == 0;
}

static bool add_listener(listeners_t *listeners, struct event_base *base, const conf_address_t *address, bool only)
{
	listener_t *listener = &listeners->items[listeners->count++];

	*listener = (listener_t){ .fd = -1 };
	if (!listen_on(listener, address)) {
		complain(address);
		return !only && is_missing_family(address);
	}
	listener->readable = event_new(base, listener->fd, EV_READ | EV_PERSIST, on_connect, listeners);
	return listener->readable != NULL && event_add(listener->readable, NULL) == 0;
}

listeners_t *listeners_new(struct event_base *base, const conf_addresses_t *addresses, http_t *http)
{
	listeners_t *listeners = calloc(1, sizeof(*listeners) + addresses->count * sizeof(listeners->items[0]));

	if (listeners == NULL)
		return NULL;
	listeners->http = http;
	for (size_t i = 0; i < addresses->count; i++)
		if (!add_listener(listeners, base, &addresses->items[i], addresses->count == 1)) {
			listeners_free(listeners);
			return NULL;
		}
	return listeners;
}

void listeners_free(listeners_t *listeners)
{
	for (size_t i = 0; listeners != NULL && i < listeners->count; i++) {
		if (listeners->items[i].readable != NULL)
			event_free(listeners->items[i].readable);
		if (listeners->items[i].fd >= 0)
			close(listeners->items[i].fd);
	}
	free(listeners);
}
