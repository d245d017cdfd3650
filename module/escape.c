/* escape.c: see escape.h. */
#include "module/escape.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { ESCAPED_MAX = 4 }; /* \DDD */

/* `doubles`: a backslash is written twice. */
static const char *escape(const uint8_t *octets, size_t size, bool doubles, char *text, size_t room)
{
	size_t used = 0;

	assert(room > 0);
	for (size_t i = 0; i < size && used + ESCAPED_MAX < room; i++)
		if (doubles && octets[i] == '\\')
			used += (size_t)snprintf(text + used, room - used, "\\\\");
		else if (octets[i] >= ' ' && octets[i] <= '~')
			text[used++] = (char)octets[i];
		else
			used += (size_t)snprintf(text + used, room - used, "\\%03u", octets[i]);
	text[used] = '\0';
	return text;
}

const char *escape_octets(const uint8_t *octets, size_t size, char *text, size_t room)
{
	return escape(octets, size, true, text, room);
}

const char *escape_string(const char *string, char *text, size_t room)
{
	return escape((const uint8_t *)string, strlen(string), true, text, room);
}

const char *escape_sentence(const uint8_t *octets, size_t size, char *text, size_t room)
{
	return escape(octets, size, false, text, room);
}

const char *escape_text(const char *string, char *text, size_t room)
{
	return escape((const uint8_t *)string, strlen(string), false, text, room);
}
