/* owner.h: whose a mail host is: a provider's by a table of names, else the one's who registered its domain. */
#ifndef VALIDATOR_OWNER_H
#define VALIDATOR_OWNER_H

#include "validator/wire.h"

#include <stddef.h>

/* Hosts that are `suffix` or lie below it are this provider's. */
typedef struct owner_rule {
	const char *suffix;   /* presentation format */
	const char *provider; /* printable ASCII */
} owner_rule_t;

/* Read-only once made: any number of threads may use it. */
typedef struct owner_table owner_table_t;

/* Copies the rules; of two for the same suffix the later one counts. NULL when memory is out, or a suffix is no name. */
MUST_USE owner_table_t *owner_table_new(const owner_rule_t *rules, size_t count);
void owner_table_free(owner_table_t *table);

typedef struct owner {
	const char *provider; /* borrowed from the table; NULL when none is known */
	name_t domain;        /* then the registrable domain, or the host's own name where there is none; lower case */
} owner_t;

/* Of the host, by the longest suffix. `table` may be NULL: no provider is known. */
void owner_find(const owner_table_t *table, const name_t *host, owner_t *owner);

MUST_USE bool owner_equal(const owner_t *a, const owner_t *b);

enum { OWNER_TEXT_MAX = 256 };

/* "Google Workspace", or "example.net" without the final dot; printable ASCII, cut off where it does not fit. Returns text. */
const char *owner_text(const owner_t *owner, char text[OWNER_TEXT_MAX]);

/* The same for a host in presentation format; one that is no name is its own owner. */
const char *owner_text_of(const owner_table_t *table, const char *host, char text[OWNER_TEXT_MAX]);

#endif
