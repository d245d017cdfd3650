/* event.h: what a validation log says of an event: as JSON, and as fields of the journal. Nothing that came from the network
 * is written as it came: names are in presentation format (RFC 1035, 5.1), texts are printable ASCII with \DDD for the rest, and
 * JSON escapes what is left. */
#ifndef MODULE_VLOG_EVENT_H
#define MODULE_VLOG_EVENT_H

#include "module/vlog/vlog.h"

/* The "type" of its line. */
const char *event_type(const vlog_event_t *event);

/* All of the line but its head (chain.h): a JSON object in one line. Free with free(). NULL when memory is out. */
MUST_USE char *event_json(const vlog_event_t *event);

/* "MESSAGE=…", "MXWARD_DOMAIN=…" and so on, each with its NUL, `size` octets in all. Free with free(). NULL when memory is
 * out. */
MUST_USE char *event_fields(const vlog_event_t *event, size_t *size);

#endif
