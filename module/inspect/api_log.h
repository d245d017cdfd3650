/* api_log.h: the routes below /api/v1/log, out of the validation log's index. */
#ifndef MODULE_INSPECT_API_LOG_H
#define MODULE_INSPECT_API_LOG_H

#include "module/inspect/routes.h"

route_fn api_log_search;
route_fn api_log_entry; /* rest: its id */
route_fn api_log_summary;

/* What a request's parameters filter by, all but those in `others` (NULL at its end). False, with a sentence in `why`, when one is
 * unknown or does not read. */
MUST_USE bool api_log_filter(const uri_t *uri, const char *const *others, logfilter_t *filter,
			     char why[LOGFILTER_WHY_MAX]);

#endif
