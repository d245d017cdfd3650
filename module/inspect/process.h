/* process.h: the inspection process: HTTP, apart from where mail is protected.
 *
 * The keeper starts it as `mxward inspect MEMORY` with the same files inherited as a resolver process has
 * (module/resolver/process.h): a socket over which it says HELLO when it listens, and answers heartbeats
 * (module/resolver/proto.h); its configuration (settings.h); stderr, whose lines are logged. It leaves when the socket is
 * closed. It is not for people. */
#ifndef MODULE_INSPECT_PROCESS_H
#define MODULE_INSPECT_PROCESS_H

#include <stddef.h>

/* Runs until the socket is closed. `listeners`: how many listening sockets it has inherited, from PROCESS_FD_FIRST_FREE on. Returns
 * the exit status: 0 when the keeper wanted it so. */
int inspection_run(int socket, const char *config, unsigned long long memory, size_t listeners);

#endif
