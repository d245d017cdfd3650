/* test_conf_text.c: single values as people write them. */
#include "conf/conf_text.h"

#include "tests/conf/rows.h"

#include <arpa/inet.h>
#include <inttypes.h>

typedef bool amount_fn(const char *text, uint64_t *amount, char problem[CONF_PROBLEM_MAX]);

typedef struct amount_row {
	const char *name;
	amount_fn *read;
	const char *text;
	bool good;
	uint64_t amount;
} amount_row_t;

static const amount_row_t amounts[] = {
	{ "number: zero", conf_text_number, "0", true, 0 },
	{ "number: leading zeros are decimal", conf_text_number, "010", true, 10 },
	{ "number: the largest", conf_text_number, "18446744073709551615", true, UINT64_MAX },
	{ "number: one more overflows", conf_text_number, "18446744073709551616", false, 0 },
	{ "number: empty", conf_text_number, "", false, 0 },
	{ "number: negative", conf_text_number, "-1", false, 0 },
	{ "number: a plus sign", conf_text_number, "+1", false, 0 },
	{ "number: a blank before it", conf_text_number, " 1", false, 0 },
	{ "number: a blank behind it", conf_text_number, "1 ", false, 0 },
	{ "number: hexadecimal", conf_text_number, "0x10", false, 0 },
	{ "number: a fraction", conf_text_number, "1.5", false, 0 },
	{ "number: a unit", conf_text_number, "1k", false, 0 },
	{ "size: octets", conf_text_size, "512", true, 512 },
	{ "size: k", conf_text_size, "512k", true, 512 << 10 },
	{ "size: M", conf_text_size, "64M", true, 64 << 20 },
	{ "size: G", conf_text_size, "1G", true, 1 << 30 },
	{ "size: zero with a unit", conf_text_size, "0M", true, 0 },
	{ "size: m is no unit", conf_text_size, "64m", false, 0 },
	{ "size: two units", conf_text_size, "1kk", false, 0 },
	{ "size: unit alone", conf_text_size, "M", false, 0 },
	{ "size: a blank before the unit", conf_text_size, "64 M", false, 0 },
	{ "size: overflows by its unit", conf_text_size, "18446744073709551615G", false, 0 },
	{ "size: empty", conf_text_size, "", false, 0 },
	{ "duration: plain seconds", conf_text_duration, "90", true, 90 },
	{ "duration: zero", conf_text_duration, "0", true, 0 },
	{ "duration: s", conf_text_duration, "10s", true, 10 },
	{ "duration: m", conf_text_duration, "5m", true, 300 },
	{ "duration: h", conf_text_duration, "1h", true, 3600 },
	{ "duration: d", conf_text_duration, "1d", true, 86400 },
	{ "duration: w", conf_text_duration, "1w", true, 604800 },
	{ "duration: M is no unit", conf_text_duration, "5M", false, 0 },
	{ "duration: two parts", conf_text_duration, "1h30m", false, 0 },
	{ "duration: overflows by its unit", conf_text_duration, "18446744073709551615w", false, 0 },
	{ "duration: empty", conf_text_duration, "", false, 0 },
	{ "duration: ms is too fine", conf_text_duration, "1500ms", false, 0 },
	{ "milliseconds: ms", conf_text_milliseconds, "1500ms", true, 1500 },
	{ "milliseconds: s", conf_text_milliseconds, "3s", true, 3000 },
	{ "milliseconds: m", conf_text_milliseconds, "1m", true, 60000 },
	{ "milliseconds: no unit is seconds", conf_text_milliseconds, "3", true, 3000 },
	{ "milliseconds: zero", conf_text_milliseconds, "0", true, 0 },
	{ "milliseconds: h is too long", conf_text_milliseconds, "1h", false, 0 },
	{ "milliseconds: half a unit", conf_text_milliseconds, "1mss", false, 0 },
	{ "milliseconds: a fraction", conf_text_milliseconds, "1.5s", false, 0 },
	{ "milliseconds: overflow without a unit", conf_text_milliseconds, "18446744073709551615", false, 0 },
	{ "milliseconds: empty", conf_text_milliseconds, "", false, 0 },
};

