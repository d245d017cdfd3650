/* message.c: see message.h. */
#include "tests/module/front/message.h"

#include <ldns/ldns.h>

enum { OPTION_COOKIE = 10, OPTION_KEEPALIVE = 11, OPTION_EDE = 15 };

static uint8_t *put_u16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

static unsigned get_u16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static uint8_t *put_name(uint8_t *at, const char *name)
{
	while (*name != '\0') {
		size_t size = strcspn(name, ".");

		*at++ = (uint8_t)size;
		memcpy(at, name, size);
		at += size;
		name += size + (name[size] == '.');
	}
	*at = 0;
	return at + 1;
}

size_t message_write(const asking_t *asking, uint8_t out[MESSAGE_QUERY_MAX])
{
	uint8_t *at = out;

	at = put_u16(at, asking->id);
	at = put_u16(at, asking->flags);
	at = put_u16(at, asking->name != NULL);
	at = put_u16(at, 0);
	at = put_u16(at, 0);
	at = put_u16(at, asking->udp_size > 0);
	if (asking->name != NULL) {
		at = put_name(at, asking->name);
		at = put_u16(at, asking->type);
		at = put_u16(at, 1);
	}
	if (asking->udp_size > 0) {
		*at++ = 0;
		at = put_u16(at, 41);
		at = put_u16(at, asking->udp_size);
		at = put_u16(at, 0);
		at = put_u16(at, asking->dnssec_ok ? 0x8000 : 0);
		at = put_u16(at, (unsigned)asking->options_size);
		if (asking->options_size > 0)
			memcpy(at, asking->options, asking->options_size);
		at += asking->options_size;
	}
	return (size_t)(at - out);
}

static void read_error(const uint8_t *at, size_t size, told_t *told)
{
	char *end = told->errors + strlen(told->errors);
	const size_t room = sizeof(told->errors) - strlen(told->errors);

	assert_true(size >= 2);
	snprintf(end, room, "%s%u%s%.*s", end == told->errors ? "" : " ", get_u16(at), size > 2 ? "=" : "",
		 (int)size - 2, (const char *)at + 2);
}

static void read_options(const uint8_t *at, size_t size, told_t *told)
{
	while (size > 0) {
		assert_true(size >= 4);
		const unsigned code = get_u16(at);
		const size_t length = get_u16(at + 2);

		assert_true(size >= 4 + length);
		if (code == OPTION_COOKIE) {
			assert_true(length <= sizeof(told->cookie));
			told->cookie_size = length;
			memcpy(told->cookie, at + 4, length);
		} else if (code == OPTION_KEEPALIVE) {
			assert_int_equal(length, 2);
			told->keepalive = (int)get_u16(at + 4);
		} else if (code == OPTION_EDE) {
			read_error(at + 4, length, told);
		} else {
			fail_msg("option %u was not asked for", code);
		}
		at += 4 + length;
		size -= 4 + length;
	}
}

void message_read(const uint8_t *octets, size_t size, told_t *told)
{
	ldns_pkt *packet = NULL;

	assert_int_equal(ldns_wire2pkt(&packet, octets, size), LDNS_STATUS_OK);
	*told = (told_t){ .keepalive = -1 };
	told->id = ldns_pkt_id(packet);
	told->flags = (uint16_t)(get_u16(octets + 2) & ~15U);
	told->questions = ldns_pkt_qdcount(packet);
	told->answers = ldns_pkt_ancount(packet);
	told->authorities = ldns_pkt_nscount(packet);
	told->edns = get_u16(octets + 10) == 1;
	told->rcode = ldns_pkt_get_rcode(packet);
	if (told->edns) {
		told->rcode |= (unsigned)ldns_pkt_edns_extended_rcode(packet) << 4;
		told->version = ldns_pkt_edns_version(packet);
		told->udp_size = ldns_pkt_edns_udp_size(packet);
		told->dnssec_ok = ldns_pkt_edns_do(packet);
	}
	if (told->edns && ldns_pkt_edns_data(packet) != NULL)
		read_options(ldns_rdf_data(ldns_pkt_edns_data(packet)), ldns_rdf_size(ldns_pkt_edns_data(packet)),
			     told);
	if (told->questions == 1) {
		const ldns_rdf *name = ldns_rr_owner(ldns_rr_list_rr(ldns_pkt_question(packet), 0));

		told->question_size = ldns_rdf_size(name);
		memcpy(told->question, ldns_rdf_data(name), told->question_size);
	}
	if (told->answers > 0)
		told->ttl = ldns_rr_ttl(ldns_rr_list_rr(ldns_pkt_answer(packet), 0));
	ldns_pkt_free(packet);
}

cache_answer_t *message_answer(unsigned count, uint8_t security)
{
	static const uint8_t a[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1 };
	static const uint8_t rrsig[] = { 0xc0, 12, 0,  46, 0, 1, 0,  0, 1, 44, 0, 23, 0, 1, 13, 2, 0, 0,
					 1,    44, 99, 0,  0, 0, 98, 0, 0, 0,  1, 2,  0, 9, 9,  9, 9 };
	const size_t size = count * sizeof(a) + sizeof(rrsig);
	cache_answer_t *answer = calloc(1, sizeof(*answer) + (count + 1) * sizeof(uint16_t) + size);
	uint16_t *offsets = (uint16_t *)(answer + 1);
	uint8_t *octets = (uint8_t *)(offsets + count + 1);

	assert_non_null(answer);
	for (unsigned i = 0; i < count; i++) {
		memcpy(octets + i * sizeof(a), a, sizeof(a));
		offsets[i] = (uint16_t)(i * sizeof(a) + 6);
	}
	memcpy(octets + count * sizeof(a), rrsig, sizeof(rrsig));
	offsets[count] = (uint16_t)(count * sizeof(a) + 6);
	*answer =
		(cache_answer_t){ .security = security,
				  .ede = CACHE_NO_EDE,
				  .parts = { { (uint16_t)(count * sizeof(a)), (uint16_t)count }, { sizeof(rrsig), 1 } },
				  .octets = octets,
				  .ttl_count = count + 1,
				  .ttl_offsets = offsets };
	return answer;
}
