/* wanted.h: what people and programs ask the history for, as text. */
#ifndef MODULE_HISTORY_WANTED_H
#define MODULE_HISTORY_WANTED_H

#include "cache/history_store.h"

typedef struct wanted {
	history_wanted_t what; /* borrows `name`: do not move it */
	char name[HISTORY_NAME_MAX];
} wanted_t;

/* A host (mx1.example.net), all below a name (*.example.net or .example.net), or an address. False when it is none of these; *error
 * says why in a sentence, to be freed by the caller, NULL when memory is out. */
MUST_USE bool wanted_read(const char *text, wanted_t *wanted, char **error);

/* A domain, in the history's form. False as above. */
MUST_USE bool wanted_domain(const char *text, char name[HISTORY_NAME_MAX], char **error);

#endif
