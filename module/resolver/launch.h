/* launch.h: starts a resolver process (process.h) with its files. */
#ifndef MODULE_RESOLVER_LAUNCH_H
#define MODULE_RESOLVER_LAUNCH_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef struct launch_request {
	const char *program;    /* NULL: this program itself, even when its file has been replaced since */
	const char *config;     /* libunbound's configuration */
	const char *anchor_dir; /* NULL: none */
	size_t memory;
} launch_request_t;

/* Our ends; all non-blocking and closed on exec. */
typedef struct launched {
	pid_t pid;
	int pidfd;  /* readable when the process has ended; -1 where the kernel has none */
	int socket; /* SOCK_SEQPACKET */
	int log;    /* what the process writes to stderr */
} launched_t;

/* Starts the process with our environment. False, with errno set, when the system refuses. The process is ended with the
 * calling thread (PR_SET_PDEATHSIG). */
MUST_USE bool launch_resolver(const launch_request_t *request, launched_t *launched);

#endif
