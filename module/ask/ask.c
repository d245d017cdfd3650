/* ask.c: a stub's side of one question. Every try has a socket, a source port and an ID of its own; replies that do not
 * belong to it are read and ignored until time is up, so that a guess cannot end the wait (RFC 5452, 9). */
#include "module/ask/ask.h"

#include "validator/name.h"
#include "validator/query.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum {
	TYPE_OPT = 41,
	CLASS_IN = 1,
	EDNS_SIZE = 1232, /* the largest that is sent in one piece nearly everywhere (DNS flag day 2020) */
	EDNS_DO = 0x8000, /* RFC 3225, 3, in the TTL's lower half */
	LENGTH_SIZE = 2,  /* in front of a message over TCP (RFC 1035, 4.2.2) */
	UDP_TRIES = 3,
	QUESTION_MAX = QUERY_HEADER_SIZE + WIRE_NAME_MAX + 4 + 11, /* with an empty OPT record */
};

typedef struct question {
	const conf_address_t *server;
	const name_t *name;
	uint16_t type;
	const ask_options_t *options;
	int64_t deadline; /* on the monotonic clock, in ms */
} question_t;

typedef struct message {
	size_t size;
	uint8_t octets[QUESTION_MAX];
} message_t;

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void put_u16(message_t *message, unsigned value)
{
	assert(message->size + 2 <= sizeof(message->octets));
	message->octets[message->size++] = (uint8_t)(value >> 8);
	message->octets[message->size++] = (uint8_t)value;
}

static void put_name(message_t *message, const name_t *name)
{
	assert(message->size + name->size <= sizeof(message->octets));
	memcpy(message->octets + message->size, name->octets, name->size);
	message->size += name->size;
}

static unsigned query_flags(const ask_options_t *options)
{
	return QUERY_FLAG_AD | (options->no_recursion ? 0 : QUERY_FLAG_RD) |
	       (options->checking_disabled ? QUERY_FLAG_CD : 0);
}

static void put_opt(message_t *message) /* RFC 6891, 6.1.2 */
{
	static const name_t root = { .size = 1, .octets = { 0 } };

	put_name(message, &root);
	put_u16(message, TYPE_OPT);
	put_u16(message, EDNS_SIZE);
	put_u16(message, 0); /* extended RCODE and version */
	put_u16(message, EDNS_DO);
	put_u16(message, 0);
}

/* Writes the question with a fresh ID. False when the system has no random octets. */
static bool write_question(const question_t *question, message_t *message)
{
	uint16_t id;

	if (getrandom(&id, sizeof(id), 0) != (ssize_t)sizeof(id))
		return false;
	message->size = 0;
	put_u16(message, id);
	put_u16(message, query_flags(question->options));
	put_u16(message, 1);
	put_u16(message, 0);
	put_u16(message, 0);
	put_u16(message, question->options->no_edns ? 0 : 1);
	put_name(message, question->name);
	put_u16(message, question->type);
	put_u16(message, CLASS_IN);
	if (!question->options->no_edns)
		put_opt(message);
	return true;
}

/* The reply has the ID and the question that we sent (RFC 5452, 9.1). */
static bool belongs(const question_t *question, const message_t *sent, const uint8_t *octets, size_t size)
{
	wire_t w = wire_begin(octets, size);
	bool same_id = wire_u16(&w) == (sent->octets[0] << 8 | sent->octets[1]);
	uint16_t flags = wire_u16(&w);
	uint16_t questions = wire_u16(&w);
	name_t name;
	uint16_t type;
	uint16_t class;

	wire_octets(&w, 6); /* the other sections' counts */
	wire_name(&w, &name);
	type = wire_u16(&w);
	class = wire_u16(&w);
	return w.err == WIRE_OK && same_id && (flags & QUERY_FLAG_QR) != 0 && (flags & QUERY_OPCODE_MASK) == 0 &&
	       questions == 1 && name_equal(&name, question->name) && type == question->type && class == CLASS_IN;
}

/* Waits until the socket is ready or the time is over. */
static ask_err_t wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd wanted = { .fd = fd, .events = events };

	for (;;) {
		int64_t left = deadline - now_ms();
		int ready;

		if (left <= 0)
			return ASK_TIMEOUT;
		ready = poll(&wanted, 1, (int)left);
		if (ready > 0)
			return ASK_OK;
		if (ready < 0 && errno != EINTR)
			return ASK_NETWORK;
	}
}

/* Opens a socket for one try. The kernel picks a random source port at connect(). */
static int open_socket(const question_t *question, int kind)
{
	const conf_address_t *server = question->server;
	int fd = socket(server->sa.any.sa_family, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && connect(fd, &server->sa.any, server->size) != 0 && errno != EINPROGRESS) {
		int reason = errno;

		close(fd);
		errno = reason;
		return -1;
	}
	return fd;
}

/* Reads datagrams until one belongs to the question. When others came and time is over, that is worth saying. */
static ask_err_t receive_udp(const question_t *question, int fd, const message_t *sent, int64_t deadline,
			     ask_reply_t *reply)
{
	bool strangers = false;

	for (;;) {
		ask_err_t err = wait_for(fd, POLLIN, deadline);
		ssize_t got;

		if (err != ASK_OK)
			return err == ASK_TIMEOUT && strangers ? ASK_MALFORMED : err;
		got = recv(fd, reply->octets, sizeof(reply->octets), 0);
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return ASK_NETWORK;
		if (got < 0)
			continue;
		if (belongs(question, sent, reply->octets, (size_t)got)) {
			reply->size = (size_t)got;
			return ASK_OK;
		}
		strangers = true;
	}
}

