/* exec.h: runs the administrator's command, once for each telling. Internal to the alert room, and to its thread.
 *
 * No shell is involved. The command gets its arguments as they are configured and the alert in its environment, which holds
 * nothing else but PATH and LANG; its input is empty, and the first line that it writes, to either output, is in the log when
 * it fails. It runs as the daemon does after it has dropped its privileges: set-user-ID programs give it none. At most
 * EXEC_RUNNING_MAX run at once; one that takes longer than allowed is killed, with what it started. */
#ifndef MODULE_ALERT_EXEC_H
#define MODULE_ALERT_EXEC_H

#include "module/log/log.h"

#include <poll.h>
#include <stdint.h>

enum {
	EXEC_RUNNING_MAX = 4,
	EXEC_WAITING_MAX = 256,
	EXEC_FDS_MAX = 2 * EXEC_RUNNING_MAX,
	EXEC_SAID_MAX = 200, /* octets of what a command says that are logged */
};

typedef struct exec exec_t;

/* What was put in with `tag` is done with; the command may have failed. */
typedef void exec_done_fn(void *owner, uint64_t tag);

/* NULL when memory is out. */
MUST_USE exec_t *exec_new(exec_done_fn *done, void *owner, log_t *log);

/* Ends what runs, and forgets what waits, without `done`. */
void exec_free(exec_t *exec);

/* argv ends with NULL; NULL or an empty one: there is no command. Copied. False when memory is out: the old one stays. */
MUST_USE bool exec_configure(exec_t *exec, const char *const *argv, unsigned timeout_s);
bool exec_is_configured(const exec_t *exec);

/* Takes `environment` over, in any case: strings NAME=VALUE one behind the other in one allocation, each with its NUL, an empty
 * one at the end. False when too many wait. */
MUST_USE bool exec_put(exec_t *exec, char *environment, uint64_t tag);

/* What to wait for: descriptors, and the milliseconds until a time limit; -1 for none. */
unsigned exec_fds(const exec_t *exec, struct pollfd fds[EXEC_FDS_MAX]);
int exec_wait(const exec_t *exec, uint64_t now_ms);

/* Starts what may start, and looks after what runs. `now_ms` is a clock that nobody sets. */
void exec_run(exec_t *exec, uint64_t now_ms);

/* How many run or wait. */
size_t exec_count(const exec_t *exec);

#endif
