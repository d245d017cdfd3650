/* udp.c: see udp.h. A batch is received with one system call, answered in place, and sent with another. */
#include "module/front/udp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	BATCH = 32,
	QUERY_MAX = 65535, /* no datagram is cut; pages that no query reaches are never touched */
	CONTROL_SIZE = 64,
};

_Static_assert(CONTROL_SIZE >= CMSG_SPACE(sizeof(struct in6_pktinfo)), "room for where a datagram was sent to");

typedef struct control {
	_Alignas(struct cmsghdr) uint8_t octets[CONTROL_SIZE];
} control_t;

/* One datagram's place in a batch: the query, and the reply to it. */
typedef struct place {
	client_t client;
	struct iovec query_part;
	struct iovec reply_part;
	control_t control;
	uint8_t reply[FRONT_MAX_UDP_SIZE];
	uint8_t query[QUERY_MAX];
} place_t;

typedef struct udp_socket {
	udp_t *udp;
	const bound_t *bound;
	int fd;
	struct event *event;
} udp_socket_t;

struct udp {
	struct worker *worker;
	const struct front_sockets *sockets;
	responder_t *responder;
	struct mmsghdr queries[BATCH];
	struct mmsghdr replies[BATCH];
	place_t *places; /* BATCH of them */
	size_t count;
	udp_socket_t per_address[];
};

/* ---- where a datagram was sent to, and where the reply leaves from ---- */

static void read_local(struct msghdr *message, client_t *client)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c != NULL; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			client->local = (struct in6_addr){ .s6_addr = { [10] = 0xff, [11] = 0xff } };
			memcpy(&client->local.s6_addr[12], &info.ipi_spec_dst, 4);
			client->has_local = true;
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			client->local = info.ipi6_addr;
			client->local_interface = IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr) ? info.ipi6_ifindex : 0;
			client->has_local = true;
		}
	}
}

static void put_control(struct msghdr *message, control_t *control, int level, int type, const void *info, size_t size)
{
	struct cmsghdr *header = NULL;

	memset(control, 0, sizeof(*control));
	message->msg_control = control->octets;
	message->msg_controllen = CMSG_SPACE(size);
	header = CMSG_FIRSTHDR(message);
	header->cmsg_level = level;
	header->cmsg_type = type;
	header->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(header), info, size);
}

/* sendmsg() only looks at what it sends, but its types do not say so. */
static void *for_sending(const void *octets)
{
	void *pointer = NULL;

	memcpy(&pointer, &octets, sizeof(pointer));
	return pointer;
}

