/* client.c: see client.h. */
#include "module/control/client.h"

#include "module/clock.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { ROOM_AT_FIRST = 65536, CONNECT_SECONDS = 10 };

/* One conversation. */
typedef struct talk {
	const char *path;
	int fd;
	uint64_t until; /* CLOCK_MONOTONIC, milliseconds */
	char *line;
	size_t size;
	size_t room;
	char *error;
} talk_t;

PRINTF_LIKE(2, 3) static bool fail(talk_t *talk, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vasprintf(&talk->error, format, args) < 0)
		talk->error = NULL;
	va_end(args);
	return false;
}

/* ---- connecting ---- */

/* Names the group that could, where the socket can be seen. */
static bool fail_forbidden(talk_t *talk)
{
	struct stat found;
	const struct group *group = stat(talk->path, &found) == 0 ? getgrgid(found.st_gid) : NULL;

	if (group != NULL && group->gr_gid != 0)
		return fail(talk, "%s: you may not control this server: be root, or a member of the group %s",
			    talk->path, group->gr_name);
	return fail(talk, "%s: you may not control this server: be root, or a member of the socket's group",
		    talk->path);
}

static bool fail_to_connect(talk_t *talk, int err)
{
	switch (err) {
	case ENOENT:
		return fail(talk,
			    "%s: there is no such socket: mxward is not running, or has another control.socket "
			    "(see --config and --socket)",
			    talk->path);
	case ECONNREFUSED: return fail(talk, "%s: nobody answers there: mxward is not running any more", talk->path);
	case EAGAIN: return fail(talk, "%s: the server takes no connections: it hangs", talk->path);
	case EACCES:
	case EPERM: return fail_forbidden(talk);
	default: return fail(talk, "%s: cannot connect: %s", talk->path, strerror(err));
	}
}

/* A server that hangs takes no connections once its queue is full: connect() would wait for ever. */
static bool begin(talk_t *talk)
{
	const struct timeval patience = { .tv_sec = CONNECT_SECONDS };
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(talk->path) >= sizeof(address.sun_path))
		return fail(talk, "%s: too long for a socket's path", talk->path);
	memcpy(address.sun_path, talk->path, strlen(talk->path) + 1);
	talk->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (talk->fd < 0)
		return fail(talk, "cannot make a socket: %s", strerror(errno));
	(void)setsockopt(talk->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	return connect(talk->fd, (const struct sockaddr *)&address, sizeof(address)) == 0 ||
	       fail_to_connect(talk, errno);
}

/* ---- talking ---- */

static bool wait_for(talk_t *talk, short what)
{
	struct pollfd wait = { .fd = talk->fd, .events = what };
	int ready = 0;

	do {
		const uint64_t now = clock_milliseconds(CLOCK_MONOTONIC);

		ready = now < talk->until ? poll(&wait, 1, (int)(talk->until - now)) : 0;
	} while (ready < 0 && errno == EINTR);
	return ready > 0 || fail(talk, "%s: the server does not answer in time", talk->path);
}

/* A server that turns us away may have closed already: its sentence is there to be read all the same. */
static bool send_line(talk_t *talk, const char *text, size_t size)
{
	while (size > 0) {
		ssize_t sent;

		if (!wait_for(talk, POLLOUT))
			return false;
		sent = send(talk->fd, text, size, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
			return true;
		if (sent < 0 && errno != EINTR && errno != EAGAIN)
			return fail(talk, "%s: %s", talk->path, strerror(errno));
		if (sent > 0) {
			text += sent;
			size -= (size_t)sent;
		}
	}
	return true;
}

static bool grow(talk_t *talk)
{
	const size_t room = talk->room > 0 ? talk->room * 2 : ROOM_AT_FIRST;
	char *line = room <= CLIENT_REPLY_MAX ? realloc(talk->line, room) : NULL;

	if (room > CLIENT_REPLY_MAX)
		return fail(talk, "%s: the answer has more than %d octets: it is none of mxward's", talk->path,
			    CLIENT_REPLY_MAX);
	if (line == NULL)
		return fail(talk, "memory is out");
	talk->line = line;
	talk->room = room;
	return true;
}

/* True when the line is whole: it ends with \n then. */
static bool read_line(talk_t *talk)
{
	while (talk->size == 0 || memchr(talk->line + talk->size - 1, '\n', 1) == NULL) {
		ssize_t got;

		if ((talk->size == talk->room && !grow(talk)) || !wait_for(talk, POLLIN))
			return false;
		got = recv(talk->fd, talk->line + talk->size, talk->room - talk->size, MSG_DONTWAIT);
		if (got == 0 || (got < 0 && errno == ECONNRESET))
			return fail(talk, "%s: the server hung up before its answer was whole", talk->path);
		if (got < 0 && errno != EINTR && errno != EAGAIN)
			return fail(talk, "%s: %s", talk->path, strerror(errno));
		if (got > 0)
			talk->size += (size_t)got;
	}
	return true;
}

static client_result_t read_reply(talk_t *talk, json_t **reply)
{
	json_t *object = json_loadb(talk->line, talk->size, JSON_REJECT_DUPLICATES, NULL);
	const json_t *ok = json_object_get(object, "ok");
	const char *sentence = json_string_value(json_object_get(object, "error"));
	client_result_t result = CLIENT_UNREACHABLE;

	if (json_is_true(ok)) {
		*reply = object;
		return CLIENT_OK;
	}
	if (json_is_false(ok) && sentence != NULL) {
		fail(talk, "%s", sentence);
		result = CLIENT_REFUSED;
	} else {
		fail(talk, "%s: the answer is none of mxward's", talk->path);
	}
	json_decref(object);
	return result;
}

client_result_t client_ask(const char *path, const json_t *order, unsigned seconds, json_t **reply, char **error)
{
	talk_t talk = { .path = path,
			.fd = -1,
			.until = clock_milliseconds(CLOCK_MONOTONIC) + (uint64_t)seconds * 1000 };
	char *text = json_dumps(order, JSON_COMPACT | JSON_ENSURE_ASCII);
	client_result_t result = CLIENT_UNREACHABLE;

	*reply = NULL;
	if (text != NULL && begin(&talk) && send_line(&talk, text, strlen(text)) && send_line(&talk, "\n", 1) &&
	    read_line(&talk))
		result = read_reply(&talk, reply);
	if (talk.fd >= 0)
		close(talk.fd);
	free(talk.line);
	free(text);
	*error = talk.error;
	return result;
}
