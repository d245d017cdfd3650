/* uri.h: the target of an HTTP request (RFC 9112, 3.2.1), read strictly: what is not plainly a path with parameters is
 * refused, so that nothing behind has to think of encodings. No I/O. */
#ifndef MODULE_INSPECT_URI_H
#define MODULE_INSPECT_URI_H

#include "config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	URI_SIZE_MAX = 2048, /* octets */
	URI_PARAMS_MAX = 24,
};

typedef enum {
	URI_OK = 0,
	URI_FORM,     /* does not begin with a slash */
	URI_LONG,     /* over URI_SIZE_MAX */
	URI_ENCODING, /* a % without two hexadecimal digits, a control character, or octets that are not UTF-8 */
	URI_PARAMS,   /* more than URI_PARAMS_MAX */
	URI_TWICE,    /* a parameter is there twice */
} uri_err_t;

/* UTF-8 without control characters, decoded. */
typedef struct uri_param {
	const char *name;
	const char *value;
} uri_param_t;

typedef struct uri {
	const char *path; /* "/api/v1/status" */
	unsigned count;
	uri_param_t params[URI_PARAMS_MAX];
	char octets[URI_SIZE_MAX + URI_PARAMS_MAX + 2]; /* what the strings above point into */
} uri_t;

/* Reads a target; on failure the path is empty. A fragment is part of what it follows. */
MUST_USE uri_err_t uri_read(const char *target, uri_t *uri);
const char *uri_strerror(uri_err_t err);

/* The value of a parameter; NULL: not there, or empty. */
const char *uri_text(const uri_t *uri, const char *name);

/* A whole number in decimal digits from `least` to `most` into *number, which keeps its value when the parameter is not there.
 * False when it is there and no such number. */
MUST_USE bool uri_number(const uri_t *uri, const char *name, uint64_t least, uint64_t most, uint64_t *number);

/* The same of any text. */
MUST_USE bool uri_read_number(const char *text, uint64_t least, uint64_t most, uint64_t *number);

#endif
