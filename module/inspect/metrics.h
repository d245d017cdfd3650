/* metrics.h: the server's numbers (the object `stats` of the control socket) in Prometheus' text format 0.0.4. No I/O. */
#ifndef MODULE_INSPECT_METRICS_H
#define MODULE_INSPECT_METRICS_H

#include "config.h"

#include <jansson.h>
#include <stddef.h>

enum { METRICS_SAMPLES_MAX = 2000 }; /* of one metric; the server has far fewer */

/* The text of all metrics that `stats` has numbers for; what is missing or no number is left out. NULL: the server does not answer,
 * which is a metric of its own (mxward_up). To be freed, *size without the final NUL; NULL when memory is out. */
MUST_USE char *metrics_text(const json_t *stats, size_t *size);

/* What docs/api.md and the tests name: the metrics in their order, as NAME, TYPE and HELP. False when there are no more. */
MUST_USE int metrics_describe(size_t index, const char **name, const char **type, const char **help);

#endif
