/* sources.c: see sources.h. */
#include "module/inspect/sources.h"

sources_t sources_begin(const shared_t *shared)
{
	return (sources_t){ .shared = shared };
}

void sources_end(sources_t *sources)
{
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
