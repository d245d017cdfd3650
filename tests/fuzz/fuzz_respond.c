/* fuzz_respond.c: a client's datagram. Whatever it is, a reply reads as a DNS message, is no larger than the client can take,
 * and gets no reply itself: two servers never talk to each other for ever. */
#include "module/front/respond.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_UDP = 1232, NOW = 1000, SECTIONS = 4 };

static const uint8_t name[] = "\3rsa\3lab"; /* with the root's NUL */

static bool miss(void *arg, const query_t *query, const client_t *client)
{
	(void)arg;
	(void)client;
	return query->type % 2 == 0;
}

/* One name has an answer: an A record, and another in the place of its signature. */
static void fill(cache_t *cache)
{
	static const uint8_t octets[] = "\xc0\14\0\1\0\1\0\0\0\74\0\4\300\0\2\1"
					"\xc0\14\0\1\0\1\0\0\0\74\0\4\300\0\2\2";
	static const uint16_t ttls[] = { 6, 22 };
	const cache_key_t key = { .name = name, .name_size = sizeof(name), .type = 1 };
	const cache_answer_t answer = { .security = 2,
					.ede = CACHE_NO_EDE,
					.parts = { { 16, 1 }, { 16, 1 } },
					.octets = octets,
					.ttl_count = 2,
					.ttl_offsets = ttls };

	assert(cache_put(cache, &key, &answer, 3600, NOW));
}

static responder_t *begin(void)
{
	conf_prefix_t loopback = { .family = AF_INET, .bits = 8, .address = { 127 } };
	const conf_prefixes_t allow = { .count = 1, .items = &loopback };
	responder_t *responder = calloc(1, sizeof(*responder));

	assert(responder != NULL);
	cache_thread_begin();
	responder->cache = cache_new(1 << 20);
	responder->acl = acl_new(&allow);
	responder->calls.miss = miss;
	responder->now = NOW;
	responder->reply = (reply_context_t){ .cookies = cookies_new(), .max_udp_size = MAX_UDP };
	assert(responder->cache != NULL && responder->acl != NULL && responder->reply.cookies != NULL);
	fill(responder->cache);
	return responder;
}

static void finish(responder_t *responder)
{
	cookies_free(responder->reply.cookies);
	free(responder->acl);
	cache_free(responder->cache);
	cache_thread_end();
	free(responder);
}

static void read_record(wire_t *w)
{
	name_t owner;

	wire_name(w, &owner);
	(void)wire_u32(w); /* type and class */
	(void)wire_u32(w); /* TTL */
	(void)wire_part(w, wire_u16(w));
}

static void check_reads(const uint8_t *octets, size_t size)
{
	wire_t w = wire_begin(octets, size);
	unsigned counts[SECTIONS];
	name_t owner;

	(void)wire_u32(&w); /* ID and flags */
	for (unsigned i = 0; i < SECTIONS; i++)
		counts[i] = wire_u16(&w);
	assert(counts[0] <= 1);
	if (counts[0] == 1) {
		wire_name(&w, &owner);
		(void)wire_u32(&w);
	}
	for (unsigned left = counts[1] + counts[2] + counts[3]; left > 0; left--)
		read_record(&w);
	assert(wire_finish(&w) == WIRE_OK);
}

static void check(responder_t *responder, const uint8_t *data, size_t size, const client_t *client)
{
	uint8_t *out = malloc(MAX_UDP);
	uint8_t *none = malloc(MAX_UDP);
	size_t reply_size = 0;
	query_t query;

	assert(out != NULL && none != NULL);
	if (respond(responder, data, size, client, out, &reply_size) == RESPOND_NOW) {
		(void)!query_read(data, size, &query);
		assert(reply_size <= query.udp_size && memcmp(out, data, 2) == 0);
		check_reads(out, reply_size);
		assert(respond(responder, out, reply_size, client, none, &reply_size) == RESPOND_NEVER);
	}
	free(out);
	free(none);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	client_t client = { .peer.v4 = { .sin_family = AF_INET } };
	responder_t *responder = begin();

	check(responder, data, size, &client); /* 0.0.0.0 may not ask */
	client.peer.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	check(responder, data, size, &client);
	finish(responder);
	return 0;
}
