/* typed.h: names in all the forms that people type. */
#ifndef MODULE_ASK_TYPED_H
#define MODULE_ASK_TYPED_H

#include "validator/wire.h"

/* A domain name, with or without a final dot, with escapes or with letters of any script (RFC 5891): in lower case then. False when
 * it is none; *error says so in a sentence, to be freed by the caller, NULL when memory is out. */
MUST_USE bool typed_name(const char *text, name_t *name, char **error);

#endif