static void reads_amount(void **state)
{
	const amount_row_t *row = *state;
	char problem[CONF_PROBLEM_MAX] = "";
	uint64_t amount = 0;

	assert_int_equal(row->read(row->text, &amount, problem), row->good);
	if (row->good)
		assert_int_equal(amount, row->amount);
	else
		assert_memory_equal(problem, "is no ", strlen("is no "));
}

typedef struct unit_row {
	const char *name;
	const char *(*write)(uint64_t amount, char text[CONF_AMOUNT_MAX]);
	uint64_t amount;
	const char *text;
} unit_row_t;

static const unit_row_t units[] = {
	{ "write size: no unit fits", conf_text_of_size, 1000, "1000" },
	{ "write size: 0", conf_text_of_size, 0, "0" },
	{ "write size: k", conf_text_of_size, 65536, "64k" },
	{ "write size: M", conf_text_of_size, 1 << 20, "1M" },
	{ "write size: G", conf_text_of_size, (uint64_t)1024 << 30, "1024G" },
	{ "write size: the largest number", conf_text_of_size, UINT64_MAX, "18446744073709551615" },
	{ "write duration: 0", conf_text_of_duration, 0, "0" },
	{ "write duration: s", conf_text_of_duration, 90, "90s" },
	{ "write duration: m", conf_text_of_duration, 120, "2m" },
	{ "write duration: h", conf_text_of_duration, 3600, "1h" },
	{ "write duration: d", conf_text_of_duration, 86400, "1d" },
	{ "write duration: w", conf_text_of_duration, 2419200, "4w" },
	{ "write milliseconds: 0", conf_text_of_milliseconds, 0, "0" },
	{ "write milliseconds: ms", conf_text_of_milliseconds, 1500, "1500ms" },
	{ "write milliseconds: s", conf_text_of_milliseconds, 30000, "30s" },
	{ "write milliseconds: m", conf_text_of_milliseconds, 60000, "1m" },
};

static void writes_unit(void **state)
{
	const unit_row_t *row = *state;
	char text[CONF_AMOUNT_MAX];

	assert_string_equal(row->write(row->amount, text), row->text);
}

typedef struct text_row {
	const char *name;
	const char *text;
	const char *want; /* written again; NULL: refused */
	const char *problem;
} text_row_t;

#define NO_ADDRESS "is no address: give numbers, for example 192.0.2.1, 192.0.2.1@53 or 2001:db8::1@53"
#define NO_PORT    "has no good port: after @ comes a number from 1 to 65535"

static const text_row_t addresses[] = {
	{ "address: IPv4", "127.0.0.1", "127.0.0.1 53 0", NULL },
	{ "address: IPv4 with port", "127.0.0.1@5353", "127.0.0.1 5353 0", NULL },
	{ "address: any IPv4", "0.0.0.0@65535", "0.0.0.0 65535 0", NULL },
	{ "address: IPv6", "::1", "::1 53 0", NULL },
	{ "address: IPv6 with port", "2001:DB8::1@1", "2001:db8::1 1 0", NULL },
	{ "address: any IPv6", "::@53", ":: 53 0", NULL },
	{ "address: link-local with a number", "fe80::1%7@53", "fe80::1 53 7", NULL },
	{ "address: link-local with a name", "fe80::1%lo", "fe80::1 53 1", NULL },
	{ "address: link-local without interface", "fe80::1", NULL,
	  "is link-local and needs its interface: for example fe80::1%eth0" },
	{ "address: unknown interface", "fe80::1%mxward-none", NULL,
	  "names the interface mxward-none, which this machine does not have" },
	{ "address: interface with a control character", "fe80::1%lo\t", NULL,
	  "names the interface lo\\x09, which this machine does not have" },
	{ "address: interface 0", "fe80::1%0", NULL, "names the interface 0, which this machine does not have" },
	{ "address: no interface", "fe80::1%", NULL, "names the interface , which this machine does not have" },
	{ "address: interface too large", "fe80::1%4294967296", NULL,
	  "names the interface 4294967296, which this machine does not have" },
	{ "address: a name", "localhost", NULL, NO_ADDRESS },
	{ "address: empty", "", NULL, NO_ADDRESS },
	{ "address: port alone", "@53", NULL, NO_ADDRESS },
	{ "address: three octets", "127.0.1", NULL, NO_ADDRESS },
	{ "address: leading zeros", "127.0.0.01", NULL, NO_ADDRESS },
	{ "address: a port by colon", "127.0.0.1:53", NULL, NO_ADDRESS },
	{ "address: brackets", "[::1]@53", NULL, NO_ADDRESS },
	{ "address: IPv4 with an interface", "127.0.0.1%lo", NULL, NO_ADDRESS },
	{ "address: a prefix", "10.0.0.0/8", NULL, NO_ADDRESS },
	{ "address: longer than any",
	  "1111111111111111111111111111111111111111111111111111111111111111111111111111111111"
	  "11111111111111111111@53",
	  NULL, NO_ADDRESS },
	{ "address: mapped IPv4", "::ffff:192.0.2.1", NULL, "is an IPv4 address in IPv6 clothes: write 192.0.2.1" },
	{ "address: port 0", "127.0.0.1@0", NULL, NO_PORT },
	{ "address: port too large", "::1@65536", NULL, NO_PORT },
	{ "address: no port behind @", "127.0.0.1@", NULL, NO_PORT },
	{ "address: port is a name", "127.0.0.1@domain", NULL, NO_PORT },
	{ "address: two ports", "127.0.0.1@53@54", NULL, NO_PORT },
	{ "address: port overflows", "127.0.0.1@99999999999999999999999", NULL, NO_PORT },
};

