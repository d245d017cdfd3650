/* sources.h: where answers come from. Each worker has its own; none of it is shared between threads. */
#ifndef MODULE_INSPECT_SOURCES_H
#define MODULE_INSPECT_SOURCES_H

#include "conf/conf.h"

typedef struct sources {
	const conf_t *conf; /* borrowed */
} sources_t;

#endif
