/* lookup.c: `mxward lookup`. */
#include "module/command.h"
#include "module/lookup/result.h"
#include "module/resolver/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char help[] = "Usage: mxward lookup NAME [TYPE] [-c FILE | -s ADDR[@PORT]] [OPTION...]\n"
			   "       mxward lookup -x ADDRESS [...]\n"
			   "\n"
			   "Resolves NAME and says whether the answer is secure, insecure or bogus, and why.\n"
			   "TYPE is MX unless given. International names may be written as they are read.\n"
			   "\n"
			   "  -c, --config FILE    resolve by ourselves, as this configuration file says\n"
			   "                       (default: " MXWARD_CONFIG_FILE ", if it is there)\n"
			   "  -s, --server SERVER  ask this server instead, for example 127.0.0.1@53\n"
			   "  -x, --reverse        NAME is an address: ask for the name that it points to\n"
			   "      --tcp            TCP only, to the server or to those that we ask ourselves\n"
			   "      --cd             show the data of a bogus answer too (checking disabled)\n"
			   "      --timeout SEC    give up after this time (default: 12)\n"
			   "      --json           print one JSON object\n"
			   "  -h, --help           this\n"
			   "\n"
			   "Exit status: 0 there is an answer; 1 no such name, or no record of that type;\n"
			   "2 bogus: the answer was rejected; 3 could not be resolved; 64 wrong command line;\n"
			   "70 memory or output failed; 78 the configuration is wrong.\n";

static bool wants_colour(void)
{
	const char *no_colour = getenv("NO_COLOR"); /* https://no-color.org: set and not empty */

	return isatty(STDOUT_FILENO) && (no_colour == NULL || no_colour[0] == '\0');
}

static int usage_error(char *error)
{
	fprintf(stderr, "mxward lookup: %s; see mxward lookup --help\n", error != NULL ? error : "memory is out");
	free(error);
	return EXIT_USAGE;
}

static conf_t *read_conf(const request_t *request, char **error)
{
	if (request->conf_path != NULL)
		return conf_load(request->conf_path, error);
	if (access(MXWARD_CONFIG_FILE, F_OK) == 0)
		return conf_load(MXWARD_CONFIG_FILE, error);
	return conf_parse("", 0, "defaults", error);
}

/* The configuration, if libunbound takes it too; else NULL and a sentence. */
static conf_t *load(const request_t *request, char **error)
{
	conf_t *conf = read_conf(request, error);

	if (conf == NULL)
		return NULL;
	*error = options_check(conf);
	if (*error == NULL)
		return conf;
	conf_free(conf);
	return NULL;
}

/* False when the configuration is wrong. */
static bool find_out(const request_t *request, result_t *result)
{
	char *error = NULL;
	conf_t *conf;

	if (request->ask_server) {
		result_by_server(request, result);
		return true;
	}
	conf = load(request, &error);
	if (conf == NULL) {
		fprintf(stderr, "%s\n", error != NULL ? error : "mxward lookup: memory is out");
		free(error);
		return false;
	}
	result_by_resolver(request, conf, result);
	conf_free(conf);
	return true;
}

static int look_up(const request_t *request)
{
	result_t result;
	bool printed;
	int status;

	if (!find_out(request, &result))
		return EXIT_CONFIG;
	printed = request->json ? result_print_json(stdout, request, &result)
				: result_print(stdout, request, &result, wants_colour());
	printed = fflush(stdout) == 0 && printed;
	if (!printed)
		fputs("mxward lookup: the result could not be printed: memory is out, or the output is closed\n",
		      stderr);
	status = printed ? (int)result.status : EXIT_SOFTWARE;
	result_free(&result);
	return status;
}

int command_lookup(int argc, char **argv)
{
	request_t request;
	char *error;

	switch (request_read(argc, argv, &request, &error)) {
	case REQUEST_OK: return look_up(&request);
	case REQUEST_HELP: fputs(help, stdout); return 0;
	case REQUEST_WRONG: break;
	}
	return usage_error(error);
}
