/* history_name.c: see history_name.h. */
#include "cache/history_name.h"

#include <string.h>

/* Octets of the first label with its dot; 0 when there is none. */
static size_t label_size(const char *name)
{
	size_t at = 0;

	while (name[at] != '\0' && name[at] != '.')
		at += name[at] == '\\' && name[at + 1] != '\0' ? 2 : 1;
	return name[at] == '.' ? at + 1 : 0;
}

bool history_name_reverse(const char *name, char reversed[HISTORY_NAME_MAX])
{
	size_t left = strnlen(name, HISTORY_NAME_MAX);

	if (left == 0 || left == HISTORY_NAME_MAX)
		return false;
	reversed[left] = '\0';
	while (left > 0) {
		size_t size = label_size(name);

		if (size == 0)
			return false;
		left -= size;
		memcpy(reversed + left, name, size);
		name += size;
	}
	return true;
}

/* No name has an octet as low as 1. Everything is below the root, whose own form no exchange has. */
void history_name_range(const char *reversed, char least[HISTORY_BOUND_MAX], char beyond[HISTORY_BOUND_MAX])
{
	const size_t size = strlen(reversed);

	if (strcmp(reversed, ".") == 0) {
		memcpy(least, "", 1);
		memcpy(beyond, "\x7f", 2);
		return;
	}
	memcpy(least, reversed, size);
	memcpy(least + size, "\1", 2);
	memcpy(beyond, reversed, size + 1);
	beyond[size - 1] = '.' + 1;
}
