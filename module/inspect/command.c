/* command.c: `mxward inspect`, what the keeper starts; see process.h. */
#include "module/command.h"
#include "config.h"
#include "module/inspect/process.h"
#include "module/inspect/sockets.h"
#include "module/resolver/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Its threads are not waited for: what they write survives being cut off. A build without the sandbox is one that measures
 * coverage, which is written by exit(). */
static void leave(int status)
{
#ifdef MXWARD_SANDBOX
	fflush(stderr);
	_exit(status);
#else
	exit(status);
#endif
}

int command_inspect(int argc, char **argv)
{
	char config[32];
	unsigned long listeners;

	if (argc != 3 || argv[1][0] == '-') {
		FILE *out = argc == 2 && strcmp(argv[1], "--help") == 0 ? stdout : stderr;

		fputs("mxward inspect MEMORY LISTENERS is started by mxward serve, not by people.\n", out);
		return out == stdout ? 0 : EXIT_USAGE;
	}
	listeners = strtoul(argv[2], NULL, 10);
	listeners = listeners < SOCKETS_MAX ? listeners : SOCKETS_MAX;
	snprintf(config, sizeof(config), "/proc/self/fd/%d", PROCESS_FD_CONFIG);
	leave(inspection_run(PROCESS_FD_SOCKET, config, strtoull(argv[1], NULL, 10), listeners));
	return 0;
}
