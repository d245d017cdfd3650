/* test_logindex.c: what the index finds, how it follows the log's files, and what it does with a file that is not its own. */
#include "module/logindex/logindex.h"
#include "module/logread/loglines.h"
#include "tests/module/logread/lines.h"

#include <sqlite3.h>
#include <utime.h>

static const uint64_t NOW = 1795373581042; /* 2026-11-22T18:53:01.042Z */
static const uint64_t AGO = 3600000;

enum { ROOM = 160 };

/* A log, and its index. */
typedef struct world {
	folder_t folder;
	char file[ROOM];
	logindex_settings_t settings;
	logindex_t *writer;
	logindex_t *reader;
	uint64_t seq; /* of the next line */
} world_t;

static void world_reopen(world_t *world)
{
	logindex_free(world->writer);
	logindex_free(world->reader);
	world->writer = logindex_new(&world->settings, true);
	world->reader = logindex_new(&world->settings, false);
	assert_non_null(world->writer);
	assert_non_null(world->reader);
}

static int set_up(void **state)
{
	world_t *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->folder = folder_make();
	snprintf(world->file, sizeof(world->file), "%s/index.db", world->folder.path);
	world->settings = (logindex_settings_t){ .file = world->file,
						 .log = world->folder.file,
						 .max_rows = 100000,
						 .max_octets = 1U << 30,
						 .max_age = 30 * 24 * AGO };
	world->seq = 1;
	world_reopen(world);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	world_t *world = *state;

	logindex_free(world->writer);
	logindex_free(world->reader);
	folder_remove(&world->folder);
	free(world);
	return 0;
}

/* Steps until there is nothing left to do. */
static void index_all(world_t *world)
{
	logindex_step_t step = LOGINDEX_MORE;
	const char *error = NULL;

	for (unsigned i = 0; step == LOGINDEX_MORE; i++) {
		assert_true(i < 10000);
		step = logindex_step(world->writer, NOW, &error);
		if (error != NULL)
			fail_msg("%s", error);
	}
	assert_int_equal(step, LOGINDEX_IDLE);
}

/* The same, with what was said last. */
static logindex_step_t index_saying(world_t *world, char *said, size_t room)
{
	logindex_step_t step = LOGINDEX_MORE;
	const char *error;

	said[0] = '\0';
	for (unsigned i = 0; step == LOGINDEX_MORE && i < 10000; i++) {
		step = logindex_step(world->writer, NOW, &error);
		if (error != NULL)
			snprintf(said, room, "%s", error);
	}
	return step;
}

static void append(world_t *world, const line_t *lines, size_t count)
{
	lines_append(world->folder.file, lines, count, world->seq);
	world->seq += count;
}

/* Lines that differ in their domain only: "d7.example.org." */
static void append_many(world_t *world, unsigned count)
{
	char domain[64];

	for (unsigned i = 0; i < count; i++) {
		snprintf(domain, sizeof(domain), "d%u.example.org.", (unsigned)world->seq);
		append(world, &(line_t){ .domain = domain, .time = NOW - AGO + world->seq }, 1);
	}
}

static char *in_folder(const world_t *world, const char *name, char *path)
{
	snprintf(path, ROOM, "%s/%s", world->folder.path, name);
	return path;
}

static json_t *search(world_t *world, const char *const *conditions, uint64_t before, unsigned limit)
{
	logfilter_t filter = { 0 };
	char why[LOGFILTER_WHY_MAX];
	const char *error = NULL;
	json_t *found;

	for (; conditions[0] != NULL; conditions += 2)
		if (!logfilter_set(&filter, conditions[0], conditions[1], NOW, why))
			fail_msg("%s", why);
	found = logindex_search(world->reader, &filter, before, limit, &error);
	if (found == NULL)
		fail_msg("%s", error);
	return found;
}

static size_t count_all(world_t *world)
{
	static const char *const nothing[] = { NULL };
	json_t *found = search(world, nothing, 0, LOGINDEX_LIMIT_MAX);
	size_t count = json_array_size(json_object_get(found, "entries"));

	json_decref(found);
	return count;
}

