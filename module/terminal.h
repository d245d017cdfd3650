/* terminal.h: how things are shown where output leads. */
#ifndef MODULE_TERMINAL_H
#define MODULE_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* It is a terminal, and NO_COLOR is not set or empty (https://no-color.org). */
bool terminal_wants_colour(FILE *out);

/* The locale's characters are UTF-8: box drawing can be shown. */
bool terminal_is_utf8(void);

#endif
