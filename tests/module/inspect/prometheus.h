/* prometheus.h: reads Prometheus' text format 0.0.4 strictly, for tests.
 * https://prometheus.io/docs/instrumenting/exposition_formats/ */
#ifndef TESTS_MODULE_INSPECT_PROMETHEUS_H
#define TESTS_MODULE_INSPECT_PROMETHEUS_H

#include <stdbool.h>

/* NULL when the text is well formed: every metric has HELP and TYPE before its samples, which stand together; no sample is there
 * twice; histograms have ascending buckets that end with +Inf, sum and count. Else what is wrong, static. */
const char *prometheus_problem(const char *text);

/* Whether this line is in the text. */
bool prometheus_has(const char *text, const char *line);

#endif
