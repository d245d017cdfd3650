/* special.h: addresses to which no mail from outside can be sent: IANA's IPv4 and IPv6 Special-Purpose Address Registries
 * (RFC 6890), multicast, and the same IPv4 addresses in IPv6 clothes: IPv4-mapped, NAT64 (RFC 6052, 8215), 6to4. */
#ifndef VALIDATOR_SPECIAL_H
#define VALIDATOR_SPECIAL_H

#include "config.h"

#include <stdint.h>

/* The registry's name of the block that the address lies in ("Private-Use"), or NULL when it is an ordinary public one.
 * `address` is 4 octets for AF_INET, 16 for AF_INET6. */
const char *special_block(int family, const uint8_t *address);

#endif
