/* name.h: compares, folds and prints names in uncompressed wire format (RFC 1035, 3.1; RFC 4343 for case). */
#ifndef VALIDATOR_NAME_H
#define VALIDATOR_NAME_H

#include "validator/wire.h"

enum { NAME_TEXT_MAX = 1024 }; /* octets that hold any name in presentation format with its final NUL */

/* Folds A to Z to lower case, nothing else (RFC 4343, 3). */
void name_lower(name_t *name);

/* Same name, upper and lower case alike. */
MUST_USE bool name_equal(const name_t *a, const name_t *b);

/* `name` is `ancestor` or lies below it (RFC 8499, "subdomain"). */
MUST_USE bool name_is_under(const name_t *name, const name_t *ancestor);

/* The number of labels without the root: 0 for ".". */
MUST_USE unsigned name_labels(const name_t *name);

/* Presentation format (RFC 1035, 5.1) with a final dot: dots and backslashes in labels escaped as \. and \\, everything
 * that is not printable ASCII as \DDD. `text` holds NAME_TEXT_MAX octets. Returns text. */
const char *name_to_text(const name_t *name, char *text);

/* Reads presentation format, with or without a final dot, with escapes. False when it is no name: empty label, label over
 * 63 octets, name over 255 octets, or a broken escape. */
MUST_USE bool name_from_text(const char *text, name_t *name);

#endif
