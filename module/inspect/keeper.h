/* keeper.h: keeps the inspection process (process.h): starts it, replaces it with back-off when it ends or hangs, ends it. That
 * it cannot be started is a line in the log and nothing more. In the thread that runs `base`, with which the process ends. */
#ifndef MODULE_INSPECT_KEEPER_H
#define MODULE_INSPECT_KEEPER_H

#include "conf/conf.h"
#include "module/log/log.h"

#include <event2/event.h>
#include <sys/types.h>

typedef struct keeper keeper_t;

/* Starts the process from the loop, unless conf says that there is none. `program`: another one to start; NULL for this one. NULL
 * when memory is out. */
MUST_USE keeper_t *keeper_new(struct event_base *base, const conf_t *conf, const char *program, log_t *log);

/* Gives the process at most wait_ms to leave by itself. */
void keeper_free(keeper_t *keeper, unsigned wait_ms);

/* Replaces the process by one with this configuration. False when memory is out: the old one stays. */
MUST_USE bool keeper_reload(keeper_t *keeper, const conf_t *conf);

/* The process that answers; 0: none does. */
pid_t keeper_pid(const keeper_t *keeper);

#endif