static const char *text_of(json_t *entry, const char *key)
{
	return json_string_value(json_object_get(entry, key));
}

/* --- Searching ----------------------------------------------------------------------------------------------------- */

static const line_t some[] = {
	{ .time = 1795369981042,
	  .domain = "a.example.org.",
	  .client = "192.0.2.1",
	  .verdict = "reject",
	  .check = "target-is-alias",
	  .action = "reject",
	  .blamed = "mx1.example.org.",
	  .reason = "mx: target-is-alias mx1.example.org.",
	  .took = 10 },
	{ .time = 1795369982042, .domain = "example.org.", .client = "192.0.2.200", .took = 20 },
	{ .time = 1795369983042,
	  .domain = "notexample.org.",
	  .client = "2001:db8::1",
	  .verdict = "log",
	  .check = "uncorroborated",
	  .would = "strip",
	  .host = "mx.example.net." },
	{ .time = 1795369984042,
	  .type = "rejected",
	  .qtype = "TXT",
	  .domain = "b\\\\.example.org.",
	  .verdict = "failed" },
	{ .time = 1795369985042, .domain = ".", .host = "." },
	{ .time = 1795369986042,
	  .domain = "x.a.example.org.",
	  .client = "::ffff:198.51.100.7",
	  .check = "target-is-alias",
	  .verdict = "log",
	  .host = "mx2.example.org.",
	  .blamed = "mx3.example.org." },
};

enum { SOME = sizeof(some) / sizeof(some[0]) };

typedef struct search_row {
	const char *name;
	const char *conditions[8];
	const char *want; /* the numbers of the lines that are found, newest first */
} search_row_t;

static const search_row_t search_rows[] = {
	{ "everything", { NULL }, "654321" },
	{ "domain with what is below it", { "domain", "Example.ORG" }, "621" },
	{ "domain below", { "domain", "a.example.org." }, "61" },
	{ "dot within a label", { "domain", "b\\.example.org" }, "4" },
	{ "the root", { "domain", "." }, "654321" },
	{ "host of the set", { "host", "mx2.example.org" }, "6" },
	{ "host of a finding", { "host", "mx3.example.org" }, "6" },
	{ "check", { "check", "target-is-alias" }, "61" },
	{ "verdict", { "verdict", "log" }, "63" },
	{ "the commonest verdict", { "verdict", "accept" }, "52" },
	{ "rare verdicts", { "verdict", "failed,reject" }, "41" },
	{ "a rare and a common verdict", { "verdict", "log,reject" }, "631" },
	{ "all verdicts but one", { "verdict", "accept,log,strip,failed" }, "65432" },
	{ "rare verdicts of a domain", { "domain", "a.example.org", "verdict", "failed,reject" }, "1" },
	{ "rare verdicts with text", { "q", "mx1", "verdict", "failed,reject" }, "1" },
	{ "type", { "type", "txt" }, "4" },
	{ "the commonest type", { "type", "MX" }, "65321" },
	{ "client", { "client", "192.0.2.1" }, "1" },
	{ "network", { "client", "192.0.2.0/24" }, "21" },
	{ "half an octet", { "client", "192.0.2.0/25" }, "1" },
	{ "IPv6 network", { "client", "2001:db8::/32" }, "3" },
	{ "IPv4 in IPv6 is IPv4", { "client", "198.51.100.7" }, "6" },
	{ "since", { "since", "2026-11-22T17:53:05.042Z" }, "65" },
	{ "until is not included", { "until", "2026-11-22T17:53:05.042Z" }, "4321" },
	{ "between", { "since", "2026-11-22T17:53:02Z", "until", "2026-11-22T17:53:04Z" }, "32" },
	{ "text, whatever its case", { "q", "TARGET-is-alias MX1" }, "1" },
	{ "text in what is not in the summary", { "q", "192.0.2.25" }, "65321" },
	{ "text that is a key only", { "q", "took_ms" }, "" },
	{ "several", { "domain", "example.org", "check", "target-is-alias", "verdict", "reject" }, "1" },
	{ "several with text", { "domain", "example.org", "q", "mx3", "client", "::ffff:0:0/96" }, "6" },
	{ "nothing", { "host", "mx9.example.org" }, "" },
};

