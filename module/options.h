/* options.h: reads the options of a subcommand, one after the other. */
#ifndef MODULE_OPTIONS_H
#define MODULE_OPTIONS_H

#include "module/escape.h"

#include <getopt.h>
#include <stdio.h>

enum { OPTIONS_SHOWN_MAX = 128 };

/* As getopt_long(3), for `letters` that begin with a colon. Of an option that is none, or has no value, or one too many, it says so
 * in the words that other mistakes of the command line have, and returns '?'. `command` is what stands behind "mxward". */
static inline int options_next(int argc, char **argv, const char *command, const char *letters,
			       const struct option *known)
{
	char shown[OPTIONS_SHOWN_MAX];
	const char *word;
	int option;

	opterr = 0;
	option = getopt_long(argc, argv, letters, known, NULL);
	if (option != '?' && option != ':')
		return option;
	word = argv[optind - 1];
	if (word[0] != '-' && optind < argc) /* within letters that share a dash */
		word = argv[optind];
	fprintf(stderr, "mxward %s: %s %s; see mxward %s --help\n", command,
		option == ':' ? "a value is missing behind" : "there is no option",
		escape_string(word, shown, sizeof(shown)), command);
	return '?';
}

#endif
