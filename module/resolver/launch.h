/* launch.h: starts one of the daemon's confined processes, which are this program with a subcommand that is not for people:
 * a resolver process (process.h) or the inspection process (module/inspect/process.h). */
#ifndef MODULE_RESOLVER_LAUNCH_H
#define MODULE_RESOLVER_LAUNCH_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

typedef enum { LAUNCH_RESOLVER, LAUNCH_INSPECTION } launch_kind_t;

typedef struct launch_request {
	launch_kind_t kind;
	const char *program;    /* NULL: this program itself, even when its file has been replaced since */
	const char *config;     /* a text for the process: libunbound's configuration, or our own */
	const char *anchor_dir; /* of a resolver process; NULL: none */
	bool labels;            /* of a resolver process: see process_run() */
	size_t memory;
	const int *sockets; /* that an inspection process inherits, from PROCESS_FD_FIRST_FREE on; borrowed */
	size_t socket_count;
} launch_request_t;

enum { LAUNCH_SOCKETS_MAX = 16 };

/* Our ends; all non-blocking and closed on exec. */
typedef struct launched {
	pid_t pid;
	int pidfd;  /* readable when the process has ended; -1 where the kernel has none */
	int socket; /* SOCK_SEQPACKET */
	int log;    /* what the process writes to stderr */
} launched_t;

/* Starts the process with our environment. False, with errno set, when the system refuses. The process is ended with the
 * calling thread (PR_SET_PDEATHSIG). */
MUST_USE bool launch_process(const launch_request_t *request, launched_t *launched);

/* What the log calls it: "resolver" or "inspection". */
const char *launch_kind_name(launch_kind_t kind);

#endif
