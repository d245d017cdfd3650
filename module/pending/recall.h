/* recall.h: the daemon's history as the memory of its inquiries. */
#ifndef MODULE_PENDING_RECALL_H
#define MODULE_PENDING_RECALL_H

#include "module/history/history.h"
#include "module/inquiry/memory.h"

/* Borrows the history, which may be NULL: then nothing is remembered. */
memory_t recall_from(history_t *history);

#endif
