/* indexer.h: the thread that keeps the validation log's index (module/logindex/) up to date. */
#ifndef MODULE_INSPECT_INDEXER_H
#define MODULE_INSPECT_INDEXER_H

#include "conf/conf.h"
#include "module/logindex/logindex.h"

#include <event2/event.h>

typedef struct indexer indexer_t;

typedef void indexer_grew_fn(void *arg);

/* What the index is to be like; borrows from conf. */
logindex_settings_t indexer_settings(const conf_t *conf);

/* Starts the thread. `grew` is called from the loop after entries were added. NULL when memory, threads or files are out. */
MUST_USE indexer_t *indexer_new(struct event_base *base, const logindex_settings_t *settings, indexer_grew_fn *grew,
				void *arg);
void indexer_free(indexer_t *indexer);

/* Whether the log has lines that are not indexed yet. From any thread. */
MUST_USE bool indexer_is_behind(const indexer_t *indexer);

#endif
