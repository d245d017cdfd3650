/* registrable.h: the part of a name that somebody registered, by the Public Suffix List that comes with libpsl. For people, owner.h
 * says whose it is. */
#ifndef VALIDATOR_REGISTRABLE_H
#define VALIDATOR_REGISTRABLE_H

#include "validator/wire.h"

/* Of a host's name in lower case: example.co.uk of mx.example.co.uk. False when it has none: it is a public suffix itself. */
MUST_USE bool registrable_domain(const name_t *name, name_t *domain);

#endif