static void numbers_of(json_t *found, char *text)
{
	json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(found, "entries"), i, entry)
	{
		*text++ = (char)('0' + json_integer_value(json_object_get(entry, "seq")));
	}
	*text = '\0';
}

static void finds(void **state)
{
	world_t *world = *state;

	append(world, some, SOME);
	index_all(world);
	for (size_t i = 0; i < sizeof(search_rows) / sizeof(search_rows[0]); i++) {
		json_t *found = search(world, search_rows[i].conditions, 0, 100);
		char numbers[SOME + 1];

		numbers_of(found, numbers);
		if (strcmp(numbers, search_rows[i].want) != 0)
			fail_msg("%s: found %s instead of %s", search_rows[i].name, numbers, search_rows[i].want);
		assert_true(json_is_null(json_object_get(found, "next")) || search_rows[i].want[0] != '\0');
		json_decref(found);
	}
}

static void gives_pages(void **state)
{
	static const char *const nothing[] = { NULL };
	world_t *world = *state;
	char numbers[SOME + 1];
	json_t *page;
	json_int_t next;

	append(world, some, SOME);
	index_all(world);
	page = search(world, nothing, 0, 4);
	numbers_of(page, numbers);
	assert_string_equal(numbers, "6543");
	next = json_integer_value(json_object_get(page, "next"));
	assert_int_equal(json_integer_value(json_object_get(json_object_get(page, "indexed"), "seq")), SOME);
	json_decref(page);
	page = search(world, nothing, (uint64_t)next, 4);
	numbers_of(page, numbers);
	assert_string_equal(numbers, "21");
	assert_true(json_is_null(json_object_get(page, "next")));
	json_decref(page);
}

static void gives_what_follows(void **state)
{
	world_t *world = *state;
	logfilter_t filter = { 0 };
	const char *error;
	json_t *entries;

	append(world, some, SOME);
	index_all(world);
	assert_int_equal(logindex_newest(world->reader), SOME);
	entries = logindex_after(world->reader, &filter, 4, 10, &error);
	assert_int_equal(json_array_size(entries), 2);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(entries, 0), "id")), 5);
	json_decref(entries);
}

static void gives_the_line(void **state)
{
	world_t *world = *state;
	const char *error;
	json_t *whole;
	json_t *entry;

	append(world, some, SOME);
	index_all(world);
	whole = logindex_get(world->reader, 1, &error);
	assert_non_null(whole);
	entry = json_object_get(whole, "entry");
	assert_string_equal(text_of(entry, "domain"), "a.example.org.");
	assert_string_equal(text_of(json_object_get(whole, "line"), "reason"), "mx: target-is-alias mx1.example.org.");
	assert_string_equal(text_of(whole, "file"), world->folder.file);
	assert_int_equal(json_integer_value(json_object_get(whole, "offset")), 0);
	json_decref(whole);
	assert_null(logindex_get(world->reader, 99, &error));
	assert_null(error);
}

static void sums_up(void **state)
{
	world_t *world = *state;
	logfilter_t filter = { .since = 1795369981042, .until = 1795369987042 };
	const char *error;
	json_t *summary;
	json_t *top;
	json_t *bucket;

	append(world, some, SOME);
	index_all(world);
	summary = logindex_summary(world->reader, &filter, 3, NOW, &error);
	assert_non_null(summary);
	assert_int_equal(json_array_size(json_object_get(summary, "buckets")), 3);
	bucket = json_array_get(json_object_get(summary, "buckets"), 0);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(bucket, "verdicts"), "reject")), 1);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(bucket, "took_ms"), "p50")), 10);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(bucket, "took_ms"), "max")), 20);
	top = json_object_get(json_object_get(json_object_get(summary, "totals"), "verdicts"), "log");
	assert_int_equal(json_integer_value(top), 2);
	top = json_object_get(summary, "top");
	assert_int_equal(json_array_size(json_object_get(top, "checks")), 1);
	assert_string_equal(text_of(json_array_get(json_object_get(top, "checks"), 0), "name"), "target-is-alias");
	assert_int_equal(json_array_size(json_object_get(top, "domains")), 3); /* monitored and failed, too */
	assert_string_equal(text_of(json_array_get(json_object_get(top, "domains"), 0), "name"), "b\\.example.org.");
	assert_string_equal(text_of(json_array_get(json_object_get(top, "hosts"), 0), "name"), "mx1.example.org.");
	assert_string_equal(text_of(json_array_get(json_object_get(top, "clients"), 0), "name"), "192.0.2.1");
	json_decref(summary);
}

