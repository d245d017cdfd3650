/* test_advisories.c: Debian's order of versions, and the table's own order. */
#include "tests/support.h"

#include "module/advisories.h"

struct row {
	const char *name;
	const char *a;
	const char *b;
	int want; /* sign */
};

static const struct row rows[] = {
	{ "the same", "1.17.1", "1.17.1", 0 },
	{ "numbers, not letters", "1.9.0", "1.17.1", -1 },
	{ "longer is newer", "1.17", "1.17.1", -1 },
	{ "leading zeros count nothing", "1.07", "1.7", 0 },
	{ "a tilde is older than the end", "1.20.0~rc1", "1.20.0", -1 },
	{ "a letter is newer than the end", "1.20.0a", "1.20.0", 1 },
	{ "a plus is newer than a letter", "1.20.0+x", "1.20.0a", 1 },
	{ "security updates count up", "1.17.1-2+deb12u3", "1.17.1-2+deb12u4", -1 },
	{ "two digits of update", "1.17.1-2+deb12u10", "1.17.1-2+deb12u9", 1 },
	{ "no update is oldest", "1.17.1-2", "1.17.1-2+deb12u1", -1 },
	{ "a backport is older than its origin", "1.19.1-1~bpo12+1", "1.19.1-1", -1 },
	{ "no revision is revision 0", "1.17.1", "1.17.1-0", 0 },
	{ "no revision is older than revision 1", "1.17.1", "1.17.1-1", -1 },
	{ "an epoch beats all", "1:0.1", "9.9", 1 },
	{ "epoch 0 is no epoch", "0:1.2", "1.2", 0 },
	{ "only the last hyphen parts the revision", "1-2-3", "1-2-4", -1 },
	{ "empty is oldest", "", "0.1", -1 },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static int sign(int value)
{
	return (value > 0) - (value < 0);
}

static void compares(void **state)
{
	const struct row *row = *state;

	assert_int_equal(sign(advisories_compare(row->a, row->b)), row->want);
	assert_int_equal(sign(advisories_compare(row->b, row->a)), -row->want);
}

static const advisory_t *find(const char *cve)
{
	size_t count;
	const advisory_t *all = advisories(&count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(all[i].cve, cve) == 0)
			return &all[i];
	fail_msg("%s is not listed", cve);
	return NULL;
}

static void judges_packages(void **state)
{
	const advisory_t *keytrap = find("CVE-2023-50387");
	const advisory_t *authority = find("CVE-2026-42960");

	(void)state;
	assert_true(advisories_affects(keytrap, "1.17.1"));
	assert_false(advisories_affects(keytrap, "1.19.1"));
	assert_true(advisories_affects_debian12(keytrap, "1.17.1-2+deb12u1"));
	assert_false(advisories_affects_debian12(keytrap, "1.17.1-2+deb12u2"));
	assert_true(advisories_affects_debian12(authority, "1.17.1-2+deb12u4"));
	assert_false(advisories_affects_debian12(authority, "1.26.2-1~bpo12+1"));
}

static void every_entry_is_complete(void **state)
{
	size_t count;
	const advisory_t *all = advisories(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		assert_memory_equal(all[i].cve, "CVE-20", 6);
		assert_non_null(all[i].effect);
		assert_memory_equal(all[i].source, "https://", 8);
		if (i > 0)
			assert_true(advisories_compare(all[i - 1].fixed_in, all[i].fixed_in) >= 0);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(all[i].cve, all[j].cve);
	}
}

int main(void)
{
	struct CMUnitTest tests[ROWS + 2];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, compares, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(judges_packages);
	tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(every_entry_is_complete);
	return cmocka_run_group_tests_name("advisories", tests, NULL, NULL);
}
