/* command_history.c: `mxward history`. */
#include "module/command.h"
#include "module/history/access.h"
#include "module/history/json.h"
#include "module/history/timeline.h"
#include "module/history/wanted.h"
#include "module/options.h"
#include "module/terminal.h"

#include <stdio.h>
#include <stdlib.h>

static const char help[] =
	"Usage: mxward history [-c FILE] [-f FILE] [--json] DOMAIN\n"
	"       mxward history [-c FILE] [-f FILE] --check\n"
	"\n"
	"Shows which MX sets a domain had, and when: newest first, with what came and what went.\n"
	"\n"
	"  -c, --config FILE  the configuration that names the history's file\n"
	"                     (default: " MXWARD_CONFIG_FILE ", if it is there)\n"
	"  -f, --file FILE    read this history\n"
	"      --check        read the whole file, and say whether it is damaged\n"
	"      --json         print one JSON object\n"
	"  -h, --help         this\n"
	"\n"
	"Exit status: 0 shown; 1 nothing is known of the domain; 2 the file cannot be read, or is\n"
	"damaged; 64 wrong command line; 70 memory or output failed; 78 the configuration is wrong.\n";

typedef struct request {
	const char *conf;
	const char *file;
	bool json;
	bool check;
	const char *domain; /* as typed */
	char name[HISTORY_NAME_MAX];
} request_t;

static int usage_error(const char *what)
{
	fprintf(stderr, "mxward history: %s; see mxward history --help\n", what);
	return EXIT_USAGE;
}

static int output_failed(void)
{
	fputs("mxward history: the result could not be printed: memory is out, or the output is closed\n", stderr);
	return EXIT_SOFTWARE;
}

static bool print_json(const request_t *request, const history_sets_t *sets, const access_t *access)
{
	json_t *object = history_json_of_sets(request->name, sets, access->owners);
	bool done = object != NULL && json_dumpf(object, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII) == 0;

	if (done)
		putchar('\n');
	json_decref(object);
	return done;
}

static bool print(const request_t *request, const history_sets_t *sets, const access_t *access)
{
	const tree_style_t style = { .colour = terminal_wants_colour(stdout), .unicode = terminal_is_utf8() };

	return request->json ? print_json(request, sets, access)
			     : timeline_show(stdout, request->name, sets, access->owners, &style);
}

static int show(const request_t *request, const access_t *access)
{
	history_sets_t sets;
	history_err_t err = history_store_timeline(access->store, request->name, &sets);
	int status = err == HISTORY_OK ? ACCESS_FOUND : access_fail(access, err);

	if (status == ACCESS_FOUND && sets.count == 0) {
		fprintf(stderr, "mxward history: nothing is known of %s: its MX was not asked for, or it has none\n",
			request->name);
		status = ACCESS_NOTHING;
	}
	if (status == ACCESS_FOUND ? !print(request, &sets, access) || fflush(stdout) != 0
				   : status == ACCESS_NOTHING && request->json && !print_json(request, &sets, access))
		status = output_failed();
	history_sets_free(&sets);
	return status;
}

static int check(const access_t *access)
{
	history_counts_t counts;
	const history_err_t err = history_store_check(access->store);

	if (err != HISTORY_OK)
		return access_fail(access, err);
	history_store_counts(access->store, &counts);
	printf("%s is in order: %llu rows, %llu octets\n", access->file, (unsigned long long)counts.rows,
	       (unsigned long long)counts.octets);
	return fflush(stdout) == 0 ? ACCESS_FOUND : output_failed();
}

/* 0, or an exit status; -1: --help. */
static int read_request(int argc, char **argv, request_t *request)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' }, { "file", required_argument, NULL, 'f' },
		{ "check", no_argument, NULL, 'k' },        { "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },         { 0 },
	};

	for (int option; (option = options_next(argc, argv, "history", ":c:f:h", options)) != -1;) {
		switch (option) {
		case 'c': request->conf = optarg; break;
		case 'f': request->file = optarg; break;
		case 'k': request->check = true; break;
		case 'j': request->json = true; break;
		case 'h': return -1;
		default: return EXIT_USAGE;
		}
	}
	if (request->check && (request->json || optind < argc))
		return usage_error("--check takes no domain and has no JSON");
	if (!request->check && optind + 1 != argc)
		return usage_error(optind == argc ? "name a domain" : "one domain is enough");
	request->domain = argv[optind];
	return 0;
}

static int run(request_t *request)
{
	access_t access = { 0 };
	char *error = NULL;
	int status;

	if (!request->check && !wanted_domain(request->domain, request->name, &error)) {
		status = usage_error(error != NULL ? error : "memory is out");
		free(error);
		return status;
	}
	status = access_open(&access, "history", request->conf, request->file);
	if (status == 0)
		status = request->check ? check(&access) : show(request, &access);
	access_close(&access);
	return status;
}

int command_history(int argc, char **argv)
{
	request_t request = { .json = false };
	int status = read_request(argc, argv, &request);

	if (status == 0)
		return run(&request);
	if (status > 0)
		return status;
	fputs(help, stdout);
	return 0;
}
