/* conf_keys.h: the table of all keys. Within conf and its tests only. */
#ifndef CONF_KEYS_H
#define CONF_KEYS_H

#include "config.h"

#include <stddef.h>
#include <stdint.h>

typedef enum {
	CONF_NUMBER,       /* unsigned, or one of words (their values count from 0) */
	CONF_SWITCH,       /* bool: yes or no */
	CONF_DURATION,     /* uint32_t or unsigned, seconds */
	CONF_MILLISECONDS, /* uint32_t */
	CONF_SIZE,         /* size_t, octets */
	CONF_WORD,         /* one of words, as an enum that counts from 0 */
	CONF_TEXT,         /* char *, one line */
	CONF_LINES,        /* char *, several lines */
	CONF_PATH,         /* char *, absolute, or one of words */
	CONF_PATHS,        /* conf_strings_t */
	CONF_NAMES,        /* conf_strings_t, domain names */
	CONF_COMMAND,      /* conf_strings_t, an absolute path and arguments */
	CONF_ADDRESSES,    /* conf_addresses_t */
	CONF_SERVICES,     /* conf_addresses_t, whose ports are written */
	CONF_PREFIXES,     /* conf_prefixes_t */
	CONF_ROUTES,       /* conf_routes_t */
	CONF_CHOICES,      /* conf_choices_t */
	CONF_PINS,         /* conf_pins_t */
	CONF_WATCHES,      /* conf_watches_t */
	/* Options of unbound.conf(5), in conf_resolver_t.options instead of at a place of their own: */
	CONF_OPTION_SWITCH,  /* yes or no */
	CONF_OPTION_NUMBER,  /* a number */
	CONF_OPTION_NUMBERS, /* as many numbers as the default has, in quotes */
} conf_kind_t;

typedef struct conf_key {
	const char *path; /* sections and key, joined by dots */
	conf_kind_t kind;
	size_t place;         /* offset in conf_t */
	const char *standard; /* the default, as it would stand in a file */
	uint64_t least;       /* of a number; of the items of a list or mapping; of a text's octets */
	uint64_t most;
	const char *const *words; /* ends with NULL; may be NULL */
	const char *help;         /* what it does, and why the default is what it is */
} conf_key_t;

extern const conf_key_t conf_keys[];
extern const size_t conf_key_count;

/* The row of a path, which must exist. */
const conf_key_t *conf_key(const char *path);

/* What follows the last dot. */
const char *conf_key_name(const char *path);

MUST_USE int conf_key_is_option(const conf_key_t *key);

/* Where an option is in conf_resolver_t.options: the number of options before it in the table. */
size_t conf_key_option_index(const conf_key_t *key);

#endif
