/* conf_distance.h: how unlike two names are, so that an error about an unknown one can name the nearest that there is. Also for
 * names that only module knows (checks in mx.policy). */
#ifndef CONF_DISTANCE_H
#define CONF_DISTANCE_H

#include "config.h"

enum { CONF_DISTANCE_MAX = 64 };

/* How many letters must be changed, put in or left out to make one name of the other (Levenshtein). CONF_DISTANCE_MAX when
 * either is longer than that. */
MUST_USE unsigned conf_distance(const char *one, const char *other);

#endif
