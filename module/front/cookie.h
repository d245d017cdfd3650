/* cookie.h: DNS cookies (RFC 7873) as servers of one secret make them alike (RFC 9018): version 1, SipHash-2-4.
 *
 * A cookie shows that a client gets what is sent to its address. Nobody is turned away without one: the resolver's clients
 * are the administrator's own. A client that has one cannot be fooled by forged replies (RFC 7873, 2.1). */
#ifndef MODULE_FRONT_COOKIE_H
#define MODULE_FRONT_COOKIE_H

#include "config.h"
#include "module/front/client.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	COOKIE_SECRET_SIZE = 16, /* RFC 9018, 4.4: SipHash's key */
	COOKIE_CLIENT_SIZE = 8,  /* RFC 7873, 4.1 */
	COOKIE_SIZE = 24,        /* the client's part, and 16 octets of ours (RFC 9018, 4) */
};

/* A secret and what one thread needs to use it. Not to be shared by threads. */
typedef struct cookies cookies_t;

/* With a random secret. NULL when memory or randomness is out. */
MUST_USE cookies_t *cookies_new(void);
MUST_USE cookies_t *cookies_new_with(const uint8_t secret[COOKIE_SECRET_SIZE]);

/* The same secret, for another thread; another thread may be using `cookies` meanwhile. */
MUST_USE cookies_t *cookies_copy(const cookies_t *cookies);
void cookies_free(cookies_t *cookies);

/* Whether `cookie`, a COOKIE option's `size` octets, has a server part that we made for this client (RFC 9018, 4.3: at most an
 * hour ago and at most five minutes ahead). `wall` is seconds since 1970, modulo 2^32. */
MUST_USE bool cookies_valid(cookies_t *cookies, const client_address_t *peer, const uint8_t *cookie, size_t size,
			    uint32_t wall);

/* Writes the COOKIE option's content that answers `cookie` (8, or 16 to 40 octets): the same cookie while it is valid and
 * younger than half an hour, else a fresh one. False when it cannot be made (the reply then goes without). */
MUST_USE bool cookies_answer(cookies_t *cookies, const client_address_t *peer, const uint8_t *cookie, size_t size,
			     uint32_t wall, uint8_t out[COOKIE_SIZE]);

#endif
