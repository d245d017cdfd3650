/* anchor.h: the file in which libunbound keeps the state of a trust anchor that follows key roll-overs (RFC 5011). */
#ifndef MODULE_RESOLVER_ANCHOR_H
#define MODULE_RESOLVER_ANCHOR_H

#include "config.h"

#include <stdbool.h>

enum { ANCHOR_SIZE_MAX = 1 << 20 };

/* Makes sure that `file` is there, can be read and can be replaced in its directory. A missing or empty one begins as a copy
 * of `seed` (DS or DNSKEY records; "" for none), in one step. False, with errno set, when it cannot be kept. */
MUST_USE bool anchor_prepare(const char *file, const char *seed);

#endif
