/* version.c: `mxward version`. */
#include "config.h"
#include "module/advisories.h"
#include "module/command.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <unbound.h>

static const char help[] = "Usage: mxward version\n"
			   "\n"
			   "Prints the versions of mxward, of libunbound and of OpenSSL, and the known advisories\n"
			   "whose upstream fix is newer than this libunbound.\n";

static void print_advisories(const char *libunbound)
{
	size_t count;
	const advisory_t *known = advisories(&count);
	size_t open = 0;

	for (size_t i = 0; i < count; i++)
		if (advisories_affects(&known[i], libunbound) && open++ == 0)
			printf("\nlibunbound %s is older than upstream's fix for:\n", libunbound);
	for (size_t i = 0; i < count; i++)
		if (advisories_affects(&known[i], libunbound))
			printf("  %-16s fixed in %s: %s\n", known[i].cve, known[i].fixed_in, known[i].effect);
	if (open > 0)
		fputs("Distributions mend older versions without changing this number: apt changelog libunbound8\n"
		      "tells; mxward doctor compares with Debian's packages.\n",
		      stdout);
}

int command_version(int argc, char **argv)
{
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		fputs(help, stdout);
		return 0;
	}
	if (argc > 1) {
		fprintf(stderr, "mxward version: takes no argument, and got %s\n", argv[1]);
		return EXIT_USAGE;
	}
	printf("mxward %s\nlibunbound %s\n%s\n", MXWARD_VERSION, ub_version(), OpenSSL_version(OPENSSL_VERSION));
	print_advisories(ub_version());
	return 0;
}
