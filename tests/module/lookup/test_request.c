/* test_request.c: command lines of `mxward lookup`. */
#include "tests/support.h"

#include "module/lookup/request.h"
#include "validator/name.h"

enum { WORDS_MAX = 8, TYPE_A = 1, TYPE_PTR = 12, TYPE_MX = 15, TYPE_TXT = 16 };

struct row {
	const char *name;
	const char *words[WORDS_MAX];
	request_result_t want;
	const char *want_name; /* or a part of the error */
	uint16_t want_type;
};

static const struct row rows[] = {
	{ "MX unless another type is given", { "example.org" }, REQUEST_OK, "example.org.", TYPE_MX },
	{ "a type", { "Example.ORG.", "txt" }, REQUEST_OK, "example.org.", TYPE_TXT },
	{ "a type by number", { "example.org", "TYPE65280" }, REQUEST_OK, "example.org.", 65280 },
	{ "options behind the name", { "example.org", "A", "--json", "--tcp" }, REQUEST_OK, "example.org.", TYPE_A },
	{ "the root", { ".", "A" }, REQUEST_OK, ".", TYPE_A },
	{ "a name with a hyphen in front", { "--", "-x.example" }, REQUEST_OK, "-x.example.", TYPE_MX },
	{ "U-labels", { "B\303\234cher.example" }, REQUEST_OK, "xn--bcher-kva.example.", TYPE_MX },
	{ "U-labels below an underscore",
	  { "_dmarc.b\303\274cher.example", "TXT" },
	  REQUEST_OK,
	  "_dmarc.xn--bcher-kva.example.",
	  TYPE_TXT },
	{ "an IPv4 address and PTR", { "192.0.2.1", "PTR" }, REQUEST_OK, "1.2.0.192.in-addr.arpa.", TYPE_PTR },
	{ "an IPv4 address and -x", { "-x", "192.0.2.1" }, REQUEST_OK, "1.2.0.192.in-addr.arpa.", TYPE_PTR },
	{ "an IPv6 address and -x",
	  { "-x", "2001:db8::1" },
	  REQUEST_OK,
	  "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.",
	  TYPE_PTR },
	{ "a server", { "example.org", "-s", "127.0.0.1@5353" }, REQUEST_OK, "example.org.", TYPE_MX },
	{ "a configuration",
	  { "-c", "file", "example.org", "--cd", "--timeout", "5" },
	  REQUEST_OK,
	  "example.org.",
	  TYPE_MX },
	{ "help beats all", { "--help", "a..b" }, REQUEST_HELP, NULL, 0 },
	{ "nothing", { NULL }, REQUEST_WRONG, "a name is missing", 0 },
	{ "too much", { "a", "A", "b" }, REQUEST_WRONG, "one name and one type", 0 },
	{ "an empty label", { "a..b" }, REQUEST_WRONG, "a..b is no domain name", 0 },
	{ "an empty name", { "" }, REQUEST_WRONG, "is no domain name", 0 },
	{ "an international name with an empty label", { "b\303\274cher..example" }, REQUEST_WRONG, "domain name", 0 },
	{ "octets that are no UTF-8",
	  { "b\374cher.example" },
	  REQUEST_WRONG,
	  "b\\252cher.example is no international",
	  0 },
	{ "a mail address", { "user@example.org" }, REQUEST_WRONG, "user@example.org is a mail address", 0 },
	{ "a URL", { "https://example.org/" }, REQUEST_WRONG, "is a URL", 0 },
	{ "an address and MX", { "192.0.2.1" }, REQUEST_WRONG, "-x 192.0.2.1 asks", 0 },
	{ "a name and -x", { "-x", "example.org" }, REQUEST_WRONG, "example.org is none", 0 },
	{ "an unknown type", { "example.org", "MXX" }, REQUEST_WRONG, "MXX is no record type", 0 },
	{ "a type that is none", { "example.org", "OPT" }, REQUEST_WRONG, "choose one type", 0 },
	{ "all types", { "example.org", "ANY" }, REQUEST_WRONG, "choose one type", 0 },
	{ "a zone transfer", { "example.org", "AXFR" }, REQUEST_WRONG, "choose one type", 0 },
	{ "a type beyond all types", { "example.org", "TYPE65551" }, REQUEST_WRONG, "is no record type", 0 },
	{ "type 0", { "example.org", "TYPE0" }, REQUEST_WRONG, "is no record type", 0 },
	{ "a server by name", { "example.org", "-s", "localhost" }, REQUEST_WRONG, "and not localhost", 0 },
	{ "a server and a configuration",
	  { "example.org", "-s", "::1", "-c", "f" },
	  REQUEST_WRONG,
	  "choose one of them",
	  0 },
	{ "an explanation of a server's answer, too",
	  { "example.org", "--explain", "-s", "::1", "-c", "f" },
	  REQUEST_OK,
	  "example.org.",
	  TYPE_MX },
	{ "an explanation of MX", { "--explain", "example.org", "mx" }, REQUEST_OK, "example.org.", TYPE_MX },
	{ "an explanation of addresses", { "--explain", "example.org", "A" }, REQUEST_WRONG, "leave the type out", 0 },
	{ "an explanation of a pointer", { "--explain", "-x", "192.0.2.1" }, REQUEST_WRONG, "leave the type out", 0 },
	{ "an explanation over TCP", { "--explain", "example.org", "--tcp" }, REQUEST_WRONG, "leave out --tcp", 0 },
	{ "an explanation with CD", { "--explain", "example.org", "--cd" }, REQUEST_WRONG, "leave out --cd", 0 },
	{ "no time", { "example.org", "--timeout", "0" }, REQUEST_WRONG, "seconds from 1 to 300", 0 },
	{ "time with a unit", { "example.org", "--timeout", "5s" }, REQUEST_WRONG, "seconds from 1 to 300", 0 },
	{ "an option without its value", { "example.org", "-s" }, REQUEST_WRONG, "-s needs a value", 0 },
	{ "an unknown option", { "example.org", "--colour\33" }, REQUEST_WRONG, "no option --colour\\027", 0 },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static void reads(void **state)
{
	const struct row *row = *state;
	char *words[WORDS_MAX + 2] = { (char *)(uintptr_t) "lookup" };
	char text[NAME_TEXT_MAX];
	int count = 1;
	request_t request;
	char *error;

	for (; row->words[count - 1] != NULL; count++) /* getopt moves them about */
		words[count] = (char *)(uintptr_t)row->words[count - 1];
	assert_int_equal(request_read(count, words, &request, &error), row->want);
	if (row->want == REQUEST_OK) {
		assert_null(error);
		assert_string_equal(name_to_text(&request.name, text), row->want_name);
		assert_int_equal(request.type, row->want_type);
	} else if (row->want == REQUEST_WRONG) {
		assert_non_null(error);
		if (strstr(error, row->want_name) == NULL)
			fail_msg("%s", error);
	}
	free(error);
}

static void keeps_options(void **state)
{
	char *words[] = { (char *)(uintptr_t) "lookup", (char *)(uintptr_t) "example.org",
			  (char *)(uintptr_t) "--json", (char *)(uintptr_t) "--tcp",
			  (char *)(uintptr_t) "--cd",   (char *)(uintptr_t) "--timeout",
			  (char *)(uintptr_t) "7",      (char *)(uintptr_t) "-c",
			  (char *)(uintptr_t) "path",   NULL };
	request_t request;
	char *error;

	(void)state;
	assert_int_equal(request_read(9, words, &request, &error), REQUEST_OK);
	assert_true(request.json && request.tcp && request.show_bogus && !request.ask_server);
	assert_int_equal(request.timeout, 7);
	assert_string_equal(request.conf_path, "path");
}

int main(void)
{
	struct CMUnitTest tests[ROWS + 1];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, reads, NULL, NULL, (void *)(uintptr_t)&rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(keeps_options);
	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
