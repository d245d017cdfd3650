/* conf_report.h: keeps the first error of a load as a line for people. Within conf only. */
#ifndef CONF_REPORT_H
#define CONF_REPORT_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

typedef struct conf_report {
	const char *file; /* as errors name it; borrowed */
	char *error;      /* NULL as long as all is well; the caller's to free */
	bool failed;      /* also when there was no memory for the error's text */
} conf_report_t;

/* Record `FILE:LINE:COLUMN: ...` (lines and columns from 1), and `FILE: ...`; the first one stays. Always false, so that
 * a reader can end with `return conf_report_at(...)`. */
bool conf_report_at(conf_report_t *report, yaml_mark_t mark, const char *format, ...) PRINTF_LIKE(3, 4);
bool conf_report_file(conf_report_t *report, const char *format, ...) PRINTF_LIKE(2, 3);
bool conf_report_no_memory(conf_report_t *report);

#endif
