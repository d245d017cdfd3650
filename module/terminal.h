/* terminal.h: what standard output can show. */
#ifndef MODULE_TERMINAL_H
#define MODULE_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Colour: on a terminal, unless NO_COLOR is set and not empty (https://no-color.org). */
static inline bool terminal_wants_colour(FILE *out)
{
	const char *no_colour = getenv("NO_COLOR");

	return isatty(fileno(out)) && (no_colour == NULL || no_colour[0] == '\0');
}

#endif
