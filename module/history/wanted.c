/* wanted.c: see wanted.h. */
#include "module/history/wanted.h"

#include "module/ask/typed.h"
#include "validator/name.h"

#include <arpa/inet.h>
#include <assert.h>
#include <string.h>

static_assert((int)HISTORY_NAME_MAX >= (int)NAME_TEXT_MAX, "the history keeps every name");

static bool read_address(const char *text, history_address_t *address)
{
	if (inet_pton(AF_INET, text, address->octets) == 1)
		address->size = sizeof(struct in_addr);
	else if (inet_pton(AF_INET6, text, address->octets) == 1)
		address->size = sizeof(struct in6_addr);
	return address->size > 0;
}

/* Behind the mark of a suffix, or NULL. */
static const char *suffix_in(const char *text)
{
	if (strncmp(text, "*.", 2) == 0)
		return text + 2;
	return text[0] == '.' && text[1] != '\0' ? text + 1 : NULL;
}

bool wanted_domain(const char *text, char name[HISTORY_NAME_MAX], char **error)
{
	name_t read;

	if (!typed_name(text, &read, error))
		return false;
	name_to_text(&read, name);
	return true;
}

bool wanted_read(const char *text, wanted_t *wanted, char **error)
{
	const char *suffix = suffix_in(text);

	*wanted = (wanted_t){ .what = { .by = HISTORY_BY_ADDRESS } };
	if (read_address(text, &wanted->what.address))
		return true;
	wanted->what.by = suffix != NULL ? HISTORY_BY_SUFFIX : HISTORY_BY_HOST;
	wanted->what.name = wanted->name;
	return wanted_domain(suffix != NULL ? suffix : text, wanted->name, error);
}
