/* privileges.h: gives up what the daemon does not need once its sockets are bound. */
#ifndef MODULE_PRIVILEGES_H
#define MODULE_PRIVILEGES_H

#include "module/log/log.h"

#include <stdbool.h>
#include <sys/types.h>

/* For every process of the daemon, first thing: no core dumps (questions and keys are in memory), umask 077, as many open
 * files as the hard limit allows, and a fresh standard input. */
void privileges_prepare(void);

/* Whom privileges_drop() would make us: for what is to belong to it. */
void privileges_whom(const char *user, uid_t *uid, gid_t *gid);

/* Becomes `user` with its groups alone, when started as root, and drops every capability; nothing can bring them back
 * (PR_SET_NO_NEW_PRIVS). "" stays who we are. When the user does not exist: a default (user_is_default) is replaced by
 * nobody with a warning, another one is an error. False, with a line in the log, when anything is refused. */
MUST_USE bool privileges_drop(const char *user, bool user_is_default, log_t *log);

#endif
