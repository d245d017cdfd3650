/* test_conf_shown.c: what the administrator wrote, fit for a terminal. */
#include "conf/conf_shown.h"

#include "tests/conf/rows.h"

typedef struct shown_row {
	const char *name;
	const char *text;
	const char *shown;
} shown_row_t;

#define FIFTY "12345678901234567890123456789012345678901234567890"

static const shown_row_t shown_rows[] = {
	{ "shown: as it is", "max-ttl", "max-ttl" },
	{ "shown: empty", "", "" },
	{ "shown: UTF-8 stays", "b\303\274cher", "b\303\274cher" },
	{ "shown: terminal escapes do not", "\33[31mred\177\n", "\\x1b[31mred\\x7f\\x0a" },
	{ "shown: nor do those beyond ASCII", "\302\2332J\302\240\302", "\\xc2\\x9b2J\302\240\302" },
	{ "shown: as much as fits", FIFTY "123", FIFTY "123" },
	{ "shown: cut when longer", FIFTY FIFTY, FIFTY "123..." },
	{ "shown: cut at an escape", FIFTY "12\n7", FIFTY "12\\x0a..." },
	{ "shown: cut at the longest escape", FIFTY "12\302\2331", FIFTY "12\\xc2\\x9b..." },
	{ "shown: escape at the end", FIFTY "12\n", FIFTY "12\\x0a" },
};

static void shows(void **state)
{
	const shown_row_t *row = *state;
	char shown[CONF_SHOWN_MAX];

	assert_string_equal(conf_shown(row->text, shown), row->shown);
}

int main(void)
{
	return RUN_ROWS("shown", shown_rows, shows);
}
