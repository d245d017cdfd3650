/* keeper.c: see keeper.h. The next process is started when the one before has been reaped: only one may write the log's index.
 * Connections wait meanwhile, as the sockets stay; not for long: where a process cannot get ready again and again, they are
 * closed, and clients hear that there is none. */
#include "module/inspect/keeper.h"

#include "module/inspect/settings.h"
#include "module/inspect/sockets.h"
#include "module/resolver/child.h"
#include "module/resolver/sandbox.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	STABLE_SECONDS = 10, /* a process that was ready for so long begins a new row of failures when it ends */
	BACKOFF_MS = 200,    /* before the second restart in a row, twice as long before each further one */
	BACKOFF_MAX_MS = 60000,
	MEMORY = 1 << 30, /* octets of address space */
	FOLDER_MODE = 0700,
};

struct keeper {
	struct event_base *base;
	log_t *log;
	const char *program;
	char *settings; /* for the next process; NULL: there is to be none */
	sockets_t sockets;
	child_t *child; /* until it is reaped */
	struct event *starter;
	struct event *tick;
	unsigned failures; /* in a row */
	time_t ready_since;
};

static void start_after(keeper_t *keeper, unsigned ms)
{
	const struct timeval delay = { .tv_sec = ms / 1000, .tv_usec = (suseconds_t)(ms % 1000) * 1000 };

	evtimer_add(keeper->starter, &delay);
}

static unsigned backoff_ms(unsigned failures)
{
	unsigned ms = failures > 1 ? BACKOFF_MS : 0;

	for (unsigned i = 2; i < failures && ms < BACKOFF_MAX_MS; i++)
		ms *= 2;
	return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

/* ---- what the child tells ---- */

static void on_ready(child_t *child)
{
	keeper_t *keeper = child->owner;

	keeper->ready_since = child_now();
	log_write(keeper->log, LOG_LEVEL_DEBUG, "inspection process %d is ready", (int)child->process.pid);
}

static void on_message(child_t *child, const proto_t *message)
{
	(void)message;
	child_end(child, "it sent a message that only a resolver process sends");
}

static void on_ended(child_t *child)
{
	keeper_t *keeper = child->owner;

	if (child->expected) /* we wanted it so */
		keeper->failures = 0;
	else if (keeper->ready_since != 0 && child_now() - keeper->ready_since >= STABLE_SECONDS)
		keeper->failures = 1;
	else
		keeper->failures++;
}

static void on_reaped(child_t *child)
{
	keeper_t *keeper = child->owner;

	keeper->child = NULL;
	if (keeper->failures > 1)
		sockets_close(&keeper->sockets);
	if (keeper->settings != NULL)
		start_after(keeper, backoff_ms(keeper->failures));
}

/* ---- starting ---- */

static void on_start(evutil_socket_t fd, short events, void *arg)
{
	static const child_hooks_t hooks = { on_ready, on_message, on_ended, on_reaped };
	keeper_t *keeper = arg;
	int sockets[SOCKETS_MAX];
	launch_request_t request = {
		.kind = LAUNCH_INSPECTION,
		.program = keeper->program,
		.config = keeper->settings,
		.memory = MEMORY,
		.sockets = sockets,
	};

	(void)fd;
	(void)events;
	keeper->ready_since = 0;
	if (!sockets_open(&keeper->sockets, keeper->log)) {
		start_after(keeper, backoff_ms(++keeper->failures + 1));
		return;
	}
	request.socket_count = sockets_list(&keeper->sockets, sockets);
	keeper->child = child_start(keeper->base, &request, &hooks, keeper, keeper->log);
	if (keeper->child != NULL)
		return;
	log_write(keeper->log, LOG_LEVEL_ERROR, "cannot start an inspection process: %s", strerror(errno));
	start_after(keeper, backoff_ms(++keeper->failures + 1));
}

static void on_tick(evutil_socket_t fd, short events, void *arg)
{
	keeper_t *keeper = arg;

	(void)fd;
	(void)events;
	if (keeper->child != NULL)
		child_tick(keeper->child);
}

/* ---- for the server ---- */

/* The index has a directory of its own, the only one that the process can write to; it cannot make that itself. */
static void make_folder(const conf_t *conf, log_t *log)
{
	char *copy = strdup(conf->inspection.log_index);
	const char *folder = copy != NULL ? dirname(copy) : "";

	if (copy != NULL && mkdir(folder, FOLDER_MODE) != 0 && errno != EEXIST)
		log_write(log, LOG_LEVEL_WARNING,
			  "cannot make %s: %s; the validation log cannot be searched until it is there, or "
			  "inspection.log-index names another",
			  folder, strerror(errno));
	free(copy);
}

/* False when memory is out. */
static bool set_settings(keeper_t *keeper, const conf_t *conf)
{
	char *settings = NULL;

	if (conf->inspection.enable) {
		settings = settings_for_inspection(conf);
		if (settings == NULL)
			return false;
		make_folder(conf, keeper->log);
	}
	free(keeper->settings);
	keeper->settings = settings;
	if (settings != NULL)
		sockets_want(&keeper->sockets, &conf->inspection.listen);
	else
		sockets_close(&keeper->sockets);
	return true;
}

keeper_t *keeper_new(struct event_base *base, const conf_t *conf, const char *program, log_t *log)
{
	const struct timeval second = { .tv_sec = 1 };
	keeper_t *keeper = calloc(1, sizeof(*keeper));

	if (keeper == NULL)
		return NULL;
	keeper->base = base;
	keeper->log = log;
	keeper->program = program;
	keeper->starter = evtimer_new(base, on_start, keeper);
	keeper->tick = event_new(base, -1, EV_PERSIST, on_tick, keeper);
	if (keeper->starter == NULL || keeper->tick == NULL || event_add(keeper->tick, &second) != 0 ||
	    !set_settings(keeper, conf)) {
		keeper_free(keeper, 0);
		return NULL;
	}
	if (keeper->settings != NULL)
		start_after(keeper, 0);
	return keeper;
}

void keeper_free(keeper_t *keeper, unsigned wait_ms)
{
	if (keeper == NULL)
		return;
	if (keeper->child != NULL) {
		child_dismiss(keeper->child);
		(void)child_free(keeper->child, wait_ms);
	}
	if (keeper->starter != NULL)
		event_free(keeper->starter);
	if (keeper->tick != NULL)
		event_free(keeper->tick);
	sockets_close(&keeper->sockets);
	free(keeper->settings);
	free(keeper);
}

bool keeper_reload(keeper_t *keeper, const conf_t *conf)
{
	if (!set_settings(keeper, conf))
		return false;
	keeper->failures = 0;
	if (keeper->child != NULL) {
		child_end(keeper->child, NULL);
		return true;
	}
	evtimer_del(keeper->starter);
	if (keeper->settings != NULL)
		start_after(keeper, 0);
	return true;
}

pid_t keeper_pid(const keeper_t *keeper)
{
	return keeper->child != NULL && keeper->child->state == CHILD_READY ? keeper->child->process.pid : 0;
}
