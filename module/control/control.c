/* control.c: see control.h.
 *
 *	READING ─ a line → WORKING ─ control_answer() → SENDING ─ sent → READING
 *	   └──────────────────┴────── ended, late, too much ──────┴────→ closed
 *
 * Nothing is read while an order is worked on or answered, so that nobody can heap up work or replies. */
#include "module/control/control.h"

#include "module/control/peer.h"
#include "module/escape.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	ACCEPT_PAUSE_MS = 100, /* when file descriptors are out */
	SENTENCE_MAX = 2048,
};

const control_limits_t control_usual_limits = {
	.connections = 64,
	.line_seconds = 60,
	.work_seconds = 30,
	.send_seconds = 10,
};

typedef enum { READING, WORKING, SENDING } state_t;

typedef struct connection {
	TAILQ_ENTRY(connection) link; /* of those that read: the one that has waited longest first */
	control_t *control;
	struct bufferevent *stream;
	struct event *deadline;
	state_t state;
	bool last;              /* close it once what it was told is sent */
	control_reply_t *reply; /* WORKING */
	void (*sent)(void *arg);
	void *sent_arg;
} connection_t;

struct control_reply {
	connection_t *connection; /* NULL: it is gone, or was told that this took too long */
};

struct control {
	struct event_base *base;
	listener_t listener;
	control_limits_t limits;
	control_take_fn *take;
	void *arg;
	log_t *log;
	struct event *acceptable;
	struct event *resume;
	unsigned count;
	TAILQ_HEAD(connections, connection) connections;
};

static void read_on(connection_t *connection);

/* ---- connections ---- */

static void connection_close(connection_t *connection)
{
	control_t *control = connection->control;
	void (*sent)(void *arg) = connection->sent;
	void *sent_arg = connection->sent_arg;

	if (connection->reply != NULL)
		connection->reply->connection = NULL;
	TAILQ_REMOVE(&control->connections, connection, link);
	control->count--;
	if (connection->deadline != NULL)
		event_free(connection->deadline);
	bufferevent_free(connection->stream);
	free(connection);
	if (sent != NULL)
		sent(sent_arg);
}

static void expect_within(connection_t *connection, unsigned seconds)
{
	const struct timeval delay = { .tv_sec = seconds };

	event_add(connection->deadline, &delay);
}

/* ---- what is sent ---- */

/* A sentence that was cut off within a character is no UTF-8 any more, and shown octet by octet. */
static json_t *refusal(const char *sentence)
{
	char shown[SENTENCE_MAX];
	json_t *text = json_string(sentence);

	if (text == NULL)
		text = json_string(escape_string(sentence, shown, sizeof(shown)));
	return json_pack("{s:b, s:o}", "ok", 0, "error", text);
}

/* Takes the object over; without one, or without memory for its text, a constant has to do. */
static void send_object(connection_t *connection, json_t *object)
{
	static const char out_of_memory[] = "{\"ok\": false, \"error\": \"memory is out\"}";
	char *text =
		object != NULL ? json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(12)) : NULL;
	const char *line = text != NULL ? text : out_of_memory;

	json_decref(object);
	connection->state = SENDING;
	expect_within(connection, connection->control->limits.send_seconds);
	if (bufferevent_write(connection->stream, line, strlen(line)) != 0 ||
	    bufferevent_write(connection->stream, "\n", 1) != 0)
		connection->last = true;
	free(text);
}

/* The last thing that it is told. */
static void give_up(connection_t *connection, const char *sentence)
{
	bufferevent_disable(connection->stream, EV_READ);
	connection->last = true;
	send_object(connection, refusal(sentence));
}

static void on_sent(struct bufferevent *stream, void *arg)
{
	connection_t *connection = arg;
	void (*sent)(void *arg) = connection->sent;

	(void)stream;
	if (connection->state != SENDING)
		return;
	connection->sent = NULL;
	if (sent != NULL)
		sent(connection->sent_arg);
	if (connection->last)
		connection_close(connection);
	else
		read_on(connection);
}

