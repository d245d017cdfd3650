/* hostname.h: what a name is fit for as an exchange's (RFC 5321, 2.3.5). Internal to the validator room. */
#ifndef VALIDATOR_HOSTNAME_H
#define VALIDATOR_HOSTNAME_H

#include "validator/wire.h"

typedef enum {
	HOSTNAME_ORDINARY,
	HOSTNAME_UNDERSCORE, /* would be one but for underscores, which several providers' names have */
	HOSTNAME_LOCALHOST,  /* localhost or a name below it (RFC 6761, 6.3) */
	HOSTNAME_ADDRESS,    /* its last label is all digits: it reads as an IPv4 address (RFC 1123, 2.1) */
	HOSTNAME_NONE,       /* an octet other than letters, digits and hyphens; or the root */
} hostname_t;

/* `name` in lower case. */
MUST_USE hostname_t hostname_kind(const name_t *name);

/* The first octet that no host's name has, or -1. Hyphens may stand anywhere: such hosts take mail today. */
MUST_USE int hostname_fault(const name_t *name);

/* Nobody can register a name under its last labels: special-use names (RFC 6761 and its registry), or a single label. */
MUST_USE bool hostname_is_special(const name_t *name);

#endif
