/* receiver.h: who takes webhooks: an HTTP server on loopback that does with each request what its script says. */
#ifndef TESTS_MODULE_ALERT_RECEIVER_H
#define TESTS_MODULE_ALERT_RECEIVER_H

#include "tests/support.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	RECEIVER_REQUESTS = 16,
	RECEIVER_REQUEST_MAX = 8192,
	RECEIVER_FLOOD = 1 << 20, /* octets of a reply that is too long */
};

typedef enum {
	REPLY_200,
	REPLY_500,
	REPLY_302, /* to where nothing is */
	REPLY_HANG,
	REPLY_CLOSE,
	REPLY_FLOOD, /* status 200, and a text without end */
} reply_t;

typedef struct receiver {
	int fd;
	char url[64];
	pthread_t thread;
	const reply_t *script; /* the last one goes on for ever */
	size_t script_size;
	size_t hanging_count;
	int hanging[RECEIVER_REQUESTS];

	pthread_mutex_t lock; /* for what follows */
	size_t count;
	char requests[RECEIVER_REQUESTS][RECEIVER_REQUEST_MAX]; /* head and body */
} receiver_t;

/* Until the body is whole, as its Content-Length has it. */
static inline size_t receiver_read(int fd, char *request)
{
	size_t size = 0;

	for (;;) {
		ssize_t got = read(fd, request + size, RECEIVER_REQUEST_MAX - 1 - size);
		const char *body;
		const char *length;

		if (got <= 0)
			return 0;
		size += (size_t)got;
		request[size] = '\0';
		body = strstr(request, "\r\n\r\n");
		length = strcasestr(request, "content-length: ");
		if (body != NULL && length != NULL &&
		    (size_t)(request + size - body - 4) >= strtoul(length + 16, NULL, 10))
			return size;
	}
}

static inline void receiver_say(int fd, const char *text)
{
	(void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
}

static inline void receiver_flood(int fd)
{
	static const char some[4096] = { 'x' };

	receiver_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n");
	for (size_t sent = 0; sent < RECEIVER_FLOOD; sent += sizeof(some))
		if (send(fd, some, sizeof(some), MSG_NOSIGNAL) <= 0)
			return;
}

static inline void receiver_reply(receiver_t *receiver, int fd, reply_t reply)
{
	static const char *const texts[] = {
		[REPLY_200] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok",
		[REPLY_500] = "HTTP/1.1 500 Broken\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		[REPLY_302] = ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n"
			       "Connection: close\r\n\r\n"),
	};

	if (reply == REPLY_HANG) {
		receiver->hanging[receiver->hanging_count++] = fd;
		return;
	}
	if (reply == REPLY_FLOOD)
		receiver_flood(fd);
	else if (reply != REPLY_CLOSE)
		receiver_say(fd, texts[reply]);
	close(fd);
}

static inline void *receiver_run(void *arg)
{
	receiver_t *receiver = arg;

	for (int fd; (fd = accept(receiver->fd, NULL, NULL)) >= 0;) {
		char request[RECEIVER_REQUEST_MAX];
		size_t size = receiver_read(fd, request);
		size_t number;

		if (size == 0) {
			close(fd);
			continue;
		}
		pthread_mutex_lock(&receiver->lock);
		number = receiver->count++;
		assert_true(number < RECEIVER_REQUESTS);
		memcpy(receiver->requests[number], request, size + 1);
		pthread_mutex_unlock(&receiver->lock);
		receiver_reply(receiver, fd,
			       receiver->script[number < receiver->script_size ? number : receiver->script_size - 1]);
	}
	return NULL;
}

static inline void receiver_start(receiver_t *receiver, const reply_t *script, size_t size)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t room = sizeof(address);

	*receiver = (receiver_t){ .script = script, .script_size = size };
	pthread_mutex_init(&receiver->lock, NULL);
	receiver->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(receiver->fd >= 0);
	assert_int_equal(bind(receiver->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(receiver->fd, 8), 0);
	assert_int_equal(getsockname(receiver->fd, (struct sockaddr *)&address, &room), 0);
	snprintf(receiver->url, sizeof(receiver->url), "http://127.0.0.1:%u/hook", ntohs(address.sin_port));
	assert_int_equal(pthread_create(&receiver->thread, NULL, receiver_run, receiver), 0);
}

static inline void receiver_stop(receiver_t *receiver)
{
	shutdown(receiver->fd, SHUT_RDWR);
	pthread_join(receiver->thread, NULL);
	close(receiver->fd);
	for (size_t i = 0; i < receiver->hanging_count; i++)
		close(receiver->hanging[i]);
	pthread_mutex_destroy(&receiver->lock);
}

static inline size_t receiver_count(receiver_t *receiver)
{
	size_t count;

	pthread_mutex_lock(&receiver->lock);
	count = receiver->count;
	pthread_mutex_unlock(&receiver->lock);
	return count;
}

#endif
