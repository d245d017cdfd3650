/* test_wanted.c: what people ask the history for. */
#include "module/history/wanted.h"
#include "tests/support.h"

#include <arpa/inet.h>

static const struct row {
	const char *name;
	const char *text;
	history_by_t by;
	const char *wanted; /* a name or an address; NULL: refused */
	const char *error;
} rows[] = {
	{ "a host", "mx1.example.net", HISTORY_BY_HOST, "mx1.example.net.", NULL },
	{ "a host with its final dot, in capitals", "MX1.Example.NET.", HISTORY_BY_HOST, "mx1.example.net.", NULL },
	{ "a host in Unicode", "mx.b\303\274cher.example", HISTORY_BY_HOST, "mx.xn--bcher-kva.example.", NULL },
	{ "all below a name", "*.example.net", HISTORY_BY_SUFFIX, "example.net.", NULL },
	{ "the same without the star", ".example.net", HISTORY_BY_SUFFIX, "example.net.", NULL },
	{ "all below a name in Unicode", "*.b\303\274cher.example", HISTORY_BY_SUFFIX, "xn--bcher-kva.example.", NULL },
	{ "a star within", "a.*.example.net", HISTORY_BY_HOST, "a.*.example.net.", NULL },
	{ "an IPv4 address", "192.0.2.1", HISTORY_BY_ADDRESS, "192.0.2.1", NULL },
	{ "an IPv6 address", "2001:DB8:0:0::1", HISTORY_BY_ADDRESS, "2001:db8::1", NULL },
	{ "almost an address", "192.0.2.256", HISTORY_BY_HOST, "192.0.2.256.", NULL },
	{ "the root", ".", HISTORY_BY_HOST, ".", NULL },
	{ "nothing", "", HISTORY_BY_HOST, NULL, " is no domain name: labels have 1 to 63 octets, a name at most 255" },
	{ "a star alone", "*.", HISTORY_BY_SUFFIX, NULL,
	  " is no domain name: labels have 1 to 63 octets, a name at most 255" },
	{ "a mail address", "a@example.net", HISTORY_BY_HOST, NULL,
	  "a@example.net is a mail address: ask for its domain, the part behind the @" },
	{ "an empty label", "a..example", HISTORY_BY_HOST, NULL,
	  "a..example is no domain name: labels have 1 to 63 octets, a name at most 255" },
	{ "a control character", "\033[m..x", HISTORY_BY_HOST, NULL,
	  "\\027[m..x is no domain name: labels have 1 to 63 octets, a name at most 255" },
};

static void is_read(void **state)
{
	const struct row *row = *state;
	wanted_t *wanted = malloc(sizeof(*wanted));
	char address[INET6_ADDRSTRLEN];
	char *error = NULL;

	assert_non_null(wanted);
	assert_int_equal(wanted_read(row->text, wanted, &error), row->wanted != NULL);
	assert_int_equal(wanted->what.by, row->by);
	if (row->wanted == NULL) {
		assert_string_equal(error, row->error);
	} else if (row->by == HISTORY_BY_ADDRESS) {
		inet_ntop(wanted->what.address.size == 4 ? AF_INET : AF_INET6, wanted->what.address.octets, address,
			  sizeof(address));
		assert_string_equal(address, row->wanted);
	} else {
		assert_string_equal(wanted->what.name, row->wanted);
	}
	free(error);
	free(wanted);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, is_read, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
