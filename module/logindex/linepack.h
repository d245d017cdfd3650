/* linepack.h: packs single lines of the validation log (Zstandard). A line by itself packs badly; what all lines share, their
 * keys and common words, is a dictionary of this program's, so that what is left is what differs. */
#ifndef MODULE_LOGINDEX_LINEPACK_H
#define MODULE_LOGINDEX_LINEPACK_H

#include "config.h"

#include <stddef.h>

typedef struct linepack linepack_t;

/* NULL when memory is out. Free with linepack_free(). One thread at a time. */
MUST_USE linepack_t *linepack_new(void);
void linepack_free(linepack_t *pack);

/* Packs a line of at most CHAIN_LINE_MAX octets. The result is valid until the next call; NULL when memory is out. */
MUST_USE const void *linepack_pack(linepack_t *pack, const char *line, size_t size, size_t *packed_size);

/* The line again, valid until the next call. NULL when it was not packed so, or memory is out. */
MUST_USE const char *linepack_unpack(linepack_t *pack, const void *packed, size_t packed_size, size_t *size);

#endif
