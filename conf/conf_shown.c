/* conf_shown.c: control characters become escapes, long texts are cut. */
#include "conf/conf_shown.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

size_t conf_control_size(const char *text)
{
	const unsigned char *octets = (const unsigned char *)text;

	if (iscntrl(octets[0]))
		return octets[0] != '\0';
	return octets[0] == 0xc2 && octets[1] >= 0x80 && octets[1] <= 0x9f ? 2 : 0;
}

const char *conf_shown(const char *text, char shown[CONF_SHOWN_MAX])
{
	enum { LONGEST = sizeof("\\xc2\\x80...") }; /* what a step may add, the end, and the NUL */
	size_t size = 0;

	while (*text != '\0' && size <= CONF_SHOWN_MAX - LONGEST) {
		size_t control = conf_control_size(text);

		if (control == 0)
			shown[size++] = *text++;
		for (; control > 0; control--)
			size += (size_t)sprintf(shown + size, "\\x%02x", (unsigned)(unsigned char)*text++);
	}
	snprintf(shown + size, CONF_SHOWN_MAX - size, "%s", *text != '\0' ? "..." : "");
	return shown;
}
