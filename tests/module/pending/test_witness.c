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
	const ended_t ended = { .name = &name, .type = row->type, .stale = row->stale, .resolution = &resolution };
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

int main(void)
{
	struct CMUnitTest tests[sizeof(rows) / sizeof(rows[0])];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, logs_a_failure, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