static void sums_up_nothing(void **state)
{
	world_t *world = *state;
	logfilter_t filter = { 0 };
	const char *error;
	json_t *summary;

	index_all(world);
	summary = logindex_summary(world->reader, &filter, 0, NOW, &error);
	assert_non_null(summary);
	assert_int_equal(json_array_size(json_object_get(summary, "buckets")), 1);
	json_decref(summary);
}

/* --- Following ----------------------------------------------------------------------------------------------------- */

static void follows_growth(void **state)
{
	world_t *world = *state;

	index_all(world);
	assert_int_equal(count_all(world), 0);
	append_many(world, 3);
	index_all(world);
	assert_int_equal(count_all(world), 3);
	append_many(world, 2);
	index_all(world);
	assert_int_equal(count_all(world), 5);
}

static void waits_for_the_end_of_a_line(void **state)
{
	world_t *world = *state;
	char text[LINES_TEXT_MAX];
	FILE *out;

	append_many(world, 1);
	line_text(&some[0], 2, text);
	out = fopen(world->folder.file, "ae");
	fwrite(text, 1, 100, out);
	fclose(out);
	index_all(world);
	assert_int_equal(count_all(world), 1);
	out = fopen(world->folder.file, "ae");
	fprintf(out, "%s\n", text + 100);
	fclose(out);
	index_all(world);
	assert_int_equal(count_all(world), 2);
}

static void goes_on_after_restart(void **state)
{
	world_t *world = *state;

	append_many(world, 3);
	index_all(world);
	world_reopen(world);
	append_many(world, 1);
	index_all(world);
	assert_int_equal(count_all(world), 4);
}

/* What the old file got at last, then the new one; then it is packed, and removed. */
static void follows_rotation(void **state)
{
	world_t *world = *state;
	char old[ROOM];
	char packed[ROOM];
	const char *error;
	json_t *whole;

	append_many(world, 2);
	index_all(world);
	rename(world->folder.file, in_folder(world, "log.1", old));
	lines_append(old, &(line_t){ .domain = "last.example.org.", .time = NOW - AGO + 50 }, 1, world->seq++);
	append(world, &(line_t){ .domain = "first.example.org.", .time = NOW - AGO + 60 }, 1);
	index_all(world);
	whole = logindex_get(world->reader, 3, &error);
	assert_string_equal(text_of(json_object_get(whole, "entry"), "domain"), "last.example.org.");
	json_decref(whole);
	lines_pack(old, in_folder(world, "log.1.gz", packed));
	index_all(world); /* both are there */
	assert_int_equal(count_all(world), 4);
	unlink(old);
	index_all(world);
	assert_int_equal(count_all(world), 4);
	unlink(packed);
	world_reopen(world);
	index_all(world);
	whole = logindex_get(world->reader, 1, &error);
	assert_string_equal(text_of(json_object_get(whole, "line"), "type"), "assessment");
	json_decref(whole);
}

