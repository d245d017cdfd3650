/* command.c: `mxward status`, `stats` and the other commands that a running server carries out: one row each. */
#include "module/command.h"

#include "conf/conf.h"
#include "module/ask/typed.h"
#include "module/control/client.h"
#include "module/control/order.h"
#include "module/control/show.h"
#include "module/escape.h"
#include "module/options.h"
#include "module/terminal.h"
#include "validator/name.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_REFUSED = 1, EXIT_NO_SERVER = 2, SENTENCE_MAX = 4096 };

/* What the command line says beside the command's name. */
typedef struct line {
	const char *conf_path; /* NULL: the default, if it is there */
	const char *socket;    /* NULL: as the configuration says */
	bool json;
	bool all;
	uint32_t lifetime; /* seconds; 0: not given */
	int count;         /* arguments without a dash */
	char **words;
} line_t;

typedef struct tool {
	const char *name;
	const char *arguments; /* for the usage */
	const char *help;
	int least, most; /* arguments */
	/* Makes the order of the arguments; NULL with a sentence in `error` (SENTENCE_MAX octets) when they make none. */
	json_t *(*order)(const line_t *line, char *error);
	show_fn *show;
	show_enrich_fn *enrich; /* NULL: the answer is whole as it comes */
} tool_t;

/* ---- orders ---- */

static json_t *order_of_log_level(const line_t *line, char *error)
{
	(void)error; /* the server knows the levels */
	return json_pack("{s:s, s:s}", "command", "log-level", "level", line->words[0]);
}

/* False with a sentence when it is no name. */
static bool put_name(json_t *order, const char *text, char *error)
{
	char plain[NAME_TEXT_MAX];
	char *complaint = NULL;
	name_t name;
	const bool is_name = typed_name(text, &name, &complaint);

	if (!is_name && complaint != NULL)
		snprintf(error, SENTENCE_MAX, "%s", complaint);
	free(complaint);
	return is_name && json_object_set_new(order, "name", json_string(name_to_text(&name, plain))) == 0;
}

static json_t *order_with_name(const char *command, const char *text, char *error)
{
	json_t *order = json_pack("{s:s}", "command", command);

	if (order == NULL || put_name(order, text, error))
		return order;
	json_decref(order);
	return NULL;
}

static json_t *order_of_cache(const line_t *line, char *error)
{
	return order_with_name("cache", line->words[0], error);
}

static json_t *order_of_explain(const line_t *line, char *error)
{
	return order_with_name("explain", line->words[0], error);
}

static json_t *order_of_flush(const line_t *line, char *error)
{
	json_t *order = NULL;

	if (line->all == (line->count > 0)) {
		snprintf(error, SENTENCE_MAX, line->all ? "--all takes no name" : "which name? Or --all");
		return NULL;
	}
	if (line->all)
		return json_pack("{s:s, s:b}", "command", "flush", "all", 1);
	order = order_with_name("flush", line->words[0], error);
	if (order != NULL && line->count == 2)
		json_object_set_new(order, "type", json_string(line->words[1]));
	return order;
}

static json_t *order_of_nta(const line_t *line, char *error)
{
	json_t *order = json_pack("{s:s, s:s}", "command", "nta", "action", line->words[0]);

	if (order != NULL && line->count == 2 && !put_name(order, line->words[1], error)) {
		json_decref(order);
		return NULL;
	}
	if (order != NULL && line->lifetime > 0)
		json_object_set_new(order, "lifetime", json_integer(line->lifetime));
	return order;
}

