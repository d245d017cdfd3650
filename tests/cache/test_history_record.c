/* test_history_record.c: what becomes of visits: a domain's sets with their periods, what stays within bounds, what is pruned. */
#include "tests/cache/history_scene.h"

#include <sqlite3.h>

#define DAY 86400

struct visit {
	uint64_t now;
	uint8_t security;
	const char *set;
};

/* All visits are to example.org. */
struct row {
	const char *name;
	struct visit visits[6];
	const char *timeline;
	const char *past;
};

static const struct row rows[] = {
	{ "one visit",
	  { { 100, 2, "10 mx1.example.org." } },
	  "100-100<0 mx/2 10 mx1.example.org.\n",
	  "100-100<0 mx/2 10 mx1.example.org.\n" },
	{ "the same again, in another order",
	  { { 100, 0, "10 mx1.example.org.,20 mx2.example.org." },
	    { 160, 0, "20 mx2.example.org.,10 mx1.example.org." } },
	  "100-160<0 mx/0 10 mx1.example.org. 20 mx2.example.org.\n",
	  "100-160<0 mx/0 10 mx1.example.org. 20 mx2.example.org.\n" },
	{ "another set ends the one before",
	  { { 100, 0, "10 mx1.example.org." }, { 150, 0, "10 mx1.example.org." }, { 200, 0, "10 mx.example.net." } },
	  "200-200<0 mx/0 10 mx.example.net.\n100-150<200 mx/0 10 mx1.example.org.\n",
	  "200-200<0 mx/0 10 mx.example.net.\n" },
	{ "another preference is another set",
	  { { 100, 0, "10 mx1.example.org." }, { 200, 0, "20 mx1.example.org." } },
	  "200-200<0 mx/0 20 mx1.example.org.\n100-100<200 mx/0 10 mx1.example.org.\n",
	  "200-200<0 mx/0 20 mx1.example.org.\n" },
	{ "one exchange more, one less",
	  { { 100, 0, "10 a.example." }, { 200, 0, "10 a.example.,20 b.example." }, { 300, 0, "20 b.example." } },
	  "300-300<0 mx/0 20 b.example.\n200-200<300 mx/0 10 a.example. 20 b.example.\n"
	  "100-100<200 mx/0 10 a.example.\n",
	  "300-300<0 mx/0 20 b.example.\n" },
	{ "a set that comes back has two periods",
	  { { 100, 0, "10 a.example." }, { 200, 0, "10 b.example." }, { 300, 0, "10 a.example." } },
	  "300-300<0 mx/0 10 a.example.\n200-200<300 mx/0 10 b.example.\n100-100<200 mx/0 10 a.example.\n",
	  "300-300<0 mx/0 10 a.example.\n" },
	{ "security is the last visit's",
	  { { 100, 0, "10 a.example." }, { 200, 2, "10 a.example." } },
	  "100-200<0 mx/2 10 a.example.\n",
	  "100-200<0 mx/2 10 a.example.\n" },
	{ "records that are the same count once, one host with two preferences twice",
	  { { 100, 0, "10 a.example.,10 a.example.,5 a.example." }, { 200, 0, "5 a.example.,10 a.example." } },
	  "100-200<0 mx/0 5 a.example. 10 a.example.\n",
	  "100-200<0 mx/0 5 a.example. 10 a.example.\n" },
	{ "no MX any more",
	  { { 100, 0, "10 a.example." }, { 200, 0, "none" }, { 250, 0, "none" } },
	  "200-250<0 none/0\n100-100<200 mx/0 10 a.example.\n",
	  "100-100<200 mx/0 10 a.example.\n" },
	{ "never an MX: not remembered", { { 100, 0, "none" } }, "", "" },
	{ "null MX", { { 100, 0, "null" }, { 200, 0, "none" } }, "200-200<0 none/0\n100-100<200 null/0\n", "" },
	{ "from null MX to exchanges",
	  { { 100, 0, "null" }, { 200, 0, "10 a.example." } },
	  "200-200<0 mx/0 10 a.example.\n100-100<200 null/0\n",
	  "200-200<0 mx/0 10 a.example.\n" },
	{ "a clock that went back",
	  { { 200, 0, "10 a.example." }, { 100, 0, "10 a.example." }, { 150, 0, "10 b.example." } },
	  "200-200<0 mx/0 10 b.example.\n200-200<200 mx/0 10 a.example.\n",
	  "200-200<0 mx/0 10 b.example.\n" },
	{ "addresses with their own times",
	  { { 100, 0, "10 a.example. 192.0.2.1 2001:db8::1" },
	    { 200, 0, "10 a.example. 192.0.2.1" },
	    { 300, 0, "10 a.example." },
	    { 400, 0, "10 a.example. 192.0.2.2" } },
	  "100-400<0 mx/0 10 a.example. 192.0.2.2@400-400 192.0.2.1@100-200 2001:db8::1@100-100\n",
	  "100-400<0 mx/0 10 a.example.\n" },
	{ "an exchange whose name is none is left out",
	  { { 100, 0, "10 a.example.,20 b" } },
	  "100-100<0 mx/0 10 a.example.\n",
	  "100-100<0 mx/0 10 a.example.\n" },
	{ "and alone it is no set", { { 100, 0, "10 b" } }, "", "" },
	{ "escaped labels come back as they were",
	  { { 100, 0, "10 a\\.b\\032.example." } },
	  "100-100<0 mx/0 10 a\\.b\\032.example.\n",
	  "100-100<0 mx/0 10 a\\.b\\032.example.\n" },
};

