/* load.h: loads a configuration as the daemon needs it: beside what conf finds wrong, what only validator (policy_of.h),
 * libunbound and the file system can tell. */
#ifndef MODULE_LOAD_H
#define MODULE_LOAD_H

#include "conf/conf.h"

#include <stdbool.h>

/* As conf_load(); *error is a line `FILE:LINE:COLUMN: ...`, without the numbers for what the file leaves to its default. */
MUST_USE conf_t *load_conf(const char *path, char **error);

/* The same in two steps, for a start that must not wait: all but what libunbound says, which takes a process of its own and some
 * 30 ms; and that. */
MUST_USE conf_t *load_conf_untried(const char *path, char **error);
MUST_USE bool load_try(const conf_t *conf, const char *path, char **error);

/* Such a line about the value of a key (about the file, when key is NULL), to be freed; NULL when memory is out. */
MUST_USE char *load_line(const conf_t *conf, const char *path, const char *key, const char *format, ...)
	PRINTF_LIKE(4, 5);

#endif
