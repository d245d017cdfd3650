/* sources.c: see sources.h. */
#include "module/inspect/sources.h"

sources_t sources_begin(const shared_t *shared)
{
	return (sources_t){ .shared = shared };
}

void sources_end(sources_t *sources)
{
	sources_close_history(sources);
	logindex_free(sources->log);
	sources->log = NULL;
}

logindex_t *sources_log(sources_t *sources)
{
	if (sources->log == NULL && sources->shared->indexer != NULL) {
		const logindex_settings_t settings = indexer_settings(sources->shared->conf);

		sources->log = logindex_new(&settings, false);
	}
	return sources->log;
}

history_store_t *sources_history(sources_t *sources, history_err_t *err)
{
	if (sources->history == NULL)
		sources->history = history_store_open_reader(sources->shared->conf->history.file, err);
	return sources->history;
}

void sources_close_history(sources_t *sources)
{
	history_store_close(sources->history);
	sources->history = NULL;
}
