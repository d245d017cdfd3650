/* history_name.h: names with their labels turned round, so that all names below one are next to each other: mx1.example.net.
 * becomes net.example.mx1. Internal to the history. */
#ifndef CACHE_HISTORY_NAME_H
#define CACHE_HISTORY_NAME_H

#include "cache/history_store.h"

/* Turns round, and back again. Dots that belong to a label are escaped and stay where they are. False when it does not fit, or is
 * no name with a final dot. */
MUST_USE bool history_name_reverse(const char *name, char reversed[HISTORY_NAME_MAX]);

enum { HISTORY_BOUND_MAX = HISTORY_NAME_MAX + 1 };

/* All that lies below a name, both turned round, is larger than `least` and less than `beyond`; the name itself is not. */
void history_name_range(const char *reversed, char least[HISTORY_BOUND_MAX], char beyond[HISTORY_BOUND_MAX]);

#endif
