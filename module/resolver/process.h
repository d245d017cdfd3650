/* process.h: a resolver process: libunbound on a libevent loop, questions in, answers out (proto.h).
 *
 * The pool starts it as `mxward resolver MEMORY ANCHOR_DIR [labels]` with files inherited at the numbers below. It says
 * HELLO when libunbound has read its configuration, and leaves when the pool closes the socket. It is not for people. */
#ifndef MODULE_RESOLVER_PROCESS_H
#define MODULE_RESOLVER_PROCESS_H

#include <stdbool.h>

/* Inherited files; what is written to stderr becomes lines of the log. */
enum {
	PROCESS_FD_SOCKET = 3, /* SOCK_SEQPACKET */
	PROCESS_FD_CONFIG = 4, /* libunbound's configuration, to be read as /proc/self/fd/4 */
	PROCESS_FD_FIRST_FREE = 5,
};

/* Runs until the socket is closed. Where the configuration has QNAMEs minimised, they are here, at the cuts that matter
 * (minimise.h), but with `labels`, or in strict mode, by libunbound, at each label. Returns the exit status: 0 when the
 * pool wanted it so. */
int process_run(int socket, const char *config, unsigned long long memory, const char *anchor_dir, bool labels);

#endif
