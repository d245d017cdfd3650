/* load_link.c: see load_link.h. */
#include "tests/bench/load_link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	LENGTH_SIZE = 2,
	HEADER_SIZE = 12,
	SOCKET_BUFFER = 4 << 20,
	FAULTS_TOLD = 5, /* on stderr */
};

/* ---- latencies ---- */

unsigned load_bucket(uint64_t nanoseconds)
{
	const unsigned doubling = 63 - (unsigned)__builtin_clzll(nanoseconds | LATENCY_STEPS);
	const unsigned shift = doubling - 5;
	const unsigned bucket = shift * LATENCY_STEPS + (unsigned)(nanoseconds >> shift);

	return bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1;
}

uint64_t load_bucket_begin(unsigned bucket)
{
	const unsigned shift = bucket < 2 * LATENCY_STEPS ? 0 : bucket / LATENCY_STEPS - 1;

	return (uint64_t)(bucket - shift * LATENCY_STEPS) << shift;
}

/* ---- begin and end ---- */

static bool prepare(int fd, bool tcp)
{
	const int size = SOCKET_BUFFER;
	const int on = 1;

	if (tcp)
		return setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0;
	return setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) == 0;
}

link_t *link_open(const struct sockaddr *server, socklen_t size, bool tcp, check_t check)
{
	link_t *link = calloc(1, sizeof(*link));
	int fd = socket(server->sa_family, (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);

	if (link != NULL && fd >= 0 && prepare(fd, tcp) && connect(fd, server, size) == 0) {
		link->fd = fd;
		link->tcp = tcp;
		link->check = check;
		return link;
	}
	fprintf(stderr, "load: cannot reach the server over %s: %s\n", tcp ? "TCP" : "UDP", strerror(errno));
	if (fd >= 0)
		close(fd);
	free(link);
	return NULL;
}

void link_free(link_t *link)
{
	close(link->fd);
	free(link);
}

/* ---- asking ---- */

/* The next free place: there is one while fewer than LINK_OPEN_MAX are open. */
static unsigned take_place(link_t *link)
{
	while (link->places[link->next_place].sent_at != 0)
		link->next_place = (link->next_place + 1) % LINK_OPEN_MAX;
	return link->next_place;
}

static size_t write_next(link_t *link, uint64_t now, link_next_fn *next, void *arg, uint8_t *out)
{
	const unsigned place = take_place(link);
	open_query_t *query = &link->places[place];

	query->sent_at = now;
	query->use = (uint16_t)((query->use + 1) % (65536 / LINK_OPEN_MAX));
	query->question = next(arg, &query->counter);
	link->open++;
	link->next_place = (place + 1) % LINK_OPEN_MAX;
	return question_write(query->question, (uint16_t)(query->use * LINK_OPEN_MAX + place), query->counter, out);
}

/* What the socket's buffer has no room for is lost, as in a full queue of the network. */
static void send_datagrams(link_t *link, struct mmsghdr *messages, unsigned count)
{
	for (unsigned done = 0; done < count;) {
		const int sent = sendmmsg(link->fd, messages + done, count - done, 0);

		if (sent > 0)
			done += (unsigned)sent;
		else if (errno != EINTR && errno != ECONNREFUSED)
			return;
	}
}

static void ask_by_datagrams(link_t *link, unsigned count, uint64_t now, link_next_fn *next, void *arg)
{
	uint8_t queries[LINK_BATCH][QUERY_ROOM];
	struct iovec parts[LINK_BATCH];
	struct mmsghdr messages[LINK_BATCH];

	for (unsigned i = 0; i < count; i++) {
		parts[i] = (struct iovec){ .iov_base = queries[i],
					   .iov_len = write_next(link, now, next, arg, queries[i]) };
		messages[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &parts[i], .msg_iovlen = 1 } };
	}
	send_datagrams(link, messages, count);
}

