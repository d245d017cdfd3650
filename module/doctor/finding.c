/* finding.c: see finding.h. */
#include "module/doctor/finding.h"

#include <stdarg.h>
#include <stdio.h>

static void write_text(char *text, const char *format, va_list arguments) PRINTF_LIKE(2, 0);
static void set(finding_t *finding, finding_status_t status, const char *format, va_list arguments) PRINTF_LIKE(3, 0);

/* Paths and names come from outside; what is from the network has been escaped before. */
static void write_text(char *text, const char *format, va_list arguments)
{
	vsnprintf(text, FINDING_TEXT_MAX, format, arguments);
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

static void set(finding_t *finding, finding_status_t status, const char *format, va_list arguments)
{
	finding->status = status;
	write_text(finding->what, format, arguments);
}

void finding_ok(finding_t *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set(finding, FINDING_OK, format, arguments);
	va_end(arguments);
}

void finding_skip(finding_t *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set(finding, FINDING_SKIPPED, format, arguments);
	va_end(arguments);
}

void finding_warn(finding_t *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set(finding, FINDING_WARNING, format, arguments);
	va_end(arguments);
}

void finding_fail(finding_t *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set(finding, FINDING_FAIL, format, arguments);
	va_end(arguments);
}

void finding_mend(finding_t *finding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_text(finding->mend, format, arguments);
	va_end(arguments);
}

const char *finding_name(finding_status_t status)
{
	switch (status) {
	case FINDING_SKIPPED: return "skipped";
	case FINDING_OK: return "ok";
	case FINDING_WARNING: return "warning";
	case FINDING_FAIL: return "fail";
	}
	return "unknown";
}
