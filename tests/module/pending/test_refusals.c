/* test_refusals.c: what is counted, and what the log says of it and how often. */
#include "module/pending/refusals.h"

#include "tests/module/vlog/folder.h"
#include "validator/name.h"

#include <arpa/inet.h>

typedef struct row {
	const char *name;
	shares_kind_t kind;
	const char *whose;
	const char *client;
	const char *want; /* at the end of the line */
} row_t;

static const row_t rows[] = {
	{ "a zone", SHARES_ZONE, "example.org", "192.0.2.1",
	  "(resolver.zone-share) zone=example.org. underway=7 turned-away=1\n" },
	{ "a zone of any octets", SHARES_ZONE, "a\\010b.org", "192.0.2.1",
	  "(resolver.zone-share) zone=a\\010b.org. underway=7 turned-away=1\n" },
	{ "a suffix", SHARES_SUFFIX, "org", NULL, "(resolver.zone-share) suffix=org. underway=7 turned-away=1\n" },
	{ "a client", SHARES_CLIENT, NULL, "192.0.2.1",
	  "(resolver.client-share) client=192.0.2.1 underway=7 turned-away=1\n" },
	{ "a client of IPv6", SHARES_CLIENT, NULL, "2001:db8::1",
	  "(resolver.client-share) client=2001:db8::1 underway=7 turned-away=1\n" },
	{ "all", SHARES_ALL, NULL, "192.0.2.1", "(resolver.max-questions) underway=7 turned-away=1\n" },
};

static void note(refusals_t *refusals, log_t *log, const row_t *row, uint64_t now)
{
	shares_refusal_t refusal = { .kind = row->kind, .held = 7 };
	client_address_t client = { 0 };

	if (row->whose != NULL)
		assert_true(name_from_text(row->whose, &refusal.name));
	if (row->client != NULL && inet_pton(AF_INET, row->client, &client.v4.sin_addr) == 1)
		client.v4.sin_family = AF_INET;
	else if (row->client != NULL && inet_pton(AF_INET6, row->client, &client.v6.sin6_addr) == 1)
		client.v6.sin6_family = AF_INET6;
	refusals_note(refusals, log, &refusal, row->client != NULL ? &client : NULL, now);
}

static char *text_of(const folder_t *folder)
{
	size_t size;

	return file_read(folder->file, &size);
}

static void says_whose_they_were(void **state)
{
	const row_t *row = *state;
	const folder_t folder = folder_make();
	log_t *log = log_new(folder.file, LOG_LEVEL_INFO);
	refusals_t refusals = { .told = { 0 } };
	char *text;

	assert_non_null(log);
	note(&refusals, log, row, 1);
	log_free(log);
	text = text_of(&folder);
	assert_true(strlen(text) > strlen(row->want));
	assert_string_equal(text + strlen(text) - strlen(row->want), row->want);
	assert_int_equal(atomic_load(&refusals.counts[row->kind]), 1);
	free(text);
	folder_remove(&folder);
}

/* However many there are: a line each ten seconds, which counts those between. */
static void says_it_now_and_then(void **state)
{
	const folder_t folder = folder_make();
	log_t *log = log_new(folder.file, LOG_LEVEL_INFO);
	refusals_t refusals = { .told = { 0 } };
	unsigned lines = 0;
	char *text;

	(void)state;
	for (unsigned ms = 0; ms < 2 * REFUSALS_LOG_SECONDS * 1000; ms++)
		note(&refusals, log, &rows[0], 5000 + ms);
	refusals_count(&refusals, SHARES_ZONE);
	note(&refusals, log, &rows[0], 5000 + 2 * REFUSALS_LOG_SECONDS * 1000);
	log_free(log);
	text = text_of(&folder);
	for (const char *c = text; (c = strchr(c, '\n')) != NULL; c++)
		lines++;
	assert_int_equal(lines, 3);
	assert_non_null(strstr(text, "turned-away=1\n"));
	assert_non_null(strstr(text, "turned-away=10000\n"));
	assert_non_null(strstr(text, "turned-away=10001\n"));
	free(text);
	folder_remove(&folder);
}

static void has_a_name_for_each(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SHARES_KINDS; i++)
		for (unsigned j = 0; j < i; j++) {
			assert_string_not_equal(refusals_name((shares_kind_t)i), refusals_name((shares_kind_t)j));
			assert_string_not_equal(refusals_text((shares_kind_t)i), refusals_text((shares_kind_t)j));
		}
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 2];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, says_whose_they_were, NULL, NULL,
						(void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(says_it_now_and_then);
	tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(has_a_name_for_each);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
