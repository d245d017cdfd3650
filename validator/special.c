/* special.c: the registries as they were in November 2025, without the blocks that are globally reachable. */
#include "validator/special.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

typedef struct block {
	uint8_t address[16];
	uint8_t bits;
	const char *name; /* NULL: an exception, ordinary in spite of the larger block that follows */
} block_t;

/* https://www.iana.org/assignments/iana-ipv4-special-registry, and multicast (RFC 5771). The first match counts. */
static const block_t v4_blocks[] = {
	{ { 0, 0, 0, 0 }, 8, "This network" },
	{ { 10, 0, 0, 0 }, 8, "Private-Use" },
	{ { 100, 64, 0, 0 }, 10, "Shared Address Space" },
	{ { 127, 0, 0, 0 }, 8, "Loopback" },
	{ { 169, 254, 0, 0 }, 16, "Link Local" },
	{ { 172, 16, 0, 0 }, 12, "Private-Use" },
	{ { 192, 0, 0, 9 }, 32, NULL },  /* Port Control Protocol Anycast */
	{ { 192, 0, 0, 10 }, 32, NULL }, /* Traversal Using Relays around NAT Anycast */
	{ { 192, 0, 0, 0 }, 24, "IETF Protocol Assignments" },
	{ { 192, 0, 2, 0 }, 24, "Documentation (TEST-NET-1)" },
	{ { 192, 88, 99, 0 }, 24, "Deprecated (6to4 Relay Anycast)" },
	{ { 192, 168, 0, 0 }, 16, "Private-Use" },
	{ { 198, 18, 0, 0 }, 15, "Benchmarking" },
	{ { 198, 51, 100, 0 }, 24, "Documentation (TEST-NET-2)" },
	{ { 203, 0, 113, 0 }, 24, "Documentation (TEST-NET-3)" },
	{ { 224, 0, 0, 0 }, 4, "Multicast" },
	{ { 255, 255, 255, 255 }, 32, "Limited Broadcast" },
	{ { 240, 0, 0, 0 }, 4, "Reserved" },
};

/* https://www.iana.org/assignments/iana-ipv6-special-registry, and multicast (RFC 4291). */
static const block_t v6_blocks[] = {
	{ { [15] = 0 }, 128, "Unspecified Address" },
	{ { [15] = 1 }, 128, "Loopback Address" },
	{ { [0] = 0 }, 96, "IPv4-Compatible Address" },
	{ { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, 48, "IPv4-IPv6 Translation, local use" },
	{ { 0x01, 0x00 }, 64, "Discard-Only Address Block" },
	{ { 0x01, 0x00, [7] = 0x01 }, 64, "Dummy IPv6 Prefix" },
	{ { 0x20, 0x01, 0x00, 0x01, [15] = 1 }, 128, NULL },  /* Port Control Protocol Anycast */
	{ { 0x20, 0x01, 0x00, 0x01, [15] = 2 }, 128, NULL },  /* Traversal Using Relays around NAT Anycast */
	{ { 0x20, 0x01, 0x00, 0x01, [15] = 3 }, 128, NULL },  /* DNS-SD Service Registration Protocol Anycast */
	{ { 0x20, 0x01, 0x00, 0x03 }, 32, NULL },             /* AMT */
	{ { 0x20, 0x01, 0x00, 0x04, 0x01, 0x12 }, 48, NULL }, /* AS112-v6 */
	{ { 0x20, 0x01, 0x00, 0x00 }, 32, "TEREDO" },
	{ { 0x20, 0x01, 0x00, 0x02, 0x00, 0x00 }, 48, "Benchmarking" },
	{ { 0x20, 0x01, 0x00, 0x20 }, 28, NULL }, /* ORCHIDv2 */
	{ { 0x20, 0x01, 0x00, 0x30 }, 28, NULL }, /* Drone Remote ID Protocol Entity Tags */
	{ { 0x20, 0x01, 0x00, 0x00 }, 23, "IETF Protocol Assignments" },
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32, "Documentation" },
	{ { 0x3f, 0xff, 0x00 }, 20, "Documentation" },
	{ { 0x5f, 0x00 }, 16, "Segment Routing (SRv6) SIDs" },
	{ { 0xfc, 0x00 }, 7, "Unique-Local" },
	{ { 0xfe, 0x80 }, 10, "Link-Local Unicast" },
	{ { 0xfe, 0xc0 }, 10, "Site-Local Unicast (deprecated)" },
	{ { 0xff, 0x00 }, 8, "Multicast" },
};

/* IPv4 addresses in IPv6 clothes: where the four octets are. */
typedef struct clothes {
	uint8_t prefix[12];
	uint8_t bits;
	uint8_t at;
} clothes_t;

static const clothes_t all_clothes[] = {
	{ { [10] = 0xff, [11] = 0xff }, 96, 12 }, /* IPv4-mapped (RFC 4291, 2.5.5.2) */
	{ { 0x00, 0x64, 0xff, 0x9b }, 96, 12 },   /* NAT64 (RFC 6052, 2.1) */
	{ { 0x20, 0x02 }, 16, 2 },                /* 6to4 (RFC 3056, 2) */
};

static bool has_prefix(const uint8_t *address, const uint8_t *prefix, unsigned bits)
{
	const unsigned rest = bits % 8;

	if (memcmp(address, prefix, bits / 8) != 0)
		return false;
	return rest == 0 || ((address[bits / 8] ^ prefix[bits / 8]) >> (8 - rest)) == 0;
}

static const char *look_up(const block_t *blocks, size_t count, const uint8_t *address)
{
	for (size_t i = 0; i < count; i++)
		if (has_prefix(address, blocks[i].address, blocks[i].bits))
			return blocks[i].name;
	return NULL;
}

const char *special_block(int family, const uint8_t *address)
{
	if (family == AF_INET)
		return look_up(v4_blocks, sizeof(v4_blocks) / sizeof(v4_blocks[0]), address);
	for (size_t i = 0; i < sizeof(all_clothes) / sizeof(all_clothes[0]); i++)
		if (has_prefix(address, all_clothes[i].prefix, all_clothes[i].bits))
			return special_block(AF_INET, address + all_clothes[i].at);
	return look_up(v6_blocks, sizeof(v6_blocks) / sizeof(v6_blocks[0]), address);
}
