/* sources.h: where answers come from. Each worker has its own; what they share is read-only, or says otherwise. */
#ifndef MODULE_INSPECT_SOURCES_H
#define MODULE_INSPECT_SOURCES_H

#include "cache/history_store.h"
#include "conf/conf.h"
#include "module/inspect/indexer.h"
#include "module/logindex/logindex.h"
#include "validator/owner.h"

/* What all workers share. Borrowed. */
typedef struct shared {
	const conf_t *conf;
	const indexer_t *indexer;    /* NULL: there is no validation log */
	const owner_table_t *owners; /* NULL: none is known */
} shared_t;

typedef struct sources {
	const shared_t *shared;
	logindex_t *log;          /* use sources_log() */
	history_store_t *history; /* use sources_history() */
} sources_t;

sources_t sources_begin(const shared_t *shared);
void sources_end(sources_t *sources);

/* The history to read in; NULL with *err set when it cannot be had. */
history_store_t *sources_history(sources_t *sources, history_err_t *err);
void sources_close_history(sources_t *sources);

/* The index to search in; NULL: there is no validation log, or memory is out. */
logindex_t *sources_log(sources_t *sources);

#endif
