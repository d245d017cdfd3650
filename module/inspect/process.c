/* process.c: see process.h. */
#include "module/inspect/process.h"

#include "conf/conf.h"
#include "module/inspect/guard.h"
#include "module/inspect/indexer.h"
#include "module/inspect/listeners.h"
#include "module/inspect/workers.h"
#include "module/owners.h"
#include "module/resolver/outbox.h"
#include "module/resolver/process.h"
#include "module/resolver/sandbox.h"

#include <errno.h>
#include <event2/event.h>
#include <libgen.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

enum {
	ARENAS = 2,             /* of malloc(): each reserves address space, which is limited */
	OTHER_FILES = 128,      /* beside connections: listeners, databases, the log, the server's socket */
	OUTBOX_LIMIT = 1 << 16, /* octets of messages that the keeper has not taken */
	HISTORY_FILES = 3,      /* the database and its companions */
	HISTORY_TRIES = 40,     /* to find them all, at most */
	HISTORY_PAUSE_MS = 50,  /* between two of these */
	STATUS_FAILED = 1,
	WATCH_SECONDS = 2,
	STATUS_PROTOCOL = 2,
};

typedef struct inspection {
	struct event_base *base;
	int socket;
	size_t listener_count;
	outbox_t outbox;
	struct event *readable;
	conf_t *conf;
	char token[GUARD_TOKEN_MOST + 1];
	mhd_t mhd;
	http_settings_t http_settings;
	shared_t shared;
	owner_table_t *owners;
	struct event *watcher;        /* of the history's files */
	char *history[HISTORY_FILES]; /* their paths */
	ino_t inodes[HISTORY_FILES];  /* when we were confined; 0: there was none */
	indexer_t *indexer;
	workers_t *workers;
	http_t *http;
	listeners_t *listeners;
	int status;
} inspection_t;

static void leave(inspection_t *inspection, int status)
{
	inspection->status = status;
	event_base_loopbreak(inspection->base);
}

/* ---- messages ---- */

/* They are small and few: a keeper that takes none of them is gone. */
static void say(inspection_t *inspection, const proto_t *message)
{
	if (outbox_send(&inspection->outbox, message) != OUTBOX_SENT)
		leave(inspection, 0);
}

static void on_message(inspection_t *inspection, const proto_t *message)
{
	if (message->kind != PROTO_PING) {
		fputs("error: the keeper sent nonsense\n", stderr);
		leave(inspection, STATUS_PROTOCOL);
		return;
	}
	sandbox_rearm_cpu();
	say(inspection, &(proto_t){ .kind = PROTO_PONG, .id = message->id });
}

static void on_readable(evutil_socket_t fd, short events, void *arg)
{
	inspection_t *inspection = arg;
	uint8_t octets[PROTO_MESSAGE_MAX];
	ssize_t size = recv(fd, octets, sizeof(octets), MSG_DONTWAIT);
	proto_t message;

	(void)events;
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size <= 0)
		leave(inspection, 0);
	else if (proto_read(octets, (size_t)size, &message) == PROTO_OK)
		on_message(inspection, &message);
	else
		leave(inspection, STATUS_PROTOCOL);
}

/* ---- start ---- */

static bool read_configuration(inspection_t *inspection, const char *config)
{
	char *error = NULL;
	const char *token_file;

	inspection->conf = conf_load(config, &error);
	if (inspection->conf != NULL) {
		token_file = inspection->conf->inspection.token_file;
		if (token_file[0] == '\0' || guard_read_token(token_file, inspection->token, &error)) {
			char *complaint = NULL;

			inspection->owners = owners_load(inspection->conf, &complaint); /* the server complains */
			free(complaint);
			return true;
		}
	}
	fprintf(stderr, "error: %s\n", error != NULL ? error : "memory is out");
	free(error);
	return false;
}

/* ---- the history's files: singly, because what lies beside them is secret ---- */

static ino_t inode_of(const char *path)
{
	struct stat found;

	return stat(path, &found) == 0 ? found.st_ino : 0;
}

static bool all_found(const inspection_t *inspection)
{
	for (size_t i = 0; i < HISTORY_FILES && inspection->history[i] != NULL; i++)
		if (inspection->inodes[i] == 0)
			return false;
	return true;
}

/* The server makes them while it starts, as we do: a moment's patience now saves starting anew. */
static void await_history(inspection_t *inspection)
{
	const struct timespec pause = { .tv_nsec = HISTORY_PAUSE_MS * 1000000 };

	for (unsigned tries = 0; tries < HISTORY_TRIES && !all_found(inspection); tries++) {
		nanosleep(&pause, NULL);
		for (size_t i = 0; i < HISTORY_FILES && inspection->history[i] != NULL; i++)
			inspection->inodes[i] = inode_of(inspection->history[i]);
	}
}

static bool find_history(inspection_t *inspection)
{
	static const char *const ends[HISTORY_FILES] = { "", "-wal", "-shm" };
	const conf_history_t *conf = &inspection->conf->history;

	for (size_t i = 0; conf->enable && i < HISTORY_FILES; i++) {
		if (asprintf(&inspection->history[i], "%s%s", conf->file, ends[i]) < 0) {
			inspection->history[i] = NULL;
			return false;
		}
		inspection->inodes[i] = inode_of(inspection->history[i]);
	}
	await_history(inspection);
	return true;
}