static void remembers(void **state)
{
	const struct row *row = *state;
	void *made;
	scene_t *scene;

	scene_set_up(&made);
	scene = made;
	for (size_t i = 0; i < 6 && row->visits[i].set != NULL; i++)
		scene_visit(scene, "example.org.", row->visits[i].set, row->visits[i].security, row->visits[i].now);
	assert_string_equal(scene_sets(scene, history_store_timeline, "example.org."), row->timeline);
	assert_string_equal(scene_sets(scene, history_store_past, "example.org."), row->past);
	assert_string_equal(scene_sets(scene, history_store_timeline, "example.net."), "");
	scene_tear_down(&made);
}

static uint64_t rows_of(scene_t *scene)
{
	history_counts_t counts;

	history_store_counts(scene->store, &counts);
	assert_true(counts.octets > 0);
	return counts.rows;
}

static void counts_rows(void **state)
{
	scene_t *scene = *state;
	history_err_t err;

	assert_int_equal(rows_of(scene), 0);
	scene_visit(scene, "a.example.", "10 mx1.example.net. 192.0.2.1 192.0.2.2,20 mx2.example.net.", 0, 100);
	assert_int_equal(rows_of(scene), 1 + 2 + 2);
	scene_visit(scene, "b.example.", "10 mx1.example.net. 192.0.2.1", 0, 100);
	assert_int_equal(rows_of(scene), 5 + 2);
	scene_visit(scene, "b.example.", "null", 0, 100);
	assert_int_equal(rows_of(scene), 7 + 1);
	assert_history(history_store_begin(scene->store), HISTORY_OK);
	assert_history(scene_record(scene->store, "c.example.", "null", 0, 100), HISTORY_OK);
	assert_int_equal(rows_of(scene), 9);
	history_store_rollback(scene->store);
	assert_int_equal(rows_of(scene), 8);
	history_store_close(scene->store);
	scene->store = history_store_open(scene->file, &err);
	assert_int_equal(rows_of(scene), 8);
}

/* A domain whose answer is another one each time. */
static void keeps_so_many_sets(void **state)
{
	scene_t *scene = *state;
	history_sets_t sets;

	assert_history(history_store_begin(scene->store), HISTORY_OK);
	for (unsigned i = 0; i < HISTORY_SETS_MAX + 50; i++) {
		char set[64];

		snprintf(set, sizeof(set), "10 mx%u.example.net. 192.0.2.1", i);
		assert_history(scene_record(scene->store, "example.org.", set, 0, 1000 + i), HISTORY_OK);
	}
	assert_history(history_store_commit(scene->store), HISTORY_OK);
	assert_history(history_store_timeline(scene->store, "example.org.", &sets), HISTORY_OK);
	assert_int_equal(sets.count, HISTORY_SETS_MAX);
	assert_int_equal(sets.sets[0].from, 1000 + HISTORY_SETS_MAX + 49);
	assert_int_equal(sets.sets[HISTORY_SETS_MAX - 1].from, 1050);
	history_sets_free(&sets);
	assert_int_equal(rows_of(scene), 3 * HISTORY_SETS_MAX);
}

