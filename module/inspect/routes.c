/* routes.c: see routes.h. */
#include "module/inspect/routes.h"

#include "module/inspect/api_history.h"
#include "module/inspect/api_log.h"
#include "module/inspect/api_server.h"

#include <string.h>

/* The process is there and takes requests. */
static answer_t livez(sources_t *sources, const uri_t *uri, const char *rest)
{
	(void)sources;
	(void)uri;
	(void)rest;
	return answer_json(200, json_pack("{s:b}", "alive", true));
}

const route_t routes[] = {
	{ "/livez", ROUTE_AT_ONCE, true, livez },
	{ "/healthz", ROUTE_WORKER, true, api_server_healthz },
	{ "/metrics", ROUTE_WORKER, false, api_server_metrics },
	{ "/api/v1/status", ROUTE_WORKER, false, api_server_status },
	{ "/api/v1/stats", ROUTE_WORKER, false, api_server_stats },
	{ "/api/v1/alerts", ROUTE_WORKER, false, api_server_alerts },
	{ "/api/v1/lookup", ROUTE_SLOW, false, api_server_lookup },
	{ "/api/v1/history", ROUTE_WORKER, false, api_history_sets },
	{ "/api/v1/reverse-mx", ROUTE_WORKER, false, api_history_reverse },
	{ "/api/v1/log", ROUTE_WORKER, false, api_log_search },
	{ "/api/v1/log/summary", ROUTE_WORKER, false, api_log_summary },
	{ "/api/v1/log/stream", ROUTE_STREAM, false, NULL },
	{ "/api/v1/log/", ROUTE_WORKER, false, api_log_entry },
	{ 0 },
};

const route_t *route_find(const char *path, const char **rest)
{
	for (const route_t *route = routes; route->path != NULL; route++) {
		const size_t size = strlen(route->path);
		const bool below = route->path[size - 1] == '/';

		if (strncmp(path, route->path, size) != 0 || (path[size] == '\0') == below)
			continue;
		*rest = path + size;
		return route;
	}
	return NULL;
}
