/* tcp.c: see tcp.h. Whatever happens to a connection ends in settle(), the one place that closes it or says what it waits
 * for next. */
#include "module/front/tcp.h"

#include "module/clock.h"
#include "module/front/acceptor.h"
#include "module/front/slots.h"

#include <assert.h>
#include <errno.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	LENGTH_SIZE = 2, /* RFC 1035, 4.2.2 */
	FRAME_MAX = LENGTH_SIZE + REPLY_MAX,
	GATHER_MAX = 2 * FRAME_MAX, /* octets of replies that are sent in one go */
	WAITING_MAX = 128,          /* questions of one connection that wait for an answer */
	UNREAD_MAX = 64 << 10,      /* octets of replies after which no more questions are read */
	UNREAD_LIMIT = 1 << 20, /* and after which the client is given up: answers that were under way came on top */
	SWEEP_SECONDS = 1,
	ANSWER_SECONDS = 300, /* longer than any question may take: its answer is lost */
};

typedef struct connection {
	connection_entry_t entry;
	tcp_t *tcp;
	uint32_t slot;
	unsigned waiting; /* questions without an answer yet */
	bool ended;       /* nothing more is read */
	bool broken;      /* nothing more can be sent: close it */
	struct event readable;
	struct event writable;
	uint8_t *in; /* what was read and not taken: a part of a message, or more than may wait */
	size_t in_size;
	uint8_t *out; /* what the socket did not take: octets from out_at up to out_size */
	size_t out_at;
	size_t out_size;
} connection_t;

struct tcp {
	struct event_base *base;
	struct worker *worker;
	responder_t *responder;
	connections_t *connections;
	acceptor_t *acceptor;
	unsigned idle_timeout;
	uint64_t now; /* milliseconds */
	struct event *sweep;
	slots_t slots;
	size_t open;
	uint8_t in[FRAME_MAX]; /* what the connection at hand has sent */
	uint8_t gather[GATHER_MAX];
	size_t gathered;
};

static void tick(tcp_t *tcp)
{
	tcp->now = clock_milliseconds(CLOCK_MONOTONIC);
	responder_tick(tcp->responder);
}

static void touch(connection_t *connection)
{
	atomic_store_explicit(&connection->entry.active, connection->tcp->now, memory_order_relaxed);
}

static bool is_stranger(const connection_t *connection)
{
	return atomic_load_explicit(&connection->entry.kind, memory_order_relaxed) == CONNECTION_STRANGER;
}

/* A stranger stays one. */
static void set_kind(connection_t *connection, connection_kind_t kind)
{
	if (!is_stranger(connection))
		atomic_store_explicit(&connection->entry.kind, kind, memory_order_relaxed);
}

/* ---- writing ---- */

static size_t unread(const connection_t *connection)
{
	return connection->out_size - connection->out_at;
}

/* The number of octets that the socket took. */
static size_t send_some(connection_t *connection, const uint8_t *octets, size_t size)
{
	ssize_t sent = 0;

	do
		sent = send(connection->entry.fd, octets, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0 && errno != EAGAIN)
		connection->broken = true;
	if (sent > 0)
		touch(connection);
	return sent > 0 ? (size_t)sent : 0;
}

static void keep_unsent(connection_t *connection, const uint8_t *octets, size_t size)
{
	const size_t kept = unread(connection);
	uint8_t *out = kept + size <= UNREAD_LIMIT ? malloc(kept + size) : NULL;

	if (out == NULL) {
		connection->broken = true;
		return;
	}
	if (kept > 0)
		memcpy(out, connection->out + connection->out_at, kept);
	memcpy(out + kept, octets, size);
	free(connection->out);
	connection->out = out;
	connection->out_at = 0;
	connection->out_size = kept + size;
}

static void write_or_keep(connection_t *connection, const uint8_t *octets, size_t size)
{
	size_t sent = 0;

	if (connection->broken)
		return;
	if (unread(connection) == 0)
		sent = send_some(connection, octets, size);
	if (sent < size && !connection->broken)
		keep_unsent(connection, octets + sent, size - sent);
}

static void write_kept(connection_t *connection)
{
	connection->out_at += send_some(connection, connection->out + connection->out_at, unread(connection));
	if (unread(connection) > 0)
		return;
	free(connection->out);
	connection->out = NULL;
	connection->out_at = 0;
	connection->out_size = 0;
}

static void send_gathered(connection_t *connection)
{
	tcp_t *tcp = connection->tcp;

	if (tcp->gathered > 0)
		write_or_keep(connection, tcp->gather, tcp->gathered);
	tcp->gathered = 0;
}

/* ---- questions ---- */

static bool may_take(const connection_t *connection)
{
	return connection->waiting < WAITING_MAX && unread(connection) < UNREAD_MAX && !connection->broken;
}

