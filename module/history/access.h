/* access.h: how the commands come to the history: the configuration, the file, and whose hosts are. What is wrong is said on
 * standard error, in a sentence that names the command. */
#ifndef MODULE_HISTORY_ACCESS_H
#define MODULE_HISTORY_ACCESS_H

#include "cache/history_store.h"
#include "validator/owner.h"

enum {
	ACCESS_FOUND = 0,
	ACCESS_NOTHING = 1,    /* nothing is known of what was asked for */
	ACCESS_UNREADABLE = 2, /* the file cannot be read */
};

typedef struct access {
	const char *command; /* "history" */
	char *file;          /* escaped, for messages */
	history_store_t *store;
	owner_table_t *owners; /* NULL: none is known */
} access_t;

/* `conf_path` NULL: the default file if there is one, else the defaults. `file` NULL: the one that the configuration names.
 * Returns 0, or an exit status. Close with access_close(), in any case. */
MUST_USE int access_open(access_t *access, const char *command, const char *conf_path, const char *file);
void access_close(access_t *access);

/* Says what is wrong with the file, and returns the exit status. */
int access_fail(const access_t *access, history_err_t err);

#endif
