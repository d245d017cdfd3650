/* echo.c: the limit that a DNS server on this kernel has: it answers every datagram with the same octets, of which only the ID
 * is the query's. Its sockets are made by the program's own front_bind(), and its loop takes and sends datagrams in batches of
 * the same size as module/front/udp.c, so that what mxward takes beyond it is what mxward does.
 *
 * Usage: echo ADDRESS PORT FILE     FILE has the reply's octets. Prints `ready on ADDRESS@PORT`; runs until it is killed */
#include "module/front/front.h"
#include "module/front/sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum { BATCH = 32, QUERY_ROOM = 65535, ID_SIZE = 2 };

typedef struct place {
	struct sockaddr_storage peer;
	struct iovec query_part;
	struct iovec reply_part;
	uint8_t reply[FRONT_MAX_UDP_SIZE];
	uint8_t query[QUERY_ROOM];
} place_t;

typedef struct echo {
	struct mmsghdr queries[BATCH];
	struct mmsghdr replies[BATCH];
	place_t places[BATCH];
} echo_t;

static void prepare(echo_t *echo, const uint8_t *reply, size_t size)
{
	for (unsigned i = 0; i < BATCH; i++) {
		place_t *place = &echo->places[i];

		memcpy(place->reply, reply, size);
		place->query_part = (struct iovec){ .iov_base = place->query, .iov_len = sizeof(place->query) };
		place->reply_part = (struct iovec){ .iov_base = place->reply, .iov_len = size };
		echo->queries[i].msg_hdr =
			(struct msghdr){ .msg_name = &place->peer, .msg_iov = &place->query_part, .msg_iovlen = 1 };
		echo->replies[i].msg_hdr =
			(struct msghdr){ .msg_name = &place->peer, .msg_iov = &place->reply_part, .msg_iovlen = 1 };
	}
}

static void send_batch(echo_t *echo, int fd, unsigned count)
{
	for (unsigned done = 0; done < count;) {
		const int sent = sendmmsg(fd, echo->replies + done, count - done, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent > 0)
			done += (unsigned)sent;
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR)
			done++;
	}
}

static void answer(echo_t *echo, int fd)
{
	int count = 0;

	for (unsigned i = 0; i < BATCH; i++)
		echo->queries[i].msg_hdr.msg_namelen = sizeof(echo->places[i].peer);
	count = recvmmsg(fd, echo->queries, BATCH, MSG_DONTWAIT, NULL);
	if (count <= 0)
		return;
	for (int i = 0; i < count; i++) {
		memcpy(echo->places[i].reply, echo->places[i].query, ID_SIZE);
		echo->replies[i].msg_hdr.msg_namelen = echo->queries[i].msg_hdr.msg_namelen;
	}
	send_batch(echo, fd, (unsigned)count);
}

static int serve(echo_t *echo, int fd, const char *where)
{
	struct epoll_event event = { .events = EPOLLIN };
	const int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
		fprintf(stderr, "echo: epoll: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	printf("ready on %s\n", where);
	fflush(stdout);
	for (;;)
		if (epoll_wait(epoll, &event, 1, -1) > 0)
			answer(echo, fd);
}

/* The reply's size, or 0. */
static size_t read_reply(const char *path, uint8_t *reply, size_t room)
{
	FILE *file = fopen(path, "re");
	size_t size = file != NULL ? fread(reply, 1, room, file) : 0;

	if (file != NULL)
		fclose(file);
	return size;
}

int main(int argc, char **argv)
{
	static echo_t echo; /* large */
	uint8_t reply[FRONT_MAX_UDP_SIZE];
	conf_address_t address = { .sa.v4.sin_family = AF_INET, .size = sizeof(address.sa.v4) };
	const conf_addresses_t listen = { .count = 1, .items = &address };
	front_sockets_t *sockets = NULL;
	const size_t size = argc == 4 ? read_reply(argv[3], reply, sizeof(reply)) : 0;
	int status = EXIT_FAILURE;

	if (size < ID_SIZE || inet_pton(AF_INET, argv[1], &address.sa.v4.sin_addr) != 1) {
		fprintf(stderr, "usage: echo IPV4-ADDRESS PORT FILE-WITH-REPLY\n");
		return EXIT_FAILURE;
	}
	address.sa.v4.sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10));
	sockets = front_bind(&listen, 1, NULL);
	if (sockets == NULL) {
		fprintf(stderr, "echo: cannot listen on %s@%s: %s\n", argv[1], argv[2], strerror(errno));
		return EXIT_FAILURE;
	}
	prepare(&echo, reply, size);
	status = serve(&echo, sockets->bound[0].udp[0], front_sockets_text(sockets));
	front_sockets_free(sockets);
	return status;
}
