/* registrable.c: see registrable.h. libpsl knows text only: it gets the name with every octet that its rules do not hold replaced,
 * above all dots within labels, and says how many labels count. */
#include "validator/registrable.h"

#include "validator/name.h"

#include <ctype.h>
#include <libpsl.h>
#include <string.h>

/* As many labels, without the final dot. */
static void plain_text(const name_t *name, char text[WIRE_NAME_MAX])
{
	size_t size = 0;

	for (size_t at = 0; name->octets[at] != 0; at += 1U + name->octets[at]) {
		if (size > 0)
			text[size++] = '.';
		for (size_t i = 1; i <= name->octets[at]; i++) {
			const uint8_t octet = name->octets[at + i];

			text[size++] = isascii(octet) && (isalnum(octet) || octet == '-') ? (char)octet : '_';
		}
	}
	text[size] = '\0';
}

static unsigned count_labels(const char *text)
{
	unsigned count = 1;

	for (; *text != '\0'; text++)
		count += *text == '.';
	return count;
}

static void take_last(const name_t *name, unsigned labels, name_t *domain)
{
	size_t at = 0;

	for (unsigned skip = name_labels(name) - labels; skip > 0; skip--)
		at += 1U + name->octets[at];

	const size_t size = name->size - at;

	memmove(domain->octets, name->octets + at, size);
	domain->size = (uint8_t)size;
}

bool registrable_domain(const name_t *name, name_t *domain)
{
	const psl_ctx_t *psl = psl_builtin();
	char text[WIRE_NAME_MAX];
	const char *found;

	if (name->size < 2 || psl == NULL)
		return false;
	plain_text(name, text);
	found = psl_registrable_domain(psl, text);
	if (found == NULL)
		return false;
	take_last(name, count_labels(found), domain);
	return true;
}
