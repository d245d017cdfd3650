/* process.c: see process.h.
 *
 * A question lives from ASK until libunbound calls back. libunbound cannot stop what it has begun: ub_cancel() only keeps
 * its callback from being called, and then nobody would know how much work is still going on. So a cancelled question is
 * marked here, and its end is told as GONE, without the answer. Two kinds end sooner: one that still waits for a stop
 * (walk.h), and a fresh one, with its context (fresh.h). */
#include "module/resolver/process.h"

#include "module/command.h"
#include "module/resolver/context.h"
#include "module/resolver/fresh.h"
#include "module/resolver/outbox.h"
#include "module/resolver/p256.h"
#include "module/resolver/sandbox.h"
#include "module/resolver/tcpbase.h"
#include "module/resolver/turns.h"
#include "module/resolver/walk.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	RCODE_SERVFAIL = 2,
	BUCKETS = 4096,
	BATCH = 64,              /* messages in one turn of the loop */
	OUTBOX_LIMIT = 64 << 20, /* octets of answers that the pool has not taken */
	OTHER_FILES = 64,        /* beside libunbound's sockets */
	STATUS_FAILED = 1,
	STATUS_PROTOCOL = 2,
};

typedef struct process process_t;

typedef struct question {
	LIST_ENTRY(question) link;
	process_t *process;
	uint64_t id;
	bool cancelled;
	fresh_use_t use; /* of a fresh question */
	walk_t walk;
} question_t;

struct process {
	struct event_base *base;
	int socket;
	outbox_t outbox;
	struct event *readable;
	struct event *writable;
	struct ub_event_base *tcpbase;
	turns_t turns;
	fresh_t *fresh; /* NULL: contexts cannot be made once the process is confined */
	walks_t *walks;
	unsigned open;
	int status;
	LIST_HEAD(, question) buckets[BUCKETS];
};

static void leave(process_t *process, int status)
{
	process->status = status;
	event_base_loopbreak(process->base);
}

static void complain(process_t *process, const char *what)
{
	fprintf(stderr, "error: the pool sent nonsense: %s\n", what);
	leave(process, STATUS_PROTOCOL);
}

static void say(process_t *process, const proto_t *message)
{
	switch (outbox_send(&process->outbox, message)) {
	case OUTBOX_SENT: return;
	case OUTBOX_WAITING: event_add(process->writable, NULL); return;
	case OUTBOX_FULL:
		fputs("error: the pool takes no answers\n", stderr);
		leave(process, STATUS_FAILED);
		return;
	case OUTBOX_CLOSED: leave(process, 0); return;
	}
}

/* ---- questions ---- */

static question_t *question_find(process_t *process, uint64_t id)
{
	question_t *question;

	LIST_FOREACH(question, &process->buckets[id % BUCKETS], link)
	{
		if (question->id == id)
			return question;
	}
	return NULL;
}

static question_t *question_new(process_t *process, uint64_t id)
{
	question_t *question = malloc(sizeof(*question));

	if (question == NULL)
		return NULL;
	*question = (question_t){ .process = process, .id = id };
	LIST_INSERT_HEAD(&process->buckets[id % BUCKETS], question, link);
	process->open++;
	return question;
}

static void question_end(question_t *question, const proto_t *answer)
{
	process_t *process = question->process;

	if (question->cancelled)
		say(process, &(proto_t){ .kind = PROTO_GONE, .id = question->id });
	else
		say(process, answer);
	LIST_REMOVE(question, link);
	fresh_end(&question->use);
	free(question);
	process->open--;
}

static void question_fail(question_t *question, const char *why)
{
	question_end(question, &(proto_t){ .kind = PROTO_ANSWER,
					   .id = question->id,
					   .rcode = RCODE_SERVFAIL,
					   .why = why,
					   .why_size = strlen(why) });
}

/* Its context is gone, which happens to cancelled ones alone. */
static void on_gone(fresh_use_t *use)
{
	question_end((question_t *)((char *)use - offsetof(question_t, use)), NULL);
}

/* With an rcode there is no packet to look at. */
static void on_answer(walk_t *walk, const walk_answer_t *found)
{
	question_t *question = (question_t *)((char *)walk - offsetof(question_t, walk));
	proto_t answer = {
		.kind = PROTO_ANSWER,
		.id = question->id,
		.rcode = (uint8_t)(found->rcode & 0xf),
		.security = (uint8_t)found->security,
		.rate_limited = found->rate_limited,
		.cached = found->cached,
		.why = found->why != NULL ? found->why : "",
	};

	answer.why_size = strnlen(answer.why, PROTO_WHY_MAX);
	if (found->rcode == 0 && found->packet != NULL && found->size > 0 && found->size <= PROTO_PACKET_MAX) {
		answer.packet = found->packet;
		answer.packet_size = (size_t)found->size;
	}
	question_end(question, &answer);
}

/* ---- messages ---- */

/* The context to ask, and what it knows: none is NULL. A fresh context is too young to know the way to anything, and
 * libunbound's own minimisation is on there (options.h). */
static void find_context(process_t *process, question_t *question, const proto_t *message, walk_request_t *request)
{
	if (!message->fresh || process->fresh == NULL) {
		request->ctx = turns_context(&process->turns, message->tcp, message->second);
		request->known = walks_known(process->walks, message->tcp, message->second);
	} else {
		request->ctx = fresh_begin(process->fresh, message->tcp, &message->name, message->type, &question->use);
	}
}

