/* logprint.h: entries for people, one a line, with the whole assessment below it where that is wanted; and for programs. */
#ifndef MODULE_LOGSHOW_LOGPRINT_H
#define MODULE_LOGSHOW_LOGPRINT_H

#include "module/logread/logentry.h"
#include "module/logread/loglines.h"
#include "module/lookup/tree.h"

#include <stdio.h>

typedef struct logprint_style {
	bool json; /* the lines as they are in the log */
	bool details;
	tree_style_t tree;
} logprint_style_t;

/* Prints one entry. Whatever the line holds, what is printed is printable ASCII but for colours and box drawing. False when
 * memory is out. */
MUST_USE bool logprint(FILE *out, const logentry_t *entry, const logline_t *line, const logprint_style_t *style);

/* What stands below: a tree. False when memory is out. */
MUST_USE bool logprint_details(FILE *out, const logentry_t *entry, const tree_style_t *style);

/* The colour of a verdict (SGR parameters), or NULL. */
const char *logprint_colour(logentry_verdict_t verdict);

#endif