/* The reply's connection, if it still waits; the reply is no more. */
static connection_t *end_reply(control_reply_t *reply)
{
	connection_t *connection = reply->connection;

	free(reply);
	if (connection != NULL)
		connection->reply = NULL;
	return connection;
}

void control_answer(control_reply_t *reply, json_t *object)
{
	connection_t *connection = end_reply(reply);

	if (object != NULL && json_object_set_new(object, "ok", json_true()) != 0) {
		json_decref(object);
		object = NULL;
	}
	if (connection != NULL)
		send_object(connection, object);
	else
		json_decref(object);
}

void control_refuse(control_reply_t *reply, const char *format, ...)
{
	connection_t *connection = end_reply(reply);
	char sentence[SENTENCE_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	if (connection != NULL)
		send_object(connection, refusal(sentence));
}

void control_when_sent(control_reply_t *reply, void (*done)(void *arg), void *arg)
{
	connection_t *connection = reply->connection;

	if (connection == NULL) {
		done(arg);
		return;
	}
	connection->sent = done;
	connection->sent_arg = arg;
}

/* ---- what comes ---- */

static void take_order(connection_t *connection, const order_t *order)
{
	control_t *control = connection->control;
	control_reply_t *reply = malloc(sizeof(*reply));

	if (reply == NULL) {
		send_object(connection, NULL);
		return;
	}
	*reply = (control_reply_t){ .connection = connection };
	connection->reply = reply;
	connection->state = WORKING;
	expect_within(connection, control->limits.work_seconds);
	control->take(control->arg, order, reply);
}

static void take_line(connection_t *connection, const char *line, size_t size)
{
	char error[ORDER_ERROR_MAX];
	order_t order;

	bufferevent_disable(connection->stream, EV_READ); /* one order at a time */
	if (order_read(line, size, &order, error))
		take_order(connection, &order);
	else
		send_object(connection, refusal(error));
}

/* Takes the next line if it is whole. */
static void read_on(connection_t *connection)
{
	struct evbuffer *input = bufferevent_get_input(connection->stream);
	size_t size = 0;
	char *line = evbuffer_readln(input, &size, EVBUFFER_EOL_LF);

	connection->state = READING;
	if (line != NULL) {
		take_line(connection, line, size);
	} else if (evbuffer_get_length(input) > ORDER_SIZE_MAX) {
		give_up(connection, "the line is too long");
	} else {
		TAILQ_REMOVE(&connection->control->connections, connection, link);
		TAILQ_INSERT_TAIL(&connection->control->connections, connection, link);
		expect_within(connection, connection->control->limits.line_seconds);
		bufferevent_enable(connection->stream, EV_READ);
	}
	free(line);
}

static void on_readable(struct bufferevent *stream, void *arg)
{
	connection_t *connection = arg;
	struct evbuffer *input = bufferevent_get_input(stream);

	/* A part of a line does not begin its time anew. */
	if (connection->state == READING && (evbuffer_get_length(input) > ORDER_SIZE_MAX ||
					     evbuffer_search_eol(input, NULL, NULL, EVBUFFER_EOL_LF).pos >= 0))
		read_on(connection);
}

static void on_event(struct bufferevent *stream, short what, void *arg)
{
	(void)stream;
	(void)what;
	connection_close(arg);
}

static void on_deadline(evutil_socket_t fd, short events, void *arg)
{
	connection_t *connection = arg;

	(void)fd;
	(void)events;
	if (connection->state == SENDING) {
		connection_close(connection);
		return;
	}
	if (connection->reply != NULL)
		connection->reply->connection = NULL;
	connection->reply = NULL;
	give_up(connection, connection->state == WORKING ? "the server did not find the answer in time; see its log"
							 : "no order came in time");
}

/* ---- new connections ---- */

/* The idlest one goes; one that an order is being worked on for does not. */
static bool make_room(control_t *control)
{
	connection_t *idle;

	if (control->count < control->limits.connections)
		return true;
	TAILQ_FOREACH(idle, &control->connections, link)
	if (idle->state == READING)
		break;
	if (idle != NULL)
		connection_close(idle);
	return idle != NULL;
}

/* Nothing is known of who connects yet: a socket's buffer takes the sentence, or nobody does. */
static void turn_away(int fd, const char *line)
{
	(void)!send(fd, line, strlen(line), MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

/* Takes fd over. */
static bool connection_begin(control_t *control, int fd)
{
	connection_t *connection = calloc(1, sizeof(*connection));

	if (connection == NULL) {
		close(fd);
		return false;
	}
	connection->control = control;
	connection->stream = bufferevent_socket_new(control->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (connection->stream == NULL) {
		close(fd);
		free(connection);
		return false;
	}
	TAILQ_INSERT_TAIL(&control->connections, connection, link);
	control->count++;
	connection->deadline = evtimer_new(control->base, on_deadline, connection);
	if (connection->deadline == NULL) {
		connection_close(connection);
		return false;
	}
	bufferevent_setcb(connection->stream, on_readable, on_sent, on_event, connection);
	bufferevent_setwatermark(connection->stream, EV_READ, 0, ORDER_SIZE_MAX + 1);
	read_on(connection);
	return true;
}

static void welcome(control_t *control, int fd)
{
	uid_t user;

	if (!peer_may_command(fd, control->listener.group, &user)) {
		log_write(control->log, LOG_LEVEL_WARNING, "control: refused a connection uid=%ld", (long)(int)user);
		turn_away(fd,
			  "{\"ok\": false, \"error\": \"you may not: be root, or a member of the socket's group\"}\n");
	} else if (!make_room(control)) {
		turn_away(fd, "{\"ok\": false, \"error\": \"there are too many connections: try again\"}\n");
	} else if (!connection_begin(control, fd)) {
		log_write(control->log, LOG_LEVEL_ERROR, "control: memory is out");
	}
}

static void on_acceptable(evutil_socket_t fd, short events, void *arg)
{
	control_t *control = arg;
	const struct timeval pause = { .tv_usec = ACCEPT_PAUSE_MS * 1000 };
	struct sockaddr_un nobody; /* clients have no name */
	socklen_t size = sizeof(nobody);
	int peer = accept4(fd, (struct sockaddr *)&nobody, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (peer >= 0) {
		welcome(control, peer);
	} else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
		event_del(control->acceptable); /* it would be told again at once */
		event_add(control->resume, &pause);
	}
}

static void on_resume(evutil_socket_t fd, short events, void *arg)
{
	control_t *control = arg;

	(void)fd;
	(void)events;
	event_add(control->acceptable, NULL);
}

/* ---- begin and end ---- */

control_t *control_new(struct event_base *base, listener_t *listener, const control_limits_t *limits,
		       control_take_fn *take, void *arg, log_t *log)
{
	control_t *control = calloc(1, sizeof(*control));

	if (control == NULL)
		return NULL;
	*control =
		(control_t){ .base = base, .listener.fd = -1, .limits = *limits, .take = take, .arg = arg, .log = log };
	TAILQ_INIT(&control->connections);
	control->acceptable = event_new(base, listener->fd, EV_READ | EV_PERSIST, on_acceptable, control);
	control->resume = evtimer_new(base, on_resume, control);
	if (control->acceptable == NULL || control->resume == NULL || event_add(control->acceptable, NULL) != 0) {
		control_free(control);
		return NULL;
	}
	control->listener = *listener;
	listener->fd = -1;
	return control;
}

void control_free(control_t *control)
{
	if (control == NULL)
		return;
	for (connection_t *connection = TAILQ_FIRST(&control->connections), *next; connection != NULL;
	     connection = next) {
		next = TAILQ_NEXT(connection, link);
		connection_close(connection);
	}
	if (control->acceptable != NULL)
		event_free(control->acceptable);
	if (control->resume != NULL)
		event_free(control->resume);
	listener_close(&control->listener);
	free(control);
}
