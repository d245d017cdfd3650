/* typed.c: see typed.h. */
#include "module/ask/typed.h"

#include "module/escape.h"
#include "validator/name.h"

#include <idn2.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { SHOWN_MAX = 320 };

static bool wrong(char **error, const char *format, ...) PRINTF_LIKE(2, 3);

/* Always false. */
static bool wrong(char **error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(error, format, arguments) < 0)
		*error = NULL;
	va_end(arguments);
	return false;
}

static bool is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

/* U-labels become A-labels (RFC 5891, 4), after UTS 46's mapping of case and width. */
static bool read_unicode(const char *text, const char *shown, name_t *name, char **error)
{
	char *ascii = NULL;
	int err = idn2_to_ascii_8z(text, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	bool is_name = err == IDN2_OK && name_from_text(ascii, name);

	idn2_free(ascii);
	if (err != IDN2_OK)
		return wrong(error, "%s is no international domain name: %s", shown, idn2_strerror(err));
	if (!is_name)
		return wrong(error, "%s is no domain name", shown);
	return true;
}

static bool read_name(const char *text, name_t *name, char **error)
{
	char shown[SHOWN_MAX];
	const char *at = strrchr(text, '@');

	escape_string(text, shown, sizeof(shown));
	if (at != NULL)
		return wrong(error, "%s is a mail address: ask for its domain, the part behind the @", shown);
	if (strstr(text, "://") != NULL)
		return wrong(error, "%s is a URL: ask for its domain name alone", shown);
	if (!is_ascii(text))
		return read_unicode(text, shown, name, error);
	if (!name_from_text(text, name))
		return wrong(error, "%s is no domain name: labels have 1 to 63 octets, a name at most 255", shown);
	return true;
}

bool typed_name(const char *text, name_t *name, char **error)
{
	if (!read_name(text, name, error))
		return false;
	name_lower(name);
	return true;
}
