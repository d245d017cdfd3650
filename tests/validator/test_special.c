#include "tests/support.h"
#include "validator/special.h"

#include <arpa/inet.h>

struct row {
	const char *address;
	const char *block; /* NULL: an ordinary address */
};

static struct row rows[] = {
	{ "0.0.0.0", "This network" },
	{ "0.255.255.255", "This network" },
	{ "1.0.0.0", NULL },
	{ "8.8.8.8", NULL },
	{ "10.0.0.0", "Private-Use" },
	{ "10.255.255.255", "Private-Use" },
	{ "11.0.0.0", NULL },
	{ "100.63.255.255", NULL },
	{ "100.64.0.0", "Shared Address Space" },
	{ "100.127.255.255", "Shared Address Space" },
	{ "100.128.0.0", NULL },
	{ "127.0.0.1", "Loopback" },
	{ "169.254.169.254", "Link Local" },
	{ "172.15.255.255", NULL },
	{ "172.16.0.0", "Private-Use" },
	{ "172.31.255.255", "Private-Use" },
	{ "172.32.0.0", NULL },
	{ "192.0.0.1", "IETF Protocol Assignments" },
	{ "192.0.0.9", NULL },
	{ "192.0.0.10", NULL },
	{ "192.0.0.11", "IETF Protocol Assignments" },
	{ "192.0.2.1", "Documentation (TEST-NET-1)" },
	{ "192.88.99.1", "Deprecated (6to4 Relay Anycast)" },
	{ "192.168.255.255", "Private-Use" },
	{ "192.169.0.0", NULL },
	{ "198.17.255.255", NULL },
	{ "198.18.0.0", "Benchmarking" },
	{ "198.19.255.255", "Benchmarking" },
	{ "198.20.0.0", NULL },
	{ "198.51.100.1", "Documentation (TEST-NET-2)" },
	{ "203.0.113.255", "Documentation (TEST-NET-3)" },
	{ "223.255.255.255", NULL },
	{ "224.0.0.1", "Multicast" },
	{ "239.255.255.255", "Multicast" },
	{ "240.0.0.1", "Reserved" },
	{ "255.255.255.255", "Limited Broadcast" },

	{ "::", "Unspecified Address" },
	{ "::1", "Loopback Address" },
	{ "::8.8.8.8", "IPv4-Compatible Address" },
	{ "::ffff:8.8.8.8", NULL },
	{ "::ffff:127.0.0.1", "Loopback" },
	{ "64:ff9b::8.8.8.8", NULL },
	{ "64:ff9b::192.168.0.1", "Private-Use" },
	{ "64:ff9b:1::8.8.8.8", "IPv4-IPv6 Translation, local use" },
	{ "100::1", "Discard-Only Address Block" },
	{ "100:0:0:1::1", "Dummy IPv6 Prefix" },
	{ "2001::1", "TEREDO" },
	{ "2001:1::1", NULL },
	{ "2001:1::3", NULL },
	{ "2001:1::4", "IETF Protocol Assignments" },
	{ "2001:2::1", "Benchmarking" },
	{ "2001:3::1", NULL },
	{ "2001:4:112::1", NULL },
	{ "2001:20::1", NULL },
	{ "2001:30::1", NULL },
	{ "2001:200::1", NULL },
	{ "2001:db8::1", "Documentation" },
	{ "2001:db9::1", NULL },
	{ "2002:7f00:1::", "Loopback" },
	{ "2002:808:808::", NULL },
	{ "2a00:1450::1", NULL },
	{ "3fff:fff::1", "Documentation" },
	{ "3fff:1000::1", NULL },
	{ "5f00::1", "Segment Routing (SRv6) SIDs" },
	{ "fbff::1", NULL },
	{ "fc00::1", "Unique-Local" },
	{ "fdff::1", "Unique-Local" },
	{ "fe80::1", "Link-Local Unicast" },
	{ "febf::1", "Link-Local Unicast" },
	{ "fec0::1", "Site-Local Unicast (deprecated)" },
	{ "ff02::1", "Multicast" },
};

static void knows_the_block(void **state)
{
	const struct row *row = *state;
	const int family = strchr(row->address, ':') != NULL ? AF_INET6 : AF_INET;
	uint8_t octets[16];

	assert_int_equal(inet_pton(family, row->address, octets), 1);

	uint8_t *address = test_copy(octets, family == AF_INET ? 4 : 16);
	const char *block = special_block(family, address);

	if (row->block == NULL)
		assert_null(block);
	else
		assert_string_equal(block != NULL ? block : "none", row->block);
	free(address);
}

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

int main(void)
{
	struct CMUnitTest tests[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].address, knows_the_block, NULL, NULL, &rows[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
