/* options_text.h: the text of options.h, with the place of the administrator's own part. */
#ifndef MODULE_RESOLVER_OPTIONS_TEXT_H
#define MODULE_RESOLVER_OPTIONS_TEXT_H

#include "conf/conf.h"

/* The lines of a text that resolver.libunbound became; the first line is 1. */
typedef struct options_lines {
	size_t first;
	size_t count;
} options_lines_t;

MUST_USE char *options_write(const conf_t *conf, bool writable_anchor, options_lines_t *theirs);

#endif
