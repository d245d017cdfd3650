/* test_snapshot.c: the snapshot of the cache and its key, in all their states. */
#include "tests/module/doctor/folder.h"

#include "module/doctor/doctor.h"
#include "module/snapshot/layout.h"

enum { NOW = 1795387763, CONF_MAX = 6 * PATH_MAX };

typedef struct row {
	const char *name;
	const char *file;      /* below the folder, in the configuration */
	bool is_ours;          /* what lies there was written by us, */
	unsigned age;          /*   seconds ago */
	const char *text;      /* instead; NULL: nothing */
	mode_t key;            /* mode of the key; 0: there is none */
	const char *link;      /* the file is a link to it */
	bool silent;           /* the server does not answer */
	finding_status_t want; /* and what it says */
	const char *what;
	const char *mend;
} row_t;

static const row_t rows[] = {
	{ "switched off", "", .want = FINDING_SKIPPED, .what = "cache.snapshot.file is empty", .mend = "" },
	{ "not there", "snapshot", .want = FINDING_SKIPPED, .what = "is not there", .mend = "" },
	{ "no folder for it", "nowhere/snapshot", .want = FINDING_WARNING, .what = "its folder is not there",
	  .mend = "systemd-tmpfiles" },
	{ "fresh", "snapshot", .is_ours = true, .age = 130, .key = 0600, .want = FINDING_OK,
	  .what = "has 4711 answers in 1 KB, written 2 minutes ago", .mend = "" },
	{ "as old as it may be", "snapshot", .is_ours = true, .age = 420, .key = 0600, .want = FINDING_OK,
	  .what = "written 7 minutes ago", .mend = "" },
	{ "too old", "snapshot", .is_ours = true, .age = 421, .key = 0600, .want = FINDING_WARNING,
	  .what = "written 7 minutes ago, and should be every 100 seconds", .mend = "journalctl" },
	{ "old, but nobody runs", "snapshot", .is_ours = true, .age = 86400, .key = 0600, .silent = true,
	  .want = FINDING_OK, .what = "written 1440 minutes ago", .mend = "" },
	{ "no snapshot", "snapshot",
	  .text = "This is no snapshot, but a text that somebody has put there, which has to be long enough for a head "
		  "and for what has to be behind it, and so it goes on and on, until there are more octets than these "
		  "two have together, which are two hundred and twenty-four.\n",
	  .key = 0600, .want = FINDING_WARNING, .what = "is no snapshot: the next start would not take it",
	  .mend = "it is replaced" },
	{ "an empty file", "snapshot", .text = "", .key = 0600, .want = FINDING_WARNING, .what = "is too short",
	  .mend = "it is replaced" },
	{ "a link", "snapshot", .link = "elsewhere", .want = FINDING_WARNING, .what = "it is a symbolic link",
	  .mend = "journalctl" },
	{ "a folder", ".", .want = FINDING_WARNING, .what = "is no file", .mend = "remove it" },
	{ "no key", "snapshot", .is_ours = true, .want = FINDING_WARNING,
	  .what = "is no file: the next start cannot use", .mend = "another key is made" },
	{ "a key that others may read", "snapshot", .is_ours = true, .key = 0640, .want = FINDING_WARNING,
	  .what = "others may use the key", .mend = "chmod 600" },
};

static void write_ours(folder_t *folder, const row_t *row)
{
	const layout_head_t head = { .size = LAYOUT_HEAD_SIZE + MAC_SIZE,
				     .entries = 4711,
				     .moment = { .wall = NOW - row->age } };
	uint8_t octets[LAYOUT_HEAD_SIZE + MAC_SIZE] = { 0 };
	FILE *out = fopen(folder_path(folder, row->file), "we");

	assert_non_null(out);
	layout_write_head(&head, octets);
	assert_int_equal(fwrite(octets, 1, sizeof(octets), out), sizeof(octets));
	assert_int_equal(fclose(out), 0);
}

static void furnish(folder_t *folder, const row_t *row)
{
	if (row->is_ours)
		write_ours(folder, row);
	if (row->text != NULL)
		folder_write(folder, row->file, row->text);
	if (row->link != NULL)
		folder_link(folder, row->file, row->link);
	if (row->key != 0) {
		folder_write(folder, "key", "0123456789abcdef0123456789abcdef");
		assert_int_equal(chmod(folder_path(folder, "key"), row->key), 0);
	}
}

static conf_t *configure(const folder_t *folder, const row_t *row)
{
	char here[PATH_MAX];
	char file[2 * PATH_MAX] = "";
	char text[CONF_MAX];
	char *error = NULL;
	conf_t *conf;

	assert_non_null(getcwd(here, sizeof(here)));
	if (row->file[0] != '\0')
		snprintf(file, sizeof(file), "%s/%s/%s", here, folder->path, row->file);
	snprintf(text, sizeof(text), "cache: {snapshot: {file: '%s', key: '%s/%s/key', every: 100s}}\n", file, here,
		 folder->path);
	conf = conf_parse(text, strlen(text), "test", &error);
	if (conf == NULL)
		fail_msg("%s", error);
	return conf;
}

static void judges(void **state)
{
	const row_t *row = *state;
	finding_t finding = { 0 };
	doctor_t doctor = { .now = NOW, .silent = row->silent };
	folder_t folder;
	conf_t *conf;

	folder_make(&folder);
	furnish(&folder, row);
	conf = configure(&folder, row);
	doctor.conf = conf;
	doctor_check_snapshot(&doctor, &finding);
	assert_string_equal(finding_name(finding.status), finding_name(row->want));
	if (strstr(finding.what, row->what) == NULL || strstr(finding.mend, row->mend) == NULL)
		fail_msg("%s: %s", finding.what, finding.mend);
	if (row->mend[0] == '\0')
		assert_string_equal(finding.mend, "");
	conf_free(conf);
	folder_remove(&folder);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, judges, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("doctor snapshot", tests, NULL, NULL);
}
