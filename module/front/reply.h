/* reply.h: writes replies. Every octet that a client gets is written here: header, question in the client's own case, the
 * sections as the cache holds them, and the OPT record (RFC 6891) with cookie (RFC 7873, 9018), keepalive (RFC 7828) and
 * extended errors (RFC 8914). Nothing here allocates or locks.
 *
 * AD and CD follow RFC 4035, 3.2 and RFC 6840, 5.7 to 5.9: AD is set for a secure answer when the query has AD or DO and
 * not CD; a bogus answer is SERVFAIL with its extended error, but for a query with CD it is the data, without AD.
 * What does not fit is replaced by an empty reply with TC. */
#ifndef MODULE_FRONT_REPLY_H
#define MODULE_FRONT_REPLY_H

#include "cache/cache.h"
#include "module/front/client.h"
#include "module/front/cookie.h"
#include "validator/query.h"

enum { REPLY_MAX = 65535 };

/* How one thread writes replies. */
typedef struct reply_context {
	cookies_t *cookies;    /* this thread's own: not to be shared; NULL: COOKIE options are not answered */
	uint16_t max_udp_size; /* the administrator's limit, at least 512, and the size that we announce in OPT */
	uint16_t keepalive;    /* idle time-out that we grant to TCP clients, in units of 100 ms (RFC 7828, 3.1) */
	uint32_t wall;         /* seconds since 1970, for cookies (RFC 9018, 4.3) */
} reply_context_t;

/* An idle time-out in seconds as the option has it; the longest that fits for longer ones. */
uint16_t reply_keepalive(unsigned seconds);

/* Each returns the size of the message written to `out`, which holds REPLY_MAX octets (`out` of a UDP reply need only hold
 * max_udp_size octets). `text` may be NULL. */

/* A reply with an RCODE (extended ones up to 4095 with EDNS) and no records. ede may be EDE_NONE; `text` is its EXTRA-TEXT,
 * and like the whole option it is left out where it does not fit. */
size_t reply_error(const reply_context_t *context, const query_t *query, const client_t *client, unsigned rcode,
		   unsigned ede, const char *text, uint8_t *out);

/* From the cache, with what cache_find() told of it in *found; 0 when there is nothing. A cached failure tells its own extended
 * error and Cached Error (13), a stale answer its own, if it has one, and Stale Answer (3) or Stale NXDOMAIN Answer (19). */
size_t reply_from_cache(const reply_context_t *context, const query_t *query, const client_t *client, cache_t *cache,
			uint64_t now, uint8_t *out, cache_found_t *found);

/* From an answer that was just resolved (it need not be in the cache). */
size_t reply_from_answer(const reply_context_t *context, const query_t *query, const client_t *client,
			 const cache_answer_t *answer, uint8_t *out);

/* HINFO instead of ANY (RFC 8482, 4.2). */
size_t reply_to_any(const reply_context_t *context, const query_t *query, const client_t *client, uint8_t *out);

#endif
