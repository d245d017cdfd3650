/* conf_shown.h: makes what the administrator wrote fit for a terminal and a log. Within conf only. */
#ifndef CONF_SHOWN_H
#define CONF_SHOWN_H

#include "config.h"

#include <stddef.h>

enum { CONF_SHOWN_MAX = 64 }; /* octets of what was written that an error shows, with its NUL */

/* Octets of the control character that text begins with: 1 for those of ASCII, 2 for U+0080 to U+009F in UTF-8, which
 * terminals obey as well; 0 for anything else. */
MUST_USE size_t conf_control_size(const char *text);

/* What the administrator wrote, fit for a terminal: control characters escaped, long texts cut with "...". */
const char *conf_shown(const char *text, char shown[CONF_SHOWN_MAX]);

#endif
