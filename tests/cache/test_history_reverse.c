/* test_history_reverse.c: which domains use a host, by name, by suffix and by address, page by page. */
#include "tests/cache/history_scene.h"

static void furnish(scene_t *scene)
{
	scene_visit(scene, "a.example.", "10 mx1.mail.example. 192.0.2.1,20 mx2.mail.example. 192.0.2.2", 0, 100);
	scene_visit(scene, "b.example.", "10 mx1.mail.example. 192.0.2.1", 0, 110);
	scene_visit(scene, "c.example.", "10 mx2.mail.example. 192.0.2.2 192.0.2.1", 0, 120);
	scene_visit(scene, "d.example.", "10 mail.example.,20 mx1.mail.example.evil.", 0, 130);
	scene_visit(scene, "e.example.", "10 mx1.mail.example.", 0, 140);
	scene_visit(scene, "e.example.", "10 mx1.mail.example.", 0, 150);
	scene_visit(scene, "e.example.", "10 elsewhere.example.", 0, 160);
	scene_visit(scene, "e.example.", "10 mx2.mail.example.,20 elsewhere.example.", 0, 170);
	scene_visit(scene, "f.example.", "10 elsewhere.example. 2001:db8::1", 0, 180);
	scene_visit(scene, "f.example.", "none", 0, 190);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All pages as NAME:FIRST-LAST, with + when it is current, sorted. */
static const char *find(scene_t *scene, const history_wanted_t *wanted, size_t limit, unsigned *pages)
{
	char next[HISTORY_CURSOR_MAX] = "";
	char *lines[64];
	size_t count = 0;

	*pages = 0;
	do {
		history_page_t page;

		assert_history(history_store_reverse(scene->store, wanted, next, limit, &page), HISTORY_OK);
		assert_true(page.count <= limit);
		for (size_t i = 0; i < page.count; i++, count++)
			assert_true(asprintf(&lines[count], "%s:%" PRIu64 "-%" PRIu64 "%s", page.users[i].domain,
					     page.users[i].first_seen, page.users[i].last_visit,
					     page.users[i].current ? "+" : "") > 0);
		memcpy(next, page.next, sizeof(next));
		history_page_free(&page);
		++*pages;
	} while (next[0] != '\0');
	qsort(lines, count, sizeof(*lines), compare_lines);
	scene->text[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		scene_say(scene, "%s%s", i > 0 ? " " : "", lines[i]);
		free(lines[i]);
	}
	return scene->text;
}

static const struct row {
	const char *name;
	history_by_t by;
	const char *wanted;
	const char *users;
} rows[] = {
	{ "a host", HISTORY_BY_HOST, "mx1.mail.example.",
	  "a.example.:100-100+ b.example.:110-110+ e.example.:140-150" },
	{ "a host, in two sets of a domain", HISTORY_BY_HOST, "elsewhere.example.",
	  "e.example.:160-170+ f.example.:180-180" },
	{ "a host that nobody uses", HISTORY_BY_HOST, "mx3.mail.example.", "" },
	{ "a suffix is no host", HISTORY_BY_HOST, "example.", "" },
	{ "below a name, each domain once", HISTORY_BY_SUFFIX, "mail.example.",
	  "a.example.:100-100+ b.example.:110-110+ c.example.:120-120+ e.example.:140-170+" },
	{ "below a name, itself among them elsewhere", HISTORY_BY_SUFFIX, "example.",
	  "a.example.:100-100+ b.example.:110-110+ c.example.:120-120+ d.example.:130-130+ e.example.:140-170+ "
	  "f.example.:180-180" },
	{ "below a host there is nothing", HISTORY_BY_SUFFIX, "mx1.mail.example.", "" },
	{ "below the root", HISTORY_BY_SUFFIX, ".",
	  "a.example.:100-100+ b.example.:110-110+ c.example.:120-120+ d.example.:130-130+ e.example.:140-170+ "
	  "f.example.:180-180" },
	{ "an address, of two hosts", HISTORY_BY_ADDRESS, "192.0.2.1",
	  "a.example.:100-100+ b.example.:110-110+ c.example.:120-120+ e.example.:140-170+" },
	{ "an address of one host", HISTORY_BY_ADDRESS, "2001:db8::1", "e.example.:160-170+ f.example.:180-180" },
	{ "an address of none", HISTORY_BY_ADDRESS, "192.0.2.3", "" },
};

static void finds(void **state)
{
	const struct row *row = *state;
	history_wanted_t wanted = { .by = row->by, .name = row->wanted };
	unsigned pages;
	void *made;
	scene_t *scene;

	scene_set_up(&made);
	scene = made;
	furnish(scene);
	if (row->by == HISTORY_BY_ADDRESS)
		wanted.address = scene_address(row->wanted);
	assert_string_equal(find(scene, &wanted, HISTORY_PAGE_MAX, &pages), row->users);
	assert_int_equal(pages, 1);
	assert_string_equal(find(scene, &wanted, 1, &pages), row->users);
	assert_string_equal(find(scene, &wanted, 2, &pages), row->users);
	assert_string_equal(find(scene, &wanted, 3, &pages), row->users);
	scene_tear_down(&made);
}

/* Many hosts below a name, all of them in one domain's set, and that one is found by the first: the work for a page has its
 * bounds, and pages may be empty. */
static void bounds_its_work(void **state)
{
	enum { DOMAINS = 600, HOSTS = 60 };
	const history_wanted_t wanted = { .by = HISTORY_BY_SUFFIX, .name = "mail.example." };
	scene_t *scene = *state;
	char next[HISTORY_CURSOR_MAX] = "";
	char set[HOSTS * 24] = "";
	size_t found = 0;
	unsigned pages = 0;

	for (unsigned i = 0; i < HOSTS; i++)
		snprintf(set + strlen(set), 24, "%s10 h%02u.mail.example.", i > 0 ? "," : "", i);
	assert_history(history_store_begin(scene->store), HISTORY_OK);
	for (unsigned i = 0; i < DOMAINS; i++) {
		char domain[32];

		snprintf(domain, sizeof(domain), "d%u.example.", i);
		assert_history(scene_record(scene->store, domain, set, 0, 100), HISTORY_OK);
	}
	assert_history(history_store_commit(scene->store), HISTORY_OK);
	do {
		history_page_t page;

		assert_history(history_store_reverse(scene->store, &wanted, next, HISTORY_PAGE_MAX, &page), HISTORY_OK);
		found += page.count;
		memcpy(next, page.next, sizeof(next));
		history_page_free(&page);
		pages++;
	} while (next[0] != '\0');
	assert_int_equal(found, DOMAINS);
	assert_int_equal(pages, 2); /* 36,000 uses */
}

static const struct {
	history_by_t by;
	const char *cursor;
} bad_cursors[] = {
	{ HISTORY_BY_HOST, "x" },
	{ HISTORY_BY_HOST, "1" },
	{ HISTORY_BY_HOST, "1:" },
	{ HISTORY_BY_HOST, "1:example.mail.mx2." },
	{ HISTORY_BY_HOST, "-1:example.mail.mx1." },
	{ HISTORY_BY_HOST, " 1:example.mail.mx1." },
	{ HISTORY_BY_HOST, "99999999999999999999:example.mail.mx1." },
	{ HISTORY_BY_SUFFIX, "1:net." },
	{ HISTORY_BY_SUFFIX, "1:example.mail.mx1." },
	{ HISTORY_BY_ADDRESS, "1:x" },
	{ HISTORY_BY_ADDRESS, "1:2x" },
	{ HISTORY_BY_ADDRESS, "1:" },
};

static void refuses_cursors(void **state)
{
	scene_t *scene = *state;
	char *endless = malloc(HISTORY_NAME_MAX + 8);
	history_wanted_t wanted = { .by = HISTORY_BY_HOST,
				    .name = "mx1.mail.example.",
				    .address = scene_address("192.0.2.1") };
	history_page_t page;

	furnish(scene);
	for (size_t i = 0; i < sizeof(bad_cursors) / sizeof(bad_cursors[0]); i++) {
		wanted.by = bad_cursors[i].by;
		assert_history(history_store_reverse(scene->store, &wanted, bad_cursors[i].cursor, 10, &page),
			       HISTORY_BAD_CURSOR);
		history_page_free(&page);
	}
	assert_non_null(endless);
	memset(endless, 'a', HISTORY_NAME_MAX + 8);
	memcpy(endless, "1:", 2);
	endless[HISTORY_NAME_MAX + 7] = '\0';
	assert_history(history_store_reverse(scene->store, &wanted, endless, 10, &page), HISTORY_BAD_CURSOR);
	history_page_free(&page);
	free(endless);
}

/* What a cursor names may be gone by the time it is used. */
static void goes_on_where_a_host_was(void **state)
{
	const history_wanted_t wanted = { .by = HISTORY_BY_SUFFIX, .name = "mail.example." };
	scene_t *scene = *state;
	history_page_t page;

	furnish(scene);
	assert_history(history_store_reverse(scene->store, &wanted, "77:example.mail.mx11.", 10, &page), HISTORY_OK);
	assert_int_equal(page.count, 1); /* of mx2 alone: the others are told with mx1 */
	assert_string_equal(page.users[0].domain, "c.example.");
	assert_string_equal(page.next, "");
	history_page_free(&page);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	static const struct CMUnitTest scenes[] = {
		cmocka_unit_test_setup_teardown(bounds_its_work, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(refuses_cursors, scene_set_up, scene_tear_down),
		cmocka_unit_test_setup_teardown(goes_on_where_a_host_was, scene_set_up, scene_tear_down),
	};
	enum { SCENES = sizeof(scenes) / sizeof(scenes[0]) };
	struct CMUnitTest tests[ROWS + SCENES];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, finds, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	for (size_t i = 0; i < SCENES; i++)
		tests[ROWS + i] = scenes[i];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
