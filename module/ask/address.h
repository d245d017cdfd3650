/* address.h: ADDR@PORT, as the configuration and the command line spell it. */
#ifndef MODULE_ASK_ADDRESS_H
#define MODULE_ASK_ADDRESS_H

#include "conf/conf.h"

enum { ADDRESS_TEXT_MAX = 96 }; /* octets that hold any address with scope and port, and the final NUL */

/* Reads "127.0.0.1", "::1@5353" or "fe80::1%eth0"; port 53 where none is written. Numbers only: no name is ever looked up.
 * False when it is no address. */
MUST_USE bool address_from_text(const char *text, conf_address_t *address);

/* "127.0.0.1@53". `text` holds ADDRESS_TEXT_MAX octets. Returns text. */
const char *address_to_text(const conf_address_t *address, char *text);

/* The same address, whatever the ports. */
MUST_USE bool address_same_host(const conf_address_t *a, const conf_address_t *b);

/* 127.0.0.0/8 or ::1. */
MUST_USE bool address_is_loopback(const conf_address_t *address);

#endif
