/* fuzz_query.c: whatever comes from a client, query_read() stays inside it, and what it accepts is sound: written again in its
 * plainest form (header, question, OPT), it reads as the same query. */
#include "tests/fuzz/fuzz.h"
#include "validator/name.h"
#include "validator/query.h"

#include <assert.h>
#include <string.h>

enum { PLAIN_MAX = 12 + 255 + 4 + 11 + 4 + QUERY_COOKIE_MAX + 4 };

static uint8_t *put(uint8_t *to, const void *octets, size_t size)
{
	memcpy(to, octets, size);
	return to + size;
}

static uint8_t *put_u16(uint8_t *to, unsigned value)
{
	const uint8_t octets[] = { (uint8_t)(value >> 8), (uint8_t)value };

	return put(to, octets, sizeof(octets));
}

static uint8_t *put_options(uint8_t *to, const query_t *query)
{
	if (query->cookie_size > 0) {
		to = put_u16(to, 10);
		to = put_u16(to, query->cookie_size);
		to = put(to, query->cookie, query->cookie_size);
	}
	return query->keepalive ? put(to, "\0\13\0\0", 4) : to;
}

static uint8_t *put_opt(uint8_t *to, const query_t *query)
{
	unsigned size = (query->cookie_size > 0 ? 4 + query->cookie_size : 0) + (query->keepalive ? 4 : 0);

	to = put(to, "\0\0\51", 3);
	to = put_u16(to, query->udp_size);
	to = put_u16(to, 0);
	to = put_u16(to, query->dnssec_ok ? 0x8000 : 0);
	to = put_u16(to, size);
	return put_options(to, query);
}

static size_t write_plain(const query_t *query, uint8_t *plain)
{
	uint8_t *to = put_u16(plain, query->id);

	to = put_u16(to, query->flags);
	to = put_u16(to, query->has_question);
	to = put(to, "\0\0\0\0", 4);
	to = put_u16(to, query->edns);
	if (query->has_question) {
		to = put(to, query->raw, query->name.size);
		to = put_u16(to, query->type);
		to = put_u16(to, query->class);
	}
	if (query->edns)
		to = put_opt(to, query);
	return (size_t)(to - plain);
}

static bool same(const query_t *a, const query_t *b)
{
	return a->id == b->id && a->flags == b->flags && a->has_question == b->has_question && a->edns == b->edns &&
	       a->dnssec_ok == b->dnssec_ok && a->keepalive == b->keepalive && a->udp_size == b->udp_size &&
	       a->cookie_size == b->cookie_size && memcmp(a->cookie, b->cookie, a->cookie_size) == 0 &&
	       a->type == b->type && a->class == b->class && a->name.size == b->name.size &&
	       memcmp(a->name.octets, b->name.octets, a->name.size) == 0 &&
	       (!a->has_question || memcmp(a->raw, b->raw, a->name.size) == 0);
}

static void check_name(const query_t *query)
{
	name_t raw = { .size = query->name.size };

	memcpy(raw.octets, query->raw, raw.size);
	assert(name_equal(&raw, &query->name));
	name_lower(&raw);
	assert(memcmp(raw.octets, query->name.octets, raw.size) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t plain[PLAIN_MAX];
	query_t query;
	query_t again;
	query_fault_t fault = query_read(data, size, &query);

	assert(query.udp_size >= 512);
	assert(fault != QUERY_OK || query.has_question || query.cookie_size > 0);
	assert(size >= QUERY_HEADER_SIZE || fault == QUERY_DROP);
	if (query.has_question)
		check_name(&query);
	if (fault == QUERY_OK || fault == QUERY_REFUSED) {
		query_fault_t same_fault = query_read(plain, write_plain(&query, plain), &again);

		assert(same_fault == fault);
		assert(same(&query, &again));
	}
	return 0;
}
