/* test_witness.c: what the log says of a question that failed. */
#include "module/pending/witness.h"

#include "tests/module/vlog/folder.h"
#include "validator/name.h"
#include "validator/rdata.h"

#include <ldns/ldns.h>

typedef struct row {
	const char *name;
	uint16_t type;
	security_t security;
	ede_t ede;
	const char *why;
	bool stale;
	const char *want; /* at the end of the line */
} row_t;

static const row_t rows[] = {
	{ "a type has its name", RDATA_TYPE_MX, SECURITY_BOGUS, EDE_DNSSEC_BOGUS, "it expired", false,
	  " rejected a bogus answer name=example.org. type=MX ede=6 why=\"it expired\"\n" },
	{ "an address's too", LDNS_RR_TYPE_A, SECURITY_INSECURE, EDE_NETWORK_ERROR, "no server answers", false,
	  " could not resolve name=example.org. type=A ede=23 why=\"no server answers\"\n" },
	{ "one without a name is written as RFC 3597 has it", 65280, SECURITY_INSECURE, EDE_NETWORK_ERROR, NULL, false,
	  " could not resolve name=example.org. type=TYPE65280 ede=23 why=\"\"\n" },
	{ "none that has a code", RDATA_TYPE_MX, SECURITY_INSECURE, EDE_NONE, "no server answers", false,
	  " could not resolve name=example.org. type=MX ede=- why=\"no server answers\"\n" },
	{ "what was refused, and given nevertheless", RDATA_TYPE_MX, SECURITY_INSECURE, EDE_BLOCKED, "two answers",
	  true, " rejected an MX answer name=example.org. type=MX ede=15 why=\"two answers\" given=stale\n" },
};

static void hear(const row_t *row, log_t *log)
{
	name_t name;
	const resolution_t resolution = {
		.answer = { .failure = true,
			    .security = (uint8_t)row->security,
			    .ede = row->ede,
			    .ede_text = row->why,
			    .ede_text_size = row->why != NULL ? (uint8_t)strlen(row->why) : 0 },
	};
	const cache_found_t old = { .rcode = 0 };
	const ended_t ended = {
		.name = &name, .type = row->type, .stale = row->stale ? &old : NULL, .resolution = &resolution
	};
	const witnesses_t witnesses = { .log = log };

	assert_true(name_from_text("example.org.", &name));
	witnesses_hear(&witnesses, &ended);
}

static void logs_a_failure(void **state)
{
	const row_t *row = *state;
	const folder_t folder = folder_make();
	log_t *log = log_new(folder.file, LOG_LEVEL_INFO);
	size_t size;
	char *text;

	assert_non_null(log);
	hear(row, log);
	log_free(log);
	text = file_read(folder.file, &size);
	assert_true(size > strlen(row->want));
	assert_string_equal(text + size - strlen(row->want), row->want);
	free(text);
	folder_remove(&folder);
}

static size_t failing(alerts_t *alerts)
{
	alerts_stats_t stats;

	alerts_stats(alerts, &stats);
	return stats.failing;
}

/* Rule R6 is about SERVFAIL. A stale answer is none, and no success either: it begins no row of failures, and ends none. */
static void a_stale_answer_is_neither(void **state)
{
	static const alerts_settings_t settings = {
		.webhook_url = "", .webhook_token_file = "", .webhook_ca_file = "", .file = "", .failing_after = 14400
	};
	const resolution_t failure = { .answer = { .failure = true, .ede = EDE_NETWORK_ERROR } };
	const cache_found_t old = { .rcode = 0 };
	alerts_t *alerts = alerts_new(&settings, NULL);
	const witnesses_t witnesses = { .alerts = alerts };
	name_t name;
	ended_t ended = { .name = &name, .type = RDATA_TYPE_MX, .resolution = &failure };

	(void)state;
	assert_non_null(alerts);
	assert_true(name_from_text("example.org.", &name));
	ended.stale = &old;
	witnesses_hear(&witnesses, &ended);
	assert_int_equal(failing(alerts), 0);
	ended.stale = NULL;
	witnesses_hear(&witnesses, &ended);
	assert_int_equal(failing(alerts), 1);
	ended.stale = &old;
	witnesses_hear(&witnesses, &ended);
	assert_int_equal(failing(alerts), 1);
	alerts_free(alerts);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 1] = { [ROWS] = cmocka_unit_test(a_stale_answer_is_neither) };

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, logs_a_failure, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
