/* version.c: `mxward version`. */
#include "config.h"
#include "module/command.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <unbound.h>

int command_version(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		puts("Usage: mxward version\n\nPrints the versions of mxward, of libunbound and of OpenSSL.");
		return 0;
	}
	if (argc > 1) {
		fprintf(stderr, "mxward version: takes no argument, and got %s\n", argv[1]);
		return EXIT_USAGE;
	}
	printf("mxward %s\nlibunbound %s\n%s\n", MXWARD_VERSION, ub_version(), OpenSSL_version(OPENSSL_VERSION));
	return 0;
}
