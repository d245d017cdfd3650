/* thread.h: threads of our own. */
#ifndef MODULE_THREAD_H
#define MODULE_THREAD_H

#include "config.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* Starts a thread to which no signal is delivered: they are the main thread's, or a host program's. A name of 15 octets at most is
 * shown by ps(1); NULL: the caller's name stays. False when threads are out. */
MUST_USE static inline bool thread_start(pthread_t *thread, void *(*run)(void *), void *arg, const char *name)
{
	sigset_t all;
	sigset_t before;
	bool started;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = pthread_create(thread, NULL, run, arg) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (started && name != NULL)
		pthread_setname_np(*thread, name);
	return started;
}

#endif
