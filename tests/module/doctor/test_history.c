/* test_history.c: the file of the MX history, in all its states. */
#include "tests/module/doctor/folder.h"

#include "cache/history_store.h"
#include "module/doctor/doctor.h"

enum { MANY = 480, CONF_MAX = 2 * PATH_MAX }; /* domains, with two rows each */

typedef struct row {
	const char *name;
	const char *conf; /* more keys of the section */
	unsigned domains; /* in a history of ours; 0: none is made */
	const char *text; /* in its place; NULL: nothing */
	finding_status_t want;
	const char *what;
	const char *mend;
} row_t;

static const row_t rows[] = {
	{ "switched off", "enable: no", 1, NULL, FINDING_SKIPPED, "history.enable is no", "" },
	{ "not there", "", 0, NULL, FINDING_SKIPPED, "is not there", "" },
	{ "with room", "", 2, NULL, FINDING_OK, "has 4 rows of 10000000 at most", "" },
	{ "nearly full", "max-rows: 1000", MANY, NULL, FINDING_WARNING, "has 960 rows of 1000",
	  "raise history.max-rows" },
	{ "no history", "", 0, "This is no history, but a text that somebody has put there.\n", FINDING_FAIL,
	  "history.db ", "systemctl restart mxward" },
};

static void record(history_store_t *store, unsigned count)
{
	const history_exchange_t exchange = { .preference = 10, .name = "mx.example." };

	assert_int_equal(history_store_begin(store), HISTORY_OK);
	for (unsigned i = 0; i < count; i++) {
		char domain[32];
		const history_visit_t visit = { .domain = domain, .count = 1, .exchanges = &exchange };

		snprintf(domain, sizeof(domain), "d%u.example.", i);
		assert_int_equal(history_store_record(store, &visit, 86400), HISTORY_OK);
	}
	assert_int_equal(history_store_commit(store), HISTORY_OK);
}

static void judges(void **state)
{
	const row_t *row = *state;
	char here[PATH_MAX];
	char text[CONF_MAX];
	char *error = NULL;
	finding_t finding = { 0 };
	doctor_t doctor = { 0 };
	folder_t folder;
	conf_t *conf;

	folder_make(&folder);
	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(text, sizeof(text), "history: {file: '%s/%s/history.db'%s%s}\n", here, folder.path,
		 row->conf[0] != '\0' ? ", " : "", row->conf);
	conf = conf_parse(text, strlen(text), "test", &error);
	if (conf == NULL)
		fail_msg("%s", error);
	if (row->domains > 0) {
		history_err_t err;
		history_store_t *store = history_store_open(folder_path(&folder, "history.db"), &err);

		assert_non_null(store);
		record(store, row->domains);
		history_store_close(store);
	}
	if (row->text != NULL)
		folder_write(&folder, "history.db", row->text);
	doctor.conf = conf;
	doctor_check_history(&doctor, &finding);
	assert_string_equal(finding_name(finding.status), finding_name(row->want));
	if (strstr(finding.what, row->what) == NULL || strstr(finding.mend, row->mend) == NULL)
		fail_msg("%s: %s", finding.what, finding.mend);
	conf_free(conf);
	folder_remove(&folder);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, judges, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests_name("doctor history", tests, NULL, NULL);
}
