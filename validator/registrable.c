/* registrable.c: see registrable.h. */
#include "validator/registrable.h"

#include "validator/name.h"

#include <libpsl.h>
#include <string.h>

bool registrable_domain(const name_t *name, name_t *domain)
{
	const psl_ctx_t *psl = psl_builtin();
	char text[NAME_TEXT_MAX];

	(void)name_to_text(name, text);

	size_t size = strlen(text);

	if (size < 2 || psl == NULL)
		return false;
	text[size - 1] = '\0'; /* libpsl knows no final dot */

	const char *found = psl_registrable_domain(psl, text);

	return found != NULL && name_from_text(found, domain);
}