static void keeps_so_many_exchanges(void **state)
{
	scene_t *scene = *state;
	char set[SCENE_EXCHANGES_MAX * 24] = "";
	history_sets_t sets;

	for (unsigned i = 0; i < HISTORY_EXCHANGES_MAX + 20; i++)
		snprintf(set + strlen(set), 24, "%s%u mx%u.example.", i > 0 ? "," : "", i, i);
	scene_visit(scene, "example.org.", set, 0, 100);
	assert_history(history_store_timeline(scene->store, "example.org.", &sets), HISTORY_OK);
	assert_int_equal(sets.count, 1);
	assert_int_equal(sets.sets[0].count, HISTORY_EXCHANGES_MAX);
	assert_int_equal(sets.sets[0].exchanges[HISTORY_EXCHANGES_MAX - 1].preference, HISTORY_EXCHANGES_MAX - 1);
	history_sets_free(&sets);
}

/* An exchange whose addresses are others each time; one of them stays. */
static void keeps_so_many_addresses(void **state)
{
	scene_t *scene = *state;
	history_sets_t sets;

	assert_history(history_store_begin(scene->store), HISTORY_OK);
	for (unsigned i = 0; i < HISTORY_ADDRESSES_MAX + 20; i++) {
		char set[80];

		snprintf(set, sizeof(set), "10 mx.example. 192.0.2.1 198.51.100.%u", i);
		assert_history(scene_record(scene->store, "example.org.", set, 0, 100 + i), HISTORY_OK);
	}
	assert_history(history_store_commit(scene->store), HISTORY_OK);
	assert_history(history_store_timeline(scene->store, "example.org.", &sets), HISTORY_OK);
	assert_int_equal(sets.sets[0].exchanges[0].address_count, HISTORY_ADDRESSES_MAX);
	assert_int_equal(sets.sets[0].exchanges[0].addresses[HISTORY_ADDRESSES_MAX - 1].first_seen, 121);
	history_sets_free(&sets);
	assert_int_equal(rows_of(scene), 2 + HISTORY_ADDRESSES_MAX);
}

/* ---- pruning ---- */

static bool prune(scene_t *scene, uint64_t max_rows, uint64_t max_age, uint64_t now, unsigned sets)
{
	const history_limits_t limits = { .max_rows = max_rows, .max_age = max_age };
	bool more = false;

	assert_history(history_store_begin(scene->store), HISTORY_OK);
	assert_history(history_store_prune(scene->store, &limits, now, sets, &more), HISTORY_OK);
	assert_history(history_store_commit(scene->store), HISTORY_OK);
	return more;
}

static void drops_what_is_too_old(void **state)
{
	scene_t *scene = *state;

	scene_visit(scene, "old.example.", "10 mx.old.example. 192.0.2.1,20 both.example. 192.0.2.9", 0, DAY);
	scene_visit(scene, "moved.example.", "10 mx.old.example.", 0, DAY);
	scene_visit(scene, "moved.example.", "10 both.example.", 0, 3 * DAY);
	scene_visit(scene, "new.example.", "10 mx.new.example.", 0, DAY);
	scene_visit(scene, "new.example.", "10 mx.new.example.", 0, 4 * DAY);
	assert_int_equal(rows_of(scene), 5 + 4 + 2);
	assert_false(prune(scene, 1000, 30 * DAY, 4 * DAY, 100));
	assert_false(prune(scene, 1000, 5 * DAY, 4 * DAY, 100)); /* more than there was time for */
	assert_int_equal(rows_of(scene), 11);
	assert_false(prune(scene, 1000, 2 * DAY, 4 * DAY + 7, 100));
	assert_string_equal(scene_sets(scene, history_store_timeline, "old.example."), "");
	assert_string_equal(scene_sets(scene, history_store_timeline, "moved.example."),
			    "259200-259200<0 mx/0 10 both.example. 192.0.2.9@86400-86400\n");
	assert_string_equal(scene_sets(scene, history_store_timeline, "new.example."),
			    "86400-345600<0 mx/0 10 mx.new.example.\n");
	assert_int_equal(rows_of(scene), 2 + 2 + 1);
	assert_false(prune(scene, 1000, 0, 400 * DAY, 100));
	assert_int_equal(rows_of(scene), 0);
}

