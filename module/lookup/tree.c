/* tree.c: see tree.h. */
#include "module/lookup/tree.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { INDENT = 3 }; /* columns for each level */

struct tree {
	char *text;
	const char *colour;
	tree_t *parent;
	tree_t *first;
	tree_t *last;
	tree_t *next;
	bool incomplete; /* a line below could not be made */
};

/* What stands before a line: at the line itself, and below it. */
typedef struct drawing {
	const char *branch;
	const char *last_branch;
	const char *stem;
	const char *nothing;
} drawing_t;

static const drawing_t unicode_drawing = { "├─ ", "└─ ", "│  ", "   " };
static const drawing_t ascii_drawing = { "|- ", "`- ", "|  ", "   " };

static tree_t *make(const char *colour, const char *format, va_list arguments) PRINTF_LIKE(2, 0);

static tree_t *make(const char *colour, const char *format, va_list arguments)
{
	tree_t *tree = calloc(1, sizeof(*tree));

	if (tree == NULL)
		return NULL;
	tree->colour = colour;
	if (vasprintf(&tree->text, format, arguments) >= 0)
		return tree;
	free(tree);
	return NULL;
}

tree_t *tree_new(const char *colour, const char *format, ...)
{
	va_list arguments;
	tree_t *tree = NULL;

	va_start(arguments, format);
	tree = make(colour, format, arguments);
	va_end(arguments);
	return tree;
}

tree_t *tree_add(tree_t *parent, const char *colour, const char *format, ...)
{
	va_list arguments;
	tree_t *tree = NULL;

	if (parent == NULL)
		return NULL;
	va_start(arguments, format);
	tree = make(colour, format, arguments);
	va_end(arguments);
	if (tree == NULL) {
		parent->incomplete = true;
		return NULL;
	}
	tree->parent = parent;
	*(parent->last != NULL ? &parent->last->next : &parent->first) = tree;
	parent->last = tree;
	return tree;
}

static void print_stems(FILE *out, const tree_t *tree, const drawing_t *drawing)
{
	if (tree->parent == NULL)
		return;
	print_stems(out, tree->parent, drawing);
	fputs(tree->next != NULL ? drawing->stem : drawing->nothing, out);
}

/* What stands before the second and further lines of a text that was folded. */
static void print_continuation(FILE *out, const tree_t *tree, const drawing_t *drawing)
{
	print_stems(out, tree, drawing);
	fputs(tree->first != NULL ? drawing->stem : drawing->nothing, out);
}

static void print_branch(FILE *out, const tree_t *tree, const drawing_t *drawing)
{
	if (tree->parent == NULL)
		return;
	print_stems(out, tree->parent, drawing);
	fputs(tree->next != NULL ? drawing->branch : drawing->last_branch, out);
}

static size_t depth_of(const tree_t *tree)
{
	size_t depth = 0;

	for (; tree->parent != NULL; tree = tree->parent)
		depth++;
	return depth;
}

/* Octets of the text that go on one line: to the last blank that fits, or to the first one where none does. */
static size_t fold(const char *text, size_t columns)
{
	const size_t size = strlen(text);
	size_t at = columns;

	if (size <= columns)
		return size;
	while (at > 0 && text[at] != ' ')
		at--;
	return at > 0 ? at : strcspn(text, " ");
}

/* The words up to the first colon in colour, the rest without. */
static void print_first(FILE *out, const tree_t *tree, size_t size, bool colour)
{
	const size_t word = strcspn(tree->text, ":");
	const size_t coloured = colour && tree->colour != NULL ? (word < size ? word : size) : 0;

	if (coloured > 0)
		fprintf(out, "\033[%sm%.*s\033[0m", tree->colour, (int)coloured, tree->text);
	fwrite(tree->text + coloured, 1, size - coloured, out);
}

static void print_line(FILE *out, const tree_t *tree, const drawing_t *drawing, bool colour)
{
	const size_t columns = TREE_WIDTH - depth_of(tree) * INDENT;
	size_t size = fold(tree->text, columns);
	const char *rest = tree->text + size;

	print_branch(out, tree, drawing);
	print_first(out, tree, size, colour);
	for (; *rest == ' '; rest += size) {
		rest++;
		fputc('\n', out);
		print_continuation(out, tree, drawing);
		size = fold(rest, columns - INDENT);
		fwrite(rest, 1, size, out);
	}
	fputc('\n', out);
}

bool tree_print(FILE *out, const tree_t *tree, const tree_style_t *style)
{
	bool whole = !tree->incomplete;

	print_line(out, tree, style->unicode ? &unicode_drawing : &ascii_drawing, style->colour);
	for (const tree_t *child = tree->first; child != NULL; child = child->next)
		whole = tree_print(out, child, style) && whole;
	return whole;
}

void tree_free(tree_t *tree)
{
	tree_t *next;

	if (tree == NULL)
		return;
	for (tree_t *child = tree->first; child != NULL; child = next) {
		next = child->next;
		tree_free(child);
	}
	free(tree->text);
	free(tree);
}
