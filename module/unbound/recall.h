/* recall.h: what the history remembers of a domain, for Unbound's threads: none waits for a disk. The history's reader thread
 * looks it up, and what it finds comes back through the event loop of the thread that asked. */
#ifndef MODULE_UNBOUND_RECALL_H
#define MODULE_UNBOUND_RECALL_H

#include "module/history/history.h"
#include "module/unbound/host.h"

typedef struct recall recall_t;

/* Asks for a domain's past: `told` is called once, later, from the loop. NULL when it will not be: the history is switched off, too
 * many questions wait, or memory or file descriptors are out. */
MUST_USE recall_t *recall_ask(history_t *history, struct comm_base *loop, const name_t *name, history_told_fn *told,
			      void *arg);

/* `told` is not called any more. NULL is allowed. In the thread that asked, before its loop ends. */
void recall_forget(recall_t *recall);

#endif
