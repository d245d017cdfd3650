/* main.c: finds the subcommand. */
#include "module/command.h"

#include <stdio.h>
#include <string.h>

typedef struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help; /* NULL: not for people */
} command_t;

static const command_t commands[] = {
	{ "serve", command_serve, "answer queries, in the foreground" },
	{ "checkconf", command_checkconf, "say what is wrong with a configuration" },
	{ "lookup", command_lookup, "resolve a name, and say whether the answer is secure and why" },
	{ "doctor", command_doctor, "check this machine from the client's side, and say how to mend it" },
	{ "log", command_log, "search the validation log, sum it up, prove that nobody edited it" },
	{ "history", command_history, "show which MX sets a domain had, and when" },
	{ "reverse", command_reverse, "list the domains whose mail goes to a host" },
	{ "status", command_control, "say whether the server answers, since when, and on what" },
	{ "stats", command_control, "show what was asked and answered, how fast, and what was found" },
	{ "reload", command_control, "have the server read its configuration again" },
	{ "flush", command_control, "have the server forget a name, so that it is asked anew" },
	{ "cache", command_control, "show what the server has cached about a name" },
	{ "nta", command_control, "list, set and delete negative trust anchors" },
	{ "trust-anchors", command_control, "show the keys that are trusted, and their state" },
	{ "alerts", command_control, "show what needs an eye, and what did" },
	{ "explain", command_control, "have the server judge a domain's MX answer anew, and say why" },
	{ "stop", command_control, "have the server stop" },
	{ "version", command_version, "print the versions of mxward and of the libraries that matter" },
	{ "resolver", command_resolver, NULL },
	{ "inspect", command_inspect, NULL },
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void print_help(FILE *out)
{
	fputs("mxward: the local DNS resolver of a mail server\n\nUsage: mxward COMMAND [ARGUMENT...]\n\nCommands:\n",
	      out);
	for (size_t i = 0; i < COMMANDS; i++)
		if (commands[i].help != NULL)
			fprintf(out, "  %-13s %s\n", commands[i].name, commands[i].help);
	fputs("\nmxward COMMAND --help tells more. Manual pages: mxward(1), mxward.yaml(5).\n", out);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		print_help(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0)
		return command_version(1, argv + 1);
	fprintf(stderr, "mxward: there is no command %s; see mxward --help\n", argv[1]);
	return EXIT_USAGE;
}