static void put_length(uint8_t *frame, size_t size)
{
	frame[0] = (uint8_t)(size >> 8);
	frame[1] = (uint8_t)size;
}

static void take_message(connection_t *connection, const uint8_t *message, size_t size)
{
	tcp_t *tcp = connection->tcp;
	const client_t client = { .worker = tcp->worker,
				  .tcp = true,
				  .slot = connection->slot,
				  .generation = tcp->slots.all[connection->slot].generation,
				  .peer = connection->entry.peer };
	uint8_t *frame = tcp->gather + tcp->gathered;
	size_t reply_size = 0;

	touch(connection);
	set_kind(connection, CONNECTION_BUSY); /* from here on other workers see that it waits; settle() knows better */
	switch (respond(tcp->responder, message, size, &client, frame + LENGTH_SIZE, &reply_size)) {
	case RESPOND_NOW:
		put_length(frame, reply_size);
		tcp->gathered += LENGTH_SIZE + reply_size;
		break;
	case RESPOND_LATER: connection->waiting++; break;
	case RESPOND_NEVER: connection->ended = true; break;
	}
	/* One who may not ask is told so once. */
	if (is_stranger(connection))
		connection->ended = true;
}

/* The size of the first message in `size` octets, or 0 while it is not whole. */
static size_t frame_size(const uint8_t *octets, size_t size)
{
	size_t frame = size >= LENGTH_SIZE ? LENGTH_SIZE + ((size_t)octets[0] << 8 | octets[1]) : 0;

	return frame <= size ? frame : 0;
}

static void keep_rest(connection_t *connection, const uint8_t *octets, size_t size)
{
	free(connection->in);
	connection->in = size > 0 ? malloc(size) : NULL;
	connection->in_size = connection->in != NULL ? size : 0;
	if (connection->in != NULL)
		memcpy(connection->in, octets, size);
	else if (size > 0)
		connection->broken = true;
}

/* Takes the whole messages of tcp->in, as many as may wait, and keeps the rest. */
static void take_messages(connection_t *connection, size_t size)
{
	tcp_t *tcp = connection->tcp;
	const uint8_t *at = tcp->in;
	const uint8_t *end = tcp->in + size;
	bool ended_before = connection->ended; /* a client that ended its side still gets what it asked before */
	bool over = false;

	for (size_t frame; !over && may_take(connection) && (frame = frame_size(at, (size_t)(end - at))) > 0;
	     at += frame) {
		if (tcp->gathered + FRAME_MAX > GATHER_MAX)
			send_gathered(connection);
		take_message(connection, at + LENGTH_SIZE, frame - LENGTH_SIZE);
		over = connection->ended && !ended_before;
	}
	send_gathered(connection);
	responder_tock(tcp->responder);
	keep_rest(connection, at, over ? 0 : (size_t)(end - at));
}

static void take_kept(connection_t *connection)
{
	const size_t size = connection->in_size;

	if (size == 0 || !may_take(connection))
		return;
	memcpy(connection->tcp->in, connection->in, size);
	take_messages(connection, size);
}

static void read_more(connection_t *connection)
{
	tcp_t *tcp = connection->tcp;
	const size_t kept = connection->in_size;
	ssize_t got = 0;

	if (kept > 0)
		memcpy(tcp->in, connection->in, kept);
	got = recv(connection->entry.fd, tcp->in + kept, sizeof(tcp->in) - kept, MSG_DONTWAIT);
	if (got > 0)
		take_messages(connection, kept + (size_t)got);
	else if (got == 0)
		connection->ended = true;
	else if (errno != EAGAIN && errno != EINTR)
		connection->broken = true;
}

/* ---- what comes next ---- */

static void connection_close(connection_t *connection)
{
	tcp_t *tcp = connection->tcp;

	event_del(&connection->readable);
	event_del(&connection->writable);
	connections_close(tcp->connections, &connection->entry);
	slots_give(&tcp->slots, connection->slot);
	free(connection->in);
	free(connection->out);
	free(connection);
	if (--tcp->open == 0)
		evtimer_del(tcp->sweep);
}

static bool is_over(const connection_t *connection)
{
	if (connection->broken || atomic_load_explicit(&connection->entry.hung_up, memory_order_relaxed))
		return true;
	return connection->ended && connection->waiting == 0 && unread(connection) == 0 &&
	       frame_size(connection->in, connection->in_size) == 0;
}

static connection_kind_t kind_of(const connection_t *connection)
{
	return connection->waiting > 0 ? CONNECTION_BUSY : CONNECTION_QUIET;
}

static void want(struct event *event, bool wanted)
{
	if (wanted)
		event_add(event, NULL);
	else
		event_del(event);
}

static void settle(connection_t *connection)
{
	if (is_over(connection)) {
		connection_close(connection);
		return;
	}
	set_kind(connection, kind_of(connection));
	want(&connection->readable, !connection->ended && may_take(connection));
	want(&connection->writable, unread(connection) > 0);
}

