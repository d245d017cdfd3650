/* tree.h: lines below lines, for people: drawn with the lines of Unicode's box-drawing block or with ASCII, folded at a width
 * that fits a terminal. */
#ifndef MODULE_LOOKUP_TREE_H
#define MODULE_LOOKUP_TREE_H

#include "config.h"

#include <stdbool.h>
#include <stdio.h>

enum { TREE_WIDTH = 100 }; /* columns */

typedef struct tree tree_t;

/* How things are shown; the terminal and the locale decide. */
typedef struct tree_style {
	bool colour;
	bool unicode;
} tree_style_t;

/* A line by itself. `colour` holds SGR parameters (ECMA-48, 8.3.117) for the words up to the first colon, or is NULL. NULL when
 * memory is out. Free with tree_free(). */
MUST_USE tree_t *tree_new(const char *colour, const char *format, ...) PRINTF_LIKE(2, 3);

/* The same below `parent`, behind what is there, freed with it. When memory is out, or `parent` is NULL, NULL is returned, and
 * tree_print() of the whole tree will fail: callers need not look. */
tree_t *tree_add(tree_t *parent, const char *colour, const char *format, ...) PRINTF_LIKE(3, 4);

/* False when something is missing for want of memory; the rest is printed. Text is printable ASCII. */
MUST_USE bool tree_print(FILE *out, const tree_t *tree, const tree_style_t *style);
void tree_free(tree_t *tree);

#endif
