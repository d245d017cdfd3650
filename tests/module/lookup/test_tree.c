/* test_tree.c: how lines below lines are drawn and folded. */
#include "module/lookup/tree.h"

#include "tests/support.h"

static char *drawn(const tree_t *tree, const tree_style_t *style)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_true(tree_print(out, tree, style));
	fclose(out);
	return text;
}

static tree_t *sample(void)
{
	tree_t *root = tree_new("1", "%s", "root");
	tree_t *first = tree_add(root, NULL, "first");

	assert_non_null(root);
	tree_add(tree_add(first, "31", "one: %d", 1), NULL, "leaf");
	tree_add(root, "32", "last");
	return root;
}

struct row {
	const char *name;
	tree_style_t style;
	const char *want;
};

static const struct row rows[] = {
	{ "ASCII", { false, false }, "root\n|- first\n|  `- one: 1\n|     `- leaf\n`- last\n" },
	{ "Unicode", { false, true }, "root\n├─ first\n│  └─ one: 1\n│     └─ leaf\n└─ last\n" },
	{ "colour",
	  { true, false },
	  "\033[1mroot\033[0m\n|- first\n|  `- \033[31mone\033[0m: 1\n|     `- leaf\n`- \033[32mlast\033[0m\n" },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void draws(void **state)
{
	const struct row *row = *state;
	tree_t *tree = sample();
	char *text = drawn(tree, &row->style);

	assert_string_equal(text, row->want);
	free(text);
	tree_free(tree);
}

#define FORTY "0123456789012345678901234567890123456789"

/* Folds at the last blank that fits into TREE_WIDTH columns, and goes on below the text. */
static void folds(void **state)
{
	static const tree_style_t plain = { .colour = false };
	tree_t *tree = tree_new(NULL, "%s", "root");
	char *text;

	(void)state;
	tree_add(tree_add(tree, NULL, "%s", FORTY " " FORTY " " FORTY), NULL, "below");
	tree_add(tree, NULL, "%s", FORTY " " FORTY " " FORTY " " FORTY);
	text = drawn(tree, &plain);
	assert_string_equal(text, "root\n"
				  "|- " FORTY " " FORTY "\n"
				  "|  |  " FORTY "\n"
				  "|  `- below\n"
				  "`- " FORTY " " FORTY "\n"
				  "      " FORTY " " FORTY "\n");
	free(text);
	tree_free(tree);
}

/* A name may be wider than the terminal: it stays in one piece. */
static void keeps_long_words(void **state)
{
	static const tree_style_t plain = { .colour = false };
	tree_t *tree = tree_new(NULL, "%s", FORTY FORTY FORTY " word " FORTY FORTY FORTY);
	char *text = drawn(tree, &plain);

	(void)state;
	assert_string_equal(text, FORTY FORTY FORTY "\n   word\n   " FORTY FORTY FORTY "\n");
	free(text);
	tree_free(tree);
}

/* When memory is out for a line, what would be below it is nowhere: callers need not look. */
static void adds_nothing_to_nothing(void **state)
{
	(void)state;
	assert_null(tree_add(NULL, NULL, "lost"));
	tree_free(NULL);
}

int main(void)
{
	struct CMUnitTest tests[ROWS + 3];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, draws, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(folds);
	tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(keeps_long_words);
	tests[ROWS + 2] = (struct CMUnitTest)cmocka_unit_test(adds_nothing_to_nothing);
	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