static void drops_the_oldest_of_too_many(void **state)
{
	scene_t *scene = *state;

	for (unsigned i = 0; i < 10; i++) {
		char domain[32];

		snprintf(domain, sizeof(domain), "d%u.example.", i);
		scene_visit(scene, domain, "10 mx.example.", 0, (100 - i) * DAY);
	}
	assert_true(prune(scene, 6, 1000 * DAY, 100 * DAY, 3)); /* in small steps */
	assert_int_equal(rows_of(scene), 14);
	assert_false(prune(scene, 6, 1000 * DAY, 100 * DAY, 100));
	assert_int_equal(rows_of(scene), 6);
	assert_string_equal(scene_sets(scene, history_store_timeline, "d3.example."), "");
	assert_string_not_equal(scene_sets(scene, history_store_timeline, "d2.example."), "");
	assert_false(prune(scene, 0, 1000 * DAY, 100 * DAY, 100));
	assert_int_equal(rows_of(scene), 0);
}

/* ---- the file's size ---- */

/* Many domains with exchanges of their own, in one transaction. */
static void fill(scene_t *scene, unsigned count)
{
	assert_history(history_store_begin(scene->store), HISTORY_OK);
	for (unsigned i = 0; i < count; i++) {
		char domain[64];
		char set[160];

		snprintf(domain, sizeof(domain), "a-domain-with-a-long-name-%u.example.", i);
		snprintf(set, sizeof(set), "10 mx1.a-domain-with-a-long-name-%u.example. 192.0.2.1", i);
		assert_history(scene_record(scene->store, domain, set, 0, DAY), HISTORY_OK);
	}
	assert_history(history_store_commit(scene->store), HISTORY_OK);
}

/* The journal is worked into the file when the last one closes it. */
static uint64_t size_of(scene_t *scene)
{
	history_counts_t counts;
	history_err_t err;

	history_store_close(scene->store);
	scene->store = history_store_open(scene->file, &err);
	assert_history(err, HISTORY_OK);
	history_store_counts(scene->store, &counts);
	return counts.octets;
}

static void becomes_smaller(void **state)
{
	enum { MANY = 6000, PAGES = 64 };
	scene_t *scene = *state;
	uint64_t full;

	fill(scene, MANY);
	full = size_of(scene);
	assert_false(history_store_is_roomy(scene->store));
	assert_false(prune(scene, 30, 1000 * DAY, DAY, MANY));
	assert_true(history_store_is_roomy(scene->store));
	assert_int_equal(size_of(scene), full); /* its room is there to be used again */
	while (history_store_is_roomy(scene->store))
		assert_history(history_store_shrink(scene->store, PAGES), HISTORY_OK);
	assert_in_range(size_of(scene), 4096, full / 3 * 2);
	assert_history(history_store_check(scene->store), HISTORY_OK);
	assert_int_equal(rows_of(scene), 30);
}

/* A file of before there was a way. */
static void leaves_an_old_file(void **state)
{
	enum { MANY = 3000 };
	scene_t *scene = *state;
	history_err_t err;
	sqlite3 *db;

	history_store_close(scene->store);
	assert_int_equal(sqlite3_open(scene->file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA auto_vacuum = NONE; VACUUM", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	scene->store = history_store_open(scene->file, &err);
	assert_history(err, HISTORY_OK);
	fill(scene, MANY);
	assert_false(prune(scene, 0, 1000 * DAY, DAY, MANY));
	assert_false(history_store_is_roomy(scene->store));
	assert_history(history_store_shrink(scene->store, 64), HISTORY_OK);
	assert_history(history_store_check(scene->store), HISTORY_OK);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	static const struct CMUnitTest scenes[] = {
		cmocka_unit_test_setup_teardown(counts_rows, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(keeps_so_many_sets, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(keeps_so_many_exchanges, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(keeps_so_many_addresses, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(drops_what_is_too_old, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(drops_the_oldest_of_too_many, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(becomes_smaller, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(leaves_an_old_file, scene_set_up, scene_tear_down),
	};
	enum { SCENES = sizeof(scenes) / sizeof(scenes[0]) };
	struct CMUnitTest tests[ROWS + SCENES];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, remembers, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < SCENES; i++)
		tests[ROWS + i] = scenes[i];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
