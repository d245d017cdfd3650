/* timeline.h: a domain's history as a person reads it: one block a set, newest first, with what came and what went. */
#ifndef MODULE_HISTORY_TIMELINE_H
#define MODULE_HISTORY_TIMELINE_H

#include "cache/history_store.h"
#include "module/lookup/tree.h"
#include "validator/owner.h"

/* False when memory is out, or it cannot be written. */
MUST_USE bool timeline_show(FILE *out, const char *domain, const history_sets_t *sets, const owner_table_t *owners,
			    const tree_style_t *style);

enum { TIMELINE_TIME_MAX = 32, TIMELINE_SPAN_MAX = 48 };

/* "2026-11-22 18:53", local time; returns text. */
const char *timeline_time(uint64_t seconds, char text[TIMELINE_TIME_MAX]);

/* "20 minutes", "3 days", "8 months": the largest unit of which there are at least two; returns text. */
const char *timeline_span(uint64_t seconds, char text[TIMELINE_SPAN_MAX]);

#endif
