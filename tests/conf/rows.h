/* rows.h: a configuration that is refused is a row: its text, and the whole line that people get to read. */
#ifndef TESTS_CONF_ROWS_H
#define TESTS_CONF_ROWS_H

#include "conf/conf.h"
#include "tests/support.h"

typedef struct refused {
	const char *name;
	const char *text;
	const char *error; /* behind "f:", the name of the file */
} refused_t;

static inline void is_refused(void **state)
{
	const refused_t *row = *state;
	uint8_t *text = test_copy((const uint8_t *)row->text, strlen(row->text));
	char *error = NULL;
	conf_t *conf = conf_parse((const char *)text, strlen(row->text), "f", &error);

	if (conf != NULL)
		fail_msg("\"%s\" is accepted", row->text);
	assert_non_null(error);
	assert_memory_equal(error, "f:", 2);
	assert_string_equal(error + 2, row->error);
	free(error);
	free(text);
}

/* A configuration that is accepted, to be freed with conf_free(). */
static inline conf_t *accepted(const char *text)
{
	char *error = NULL;
	conf_t *conf = conf_parse(text, strlen(text), "f", &error);

	if (conf == NULL)
		fail_msg("\"%s\" is refused: %s", text, error);
	assert_null(error);
	return conf;
}

/* Runs `run` once for each row, as a test of the row's own name. A row begins with its name. */
static inline int run_rows(const char *group, const void *rows, size_t count, size_t size, CMUnitTestFunction run)
{
	struct CMUnitTest *tests = calloc(count, sizeof(*tests));
	int failed;

	assert_non_null(tests);
	for (size_t i = 0; i < count; i++) {
		const char *row = (const char *)rows + i * size;

		memcpy(&tests[i].name, row, sizeof(tests[i].name));
		tests[i].test_func = run;
		memcpy(&tests[i].initial_state, &(const void *){ row }, sizeof(void *)); /* read only */
	}
	failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
	free(tests);
	return failed;
}

#define RUN_ROWS(group, rows, run) run_rows(group, rows, sizeof(rows) / sizeof((rows)[0]), sizeof((rows)[0]), run)

#endif