static void on_ask(process_t *process, const proto_t *message)
{
	walk_request_t request = { .name = &message->name, .type = message->type };
	question_t *question;

	if (process->open >= PROTO_OPEN_MAX || question_find(process, message->id) != NULL) {
		complain(process, "too many questions, or one twice");
		return;
	}
	question = question_new(process, message->id);
	if (question == NULL) {
		fputs("error: out of memory\n", stderr);
		leave(process, STATUS_FAILED);
		return;
	}
	find_context(process, question, message, &request);
	if (request.ctx != NULL)
		walk_begin(process->walks, &question->walk, &request);
	else
		question_fail(question, message->fresh ? "too many fresh questions at once" : "");
}

static void on_cancel(process_t *process, const proto_t *message)
{
	question_t *question = question_find(process, message->id);

	if (question == NULL) /* its answer is on the way */
		return;
	question->cancelled = true;
	if (walk_leave(&question->walk))
		question_end(question, NULL);
	else
		fresh_cancel(&question->use);
}

static void on_ping(process_t *process, const proto_t *message)
{
	sandbox_rearm_cpu();
	say(process, &(proto_t){ .kind = PROTO_PONG, .id = message->id });
}

static void on_message(process_t *process, const proto_t *message)
{
	switch (message->kind) {
	case PROTO_ASK: on_ask(process, message); return;
	case PROTO_CANCEL: on_cancel(process, message); return;
	case PROTO_PING: on_ping(process, message); return;
	case PROTO_HELLO:
	case PROTO_ANSWER:
	case PROTO_GONE:
	case PROTO_PONG: complain(process, "a message that only a process sends"); return;
	}
}

/* One message; false when there is none, or when it was the last. */
static bool read_message(process_t *process)
{
	uint8_t octets[PROTO_MESSAGE_MAX];
	ssize_t size = recv(process->socket, octets, sizeof(octets), MSG_DONTWAIT | MSG_TRUNC);
	proto_t message;
	proto_err_t err;

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (size <= 0) {
		leave(process, 0);
		return false;
	}
	err = (size_t)size <= sizeof(octets) ? proto_read(octets, (size_t)size, &message) : PROTO_LONG;
	if (err == PROTO_OK)
		on_message(process, &message);
	else
		complain(process, proto_strerror(err));
	return !event_base_got_break(process->base);
}

static void on_readable(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	for (unsigned i = 0; i < BATCH && read_message(arg); i++)
		;
}

static void on_writable(evutil_socket_t fd, short events, void *arg)
{
	process_t *process = arg;

	(void)fd;
	(void)events;
	switch (outbox_flush(&process->outbox)) {
	case OUTBOX_SENT: event_del(process->writable); return;
	case OUTBOX_WAITING: return;
	case OUTBOX_FULL:
	case OUTBOX_CLOSED: leave(process, 0); return;
	}
}

/* ---- life ---- */

static bool confine(struct ub_ctx *ctx, const char *anchor_dir)
{
	context_paths_t paths;
	bool confined = context_paths(ctx, &paths);

	if (confined)
		confined = sandbox_enter(&(sandbox_paths_t){
			.writable = anchor_dir,
			.count = paths.count,
			.readable = (const char *const *)paths.items,
		});
	context_paths_free(&paths);
	return confined;
}

/* The lasting contexts read their configuration before the process is confined, for it may include other files. What they start
 * with, root hints and trust anchors, is read afterwards. */
static bool start(process_t *process, const char *config, const char *anchor_dir, bool labels)
{
	const bool includes = context_includes(config);

	if (includes)
		fputs("notice: resolver.libunbound includes files, which cannot be read once this process is confined: "
		      "libunbound's caches will answer questions that should ask the servers again\n",
		      stderr);
	else
		process->fresh = fresh_new(process->base, process->tcpbase, config, on_gone);
	if (!turns_begin(&process->turns, process->base, process->tcpbase, config))
		return false;
	/* Which zones an included file sends elsewhere is not known here: then libunbound minimises, label by label. */
	process->walks =
		walks_new(process->base, !labels && !includes && turns_stop_minimising(&process->turns) ? config : NULL,
			  on_answer);
	if (process->walks == NULL)
		return false;
	turns_share_files(&process->turns, OTHER_FILES + (process->fresh != NULL ? (size_t)FRESH_FILES : 0));
	if (!confine(process->turns.contexts[0][0], anchor_dir) || turns_context(&process->turns, false, false) == NULL)
		return false;
	if (event_add(process->readable, NULL) != 0) {
		fputs("error: there is no socket to the pool\n", stderr);
		return false;
	}
	say(process, &(proto_t){ .kind = PROTO_HELLO, .version = PROTO_VERSION });
	p256_prepare(); /* while the first question is on its way */
	return true;
}

int process_run(int socket, const char *config, unsigned long long memory, const char *anchor_dir, bool labels)
{
	process_t process = { .outbox = outbox_begin(socket, OUTBOX_LIMIT), .socket = socket };

	if (!sandbox_limits(memory, PROCESS_FD_FIRST_FREE))
		return STATUS_FAILED;
	process.base = event_base_new();
	if (process.base == NULL)
		return STATUS_FAILED;
	process.tcpbase = tcpbase_new(process.base);
	process.readable = event_new(process.base, socket, EV_READ | EV_PERSIST, on_readable, &process);
	process.writable = event_new(process.base, socket, EV_WRITE | EV_PERSIST, on_writable, &process);
	if (process.tcpbase == NULL || process.readable == NULL || process.writable == NULL ||
	    !start(&process, config, anchor_dir, labels))
		return STATUS_FAILED;
	event_base_dispatch(process.base);
	return process.status;
}