/* Addresses *message to the client, from the address that it asked. */
static void write_envelope(struct msghdr *message, const client_t *client, control_t *control)
{
	const bool v6 = client->peer.any.sa_family == AF_INET6;

	message->msg_name = for_sending(&client->peer);
	message->msg_namelen = v6 ? sizeof(client->peer.v6) : sizeof(client->peer.v4);
	if (!client->has_local)
		return;
	if (v6) {
		const struct in6_pktinfo info = { .ipi6_addr = client->local, .ipi6_ifindex = client->local_interface };

		put_control(message, control, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	} else {
		struct in_pktinfo info = { .ipi_ifindex = 0 };

		memcpy(&info.ipi_spec_dst, &client->local.s6_addr[12], 4);
		put_control(message, control, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	}
}

void udp_send(const client_t *client, const uint8_t *message, size_t size)
{
	struct iovec part = { .iov_base = for_sending(message), .iov_len = size };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	control_t control;

	write_envelope(&header, client, &control);
	while (sendmsg(client->fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 && errno == EINTR)
		;
}

/* ---- a batch ---- */

static void prepare_queries(udp_t *udp)
{
	for (unsigned i = 0; i < BATCH; i++) {
		place_t *place = &udp->places[i];

		udp->queries[i].msg_hdr = (struct msghdr){
			.msg_name = &place->client.peer,
			.msg_namelen = sizeof(place->client.peer),
			.msg_iov = &place->query_part,
			.msg_iovlen = 1,
			.msg_control = place->control.octets,
			.msg_controllen = sizeof(place->control.octets),
		};
		place->query_part = (struct iovec){ .iov_base = place->query, .iov_len = sizeof(place->query) };
	}
}

/* Nobody listens at port 0, and our own sockets ask nothing: both are forged to make us talk to nobody or to ourselves. */
static bool is_forged(const udp_t *udp, const client_t *client)
{
	return client->peer.v4.sin_port == 0 ||
	       sockets_are_own(udp->sockets, &client->peer, client->has_local ? &client->local : NULL);
}

/* The reply's size, or 0 when there is none now. */
static size_t answer_place(udp_t *udp, const udp_socket_t *socket, place_t *place, struct mmsghdr *query)
{
	size_t size = 0;

	place->client.worker = udp->worker;
	place->client.fd = socket->fd;
	place->client.has_local = false;
	place->client.local_interface = 0;
	if (socket->bound->wildcard)
		read_local(&query->msg_hdr, &place->client);
	if (is_forged(udp, &place->client)) {
		responder_count(udp->responder, COUNT_UDP);
		responder_count(udp->responder, COUNT_DROPPED);
		return 0;
	}
	if (respond(udp->responder, place->query, query->msg_len, &place->client, place->reply, &size) == RESPOND_NOW)
		return size;
	return 0;
}

static unsigned answer_batch(udp_t *udp, const udp_socket_t *socket, unsigned count)
{
	unsigned replies = 0;

	for (unsigned i = 0; i < count; i++) {
		place_t *place = &udp->places[i];
		struct msghdr *reply = &udp->replies[replies].msg_hdr;
		size_t size = answer_place(udp, socket, place, &udp->queries[i]);

		if (size == 0)
			continue;
		place->reply_part = (struct iovec){ .iov_base = place->reply, .iov_len = size };
		*reply = (struct msghdr){ .msg_iov = &place->reply_part, .msg_iovlen = 1 };
		write_envelope(reply, &place->client, &place->control);
		replies++;
	}
	return replies;
}

/* A reply that cannot be sent is left out; a full socket buffer drops the rest, as the network would. */
static void send_batch(udp_t *udp, int fd, unsigned count)
{
	for (unsigned done = 0; done < count;) {
		int sent = sendmmsg(fd, udp->replies + done, count - done, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent > 0)
			done += (unsigned)sent;
		else if (errno == EAGAIN)
			return;
		else if (errno != EINTR)
			done++;
	}
}

static void on_readable(evutil_socket_t fd, short events, void *arg)
{
	udp_socket_t *socket = arg;
	udp_t *udp = socket->udp;
	int count = 0;

	(void)events;
	prepare_queries(udp);
	count = recvmmsg(fd, udp->queries, BATCH, MSG_DONTWAIT, NULL);
	if (count <= 0)
		return;
	responder_tick(udp->responder);
	send_batch(udp, fd, answer_batch(udp, socket, (unsigned)count));
	responder_tock(udp->responder);
}

/* ---- begin and end ---- */

static bool socket_begin(udp_socket_t *socket, struct event_base *base)
{
	socket->event = event_new(base, socket->fd, EV_READ | EV_PERSIST, on_readable, socket);
	return socket->event != NULL && event_add(socket->event, NULL) == 0;
}

udp_t *udp_new(struct event_base *base, struct worker *worker, unsigned worker_index,
	       const struct front_sockets *sockets, responder_t *responder)
{
	udp_t *udp = calloc(1, sizeof(*udp) + sockets->count * sizeof(udp->per_address[0]));
	bool begun = udp != NULL;

	if (udp == NULL)
		return NULL;
	udp->worker = worker;
	udp->sockets = sockets;
	udp->responder = responder;
	udp->count = sockets->count;
	udp->places = calloc(BATCH, sizeof(*udp->places));
	for (size_t i = 0; begun && i < sockets->count; i++) {
		udp->per_address[i] = (udp_socket_t){ .udp = udp,
						      .bound = &sockets->bound[i],
						      .fd = sockets->bound[i].udp[worker_index] };
		begun = socket_begin(&udp->per_address[i], base);
	}
	if (begun && udp->places != NULL)
		return udp;
	udp_free(udp);
	return NULL;
}

void udp_free(udp_t *udp)
{
	for (size_t i = 0; i < udp->count; i++)
		if (udp->per_address[i].event != NULL)
			event_free(udp->per_address[i].event);
	free(udp->places);
	free(udp);
}
