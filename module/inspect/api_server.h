/* api_server.h: the routes that ask the server over its control socket (module/control/). */
#ifndef MODULE_INSPECT_API_SERVER_H
#define MODULE_INSPECT_API_SERVER_H

#include "module/inspect/routes.h"

route_fn api_server_healthz;
route_fn api_server_metrics;
route_fn api_server_status;
route_fn api_server_stats;
route_fn api_server_alerts;
route_fn api_server_lookup;

#endif
