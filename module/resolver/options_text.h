/* options_text.h: how options.c and its parts write libunbound's configuration. */
#ifndef MODULE_RESOLVER_OPTIONS_TEXT_H
#define MODULE_RESOLVER_OPTIONS_TEXT_H

#include "conf/conf.h"

#include <stdio.h>

/* The text as it grows. */
typedef struct options_text {
	FILE *out;
	bool refused; /* a value would have ended its own quotation */
} options_text_t;

/* The lines of a text that resolver.libunbound became; the first line is 1. */
typedef struct options_lines {
	size_t first;
	size_t count;
} options_lines_t;

/* A line with the value in quotation marks, unless it cannot be quoted. */
void options_put(options_text_t *text, const char *name, const char *value);

/* The addresses that no server has, whatever a zone claims: loopback, and our own. */
void options_never_asked(options_text_t *text, const conf_t *conf);

/* options_text() with the place of the administrator's own part. */
MUST_USE char *options_write(const conf_t *conf, bool writable_anchor, options_lines_t *theirs);

#endif
