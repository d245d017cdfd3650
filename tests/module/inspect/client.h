/* client.h: an HTTP server on a loop, and clients of it on the same loop: a test runs the loop until one has what it waits for. */
#ifndef TESTS_MODULE_INSPECT_CLIENT_H
#define TESTS_MODULE_INSPECT_CLIENT_H

#include "module/inspect/http.h"
#include "tests/module/inspect/world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { CLIENT_ROOM = 1 << 20 };

typedef struct site {
	world_t world;
	http_settings_t settings;
	workers_t *workers;
	http_t *http;
	mhd_t mhd;
} site_t;

typedef struct client {
	int fd;
	struct event *readable;
	char *text; /* all that has come, with a NUL behind it */
	size_t size;
	bool closed; /* by the server */
} client_t;

/* Everything but the indexer, which a test starts once its log is there. */
static inline void site_begin(site_t *site, const char *token)
{
	char problem[LATE_PROBLEM_MAX];

	*site = (site_t){ 0 };
	world_begin(&site->world);
	assert_true(mhd_load(&site->mhd, problem));
	site->settings = (http_settings_t){ .mhd = &site->mhd,
					    .allowed_hosts = &site->world.conf->inspection.allowed_hosts,
					    .token = token,
					    .request_seconds = HTTP_REQUEST_SECONDS,
					    .answer_seconds = HTTP_ANSWER_SECONDS };
}

static inline void site_open(site_t *site)
{
	site->workers = workers_new(site->world.base, &site->world.shared);
	assert_non_null(site->workers);
	site->http = http_new(site->world.base, &site->settings, site->workers);
	assert_non_null(site->http);
}

static inline void site_end(site_t *site)
{
	workers_free(site->workers);
	http_free(site->http);
	world_end(&site->world);
}

static inline void client_read(evutil_socket_t fd, short events, void *arg)
{
	client_t *client = arg;
	const ssize_t got = read(fd, client->text + client->size, CLIENT_ROOM - 1 - client->size);

	(void)events;
	if (got > 0) {
		client->size += (size_t)got;
		client->text[client->size] = '\0';
		assert_true(client->size < CLIENT_ROOM - 1);
	} else if (got == 0 || errno != EAGAIN) {
		client->closed = true;
		event_del(client->readable);
	}
}

/* Connects to a listener that is there for this connection alone, and hands the other end to the server. */
static inline client_t client_connect(const site_t *site)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in peer;
	socklen_t size = sizeof(address);
	const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	client_t client = { .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .text = calloc(1, CLIENT_ROOM) };
	int accepted;

	assert_non_null(client.text);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(connect(client.fd, (struct sockaddr *)&address, sizeof(address)), 0);
	size = sizeof(peer);
	accepted = accept4(listener, (struct sockaddr *)&peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_true(accepted >= 0);
	close(listener);
	assert_int_equal(evutil_make_socket_nonblocking(client.fd), 0);
	http_add(site->http, accepted, (struct sockaddr *)&peer, size);
	return client;
}

static inline void client_begin(const site_t *site, client_t *client)
{
	*client = client_connect(site);
	client->readable = event_new(site->world.base, client->fd, EV_READ | EV_PERSIST, client_read, client);
	assert_non_null(client->readable);
	assert_int_equal(event_add(client->readable, NULL), 0);
}

static inline void client_end(client_t *client)
{
	event_free(client->readable);
	close(client->fd);
	free(client->text);
}

static inline void client_send(const client_t *client, const char *text)
{
	assert_int_equal(write(client->fd, text, strlen(text)), strlen(text));
}

/* Runs the loop until the client has got this, or the server has closed. Whether it has. */
static inline bool client_gets(const site_t *site, const client_t *client, const char *text)
{
	while (!client->closed && strstr(client->text, text) == NULL)
		assert_int_equal(event_base_loop(site->world.base, EVLOOP_ONCE), 0);
	return strstr(client->text, text) != NULL;
}

/* Runs the loop until the server has closed. */
static inline void client_drain(const site_t *site, const client_t *client)
{
	while (!client->closed)
		assert_int_equal(event_base_loop(site->world.base, EVLOOP_ONCE), 0);
}

#endif
