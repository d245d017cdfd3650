/* sources.h: where answers come from. Each worker has its own; what they share is read-only, or says otherwise. */
#ifndef MODULE_INSPECT_SOURCES_H
#define MODULE_INSPECT_SOURCES_H

#include "conf/conf.h"
#include "module/inspect/indexer.h"
#include "module/logindex/logindex.h"

/* What all workers share. Borrowed. */
typedef struct shared {
	const conf_t *conf;
	const indexer_t *indexer; /* NULL: there is no validation log */
} shared_t;

typedef struct sources {
	const shared_t *shared;
	logindex_t *log; /* use sources_log() */
} sources_t;

sources_t sources_begin(const shared_t *shared);
void sources_end(sources_t *sources);

/* The index to search in; NULL: there is no validation log, or memory is out. */
logindex_t *sources_log(sources_t *sources);

#endif
