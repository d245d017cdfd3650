/* test_conf_distance.c: how unlike two names are. */
#include "conf/conf_distance.h"

#include "tests/conf/rows.h"

#define NAME_64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

typedef struct row {
	const char *name;
	const char *one;
	const char *other;
	unsigned distance;
} row_t;

static const row_t rows[] = {
	{ "the same", "listen", "listen", 0 },
	{ "both empty", "", "", 0 },
	{ "one empty", "", "user", 4 },
	{ "a letter left out", "lisen", "listen", 1 },
	{ "a letter too many", "allow", "alllow", 1 },
	{ "another letter", "cache", "cachi", 1 },
	{ "letters swapped", "usre", "user", 2 },
	{ "the other case", "User", "user", 1 },
	{ "begins later", "target-is-alias", "is-alias", 7 },
	{ "nothing alike", "abc", "xyz", 3 },
	{ "the longest", NAME_64, NAME_64, 0 },
	{ "too long", NAME_64 "a", NAME_64, CONF_DISTANCE_MAX },
};

static void measures(void **state)
{
	const row_t *row = *state;

	assert_int_equal(conf_distance(row->one, row->other), row->distance);
	assert_int_equal(conf_distance(row->other, row->one), row->distance);
}

int main(void)
{
	return RUN_ROWS("distances", rows, measures);
}