static void on_readable(evutil_socket_t fd, short events, void *arg)
{
	connection_t *connection = arg;

	(void)fd;
	(void)events;
	tick(connection->tcp);
	read_more(connection);
	settle(connection);
}

static void on_writable(evutil_socket_t fd, short events, void *arg)
{
	connection_t *connection = arg;

	(void)fd;
	(void)events;
	tick(connection->tcp);
	write_kept(connection);
	take_kept(connection);
	settle(connection);
}

void tcp_reply(tcp_t *tcp, uint32_t slot, uint32_t generation, const uint8_t *frame, size_t size)
{
	connection_t *connection = slots_find(&tcp->slots, slot, generation);

	if (connection == NULL)
		return;
	assert(connection->waiting > 0);
	tick(tcp);
	connection->waiting--;
	write_or_keep(connection, frame, size);
	take_kept(connection);
	settle(connection);
}

/* ---- time ---- */

/* Half a message, or reading octet by octet, is no activity: a message that takes longer than the idle time-out is none. */
static bool is_late(const connection_t *connection)
{
	const uint64_t active = atomic_load_explicit(&connection->entry.active, memory_order_relaxed);
	const unsigned seconds = connection->waiting > 0 ? ANSWER_SECONDS : connection->tcp->idle_timeout;

	return connection->tcp->now - active >= (uint64_t)seconds * 1000;
}

static void on_sweep(evutil_socket_t fd, short events, void *arg)
{
	tcp_t *tcp = arg;

	(void)fd;
	(void)events;
	tick(tcp);
	for (uint32_t i = 0; i < tcp->slots.count; i++) {
		connection_t *connection = tcp->slots.all[i].connection;

		if (connection == NULL)
			continue;
		connection->broken |= is_late(connection);
		settle(connection);
	}
}

/* ---- begin and end ---- */

static void connection_begin(void *arg, int fd, const client_address_t *peer)
{
	tcp_t *tcp = arg;
	const struct timeval sweep = { .tv_sec = SWEEP_SECONDS };
	connection_t *connection = calloc(1, sizeof(*connection));

	tick(tcp);
	if (connection == NULL || !slots_take(&tcp->slots, connection, &connection->slot)) {
		free(connection);
		close(fd);
		return;
	}
	connection->tcp = tcp;
	connection->entry.fd = fd;
	connection->entry.peer = *peer;
	/* Busy until its first question was looked for: another worker must not hang up the newcomer meanwhile. */
	atomic_init(&connection->entry.kind,
		    acl_allows(tcp->responder->acl, peer) ? CONNECTION_BUSY : CONNECTION_STRANGER);
	atomic_init(&connection->entry.active, tcp->now);
	if (!connections_add(tcp->connections, &connection->entry)) {
		slots_give(&tcp->slots, connection->slot);
		free(connection);
		close(fd);
		return;
	}
	event_assign(&connection->readable, tcp->base, fd, EV_READ | EV_PERSIST, on_readable, connection);
	event_assign(&connection->writable, tcp->base, fd, EV_WRITE | EV_PERSIST, on_writable, connection);
	if (tcp->open++ == 0)
		evtimer_add(tcp->sweep, &sweep);
	read_more(connection); /* it may have asked while it waited to be accepted */
	settle(connection);
}

tcp_t *tcp_new(struct event_base *base, struct worker *worker, unsigned worker_index,
	       const struct front_sockets *sockets, responder_t *responder, connections_t *connections,
	       unsigned idle_timeout, log_t *log)
{
	tcp_t *tcp = calloc(1, sizeof(*tcp));

	if (tcp == NULL)
		return NULL;
	tcp->base = base;
	tcp->worker = worker;
	tcp->responder = responder;
	tcp->connections = connections;
	tcp->idle_timeout = idle_timeout;
	slots_init(&tcp->slots);
	tcp->sweep = event_new(base, -1, EV_PERSIST, on_sweep, tcp);
	tcp->acceptor = acceptor_new(base, sockets, worker_index, connections, log, connection_begin, tcp);
	if (tcp->sweep != NULL && tcp->acceptor != NULL)
		return tcp;
	tcp_free(tcp);
	return NULL;
}

void tcp_free(tcp_t *tcp)
{
	for (uint32_t i = 0; i < tcp->slots.count; i++)
		if (tcp->slots.all[i].connection != NULL)
			connection_close(tcp->slots.all[i].connection);
	acceptor_free(tcp->acceptor);
	if (tcp->sweep != NULL)
		event_free(tcp->sweep);
	slots_clear(&tcp->slots);
	free(tcp);
}

void tcp_set_idle_timeout(tcp_t *tcp, unsigned idle_timeout)
{
	tcp->idle_timeout = idle_timeout;
}
