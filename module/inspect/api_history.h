/* api_history.h: the routes that read the MX history (cache/history_store.h). */
#ifndef MODULE_INSPECT_API_HISTORY_H
#define MODULE_INSPECT_API_HISTORY_H

#include "module/inspect/routes.h"

route_fn api_history_sets;
route_fn api_history_reverse;

#endif
