/* seen.c: see seen.h. */
#include "module/watch/seen.h"

#include "validator/rdata.h"

#include <stdlib.h>
#include <string.h>

enum {
	POINTER = 0xc0, /* the first octet of a compression pointer (RFC 1035, 4.1.4) */
	BEFORE_EXPIRATION =
		6, /* octets of an RRSIG between the type that it covers and its expiration (RFC 4034, 3.1) */
};

/* Whose name it is does not matter: all signatures in this part of an answer are about its chain. */
static void skip_owner(wire_t *w)
{
	uint8_t size;

	while ((size = wire_u8(w)) != 0 && wire_left(w) > 0) {
		if (size >= POINTER) {
			(void)wire_u8(w);
			return;
		}
		(void)wire_octets(w, size);
	}
}

/* RFC 4034, 3.1.5: times are serial numbers, here around `wall`. */
static uint64_t unfold(uint32_t time, uint64_t wall)
{
	return (uint64_t)((int64_t)wall + (int32_t)(time - (uint32_t)wall));
}

/* The end of one signature record when it is over MX records; 0 otherwise. */
static uint64_t read_end(wire_t *w, uint64_t wall)
{
	wire_t rdata;
	uint16_t type;
	uint16_t covered;
	uint32_t end;

	skip_owner(w);
	type = wire_u16(w);
	(void)wire_u16(w); /* class */
	(void)wire_u32(w); /* TTL */
	rdata = wire_part(w, wire_u16(w));
	covered = wire_u16(&rdata);
	(void)wire_octets(&rdata, BEFORE_EXPIRATION);
	end = wire_u32(&rdata);
	return type == RDATA_TYPE_RRSIG && covered == RDATA_TYPE_MX && rdata.err == WIRE_OK ? unfold(end, wall) : 0;
}

static uint64_t last_end(const answer_t *answer, uint64_t wall)
{
	const answer_part_t *signatures = &answer->parts[ANSWER_PART_ANSWER_DNSSEC];
	wire_t w = wire_begin(answer->octets, answer->size);
	wire_t part;
	uint64_t last = 0;

	(void)wire_octets(&w, answer->parts[ANSWER_PART_ANSWER].size);
	part = wire_part(&w, signatures->size);
	for (unsigned i = 0; i < signatures->records && wire_left(&part) > 0; i++) {
		uint64_t end = read_end(&part, wall);

		last = end > last ? end : last;
	}
	return last;
}

static bool has_alert(const verdict_t *verdict)
{
	for (size_t i = 0; i < verdict->finding_count; i++)
		if (check_row(verdict->findings[i].check)->severity == SEVERITY_ALERT)
			return true;
	return false;
}

static void fill(seen_t *seen, const verdict_t *verdict, uint64_t wall)
{
	seen->failed = verdict->failed;
	seen->rejected = verdict->rejected && !verdict->failed;
	seen->has_alert = has_alert(verdict);
	seen->negative = verdict->negative;
	seen->null_mx = verdict->null_mx;
	seen->secure = verdict->received == SECURITY_SECURE;
	memcpy(seen->reason, verdict->text, sizeof(seen->reason));
	if (verdict->answer.size > 0)
		seen->signed_until = last_end(&verdict->answer, wall);
	for (size_t i = 0; i < verdict->target_count; i++)
		seen->exchanges[seen->count++] =
			(seen_exchange_t){ .name = verdict->targets[i].exchange, .state = verdict->targets[i].state };
}

seen_t *seen_of(const verdict_t *verdict, uint32_t ttl, uint64_t wall)
{
	size_t count = verdict != NULL ? verdict->target_count : 0;
	seen_t *seen = calloc(1, sizeof(*seen) + count * sizeof(seen->exchanges[0]));

	if (seen == NULL)
		return NULL;
	seen->ttl = ttl;
	seen->failed = true;
	if (verdict != NULL)
		fill(seen, verdict, wall);
	return seen;
}
