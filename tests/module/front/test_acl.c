/* test_acl.c: prefixes against addresses. */
#include "module/front/acl.h"

#include "tests/support.h"

#include <arpa/inet.h>

typedef struct row {
	const char *name;
	const char *network;
	const char *peer;
	int family;
	uint8_t bits;
	bool want;
} row_t;

static row_t rows[] = {
	{ "a host itself", "127.0.0.1", "127.0.0.1", AF_INET, 32, true },
	{ "its neighbour", "127.0.0.1", "127.0.0.0", AF_INET, 32, false },
	{ "whole octets", "127.0.0.0", "127.255.255.255", AF_INET, 8, true },
	{ "the octet after", "127.0.0.0", "128.0.0.0", AF_INET, 8, false },
	{ "bits in an octet, last inside", "192.0.2.64", "192.0.2.95", AF_INET, 27, true },
	{ "bits in an octet, first after", "192.0.2.64", "192.0.2.96", AF_INET, 27, false },
	{ "bits in an octet, last before", "192.0.2.64", "192.0.2.63", AF_INET, 27, false },
	{ "one bit", "128.0.0.0", "255.1.2.3", AF_INET, 1, true },
	{ "everybody", "0.0.0.0", "203.0.113.9", AF_INET, 0, true },
	{ "IPv6 host", "::1", "::1", AF_INET6, 128, true },
	{ "IPv6 neighbour", "::1", "::2", AF_INET6, 128, false },
	{ "IPv6 network", "2001:db8::", "2001:db8:7fff::1", AF_INET6, 33, true },
	{ "IPv6 other half", "2001:db8::", "2001:db8:8000::1", AF_INET6, 33, false },
	{ "IPv6 everybody", "::", "2001:db8::1", AF_INET6, 0, true },
	{ "an IPv4 prefix is not for IPv6", "0.0.0.0", "::1", AF_INET, 0, false },
	{ "an IPv6 prefix is not for IPv4", "::", "127.0.0.1", AF_INET6, 0, false },
};

static client_address_t address_of(const char *text)
{
	client_address_t address = { .any.sa_family = AF_INET };

	if (inet_pton(AF_INET, text, &address.v4.sin_addr) == 1)
		return address;
	address.any.sa_family = AF_INET6;
	assert_int_equal(inet_pton(AF_INET6, text, &address.v6.sin6_addr), 1);
	return address;
}

static void allows(void **state)
{
	const row_t *row = *state;
	conf_prefix_t prefix = { .family = row->family, .bits = row->bits };
	const conf_prefixes_t prefixes = { .count = 1, .items = &prefix };
	const client_address_t peer = address_of(row->peer);
	acl_t *acl = NULL;

	assert_int_equal(inet_pton(row->family, row->network, prefix.address), 1);
	acl = acl_new(&prefixes);
	assert_non_null(acl);
	assert_int_equal(acl_allows(acl, &peer), row->want);
	free(acl);
}

static void empty_list_allows_nobody(void **state)
{
	const conf_prefixes_t none = { .count = 0 };
	const client_address_t peer = address_of("127.0.0.1");
	acl_t *acl = acl_new(&none);

	(void)state;
	assert_non_null(acl);
	assert_false(acl_allows(acl, &peer));
	free(acl);
}

static void any_prefix_of_several_allows(void **state)
{
	conf_prefix_t items[] = { { .family = AF_INET6, .bits = 128, .address = { [15] = 1 } },
				  { .family = AF_INET, .bits = 8, .address = { 10 } } };
	const conf_prefixes_t prefixes = { .count = 2, .items = items };
	const client_address_t inside = address_of("10.1.2.3");
	const client_address_t outside = address_of("11.1.2.3");
	acl_t *acl = acl_new(&prefixes);

	(void)state;
	assert_non_null(acl);
	memset(items, 0, sizeof(items)); /* it has its own copy */
	assert_true(acl_allows(acl, &inside));
	assert_false(acl_allows(acl, &outside));
	free(acl);
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 2];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, allows, NULL, NULL, &rows[i] };
	tests[ROWS] = (struct CMUnitTest)cmocka_unit_test(empty_list_allows_nobody);
	tests[ROWS + 1] = (struct CMUnitTest)cmocka_unit_test(any_prefix_of_several_allows);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