/* One try over UDP. */
static ask_err_t try_udp(const question_t *question, int64_t deadline, ask_reply_t *reply)
{
	ask_err_t err = ASK_NETWORK;
	message_t sent;
	int fd = open_socket(question, SOCK_DGRAM);

	if (fd < 0)
		return ASK_NETWORK;
	if (write_question(question, &sent) && send(fd, sent.octets, sent.size, 0) == (ssize_t)sent.size)
		err = receive_udp(question, fd, &sent, deadline, reply);
	close(fd);
	return err;
}

/* Each try waits for an equal share of what is left. Only silence is worth another try. */
static ask_err_t ask_udp(const question_t *question, ask_reply_t *reply)
{
	ask_err_t err = ASK_TIMEOUT;

	for (int left = UDP_TRIES; left > 0 && (err == ASK_TIMEOUT || err == ASK_MALFORMED); left--) {
		int64_t now = now_ms();
		ask_err_t try = try_udp(question, now + (question->deadline - now) / left, reply);

		if (try != ASK_TIMEOUT || err != ASK_MALFORMED) /* a stranger's reply outlives later silence */
			err = try;
	}
	return err;
}

static ask_err_t send_all(int fd, const uint8_t *octets, size_t size, int64_t deadline)
{
	while (size > 0) {
		ask_err_t err = wait_for(fd, POLLOUT, deadline);
		ssize_t sent;

		if (err != ASK_OK)
			return err;
		sent = send(fd, octets, size, MSG_NOSIGNAL);
		if (sent < 0 && errno != EAGAIN && errno != EINTR)
			return ASK_NETWORK;
		if (sent > 0) {
			octets += sent;
			size -= (size_t)sent;
		}
	}
	return ASK_OK;
}

static ask_err_t receive_all(int fd, uint8_t *octets, size_t size, int64_t deadline)
{
	while (size > 0) {
		ask_err_t err = wait_for(fd, POLLIN, deadline);
		ssize_t got;

		if (err != ASK_OK)
			return err;
		got = recv(fd, octets, size, 0);
		if (got == 0) {
			errno = ECONNRESET; /* closed in the middle */
			return ASK_NETWORK;
		}
		if (got < 0 && errno != EAGAIN && errno != EINTR)
			return ASK_NETWORK;
		if (got > 0) {
			octets += got;
			size -= (size_t)got;
		}
	}
	return ASK_OK;
}

/* What connect() came to. */
static ask_err_t connected(int fd, int64_t deadline)
{
	ask_err_t err = wait_for(fd, POLLOUT, deadline);
	int reason = 0;
	socklen_t size = sizeof(reason);

	if (err != ASK_OK)
		return err;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &reason, &size) != 0)
		return ASK_NETWORK;
	errno = reason;
	return reason == 0 ? ASK_OK : ASK_NETWORK;
}

/* Length and message leave in one piece (RFC 7766, 8). */
static ask_err_t send_tcp(int fd, const message_t *message, int64_t deadline)
{
	uint8_t framed[LENGTH_SIZE + QUESTION_MAX] = { (uint8_t)(message->size >> 8), (uint8_t)message->size };

	memcpy(framed + LENGTH_SIZE, message->octets, message->size);
	return send_all(fd, framed, LENGTH_SIZE + message->size, deadline);
}

static ask_err_t receive_tcp(int fd, int64_t deadline, ask_reply_t *reply)
{
	uint8_t length[LENGTH_SIZE];
	ask_err_t err = receive_all(fd, length, sizeof(length), deadline);

	if (err != ASK_OK)
		return err;
	reply->size = (size_t)length[0] << 8 | length[1];
	return receive_all(fd, reply->octets, reply->size, deadline);
}

static ask_err_t ask_tcp(const question_t *question, ask_reply_t *reply)
{
	message_t sent;
	ask_err_t err;
	int fd = open_socket(question, SOCK_STREAM);

	if (fd < 0)
		return ASK_NETWORK;
	err = connected(fd, question->deadline);
	if (err == ASK_OK)
		err = write_question(question, &sent) ? send_tcp(fd, &sent, question->deadline) : ASK_NETWORK;
	if (err == ASK_OK)
		err = receive_tcp(fd, question->deadline, reply);
	if (err == ASK_OK && !belongs(question, &sent, reply->octets, reply->size))
		err = ASK_MALFORMED;
	close(fd);
	reply->over_tcp = true;
	return err;
}

static bool truncated(const ask_reply_t *reply)
{
	return (reply->octets[2] & (QUERY_FLAG_TC >> 8)) != 0;
}

ask_err_t ask_server(const conf_address_t *server, const name_t *name, uint16_t type, const ask_options_t *options,
		     ask_reply_t *reply)
{
	int64_t start = now_ms();
	const question_t question = { server, name, type, options, start + options->timeout_ms };
	ask_err_t err;
	int reason;

	reply->size = 0;
	reply->over_tcp = false;
	err = options->tcp ? ask_tcp(&question, reply) : ask_udp(&question, reply);
	if (err == ASK_OK && !reply->over_tcp && truncated(reply) && !options->no_fallback)
		err = ask_tcp(&question, reply);
	reason = errno;
	reply->took_ms = (unsigned)(now_ms() - start);
	errno = reason; /* now_ms() must not hide why the network failed */
	return err;
}

const char *ask_strerror(ask_err_t err)
{
	switch (err) {
	case ASK_OK: return "answered";
	case ASK_TIMEOUT: return "no reply in time";
	case ASK_NETWORK: return "the network refused";
	case ASK_MALFORMED: return "what came back is no reply to the question";
	}
	return "unknown error";
}
