/* command.c: `mxward resolver`, what the pool starts; see process.h. */
#include "module/command.h"
#include "config.h"
#include "module/resolver/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Memory is not freed at the end: the kernel does it faster, and libunbound's caches are large. A build without the sandbox
 * is one that measures coverage, which is written by exit(). */
static void leave(int status)
{
#ifdef MXWARD_SANDBOX
	fflush(stderr);
	_exit(status);
#else
	exit(status);
#endif
}

int command_resolver(int argc, char **argv)
{
	char config[32];

	const bool labels = argc == 4 && strcmp(argv[3], "labels") == 0;

	if (argc != 3 && !labels) {
		FILE *out = argc == 2 && strcmp(argv[1], "--help") == 0 ? stdout : stderr;

		fputs("mxward resolver MEMORY ANCHOR_DIR [labels] is started by mxward serve and mxward lookup, not by "
		      "people.\n",
		      out);
		return out == stdout ? 0 : EXIT_USAGE;
	}
	snprintf(config, sizeof(config), "/proc/self/fd/%d", PROCESS_FD_CONFIG);
	leave(process_run(PROCESS_FD_SOCKET, config, strtoull(argv[1], NULL, 10), argv[2][0] != '\0' ? argv[2] : NULL,
			  labels));
	return 0;
}