static const tool_t tools[] = {
	{ "status", "", "Says whether the server answers, since when, and on what.", 0, 0, NULL, show_status, NULL },
	{ "stats", "", "Shows what was asked and answered since the server began, how fast, and what was found.", 0, 0,
	  NULL, show_stats, NULL },
	{ "reload", "", "Has the server read its configuration again, and says what is wrong with it.", 0, 0, NULL,
	  show_reload, NULL },
	{ "flush", " NAME [TYPE] | --all",
	  "Has the server forget what it knows of a name, so that the next question is asked anew.", 0, 2,
	  order_of_flush, show_flush, NULL },
	{ "cache", " NAME", "Shows what is cached about a name.", 1, 1, order_of_cache, show_cache, show_enrich_cache },
	{ "nta", " list | add NAME [--for TIME] | del NAME",
	  "Lists, sets and deletes negative trust anchors: domains that are not validated for a while.", 1, 2,
	  order_of_nta, show_nta, NULL },
	{ "trust-anchors", "", "Shows the keys that are trusted, and their state.", 0, 0, NULL, show_trust_anchors,
	  show_enrich_trust_anchors },
	{ "alerts", "", "Shows the alerts that are open, and those that have ended.", 0, 0, NULL, show_alerts, NULL },
	{ "explain", " NAME", "Has the server judge the MX answer of a domain anew, and says what it found.", 1, 1,
	  order_of_explain, show_explain, NULL },
	{ "log level", " LEVEL", "Sets the log's level: error, warning, info or debug, until the next reload.", 1, 1,
	  order_of_log_level, show_log_level, NULL },
	{ "stop", "", "Has the server stop.", 0, 0, NULL, show_stop, NULL },
};

enum { TOOLS = sizeof(tools) / sizeof(tools[0]) };

static const tool_t *find_tool(const char *name)
{
	size_t i = 0;

	while (i < TOOLS - 1 && strcmp(tools[i].name, name) != 0)
		i++;
	return &tools[i]; /* main.c and this table have the same names */
}

/* ---- the command line ---- */

/* What not all commands have. */
static const char *own_options(const tool_t *tool)
{
	if (tool->show == show_flush)
		return "      --all          flush everything\n";
	if (tool->show == show_nta)
		return "      --for TIME     how long it lasts, as 30m, 12h or 7d (default: 1h, at most 7d)\n";
	return "";
}

static void print_help(const tool_t *tool)
{
	printf("Usage: mxward %s%s [-c FILE | --socket PATH] [--json]\n\n"
	       "%s\n\n"
	       "  -c, --config FILE  find the server's socket in this configuration\n"
	       "                     (default: %s)\n"
	       "      --socket PATH  the server's control socket\n"
	       "      --json         print the answer as one JSON object\n"
	       "%s"
	       "  -h, --help         this text\n\n"
	       "Exit status: 0 done; 1 the server refused, and says why; 2 there is no server, or\n"
	       "none that answers; 64 wrong command line; 70 memory or output failed; 78 the\n"
	       "configuration is wrong.\n\nSee mxward-control(1).\n",
	       tool->name, tool->arguments, tool->help, MXWARD_CONFIG_FILE, own_options(tool));
}

static int usage_error(const tool_t *tool, const char *what)
{
	fprintf(stderr, "mxward %s: %s; see mxward %s --help\n", tool->name, what, tool->name);
	return EXIT_USAGE;
}

/* "90", "90s", "30m", "12h", "7d": seconds, at least one, at most a week. */
static bool read_time(const char *text, uint32_t *seconds)
{
	static const char units[] = "smhd";
	static const uint32_t factors[] = { 1, 60, 3600, 86400 };
	char *end = NULL;
	const unsigned long number = strtoul(text, &end, 10);
	const char *unit = *end != '\0' ? strchr(units, *end) : units;

	if (text[0] < '0' || text[0] > '9' || unit == NULL || (*end != '\0' && end[1] != '\0') ||
	    number > ORDER_LIFETIME_MAX)
		return false;
	*seconds = (uint32_t)number * factors[unit - units];
	return *seconds > 0 && number * factors[unit - units] <= ORDER_LIFETIME_MAX;
}