static void reads_address(void **state)
{
	const text_row_t *row = *state;
	char problem[CONF_PROBLEM_MAX] = "";
	char host[INET6_ADDRSTRLEN];
	char got[100];
	conf_address_t address;
	bool v6;

	assert_int_equal(conf_text_address(row->text, &address, problem), row->want != NULL);
	if (row->want == NULL) {
		assert_string_equal(problem, row->problem);
		return;
	}
	v6 = address.sa.any.sa_family == AF_INET6;
	assert_int_equal(address.size, v6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
	assert_non_null(inet_ntop(address.sa.any.sa_family,
				  v6 ? (const void *)&address.sa.v6.sin6_addr : (const void *)&address.sa.v4.sin_addr,
				  host, sizeof(host)));
	snprintf(got, sizeof(got), "%s %u %u", host, ntohs(v6 ? address.sa.v6.sin6_port : address.sa.v4.sin_port),
		 v6 ? address.sa.v6.sin6_scope_id : 0);
	assert_string_equal(got, row->want);
}

static void compares_addresses(void **state)
{
	static const char *const texts[] = { "127.0.0.1@53", "127.0.0.1@54", "127.0.0.2@53", "::1@53",
					     "::1@54",       "::2@53",       "fe80::1%1@53", "fe80::1%2@53" };
	enum { TEXTS = sizeof(texts) / sizeof(texts[0]) };
	char problem[CONF_PROBLEM_MAX];
	conf_address_t one;
	conf_address_t other;

	(void)state;
	for (size_t i = 0; i < TEXTS; i++)
		for (size_t j = 0; j < TEXTS; j++) {
			assert_true(conf_text_address(texts[i], &one, problem));
			assert_true(conf_text_address(texts[j], &other, problem));
			assert_int_equal(conf_text_same_address(&one, &other), i == j);
		}
}

#define NO_NETWORK "is no network: give one like 192.0.2.0/24, 2001:db8::/32 or 192.0.2.1"

static const text_row_t prefixes[] = {
	{ "prefix: IPv4", "127.0.0.0/8", "127.0.0.0/8", NULL },
	{ "prefix: everybody", "0.0.0.0/0", "0.0.0.0/0", NULL },
	{ "prefix: one IPv4 address", "192.0.2.1", "192.0.2.1/32", NULL },
	{ "prefix: one IPv4 address with length", "192.0.2.1/32", "192.0.2.1/32", NULL },
	{ "prefix: a length within an octet", "192.0.2.128/25", "192.0.2.128/25", NULL },
	{ "prefix: IPv6", "2001:db8::/32", "2001:db8::/32", NULL },
	{ "prefix: one IPv6 address", "::1", "::1/128", NULL },
	{ "prefix: all of IPv6", "::/0", "::/0", NULL },
	{ "prefix: link-local", "fe80::/10", "fe80::/10", NULL },
	{ "prefix: host bits", "10.1.2.3/8", NULL, "has bits set behind its 8: the network is 10.0.0.0/8" },
	{ "prefix: host bits within an octet", "192.0.2.129/25", NULL,
	  "has bits set behind its 25: the network is 192.0.2.128/25" },
	{ "prefix: host bits of everybody", "1.2.3.4/0", NULL, "has bits set behind its 0: the network is 0.0.0.0/0" },
	{ "prefix: host bits in IPv6", "2001:db8::1/64", NULL,
	  "has bits set behind its 64: the network is 2001:db8::/64" },
	{ "prefix: mapped IPv4", "::ffff:10.0.0.0/104", NULL, "is an IPv4 network in IPv6 clothes: write 10.0.0.0/8" },
	{ "prefix: too long for IPv4", "10.0.0.0/33", NULL, "has no good length: after / comes a number from 0 to 32" },
	{ "prefix: too long for IPv6", "::/129", NULL, "has no good length: after / comes a number from 0 to 128" },
	{ "prefix: no length", "10.0.0.0/", NULL, "has no good length: after / comes a number from 0 to 32" },
	{ "prefix: a mask", "10.0.0.0/255.0.0.0", NULL, "has no good length: after / comes a number from 0 to 32" },
	{ "prefix: length wraps an octet", "10.0.0.0/264", NULL,
	  "has no good length: after / comes a number from 0 to 32" },
	{ "prefix: a name", "localhost", NULL, NO_NETWORK },
	{ "prefix: empty", "", NULL, NO_NETWORK },
	{ "prefix: length alone", "/8", NULL, NO_NETWORK },
	{ "prefix: octets left out", "10/8", NULL, NO_NETWORK },
	{ "prefix: longer than any", "1111111111111111111111111111111111111111111111111111/8", NULL, NO_NETWORK },
};

static void reads_prefix(void **state)
{
	const text_row_t *row = *state;
	char problem[CONF_PROBLEM_MAX] = "";
	char host[INET6_ADDRSTRLEN];
	char got[100];
	conf_prefix_t prefix;

	assert_int_equal(conf_text_prefix(row->text, &prefix, problem), row->want != NULL);
	if (row->want == NULL) {
		assert_string_equal(problem, row->problem);
		return;
	}
	assert_non_null(inet_ntop(prefix.family, prefix.address, host, sizeof(host)));
	snprintf(got, sizeof(got), "%s/%u", host, prefix.bits);
	assert_string_equal(got, row->want);
}

#define LABEL_63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LABEL_61 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define NAME_253 LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_61

static const text_row_t names[] = {
	{ "name: plain", "corp.example", "corp.example", NULL },
	{ "name: final dot goes", "corp.example.", "corp.example", NULL },
	{ "name: the root", ".", ".", NULL },
	{ "name: one label", "lan", "lan", NULL },
	{ "name: case stays", "Corp.Example", "Corp.Example", NULL },
	{ "name: underscore", "_msdcs.corp.example", "_msdcs.corp.example", NULL },
	{ "name: a delegated part of a reverse zone", "0/25.2.0.192.in-addr.arpa", "0/25.2.0.192.in-addr.arpa", NULL },
	{ "name: label of 63 octets", LABEL_63 ".example", LABEL_63 ".example", NULL },
	{ "name: 253 octets", NAME_253, NAME_253, NULL },
	{ "name: 253 octets and a dot", NAME_253 ".", NAME_253, NULL },
	{ "name: empty", "", NULL, "is no domain name: the root is \".\"" },
	{ "name: two dots at the end", "corp.example..", NULL, "is no domain name: it has an empty label" },
	{ "name: dots alone", "..", NULL, "is no domain name: it has an empty label" },
	{ "name: a dot at the start", ".example", NULL, "is no domain name: it has an empty label" },
	{ "name: label of 64 octets", LABEL_63 "a.example", NULL, "is no domain name: a label has at most 63 octets" },
	{ "name: 254 octets", NAME_253 "a", NULL, "is no domain name: it is longer than 253 octets" },
	{ "name: a blank", "corp example", NULL,
	  "is no domain name: give letters, digits, - and _, other scripts as xn--..." },
	{ "name: other scripts", "b\303\274cher.example", NULL,
	  "is no domain name: give letters, digits, - and _, other scripts as xn--..." },
	{ "name: quote", "corp\".example", NULL,
	  "is no domain name: give letters, digits, - and _, other scripts as xn--..." },
	{ "name: escape", "corp\\046example", NULL,
	  "is no domain name: give letters, digits, - and _, other scripts as xn--..." },
};

static void reads_name(void **state)
{
	const text_row_t *row = *state;
	char problem[CONF_PROBLEM_MAX] = "";
	char name[CONF_NAME_MAX];

	assert_int_equal(conf_text_name(row->text, name, problem), row->want != NULL);
	assert_string_equal(row->want != NULL ? name : problem, row->want != NULL ? row->want : row->problem);
}

#define LABEL_59 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define NAME_251 LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_59
#define NO_NAME  "is no domain name: give letters, digits, - and _, other scripts as xn--..."

static const text_row_t patterns[] = {
	{ "pattern: a name", "mx1.example.org", "mx1.example.org", NULL },
	{ "pattern: final dot goes", "mx1.example.org.", "mx1.example.org", NULL },
	{ "pattern: the root, for null MX", ".", ".", NULL },
	{ "pattern: a star", "*.mail.example", "*.mail.example", NULL },
	{ "pattern: a star and a final dot", "*.mail.example.", "*.mail.example", NULL },
	{ "pattern: a star and 251 octets", "*." NAME_251, "*." NAME_251, NULL },
	{ "pattern: a star and 253 octets", "*." NAME_253, NULL,
	  "stands for no domain name: all below it are longer than 253 octets" },
	{ "pattern: 253 octets", NAME_253, NAME_253, NULL },
	{ "pattern: a star alone", "*", NULL, NO_NAME },
	{ "pattern: a star and a dot", "*.", NULL, "is no domain name: the root is \".\"" },
	{ "pattern: a star and the root", "*..", NULL,
	  "stands for every name: give the name behind the star, for example *.mail.example" },
	{ "pattern: a star within a label", "mx*.example", NULL, NO_NAME },
	{ "pattern: a star further on", "mx.*.example", NULL, NO_NAME },
	{ "pattern: two stars", "*.*.example", NULL, NO_NAME },
	{ "pattern: an empty label behind the star", "*..example", NULL, "is no domain name: it has an empty label" },
	{ "pattern: empty", "", NULL, "is no domain name: the root is \".\"" },
};

static void reads_pattern(void **state)
{
	const text_row_t *row = *state;
	char problem[CONF_PROBLEM_MAX] = "";
	char pattern[CONF_NAME_MAX];

	assert_int_equal(conf_text_pattern(row->text, pattern, problem), row->want != NULL);
	assert_string_equal(row->want != NULL ? pattern : problem, row->want != NULL ? row->want : row->problem);
}

#define NO_WORD "is no plain word: give letters, digits and -"

static const text_row_t words[] = {
	{ "word: a check", "target-is-alias", "", NULL },
	{ "word: capitals and digits", "Check-2", "", NULL },
	{ "word: 63 letters", LABEL_63, "", NULL },
	{ "word: 64 letters", LABEL_63 "a", NULL, "is too long: the most are 63 octets" },
	{ "word: empty", "", NULL, NO_WORD },
	{ "word: a blank", "target is alias", NULL, NO_WORD },
	{ "word: a blank behind it", "log ", NULL, NO_WORD },
	{ "word: underscores", "target_is_alias", NULL, NO_WORD },
	{ "word: a control character", "log\033[2J", NULL, NO_WORD },
	{ "word: other scripts", "pr\303\274fung", NULL, NO_WORD },
};

static void reads_word(void **state)
{
	const text_row_t *row = *state;
	char problem[CONF_PROBLEM_MAX] = "";

	assert_int_equal(conf_text_word(row->text, problem), row->want != NULL);
	assert_string_equal(problem, row->want != NULL ? row->want : row->problem);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(compares_addresses) };

	return cmocka_run_group_tests(tests, NULL, NULL) + RUN_ROWS("amounts", amounts, reads_amount) +
	       RUN_ROWS("units", units, writes_unit) + RUN_ROWS("addresses", addresses, reads_address) +
	       RUN_ROWS("prefixes", prefixes, reads_prefix) + RUN_ROWS("names", names, reads_name) +
	       RUN_ROWS("patterns", patterns, reads_pattern) + RUN_ROWS("words", words, reads_word);
}
