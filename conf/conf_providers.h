/* conf_providers.h: files that say whose mail hosts are: a mapping of providers' names to the names that hosts of theirs are or lie
 * below, as conf/providers.yaml has it. */
#ifndef CONF_PROVIDERS_H
#define CONF_PROVIDERS_H

#include "conf/conf.h"

enum { CONF_PROVIDER_NAME_MAX = 63 }; /* octets of a provider's name, without its NUL */

typedef struct conf_provider {
	char *suffix; /* presentation format in lower case, without a final dot; plain letters (conf_text_name()) */
	char *name;   /* printable ASCII */
	conf_place_t place;
} conf_provider_t;

typedef struct conf_providers {
	size_t count;
	conf_provider_t *items; /* by suffix, each once */
} conf_providers_t;

/* Loads the file at `path` into *providers; clear it with conf_providers_clear(), also on failure. Then it is empty, and *error
 * is a line for people as conf_load() has it, to be freed, NULL when memory is out for that, too. A file without providers is
 * good. */
MUST_USE bool conf_providers_load(conf_providers_t *providers, const char *path, char **error);

/* The same from text in memory; `name` stands for the file in errors. */
MUST_USE bool conf_providers_parse(conf_providers_t *providers, const char *text, size_t size, const char *name,
				   char **error);

void conf_providers_clear(conf_providers_t *providers);

#endif
