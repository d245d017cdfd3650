/* command_reverse.c: `mxward reverse`. */
#include "module/command.h"
#include "module/escape.h"
#include "module/history/access.h"
#include "module/history/json.h"
#include "module/history/timeline.h"
#include "module/history/wanted.h"
#include "module/options.h"
#include "module/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 300, SHOWN_MAX = 4 * 256 };

static const char help[] =
	"Usage: mxward reverse [-c FILE] [-f FILE] [-n NUMBER] [--from PAGE | --all] [--json]\n"
	"                      HOST | ADDRESS | SUFFIX\n"
	"\n"
	"Lists the domains whose mail goes, or went, to a host (mx1.example.net), to any host below a\n"
	"name (*.example.net), or to a host that had an address: each with when it was first seen\n"
	"there and when its MX was last asked for and led there.\n"
	"\n"
	"  -c, --config FILE  the configuration that names the history's file\n"
	"                     (default: " MXWARD_CONFIG_FILE ", if it is there)\n"
	"  -f, --file FILE    read this history\n"
	"  -n, --limit NUMBER domains on a page, 1 to 1000 (default: 300)\n"
	"      --from PAGE    the page that the one before has named at its end\n"
	"      --all          all pages\n"
	"      --json         print one JSON object for each page\n"
	"  -h, --help         this\n"
	"\n"
	"Exit status: 0 listed; 1 no domain is known; 2 the file cannot be read; 64 wrong command\n"
	"line; 70 memory or output failed; 78 the configuration is wrong.\n";

typedef struct request {
	const char *conf;
	const char *file;
	const char *from;
	size_t limit;
	bool all;
	bool json;
	const char *text; /* as typed */
	wanted_t wanted;
} request_t;

static int usage_error(const char *what)
{
	fprintf(stderr, "mxward reverse: %s; see mxward reverse --help\n", what);
	return EXIT_USAGE;
}

/* ---- pages ---- */

static void print_user(const history_user_t *user, bool colour)
{
	char first[TIMELINE_TIME_MAX];
	char last[TIMELINE_TIME_MAX];

	printf("%s  %s  %s%s%s\n", timeline_time(user->first_seen, first), timeline_time(user->last_visit, last),
	       !user->current && colour ? "\033[2m" : "", user->domain,
	       user->current ? ""
	       : colour      ? " (no more)\033[0m"
			     : " (no more)");
}

static bool print_page(const request_t *request, const history_page_t *page, const char *from)
{
	const bool colour = terminal_wants_colour(stdout);
	json_t *object = NULL;
	bool done = true;

	if (request->json) {
		object = history_json_of_page(page, from, request->limit);
		done = object != NULL && json_dumpf(object, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII) == 0 &&
		       putchar('\n') != EOF;
		json_decref(object);
	}
	for (size_t i = 0; !request->json && i < page->count; i++)
		print_user(&page->users[i], colour);
	return done && fflush(stdout) == 0;
}

/* What was read goes over into the page, as far as memory is concerned. */
static bool append(history_page_t *page, history_page_t *more, size_t limit)
{
	if (page->users == NULL)
		page->users = calloc(limit, sizeof(*page->users));
	if (page->users == NULL)
		return false;
	memcpy(page->users + page->count, more->users, more->count * sizeof(*more->users));
	page->count += more->count;
	more->count = 0;
	memcpy(page->next, more->next, sizeof(page->next));
	return true;
}

/* A whole page, unless it is the last: the store's may be shorter, since it bounds the work for one. */
static history_err_t read_page(const request_t *request, const access_t *access, const char *from, history_page_t *page)
{
	history_err_t err = HISTORY_OK;

	*page = (history_page_t){ 0 };
	snprintf(page->next, sizeof(page->next), "%s", from);
	do {
		history_page_t more;

		err = history_store_reverse(access->store, &request->wanted.what, page->next,
					    request->limit - page->count, &more);
		if (err == HISTORY_OK && !append(page, &more, request->limit))
			err = HISTORY_NO_MEMORY;
		history_page_free(&more);
	} while (err == HISTORY_OK && page->count < request->limit && page->next[0] != '\0');
	return err;
}

