/* nta.h: negative trust anchors that were set while the server runs (RFC 7646): domains that are not validated for a while,
 * because their DNSSEC is broken and mail must flow. Each ends by itself; a file keeps them over a restart. What is done about
 * them is the caller's business. For the main thread. */
#ifndef MODULE_SERVE_NTA_H
#define MODULE_SERVE_NTA_H

#include "module/log/log.h"
#include "validator/wire.h"

#include <event2/event.h>

typedef struct nta {
	name_t name;    /* lower case */
	uint64_t since; /* seconds since 1970 */
	uint64_t until;
} nta_t;

typedef struct ntas ntas_t;

enum { NTAS_MAX = 256 };

/* `ended` is called from the loop for each anchor whose time is over, which is gone by then. A file that cannot be read or written
 * is said in the log, and nothing else; "": none. NULL when memory is out. */
MUST_USE ntas_t *ntas_new(struct event_base *base, const char *file, void (*ended)(void *arg, const nta_t *nta),
			  void *arg, log_t *log);
void ntas_free(ntas_t *ntas); /* NULL is allowed */

/* A name that is there gets the new time. False when there are too many. */
MUST_USE bool ntas_add(ntas_t *ntas, const name_t *name, uint32_t lifetime);

/* False when it is not there. */
MUST_USE bool ntas_remove(ntas_t *ntas, const name_t *name);

/* Ends those whose time is over, should the timer not have come to it: the wall clock may have been set. */
void ntas_look(ntas_t *ntas);

size_t ntas_count(const ntas_t *ntas);
const nta_t *ntas_get(const ntas_t *ntas, size_t index);

#endif
