/* lookup.c: `mxward lookup`. */
#include "module/command.h"
#include "module/lookup/explain.h"
#include "module/owners.h"
#include "module/policy_of.h"
#include "module/resolver/options.h"
#include "module/terminal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] = "Usage: mxward lookup NAME [TYPE] [-c FILE | -s ADDR[@PORT]] [OPTION...]\n"
			   "       mxward lookup -x ADDRESS [...]\n"
			   "       mxward lookup --explain NAME [-c FILE] [-s ADDR[@PORT]] [OPTION...]\n"
			   "\n"
			   "Resolves NAME and says whether the answer is secure, insecure or bogus, and why.\n"
			   "TYPE is MX unless given. International names may be written as they are read.\n"
			   "\n"
			   "      --explain        show the whole assessment of the MX answer: each exchange,\n"
			   "                       what was found, and the verdict; with -s also whether the\n"
			   "                       server answers so\n"
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
			   "2 bogus: the answer was rejected; 3 could not be resolved; 4 rejected by policy;\n"
			   "64 wrong command line; 70 memory or output failed; 78 the configuration is\n"
			   "wrong.\n";

static int usage_error(char *error)
{
	fprintf(stderr, "mxward lookup: %s; see mxward lookup --help\n", error != NULL ? error : "memory is out");
	free(error);
	return EXIT_USAGE;
}

/* The configuration and the policy that it makes. */
typedef struct settings {
	const char *path; /* "defaults" where there is no file */
	conf_t *conf;
	policy_t *policy;
} settings_t;

static conf_t *read_conf(const char *path, char **error)
{
	return path != NULL ? conf_load(path, error) : conf_parse("", 0, "defaults", error);
}

/* A bad file costs the names of providers, and no more. False when memory is out. */
static bool set_owners(settings_t *settings)
{
	char *complaint = NULL;
	owner_table_t *owners = owners_load(settings->conf, &complaint);

	if (complaint != NULL)
		fprintf(stderr, "%s; the file is left out\n", complaint);
	free(complaint);
	policy_set_owners(settings->policy, owners);
	return owners != NULL;
}

/* False when libunbound does not take it, or no policy can be made of it. */
static bool check_conf(settings_t *settings, char **error)
{
	*error = options_check(settings->conf);
	if (*error == NULL)
		settings->policy = policy_of_conf(settings->conf, settings->path, error);
	if (settings->policy == NULL || set_owners(settings))
		return settings->policy != NULL;
	policy_free(settings->policy);
	return false;
}

/* False with a sentence; conf_free() the configuration after use. */
static bool load(const request_t *request, settings_t *settings, char **error)
{
	const char *path = request->conf_path;

	if (path == NULL && access(MXWARD_CONFIG_FILE, F_OK) == 0)
		path = MXWARD_CONFIG_FILE;
	*settings = (settings_t){ .path = path != NULL ? path : "defaults", .conf = read_conf(path, error) };
	if (settings->conf == NULL)
		return false;
	if (check_conf(settings, error))
		return true;
	conf_free(settings->conf);
	return false;
}

/* What was found out, and by whom. */
typedef struct findings {
	const char *path;
	result_t ours;
	result_t servers;
} findings_t;

static bool asks_here(const request_t *request)
{
	return !request->ask_server || request->explain;
}

/* False when the configuration is wrong. */
static bool find_out(const request_t *request, findings_t *findings)
{
	char *error = NULL;
	settings_t settings;

	if (asks_here(request)) {
		if (!load(request, &settings, &error)) {
			fprintf(stderr, "%s\n", error != NULL ? error : "mxward lookup: memory is out");
			free(error);
			return false;
		}
		findings->path = settings.path;
		result_by_resolver(request, settings.conf, settings.policy, &findings->ours);
		conf_free(settings.conf);
	}
	if (request->ask_server)
		result_by_server(request, &findings->servers);
	return true;
}

static bool print_result(const request_t *request, const result_t *result)
{
	return request->json ? result_print_json(stdout, request, result)
			     : result_print(stdout, request, result, terminal_wants_colour(stdout));
}

static bool print_explanation(const request_t *request, const findings_t *findings)
{
	const explanation_t explanation = { .request = request,
					    .ours = &findings->ours,
					    .servers = request->ask_server ? &findings->servers : NULL,
					    .policy = findings->path };
	const tree_style_t style = { .colour = terminal_wants_colour(stdout), .unicode = terminal_is_utf8() };

	return request->json ? explain_print_json(stdout, &explanation) : explain_print(stdout, &explanation, &style);
}

static int look_up(const request_t *request)
{
	findings_t findings = { .path = "" };
	const result_t *result = asks_here(request) ? &findings.ours : &findings.servers;
	bool printed;
	int status;

	if (!find_out(request, &findings))
		return EXIT_CONFIG;
	printed = request->explain ? print_explanation(request, &findings) : print_result(request, result);
	printed = fflush(stdout) == 0 && printed;
	if (!printed)
		fputs("mxward lookup: the result could not be printed: memory is out, or the output is closed\n",
		      stderr);
	status = printed ? (int)result->status : EXIT_SOFTWARE;
	result_free(&findings.ours);
	result_free(&findings.servers);
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