static void send_stream(link_t *link)
{
	const ssize_t sent = send(link->fd, link->out, link->out_size, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (sent < 0 && errno != EAGAIN && errno != EINTR)
		link->closed = true;
	if (sent <= 0)
		return;
	link->out_size -= (size_t)sent;
	memmove(link->out, link->out + sent, link->out_size);
}

static void ask_by_stream(link_t *link, unsigned count, uint64_t now, link_next_fn *next, void *arg)
{
	for (unsigned i = 0; i < count; i++) {
		uint8_t *frame = link->out + link->out_size;
		const size_t size = write_next(link, now, next, arg, frame + LENGTH_SIZE);

		frame[0] = (uint8_t)(size >> 8);
		frame[1] = (uint8_t)size;
		link->out_size += LENGTH_SIZE + size;
	}
	send_stream(link);
}

static unsigned room(const link_t *link)
{
	const size_t left = LINK_OPEN_MAX - link->open;
	const size_t stream = (sizeof(link->out) - link->out_size) / (LENGTH_SIZE + QUERY_ROOM);

	if (link->closed)
		return 0;
	return (unsigned)(link->tcp && stream < left ? stream : left);
}

unsigned link_ask(link_t *link, unsigned count, uint64_t now, link_next_fn *next, void *arg, tally_t *tally)
{
	if (count > room(link))
		count = room(link);
	for (unsigned left = count; left > 0;) {
		const unsigned batch = left < LINK_BATCH ? left : LINK_BATCH;

		(link->tcp ? ask_by_stream : ask_by_datagrams)(link, batch, now, next, arg);
		left -= batch;
	}
	if (count == 0 && link->out_size > 0 && !link->closed)
		send_stream(link);
	tally->sent += count;
	return count;
}

/* ---- replies ---- */

static void tell_fault(const tally_t *tally, const char *fault, const uint8_t *reply)
{
	if (tally->wrong <= FAULTS_TOLD)
		fprintf(stderr, "load: a reply %s: its header is %02x%02x %02x%02x, with %u answers\n", fault, reply[0],
			reply[1], reply[2], reply[3], (unsigned)reply[6] << 8 | reply[7]);
}

static void take_reply(link_t *link, const uint8_t *reply, size_t size, uint64_t now, tally_t *tally)
{
	const unsigned id = size >= HEADER_SIZE ? (unsigned)reply[0] << 8 | reply[1] : 0;
	open_query_t *query = &link->places[id % LINK_OPEN_MAX];
	const uint64_t took = now - query->sent_at;
	const char *fault = NULL;

	if (size < HEADER_SIZE || query->sent_at == 0 || query->use != id / LINK_OPEN_MAX) {
		tally->late++;
		return;
	}
	fault = question_fault(query->question, query->counter, reply, size, link->check);
	query->sent_at = 0;
	link->open--;
	tally->answered++;
	tally->rcodes[reply[3] % RCODES]++;
	tally->latency[load_bucket(took)]++;
	tally->slowest = took > tally->slowest ? took : tally->slowest;
	if (fault != NULL) {
		tally->wrong++;
		tell_fault(tally, fault, reply);
	}
}

static void receive_datagrams(link_t *link, uint64_t now, tally_t *tally)
{
	uint8_t replies[LINK_BATCH][REPLY_ROOM];
	struct iovec parts[LINK_BATCH];
	struct mmsghdr messages[LINK_BATCH];
	int count = 0;

	for (unsigned i = 0; i < LINK_BATCH; i++) {
		parts[i] = (struct iovec){ .iov_base = replies[i], .iov_len = sizeof(replies[i]) };
		messages[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &parts[i], .msg_iovlen = 1 } };
	}
	count = recvmmsg(link->fd, messages, LINK_BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < count; i++)
		take_reply(link, replies[i], messages[i].msg_len, now, tally);
}

static void receive_stream(link_t *link, uint64_t now, tally_t *tally)
{
	const ssize_t got = recv(link->fd, link->in + link->in_size, sizeof(link->in) - link->in_size, MSG_DONTWAIT);
	size_t at = 0;

	if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
		link->closed = true;
	if (got <= 0)
		return;
	link->in_size += (size_t)got;
	while (link->in_size - at >= LENGTH_SIZE) {
		const size_t size = (size_t)link->in[at] << 8 | link->in[at + 1];

		if (link->in_size - at - LENGTH_SIZE < size)
			break;
		take_reply(link, link->in + at + LENGTH_SIZE, size, now, tally);
		at += LENGTH_SIZE + size;
	}
	link->in_size -= at;
	memmove(link->in, link->in + at, link->in_size);
}

void link_receive(link_t *link, uint64_t now, tally_t *tally)
{
	(link->tcp ? receive_stream : receive_datagrams)(link, now, tally);
}

void link_give_up(link_t *link, uint64_t limit, tally_t *tally)
{
	for (unsigned i = 0; i < LINK_OPEN_MAX && link->open > 0; i++) {
		if (link->places[i].sent_at == 0 || (link->places[i].sent_at >= limit && !link->closed))
			continue;
		link->places[i].sent_at = 0;
		link->open--;
		tally->lost++;
	}
}