static void reads_packed_files_first(void **state)
{
	world_t *world = *state;
	static const char *const names[] = { "log.2.gz", "log-20261120.zst", "log.1" };
	char path[ROOM];

	for (size_t i = 0; i < 3; i++) {
		append_many(world, 2);
		if (i < 2)
			lines_pack(world->folder.file, in_folder(world, names[i], path));
		else
			rename(world->folder.file, in_folder(world, names[i], path));
		unlink(world->folder.file);
	}
	append_many(world, 1);
	file_write(in_folder(world, "log.txt", path), "no part of it\n", 14);
	file_write(in_folder(world, "log.3", path), "", 0);
	index_all(world);
	for (uint64_t id = 1; id <= 7; id++) {
		const char *error;
		json_t *whole = logindex_get(world->reader, id, &error);

		assert_int_equal(json_integer_value(json_object_get(json_object_get(whole, "entry"), "seq")), id);
		json_decref(whole);
	}
}

/* copytruncate, or an editor: what is not in the file any more is not found any more. */
static void notices_truncation(void **state)
{
	world_t *world = *state;
	size_t size;
	char *text;

	append_many(world, 5);
	index_all(world);
	text = file_read(world->folder.file, &size);
	*strchr(strchr(text, '\n') + 1, '\n') = '\0';
	file_write(world->folder.file, text, strlen(text));
	free(text);
	index_all(world);
	assert_int_equal(count_all(world), 1); /* the second one does not end */
	file_write(world->folder.file, "", 0);
	world->seq = 100;
	append_many(world, 2);
	index_all(world);
	assert_int_equal(count_all(world), 3); /* another file, as its first line tells; the old one is gone */
}

static void notices_replacement(void **state)
{
	world_t *world = *state;
	char text[LINES_TEXT_MAX];

	append_many(world, 3);
	index_all(world);
	unlink(world->folder.file);
	world->seq = 1;
	append_many(world, 1); /* the same first line */
	append(world,
	       &(line_t){ .reason = "a line that is much longer than the one that was here before", .time = NOW - 5 },
	       1);
	append(world, &(line_t){ .time = NOW - 4 }, 1);
	(void)text;
	index_all(world);
	assert_int_equal(count_all(world), 3);
	assert_int_equal(logindex_newest(world->reader), 6);
}

static void goes_on_behind_a_damaged_file(void **state)
{
	world_t *world = *state;
	char path[ROOM];
	char said[8192];
	size_t size;
	char *packed;

	append_many(world, 500);
	lines_pack(world->folder.file, in_folder(world, "log.1.gz", path));
	packed = file_read(path, &size);
	file_write(path, packed, size - 20);
	free(packed);
	unlink(world->folder.file);
	append_many(world, 1);
	assert_int_equal(index_saying(world, said, sizeof(said)), LOGINDEX_IDLE);
	assert_non_null(strstr(said, "log.1.gz is left out from octet"));
	assert_true(count_all(world) > 100);
	assert_true(count_all(world) <= 501);
	assert_int_equal(index_saying(world, said, sizeof(said)), LOGINDEX_IDLE);
	assert_string_equal(said, "");
}

static void passes_over_what_is_no_entry(void **state)
{
	world_t *world = *state;
	FILE *out;

	append_many(world, 1);
	out = fopen(world->folder.file, "ae");
	fprintf(out, "garbage\n{}\n\n{\"v\":1,\"seq\":7,\"prev\":\"\",\"type\":\"checkpoint\"}\n");
	for (unsigned i = 0; i < CHAIN_LINE_MAX + 2; i++)
		fputc('x', out);
	fprintf(out, "\n");
	fclose(out);
	append_many(world, 1);
	index_all(world);
	assert_int_equal(count_all(world), 2);
}

static void works_in_steps(void **state)
{
	world_t *world = *state;
	const char *error;

	append_many(world, 2500);
	assert_int_equal(logindex_step(world->writer, NOW, &error), LOGINDEX_MORE);
	assert_true(logindex_newest(world->reader) <= 1000);
	index_all(world);
	assert_int_equal(logindex_newest(world->reader), 2500);
}

/* --- Bounds -------------------------------------------------------------------------------------------------------- */

static void keeps_so_many_rows(void **state)
{
	world_t *world = *state;

	world->settings.max_rows = 700;
	world_reopen(world);
	append_many(world, 1900);
	index_all(world);
	assert_true(count_all(world) <= 700);
	assert_true(count_all(world) >= 200);
	assert_int_equal(logindex_newest(world->reader), 1900);
}

