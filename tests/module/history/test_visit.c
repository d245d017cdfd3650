/* test_visit.c: what of a verdict is remembered. */
#include "module/history/visit.h"
#include "tests/module/history/verdicts.h"

static const struct row {
	const char *name;
	const char *verdict;
	const char *seen; /* NULL: nothing */
} rows[] = {
	{ "exchanges with their addresses", "10 mx1.example.net 192.0.2.1 2001:db8::1,20 mx2.example.net",
	  "0: 10 mx1.example.net. c0000201 20010db8000000000000000000000001 20 mx2.example.net." },
	{ "what was stripped is not", "10 mx1.example.net,-20 bad.example.net 192.0.2.2", "0: 10 mx1.example.net." },
	{ "the root is no host", "10 mx1.example.net,20 .", "0: 10 mx1.example.net." },
	{ "labels are escaped", "10 a\\.b\\032.example.net", "0: 10 a\\.b\\032.example.net." },
	{ "null MX", "null", "1:" },
	{ "no MX", "none", "2:" },
	{ "a rejection says nothing", "rejected", NULL },
};

static void print_visit(const visit_t *visit, char *text, size_t room)
{
	size_t used = (size_t)snprintf(text, room, "%d:", visit->seen.kind);

	for (size_t i = 0; i < visit->seen.count; i++) {
		const history_exchange_t *exchange = &visit->seen.exchanges[i];

		used += (size_t)snprintf(text + used, room - used, " %u %s", exchange->preference, exchange->name);
		for (size_t j = 0; j < exchange->address_count; j++) {
			used += (size_t)snprintf(text + used, room - used, " ");
			for (size_t k = 0; k < exchange->addresses[j].size; k++)
				used += (size_t)snprintf(text + used, room - used, "%02x",
							 exchange->addresses[j].octets[k]);
		}
	}
}

static void remembers(void **state)
{
	const struct row *row = *state;
	atomic_uint waiting = 0;
	made_t made;
	visit_t *visit;
	char text[512];

	verdict_of(&made, "example.org", row->verdict, SECURITY_SECURE);
	assert_int_equal(visit_is_due(&made.verdict), row->seen != NULL);
	if (row->seen == NULL)
		return;
	visit = visit_of(&made.name, &made.verdict, 1234, &waiting);
	assert_non_null(visit);
	assert_int_equal(waiting, 1);
	assert_int_equal(visit->wall, 1234);
	assert_string_equal(visit->seen.domain, "example.org.");
	assert_int_equal(visit->seen.security, SECURITY_SECURE);
	print_visit(visit, text, sizeof(text));
	assert_string_equal(text, row->seen);
	visit_free(visit);
	assert_int_equal(waiting, 0);
}

static void other_types_have_no_verdict(void **state)
{
	(void)state;
	assert_false(visit_is_due(NULL));
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 1];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, remembers, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(other_types_have_no_verdict);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