/* What we may open was fixed when we were confined: for files that came later a process has to come later, too. */
static void on_watch(evutil_socket_t fd, short events, void *arg)
{
	inspection_t *inspection = arg;

	(void)fd;
	(void)events;
	for (size_t i = 0; i < HISTORY_FILES && inspection->history[i] != NULL; i++) {
		const ino_t now = inode_of(inspection->history[i]);

		if (now == 0 || now == inspection->inodes[i])
			continue;
		fprintf(stderr, "notice: %s is new: the inspection process starts anew to read it\n",
			inspection->history[i]);
		leave(inspection, 0);
		return;
	}
}

static bool watch_history(inspection_t *inspection)
{
	const struct timeval seconds = { .tv_sec = WATCH_SECONDS };

	inspection->watcher = event_new(inspection->base, -1, EV_PERSIST, on_watch, inspection);
	return inspection->watcher != NULL && event_add(inspection->watcher, &seconds) == 0;
}

/* It may list and read the log's directory, read the history, and write where the index is. */
static bool confine(const inspection_t *inspection)
{
	const conf_t *conf = inspection->conf;
	sandbox_file_t files[HISTORY_FILES];
	size_t file_count = 0;
	char *index = strdup(conf->inspection.log_index);
	const char *const readable[] = { conf->validation_log.file };
	bool confined = false;

	for (; file_count < HISTORY_FILES && inspection->history[file_count] != NULL; file_count++)
		files[file_count] = (sandbox_file_t){ .path = inspection->history[file_count] };
	if (index != NULL)
		confined = sandbox_enter(&(sandbox_paths_t){
			.kind = SANDBOX_INSPECTION,
			.writable = dirname(index),
			.count = conf->validation_log.file[0] != '\0',
			.readable = readable,
			.file_count = file_count,
			.files = files,
		});
	free(index);
	return confined;
}

static void on_grew(void *arg)
{
	const inspection_t *inspection = arg;

	if (inspection->http != NULL)
		http_grew(inspection->http);
}

/* Without a validation log there is nothing to index. */
static bool start_indexer(inspection_t *inspection)
{
	const logindex_settings_t settings = indexer_settings(inspection->conf);

	if (settings.log[0] != '\0')
		inspection->indexer = indexer_new(inspection->base, &settings, on_grew, inspection);
	return settings.log[0] == '\0' || inspection->indexer != NULL;
}

/* Threads inherit what confines the one that starts them. */
static bool start_serving(inspection_t *inspection)
{
	const conf_inspection_t *conf = &inspection->conf->inspection;

	inspection->http_settings = (http_settings_t){
		.mhd = &inspection->mhd,
		.allowed_hosts = &conf->allowed_hosts,
		.token = inspection->token,
		.request_seconds = HTTP_REQUEST_SECONDS,
		.answer_seconds = HTTP_ANSWER_SECONDS,
	};
	if (!start_indexer(inspection)) {
		fputs("error: memory, threads or files are out\n", stderr);
		return false;
	}
	inspection->shared =
		(shared_t){ .conf = inspection->conf, .indexer = inspection->indexer, .owners = inspection->owners };
	inspection->workers = workers_new(inspection->base, &inspection->shared);
	if (inspection->workers != NULL)
		inspection->http = http_new(inspection->base, &inspection->http_settings, inspection->workers);
	if (inspection->http == NULL) {
		fputs("error: memory, threads or files are out\n", stderr);
		return false;
	}
	inspection->listeners =
		listeners_new(inspection->base, PROCESS_FD_FIRST_FREE, inspection->listener_count, inspection->http);
	return inspection->listeners != NULL;
}

static bool load_libraries(inspection_t *inspection)
{
	char problem[LATE_PROBLEM_MAX];

	if (mhd_load(&inspection->mhd, problem))
		return true;
	fprintf(stderr, "error: there is no HTTP: %s: install the package libmicrohttpd12\n", problem);
	return false;
}

static bool start(inspection_t *inspection, const char *config)
{
	inspection->base = event_base_new();
	if (inspection->base != NULL)
		inspection->readable =
			event_new(inspection->base, inspection->socket, EV_READ | EV_PERSIST, on_readable, inspection);
	if (inspection->readable == NULL || event_add(inspection->readable, NULL) != 0) {
		fputs("error: there is no socket to the keeper\n", stderr);
		return false;
	}
	(void)sandbox_open_files(HTTP_CONNECTIONS_MAX + OTHER_FILES);
	return load_libraries(inspection) && read_configuration(inspection, config) && find_history(inspection) &&
	       confine(inspection) && watch_history(inspection) && start_serving(inspection);
}

int inspection_run(int socket, const char *config, unsigned long long memory, size_t listeners)
{
	inspection_t inspection = { .socket = socket,
				    .listener_count = listeners,
				    .outbox = outbox_begin(socket, OUTBOX_LIMIT) };

	if (!sandbox_limits(memory, PROCESS_FD_FIRST_FREE + (int)listeners))
		return STATUS_FAILED;
	(void)mallopt(M_ARENA_MAX, ARENAS);
	if (!start(&inspection, config))
		return STATUS_FAILED;
	say(&inspection, &(proto_t){ .kind = PROTO_HELLO, .version = PROTO_VERSION });
	event_base_dispatch(inspection.base);
	return inspection.status;
}
