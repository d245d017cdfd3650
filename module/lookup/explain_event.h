/* explain_event.h: the JSON of an explanation; its keys are documented in mxward-lookup(1). */
#ifndef MODULE_LOOKUP_EXPLAIN_EVENT_H
#define MODULE_LOOKUP_EXPLAIN_EVENT_H

#include "module/inquiry/resolution.h"
#include "module/vlog/vlog.h"

#include <jansson.h>

/* The object of an event with the sentence of each finding's check, `policy` (a path, or "defaults") and the exit status that
 * `mxward lookup` would have; `server` is taken over. NULL when memory is out. */
MUST_USE json_t *explain_event_json(const vlog_event_t *event, const char *policy, int status, json_t *server);

/* The same of what a running server found out about an MX set. */
MUST_USE json_t *explain_event_of(const name_t *name, const resolution_t *resolution, const verdict_t *verdict,
				  uint32_t took, const char *policy);

#endif
