/* policy_of.h: makes of what the administrator wrote (conf.h) what assessments go by (validator/policy.h), and finds what conf
 * cannot: checks and actions that there are not. */
#ifndef MODULE_POLICY_OF_H
#define MODULE_POLICY_OF_H

#include "conf/conf.h"
#include "validator/policy.h"

/* The policy of a configuration that was loaded from `file`, with this host's own addresses as they are now: those of listen
 * and of its interfaces. It owes nothing to conf, and is freed with policy_free(). On failure returns NULL, and *error is a line
 * for people, `FILE:LINE:COLUMN: what is wrong, what would be right`, to be freed by the caller; NULL when memory is out. */
MUST_USE policy_t *policy_of_conf(const conf_t *conf, const char *file, char **error);

#endif
