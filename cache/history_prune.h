/* history_prune.h: dropping sets. Internal to the history. */
#ifndef CACHE_HISTORY_PRUNE_H
#define CACHE_HISTORY_PRUNE_H

#include "cache/history_db.h"

/* Drops a set, and what nothing refers to then: exchanges with their addresses, the domain. */
void history_prune_set(history_store_t *store, int64_t domain, int64_t number);

#endif
