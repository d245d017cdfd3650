/* command.c: `mxward log`. */
#include "module/command.h"
#include "module/logshow/show.h"
#include "module/logshow/stats.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
	"Usage: mxward log [show] [CONDITION...] [OPTION...] [FILE...]\n"
	"       mxward log stats [CONDITION...] [--json] [-c FILE] [FILE...]\n"
	"       mxward log verify [--key FILE]... [--json] FILE...\n"
	"       mxward log level LEVEL\n"
	"\n"
	"show prints what came of each answer, a line each, oldest first. stats sums up: what was\n"
	"refused most, and when. verify proves that nobody edited the log (mxward log verify --help).\n"
	"level is about the server's other log (mxward-control(1)).\n"
	"FILE may be compressed (gzip, zstd); - is standard input. Without FILE it is the\n"
	"configuration's log, with the files that it was rotated to. Times are UTC.\n"
	"\n"
	"All conditions that are given must hold:\n"
	"      --domain NAME    the domain asked for, or one below it\n"
	"      --host NAME      an exchange of the set, or one that a finding is about\n"
	"      --check CHECK    a finding, for example target-is-alias\n"
	"      --verdict WORDS  accept, log, strip, reject or failed; several with commas between\n"
	"      --type TYPE      of records, for example MX\n"
	"      --client ADDR    who asked: an address or a network\n"
	"      --since TIME     2h, 7d (ago), 2026-11-22, 2026-11-22T18:53, RFC 3339\n"
	"      --until TIME     the same; the time itself is not included\n"
	"      --text TEXT      somewhere in the entry, whatever its case\n"
	"\n"
	"  -v, --verbose        show the whole assessment below each line\n"
	"  -n, --limit N        only the N newest that match\n"
	"  -r, --reverse        newest first\n"
	"  -f, --follow         go on as the log grows, also when it is rotated\n"
	"      --json           the log's own lines; for stats one JSON object\n"
	"  -c, --config FILE    the configuration that names the log\n"
	"                       (default: " MXWARD_CONFIG_FILE ", if it is there)\n"
	"  -h, --help           this\n"
	"\n"
	"Exit status: 0 something was found; 1 nothing was; 2 a file cannot be read, or is damaged;\n"
	"64 wrong command line; 70 memory or output failed; 78 the configuration is wrong.\n";

typedef int run_fn(const logasked_t *asked, const logfiles_t *files);

static int run(int argc, char **argv, bool shows, run_fn *command)
{
	logasked_t asked;
	logfiles_t files = { 0 };
	int status;

	switch (logasked_read(argc, argv, shows, &asked)) {
	case LOGASKED_HELP: fputs(help, stdout); return 0;
	case LOGASKED_WRONG: return EXIT_USAGE;
	case LOGASKED_OK: break;
	}
	status = logasked_files(&asked, &files);
	if (status == 0)
		status = command(&asked, &files);
	logfiles_clear(&files);
	return status;
}

int command_log(int argc, char **argv)
{
	if (argc > 1 && strcmp(argv[1], "verify") == 0)
		return command_log_verify(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "level") == 0)
		return command_log_level(argc - 1, argv + 1);
	if (argc > 1 && strcmp(argv[1], "stats") == 0)
		return run(argc - 1, argv + 1, false, stats);
	if (argc > 1 && strcmp(argv[1], "show") == 0)
		return run(argc - 1, argv + 1, true, show);
	return run(argc, argv, true, show);
}
