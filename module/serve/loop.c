/* loop.c: see loop.h. Signals are read from a descriptor: they stay blocked in every thread, and none is lost between two
 * looks. */
#include "module/serve/loop.h"

#include "module/serve/reload.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static sigset_t signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	return set;
}

void loop_block_signals(void)
{
	const sigset_t set = signals();

	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void on_signal(evutil_socket_t fd, short events, void *arg)
{
	server_t *server = arg;
	struct signalfd_siginfo info;
	char *error = NULL;

	(void)events;
	if (read(fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return;
	if (info.ssi_signo != SIGHUP) {
		event_base_loopbreak(server->base);
		return;
	}
	reload(server, &error);
	free(error);
}

bool loop_run(server_t *server)
{
	const sigset_t set = signals();
	int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	struct event *event = fd >= 0 ? event_new(server->base, fd, EV_READ | EV_PERSIST, on_signal, server) : NULL;
	bool ran = event != NULL && event_add(event, NULL) == 0 && event_base_dispatch(server->base) == 0;

	if (!ran)
		log_write(server->log, LOG_LEVEL_ERROR, "cannot wait for signals: %s", strerror(errno));
	if (event != NULL)
		event_free(event);
	if (fd >= 0)
		close(fd);
	return ran;
}
