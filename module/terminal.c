/* terminal.c: see terminal.h. */
#include "module/terminal.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool terminal_wants_colour(FILE *out)
{
	const char *no_colour = getenv("NO_COLOR"); /* set and not empty */

	return isatty(fileno(out)) && (no_colour == NULL || no_colour[0] == '\0');
}

bool terminal_is_utf8(void)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool utf8;

	if (locale == (locale_t)0)
		return false;
	utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
	freelocale(locale);
	return utf8;
}