/* 0, EXIT_USAGE, or -1 when --help was all. */
static int read_line(int argc, char **argv, const tool_t *tool, line_t *line)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "socket", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ "all", no_argument, NULL, 'a' },
		{ "for", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};

	const char *time = NULL;

	for (int option; (option = options_next(argc, argv, tool->name, ":c:h", options)) != -1;) {
		switch (option) {
		case 'c': line->conf_path = optarg; break;
		case 's': line->socket = optarg; break;
		case 'j': line->json = true; break;
		case 'a': line->all = true; break;
		case 'f': time = optarg; break;
		case 'h': print_help(tool); return -1;
		default: return EXIT_USAGE;
		}
	}
	line->count = argc - optind;
	line->words = argv + optind;
	if ((line->all && tool->show != show_flush) || (time != NULL && tool->show != show_nta))
		return usage_error(tool, line->all ? "there is no option --all" : "there is no option --for");
	if (time != NULL && !read_time(time, &line->lifetime))
		return usage_error(tool, "--for takes a time as 30m, 12h or 7d, at most 7d");
	if (line->count < tool->least)
		return usage_error(tool, "an argument is missing");
	if (line->count > tool->most)
		return usage_error(tool, "there is an argument too many");
	return 0;
}

/* ---- the server's socket ---- */

/* The configuration that names it; NULL, with what is wrong on stderr. */
static conf_t *load(const line_t *line)
{
	const char *path = line->conf_path;
	char *error = NULL;
	conf_t *conf;

	if (path == NULL && access(MXWARD_CONFIG_FILE, F_OK) == 0)
		path = MXWARD_CONFIG_FILE;
	conf = path != NULL ? conf_load(path, &error) : conf_parse("", 0, "defaults", &error);
	if (conf == NULL)
		fprintf(stderr, "%s\n", error != NULL ? error : "mxward: memory is out");
	free(error);
	return conf;
}

/* ---- all together ---- */

static void print_error(const tool_t *tool, const char *error)
{
	char shown[SENTENCE_MAX];

	fprintf(stderr, "mxward %s: %s\n", tool->name,
		error != NULL ? escape_string(error, shown, sizeof(shown)) : "memory is out");
}

static int print_reply(const tool_t *tool, const line_t *line, const json_t *order, const json_t *reply)
{
	const show_t show = { .out = stdout, .colour = terminal_wants_colour(stdout) };

	if (!line->json)
		tool->show(&show, order, reply);
	else if (json_dumpf(reply, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(12)) == 0)
		putchar('\n');
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_SUCCESS;
	fprintf(stderr, "mxward %s: the answer could not be printed\n", tool->name);
	return EXIT_SOFTWARE;
}

static int ask(const tool_t *tool, const line_t *line, const char *socket, const json_t *order)
{
	json_t *reply = NULL;
	char *error = NULL;
	const client_result_t result = client_ask(socket, order, CLIENT_SECONDS, &reply, &error);
	int status = EXIT_NO_SERVER;

	if (result == CLIENT_OK && tool->enrich != NULL)
		tool->enrich(reply);
	if (result == CLIENT_OK)
		status = print_reply(tool, line, order, reply);
	else
		print_error(tool, error);
	if (result == CLIENT_REFUSED)
		status = EXIT_REFUSED;
	json_decref(reply);
	free(error);
	return status;
}

static int ask_socket(const tool_t *tool, const line_t *line, const json_t *order)
{
	conf_t *conf = line->socket == NULL ? load(line) : NULL;
	const char *socket = conf != NULL ? conf->control.socket : line->socket;
	int status = EXIT_CONFIG;

	if (socket != NULL && socket[0] != '\0') {
		status = ask(tool, line, socket, order);
	} else if (socket != NULL) {
		print_error(tool, "control.socket is \"\": this server has no control socket");
		status = EXIT_NO_SERVER;
	}
	conf_free(conf);
	return status;
}

int command_control(int argc, char **argv)
{
	const tool_t *tool = find_tool(argv[0]);
	char error[SENTENCE_MAX] = "memory is out";
	line_t line = { 0 };
	int status = read_line(argc, argv, tool, &line);
	json_t *order = NULL;

	if (status != 0)
		return status > 0 ? status : EXIT_SUCCESS;
	order = tool->order != NULL ? tool->order(&line, error) : json_pack("{s:s}", "command", tool->name);
	if (order == NULL)
		return usage_error(tool, error);
	status = ask_socket(tool, &line, order);
	json_decref(order);
	return status;
}

int command_log_level(int argc, char **argv)
{
	static char name[] = "log level";

	argv[0] = name;
	return command_control(argc, argv);
}