static void say_more(const request_t *request, const history_page_t *page)
{
	if (!request->json && !request->all && page->next[0] != '\0')
		fprintf(stderr, "There are more: --from '%s'\n", page->next);
}

static int list_pages(const request_t *request, const access_t *access)
{
	char from[HISTORY_CURSOR_MAX];
	int status = ACCESS_NOTHING;

	if (strlen(request->from) >= sizeof(from))
		return access_fail(access, HISTORY_BAD_CURSOR);
	memcpy(from, request->from, strlen(request->from) + 1);
	do {
		history_page_t page;
		const history_err_t err = read_page(request, access, from, &page);

		if (err != HISTORY_OK) {
			status = access_fail(access, err);
		} else if (!print_page(request, &page, from)) {
			fputs("mxward reverse: the result could not be printed: memory is out, or the output is "
			      "closed\n",
			      stderr);
			status = EXIT_SOFTWARE;
		} else {
			status = page.count > 0 ? ACCESS_FOUND : status;
			say_more(request, &page);
		}
		memcpy(from, page.next, sizeof(from));
		history_page_free(&page);
	} while (status == ACCESS_FOUND && request->all && from[0] != '\0');
	return status;
}

static int list(const request_t *request, const access_t *access)
{
	const int status = list_pages(request, access);
	char shown[SHOWN_MAX];

	if (status == ACCESS_NOTHING)
		fprintf(stderr, "mxward reverse: no domain is known whose mail goes to %s\n",
			escape_string(request->text, shown, sizeof(shown)));
	return status;
}

/* ---- the command line ---- */

static bool read_limit(const char *text, size_t *limit)
{
	char *end;
	const long number = strtol(text, &end, 10);

	*limit = (size_t)number;
	return end != text && *end == '\0' && number >= 1 && number <= HISTORY_PAGE_MAX;
}

/* 0, or an exit status; -1: --help. */
static int read_request(int argc, char **argv, request_t *request)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' }, { "file", required_argument, NULL, 'f' },
		{ "limit", required_argument, NULL, 'n' },  { "from", required_argument, NULL, 'r' },
		{ "all", no_argument, NULL, 'a' },          { "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },         { 0 },
	};

	for (int option; (option = options_next(argc, argv, "reverse", ":c:f:n:h", options)) != -1;) {
		switch (option) {
		case 'c': request->conf = optarg; break;
		case 'f': request->file = optarg; break;
		case 'r': request->from = optarg; break;
		case 'a': request->all = true; break;
		case 'j': request->json = true; break;
		case 'h': return -1;
		case 'n':
			if (!read_limit(optarg, &request->limit))
				return usage_error("--limit takes a number from 1 to 1000");
			break;
		default: return EXIT_USAGE;
		}
	}
	if (request->all && request->from[0] != '\0')
		return usage_error("--all begins at the first page: leave out --from");
	if (optind + 1 != argc)
		return usage_error(optind == argc ? "name a host, an address or a suffix" : "one host is enough");
	request->text = argv[optind];
	return 0;
}

static int run(request_t *request)
{
	access_t access = { 0 };
	char *error = NULL;
	int status;

	if (!wanted_read(request->text, &request->wanted, &error)) {
		status = usage_error(error != NULL ? error : "memory is out");
		free(error);
		return status;
	}
	status = access_open(&access, "reverse", request->conf, request->file);
	if (status == 0)
		status = list(request, &access);
	access_close(&access);
	return status;
}

int command_reverse(int argc, char **argv)
{
	request_t request = { .from = "", .limit = LIMIT };
	int status = read_request(argc, argv, &request);

	if (status == 0)
		return run(&request);
	if (status > 0)
		return status;
	fputs(help, stdout);
	return 0;
}