static void keeps_so_many_octets(void **state)
{
	world_t *world = *state;

	world->settings.max_octets = 250000;
	world_reopen(world);
	append_many(world, 1900);
	index_all(world);
	assert_true(count_all(world) < 900);
	assert_true(count_all(world) > 0);
}

static void keeps_so_long(void **state)
{
	world_t *world = *state;
	const char *error;
	char path[ROOM];

	append(world, &(line_t){ .time = NOW - 40 * 24 * AGO }, 1);
	append(world, &(line_t){ .time = NOW - AGO }, 1);
	index_all(world);
	assert_int_equal(count_all(world), 1);
	while (logindex_step(world->writer, NOW + 31 * 24 * AGO, &error) == LOGINDEX_MORE)
		;
	assert_int_equal(count_all(world), 0);
	/* A file that was written last before that is not read at all. */
	rename(world->folder.file, in_folder(world, "log.1", path));
	lines_append(path, &(line_t){ .time = NOW }, 1, 3);
	utime(path, &(struct utimbuf){ .modtime = 1000 });
	index_all(world);
	assert_int_equal(count_all(world), 0);
}

/* --- Files that are not what they should be ------------------------------------------------------------------------ */

static void execute(const char *file, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void makes_it_anew(world_t *world)
{
	char said[8192];
	char damaged[ROOM];

	world_reopen(world);
	assert_int_equal(index_saying(world, said, sizeof(said)), LOGINDEX_IDLE);
	assert_non_null(strstr(said, "is made anew"));
	assert_int_equal(access(in_folder(world, "index.db.damaged", damaged), F_OK), 0);
	assert_int_equal(count_all(world), 3);
}

static void replaces_another_version(void **state)
{
	world_t *world = *state;

	append_many(world, 3);
	index_all(world);
	execute(world->file, "PRAGMA user_version = 99");
	makes_it_anew(world);
}

static void replaces_garbage(void **state)
{
	world_t *world = *state;

	append_many(world, 3);
	index_all(world);
	logindex_free(world->writer);
	world->writer = NULL;
	logindex_free(world->reader);
	world->reader = NULL;
	file_write(world->file, "this is no database, and was none, and has more than enough octets to tell", 74);
	makes_it_anew(world);
}

/* Damage that is found while it works: the reader finds the new file by itself. */
static void replaces_what_gets_damaged(void **state)
{
	world_t *world = *state;
	char said[8192];
	char page[4096];
	int fd;
	logindex_step_t step = LOGINDEX_FAILED;

	append_many(world, 3);
	index_all(world);
	logindex_free(world->writer); /* the log beside the file is written back */
	world->writer = NULL;
	assert_int_equal(count_all(world), 3);
	logindex_free(world->reader);
	world->reader = NULL;
	fd = open(world->file, O_RDWR | O_CLOEXEC);
	memset(page, 0xff, sizeof(page));
	for (off_t at = sizeof(page); at < 20 * (off_t)sizeof(page); at += sizeof(page))
		assert_int_equal(pwrite(fd, page, sizeof(page), at), sizeof(page));
	close(fd);
	world_reopen(world);
	append_many(world, 1);
	for (unsigned i = 0; i < 5 && step == LOGINDEX_FAILED; i++)
		step = index_saying(world, said, sizeof(said));
	assert_int_equal(step, LOGINDEX_IDLE);
	assert_int_equal(count_all(world), 4);
}

static void leaves_others_alone(void **state)
{
	world_t *world = *state;
	char said[8192];

	logindex_free(world->writer);
	world->writer = NULL;
	execute(world->file, "CREATE TABLE precious (x); PRAGMA application_id = 7");
	world_reopen(world);
	append_many(world, 1);
	assert_int_equal(index_saying(world, said, sizeof(said)), LOGINDEX_FAILED);
	assert_non_null(strstr(said, "database of another program"));
	assert_int_equal(index_saying(world, said, sizeof(said)), LOGINDEX_FAILED);
	assert_string_equal(said, ""); /* said once */
	execute(world->file, "INSERT INTO precious VALUES (1)");
	assert_int_equal(logindex_newest(world->reader), UINT64_MAX);
}

static void says_what_cannot_be_had(void **state)
{
	world_t *world = *state;
	logfilter_t filter = { 0 };
	char said[8192];
	const char *error;

	assert_null(logindex_search(world->reader, &filter, 0, 1, &error));
	assert_non_null(strstr(error, "cannot be opened"));
	assert_null(logindex_after(world->reader, &filter, 0, 1, &error));
	assert_null(logindex_summary(world->reader, &filter, 1, NOW, &error));
	assert_null(logindex_get(world->reader, 1, &error));
	assert_non_null(strstr(error, "cannot be opened"));
	world->settings.log = "no-such-folder/log";
	world_reopen(world);
	assert_int_equal(index_saying(world, said, sizeof(said)), LOGINDEX_FAILED);
	assert_non_null(strstr(said, "the folder of the log cannot be read: No such file"));
	world->settings.file = "no-such-folder/index.db";
	world_reopen(world);
	assert_int_equal(index_saying(world, said, sizeof(said)), LOGINDEX_FAILED);
	assert_non_null(strstr(said, "cannot be opened"));
}

/* --- The index and the lines agree --------------------------------------------------------------------------------- */

static const char *const domains[] = { "example.org.", "a.example.org.", "b.a.example.org.",
				       "example.com.", "org.",           "xexample.org." };
static const char *const hosts[] = { "mx1.example.org.", "mx2.example.org.", "mx.example.net." };
static const char *const checks[] = { NULL, "target-is-alias", "uncorroborated", "target-insecure" };
static const char *const verdicts[] = { "accept", "log", "strip", "reject", "failed" };
static const char *const wanted[] = { "accept",     "log",          "failed", "strip,reject", "strip,reject,failed",
				      "log,failed", "accept,reject" };
static const char *const clients[] = { NULL, "192.0.2.1", "192.0.2.2", "198.51.100.1", "2001:db8::1", "2001:db8:1::1" };
static const char *const types[] = { "MX", "TXT", "A" };
static const char *const networks[] = { "192.0.2.1", "192.0.2.0/24", "0.0.0.0/1", "2001:db8::/32", "2001:db8::1" };
static const char *const words[] = { "ALIAS", "example.org", "192.0.2", "nothing has this" };

#define PICK(seed, of) (of)[rand_r(seed) % (sizeof(of) / sizeof((of)[0]))]

static line_t random_line(unsigned *seed)
{
	const bool assessed = rand_r(seed) % 3 > 0;

	return (line_t){ .type = assessed ? "assessment" : "rejected",
			 .time = NOW - AGO + (unsigned)rand_r(seed) % 1000,
			 .domain = PICK(seed, domains),
			 .qtype = PICK(seed, types),
			 .client = PICK(seed, clients),
			 .verdict = PICK(seed, verdicts),
			 .host = PICK(seed, hosts),
			 .check = PICK(seed, checks),
			 .blamed = rand_r(seed) % 2 == 0 ? PICK(seed, hosts) : NULL,
			 .reason = rand_r(seed) % 2 == 0 ? "mx: target-is-alias" : "",
			 .took = (unsigned)rand_r(seed) % 3000 };
}

static void maybe_set(unsigned *seed, logfilter_t *filter, const char *key, const char *value)
{
	char why[LOGFILTER_WHY_MAX];

	if (rand_r(seed) % 3 == 0 && value != NULL)
		assert_true(logfilter_set(filter, key, value, NOW, why));
}

static logfilter_t random_filter(unsigned *seed)
{
	logfilter_t filter = { 0 };
	char number[32];

	maybe_set(seed, &filter, "domain", PICK(seed, domains));
	maybe_set(seed, &filter, "host", PICK(seed, hosts));
	maybe_set(seed, &filter, "check", PICK(seed, checks));
	maybe_set(seed, &filter, "verdict", PICK(seed, wanted));
	maybe_set(seed, &filter, "type", PICK(seed, types));
	maybe_set(seed, &filter, "client", PICK(seed, networks));
	maybe_set(seed, &filter, "q", PICK(seed, words));
	snprintf(number, sizeof(number), "%" PRIu64, NOW - AGO + (unsigned)rand_r(seed) % 1000);
	maybe_set(seed, &filter, "since", number);
	snprintf(number, sizeof(number), "%" PRIu64, NOW - AGO + (unsigned)rand_r(seed) % 1000);
	maybe_set(seed, &filter, "until", number);
	return filter;
}

/* The numbers of the lines that match, newest first, by reading them; with the shortcut it must be the same. */
static size_t by_reading(const world_t *world, const logfilter_t *filter, uint64_t *seqs)
{
	int fd = open(world->folder.file, O_RDONLY | O_CLOEXEC);
	loglines_t *lines = loglines_new(fd);
	size_t count = 0;
	logline_t line;

	while (loglines_next(lines, &line) == LOGLINES_LINE) {
		logentry_t entry;
		bool matches;

		assert_int_equal(logentry_read(line.text, line.size, &entry, NULL), LOGENTRY_READ);
		matches = logfilter_matches(filter, &entry);
		assert_true(!matches || logfilter_may_match(filter, line.text, line.size));
		if (matches)
			seqs[count++] = entry.seq;
		logentry_clear(&entry);
	}
	loglines_free(lines);
	close(fd);
	for (size_t i = 0; i < count / 2; i++) {
		const uint64_t swap = seqs[i];

		seqs[i] = seqs[count - 1 - i];
		seqs[count - 1 - i] = swap;
	}
	return count;
}

enum { RANDOM_LINES = 400, RANDOM_FILTERS = 300 };

static void agrees_with_the_lines(void **state)
{
	world_t *world = *state;
	unsigned seed = 20261122;
	uint64_t seqs[RANDOM_LINES];
	size_t found_some = 0;

	for (unsigned i = 0; i < RANDOM_LINES; i++) {
		line_t line = random_line(&seed);

		append(world, &line, 1);
	}
	index_all(world);
	for (unsigned i = 0; i < RANDOM_FILTERS; i++) {
		logfilter_t filter = random_filter(&seed);
		const char *error;
		json_t *found = logindex_search(world->reader, &filter, 0, LOGINDEX_LIMIT_MAX, &error);
		json_t *summary = logindex_summary(world->reader, &filter, 7, NOW, &error);
		size_t count = by_reading(world, &filter, seqs);
		json_t *entries = json_object_get(found, "entries");
		json_t *total;
		json_int_t sum = 0;
		const char *key;

		assert_int_equal(json_array_size(entries), count);
		for (size_t k = 0; k < count; k++)
			assert_int_equal(json_integer_value(json_object_get(json_array_get(entries, k), "seq")),
					 seqs[k]);
		json_object_foreach(json_object_get(json_object_get(summary, "totals"), "verdicts"), key, total)
		{
			sum += json_integer_value(total);
		}
		assert_int_equal(sum, count);
		found_some += count > 0;
		json_decref(found);
		json_decref(summary);
	}
	assert_true(found_some > RANDOM_FILTERS / 4);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(finds),
		TEST(gives_pages),
		TEST(gives_what_follows),
		TEST(gives_the_line),
		TEST(sums_up),
		TEST(sums_up_nothing),
		TEST(follows_growth),
		TEST(waits_for_the_end_of_a_line),
		TEST(goes_on_after_restart),
		TEST(follows_rotation),
		TEST(reads_packed_files_first),
		TEST(notices_truncation),
		TEST(notices_replacement),
		TEST(goes_on_behind_a_damaged_file),
		TEST(passes_over_what_is_no_entry),
		TEST(works_in_steps),
		TEST(keeps_so_many_rows),
		TEST(keeps_so_many_octets),
		TEST(keeps_so_long),
		TEST(replaces_another_version),
		TEST(replaces_garbage),
		TEST(replaces_what_gets_damaged),
		TEST(leaves_others_alone),
		TEST(says_what_cannot_be_had),
		TEST(agrees_with_the_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
