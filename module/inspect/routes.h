/* routes.h: what can be asked for, as one table. The contract is in docs/api.md. */
#ifndef MODULE_INSPECT_ROUTES_H
#define MODULE_INSPECT_ROUTES_H

#include "module/inspect/answer.h"
#include "module/inspect/sources.h"
#include "module/inspect/uri.h"

#include <stdbool.h>

/* `rest`: of the path, behind the route's own; "" for a route that has none. */
typedef answer_t route_fn(sources_t *sources, const uri_t *uri, const char *rest);

typedef enum {
	ROUTE_AT_ONCE, /* from memory, in the loop's thread; sources is NULL */
	ROUTE_WORKER,  /* reads files or asks the server, in a thread of its own (workers.h) */
	ROUTE_SLOW,    /* the same, but the server has to ask others: never in all of these threads */
	ROUTE_STREAM,  /* never ends (stream.h); has no function */
} route_how_t;

typedef struct route {
	const char *path; /* "/api/v1/status"; one that ends with a slash takes what is below */
	route_how_t how;
	bool open; /* needs no token */
	route_fn *answer;
} route_t;

extern const route_t routes[]; /* ends with a path of NULL */

/* NULL: there is none. *rest points into `path`. */
const route_t *route_find(const char *path, const char **rest);

#endif
