/* conf_report.c: errors as lines for people. */
#include "conf/conf_report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static PRINTF_LIKE(3, 0) bool record(conf_report_t *report, const char *position, const char *format, va_list args)
{
	char *what = NULL;

	if (report->failed)
		return false;
	report->failed = true;
	if (vasprintf(&what, format, args) < 0)
		return false;
	if (asprintf(&report->error, "%s%s: %s", report->file, position, what) < 0)
		report->error = NULL;
	free(what);
	return false;
}

bool conf_report_at(conf_report_t *report, yaml_mark_t mark, const char *format, ...)
{
	char position[64];
	va_list args;

	snprintf(position, sizeof(position), ":%zu:%zu", mark.line + 1, mark.column + 1);
	va_start(args, format);
	record(report, position, format, args);
	va_end(args);
	return false;
}

bool conf_report_file(conf_report_t *report, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	record(report, "", format, args);
	va_end(args);
	return false;
}

bool conf_report_no_memory(conf_report_t *report)
{
	return conf_report_file(report, "memory is out");
}
