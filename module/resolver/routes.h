/* routes.h: the zones that libunbound's configuration sends elsewhere. On the way to their servers nobody else is asked, so
 * that there is nobody to hide a name from (minimise.h), and stops above would tell the world, and wait for it. */
#ifndef MODULE_RESOLVER_ROUTES_H
#define MODULE_RESOLVER_ROUTES_H

#include "module/resolver/minimise.h"

typedef struct routes {
	size_t count;
	struct route *items;
} routes_t;

/* Reads forward-zone and stub-zone clauses out of the file `config`, in unbound.conf(5)'s syntax; what it includes is not read.
 * False, with a line on stderr, when it cannot be read or memory is out. Free with routes_free(). */
MUST_USE bool routes_read(const char *config, routes_t *routes);
void routes_free(routes_t *routes);

/* Takes away the stops that are in vain: all where a forwarder is asked, those at the zone and above where a stub's servers
 * are. */
void routes_cut(const routes_t *routes, const name_t *name, minimise_stops_t *stops);

#endif
