/* child.c: see child.h. */
#include "module/resolver/child.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	BATCH = 64,             /* messages in one turn of the loop, so that others get their turn too */
	OUTBOX_LIMIT = 8 << 20, /* more than PROTO_OPEN_MAX questions and as many cancels */
};

time_t child_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* ---- end ---- */

static void free_event(struct event **event)
{
	if (*event != NULL)
		event_free(*event);
	*event = NULL;
}

static void close_socket(child_t *child)
{
	free_event(&child->readable);
	free_event(&child->writable);
	free_event(&child->doom);
	outbox_clear(&child->outbox);
	if (child->process.socket >= 0)
		close(child->process.socket);
	child->process.socket = -1;
}

static void log_end(const child_t *child, int status)
{
	const log_level_t level = child->expected ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING;
	const char *reason = child->reason != NULL ? child->reason : "no longer needed";
	const int pid = (int)child->process.pid;
	const char *who = launch_kind_name(child->kind);

	if (WIFSIGNALED(status))
		log_write(child->log, level, "%s process %d ended: %s; signal %d (%s)", who, pid, reason,
			  WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		log_write(child->log, level, "%s process %d ended: %s; exit status %d", who, pid, reason,
			  WEXITSTATUS(status));
}

static void dispose(child_t *child, int status)
{
	(void)lines_read(&child->lines, child->process.log, child_now());
	lines_end(&child->lines);
	log_end(child, status);
	close_socket(child);
	free_event(&child->log_readable);
	free_event(&child->exited);
	close(child->process.log);
	if (child->process.pidfd >= 0)
		close(child->process.pidfd);
	free(child);
}

/* The process has ended if the system says so; then the child is gone when this returns. */
static void reap(child_t *child)
{
	int status = 0;

	if (waitpid(child->process.pid, &status, WNOHANG) == 0)
		return;
	child->hooks->reaped(child);
	dispose(child, status);
}

void child_end(child_t *child, const char *reason)
{
	if (child->state == CHILD_ENDED)
		return;
	child->state = CHILD_ENDED;
	child->reason = reason;
	child->expected = reason == NULL;
	child->ticks = 0;
	close_socket(child);
	if (reason != NULL)
		kill(child->process.pid, SIGKILL); /* it is not reaped yet, so the number is still its own */
	child->hooks->ended(child);
}

void child_dismiss(child_t *child)
{
	child->state = CHILD_ENDED;
	child->expected = true;
	close_socket(child);
}

/* True when the process ended within the time, or is none of ours any more (its parent ignores SIGCHLD). */
static bool ends_by_itself(const child_t *child, unsigned wait_ms, int *status)
{
	struct pollfd pidfd = { .fd = child->process.pidfd, .events = POLLIN };

	if (child->process.pidfd >= 0)
		(void)poll(&pidfd, 1, (int)wait_ms);
	return waitpid(child->process.pid, status, WNOHANG) != 0;
}

unsigned child_free(child_t *child, unsigned wait_ms)
{
	int status = 0;
	bool in_time = ends_by_itself(child, wait_ms, &status);

	if (!in_time) {
		kill(child->process.pid, SIGKILL);
		while (waitpid(child->process.pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	dispose(child, status);
	return in_time ? wait_ms : 0;
}

/* ---- messages ---- */

static void doom(child_t *child, const char *reason)
{
	child->doomed = true;
	child->reason = reason;
	event_active(child->doom, 0, 0);
}

void child_send(child_t *child, const proto_t *message)
{
	if (child->state == CHILD_ENDED || child->doomed)
		return;
	switch (outbox_send(&child->outbox, message)) {
	case OUTBOX_SENT: return;
	case OUTBOX_WAITING: event_add(child->writable, NULL); return;
	case OUTBOX_FULL: doom(child, "it takes no questions"); return;
	case OUTBOX_CLOSED: doom(child, "it closed its socket"); return;
	}
}

static void on_hello(child_t *child, const proto_t *message)
{
	if (message->version != PROTO_VERSION || child->state != CHILD_STARTING) {
		child_end(child, "it speaks another version of the protocol");
		return;
	}
	child->state = CHILD_READY;
	child->ticks = 0;
	child->hooks->ready(child);
}

static void on_pong(child_t *child, const proto_t *message)
{
	if (message->id != child->ping || child->ticks == 0) {
		child_end(child, "it answered a heartbeat that was not sent");
		return;
	}
	child->ticks = 0;
}

static void on_message(child_t *child, const proto_t *message)
{
	if (message->kind != PROTO_HELLO && child->state != CHILD_READY) {
		child_end(child, "it spoke before its time");
		return;
	}
	switch (message->kind) {
	case PROTO_HELLO: on_hello(child, message); return;
	case PROTO_PONG: on_pong(child, message); return;
	case PROTO_ANSWER:
	case PROTO_GONE: child->hooks->message(child, message); return;
	case PROTO_ASK:
	case PROTO_CANCEL:
	case PROTO_PING: child_end(child, "it sent a message that only a pool sends"); return;
	}
}

/* One message; false when there is none, or no child any more. */
static bool read_message(child_t *child)
{
	uint8_t octets[PROTO_MESSAGE_MAX];
	ssize_t size = recv(child->process.socket, octets, sizeof(octets), MSG_DONTWAIT | MSG_TRUNC);
	proto_t message;
	proto_err_t err;

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (size <= 0) {
		child_end(child, "it went away");
		return false;
	}
	err = (size_t)size <= sizeof(octets) ? proto_read(octets, (size_t)size, &message) : PROTO_LONG;
	if (err == PROTO_OK)
		on_message(child, &message);
	else
		child_end(child, proto_strerror(err));
	return child->state != CHILD_ENDED;
}

static void on_readable(evutil_socket_t fd, short events, void *arg)
{
	child_t *child = arg;

	(void)fd;
	(void)events;
	for (unsigned i = 0; i < BATCH && read_message(child); i++)
		;
}

static void on_writable(evutil_socket_t fd, short events, void *arg)
{
	child_t *child = arg;

	(void)fd;
	(void)events;
	switch (outbox_flush(&child->outbox)) {
	case OUTBOX_SENT: event_del(child->writable); return;
	case OUTBOX_WAITING: return;
	case OUTBOX_FULL:
	case OUTBOX_CLOSED: child_end(child, "it closed its socket"); return;
	}
}

static void on_doom(evutil_socket_t fd, short events, void *arg)
{
	child_t *child = arg;

	(void)fd;
	(void)events;
	child_end(child, child->reason);
}

static void on_log(evutil_socket_t fd, short events, void *arg)
{
	child_t *child = arg;

	(void)events;
	if (!lines_read(&child->lines, fd, child_now()))
		event_del(child->log_readable);
}

static void on_exit_seen(evutil_socket_t fd, short events, void *arg)
{
	child_t *child = arg;

	(void)fd;
	(void)events;
	child_end(child, "it went away");
	reap(child);
}

/* ---- heartbeat ---- */

void child_tick(child_t *child)
{
	switch (child->state) {
	case CHILD_STARTING:
		if (++child->ticks > CHILD_START_TICKS)
			child_end(child, "it did not get ready in time");
		return;
	case CHILD_READY:
		if (child->ticks == 0)
			child_send(child, &(proto_t){ .kind = PROTO_PING, .id = ++child->ping });
		if (++child->ticks > CHILD_PONG_TICKS)
			child_end(child, "it hangs");
		return;
	case CHILD_ENDED: /* one that was let go leaves by itself, if it does not hang */
		if (++child->ticks > CHILD_PONG_TICKS)
			kill(child->process.pid, SIGKILL);
		reap(child);
		return;
	}
}

/* ---- start ---- */

static bool make_events(child_t *child)
{
	const launched_t *process = &child->process;

	child->readable = event_new(child->base, process->socket, EV_READ | EV_PERSIST, on_readable, child);
	child->writable = event_new(child->base, process->socket, EV_WRITE | EV_PERSIST, on_writable, child);
	child->log_readable = event_new(child->base, process->log, EV_READ | EV_PERSIST, on_log, child);
	child->doom = event_new(child->base, -1, 0, on_doom, child);
	if (process->pidfd >= 0)
		child->exited = event_new(child->base, process->pidfd, EV_READ | EV_PERSIST, on_exit_seen, child);
	return child->readable != NULL && child->writable != NULL && child->log_readable != NULL &&
	       child->doom != NULL && (process->pidfd < 0 || child->exited != NULL);
}

child_t *child_start(struct event_base *base, const launch_request_t *request, const child_hooks_t *hooks, void *owner,
		     log_t *log)
{
	child_t *child = calloc(1, sizeof(*child));

	if (child == NULL || !launch_process(request, &child->process)) {
		free(child);
		return NULL;
	}
	child->kind = request->kind;
	child->owner = owner;
	child->base = base;
	child->hooks = hooks;
	child->log = log;
	child->outbox = outbox_begin(child->process.socket, OUTBOX_LIMIT);
	child->lines = lines_begin(log, launch_kind_name(request->kind), child->process.pid);
	TAILQ_INIT(&child->questions);
	if (!make_events(child)) {
		child_dismiss(child);
		(void)child_free(child, 0);
		errno = ENOMEM;
		return NULL;
	}
	event_add(child->readable, NULL);
	event_add(child->log_readable, NULL);
	if (child->exited != NULL)
		event_add(child->exited, NULL);
	return child;
}
