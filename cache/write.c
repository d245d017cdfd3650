/* write.c: copies an answer out, in the form asked for and with its TTLs counted down. */
#include "cache/write.h"

#include <string.h>

enum { PART_AUTHORITY = 2, TTL_SIZE = 4 }; /* parts from here on are AUTHORITY, those before it ANSWER */

static bool is_wanted(size_t part, cache_form_t form)
{
	return form == CACHE_FORM_DNSSEC || part % 2 == 0;
}

static uint32_t load32(const uint8_t *octets)
{
	return (uint32_t)octets[0] << 24 | (uint32_t)octets[1] << 16 | (uint32_t)octets[2] << 8 | octets[3];
}

static void store32(uint8_t *octets, uint32_t value)
{
	octets[0] = (uint8_t)(value >> 24);
	octets[1] = (uint8_t)(value >> 16);
	octets[2] = (uint8_t)(value >> 8);
	octets[3] = (uint8_t)value;
}

static void set_ttl(uint8_t *field, const write_ttl_t *rule)
{
	uint32_t ttl = load32(field);

	if (rule->stale)
		ttl = CACHE_STALE_TTL;
	else
		ttl = ttl > rule->age ? ttl - rule->age : 0;
	store32(field, ttl);
}

/* False for offsets that nobody should hand in: descending, or with a field that reaches into the next part. */
static bool is_inside(size_t offset, size_t begin, size_t end)
{
	return offset >= begin && offset + TTL_SIZE <= end;
}

static size_t size_in(const cache_answer_t *answer, cache_form_t form)
{
	size_t size = 0;

	for (size_t i = 0; i < CACHE_PARTS; i++)
		if (is_wanted(i, form))
			size += answer->parts[i].size;
	return size;
}

static void copy_parts(const cache_answer_t *answer, cache_form_t form, const write_ttl_t *rule, uint8_t *out)
{
	size_t begin = 0;
	size_t ttl = 0;

	for (size_t i = 0; i < CACHE_PARTS; i++) {
		size_t size = answer->parts[i].size;
		size_t end = begin + size;
		bool wanted = is_wanted(i, form);

		if (wanted && size > 0)
			memcpy(out, answer->octets + begin, size);
		for (; ttl < answer->ttl_count && answer->ttl_offsets[ttl] < end; ttl++)
			if (wanted && is_inside(answer->ttl_offsets[ttl], begin, end))
				set_ttl(out + (answer->ttl_offsets[ttl] - begin), rule);
		if (wanted)
			out += size;
		begin = end;
	}
}

static void tell(const cache_answer_t *answer, cache_found_t *found)
{
	found->rcode = answer->rcode;
	found->security = answer->security;
	found->failure = answer->failure;
	found->ede = answer->ede;
	found->ede_text_size = answer->ede_text_size;
	if (answer->ede_text_size > 0)
		memcpy(found->ede_text, answer->ede_text, answer->ede_text_size);
	found->answer_records = 0;
	found->authority_records = 0;
	found->size = 0;
	found->left = 0;
	found->ending = false;
}

cache_result_t write_answer(const cache_answer_t *answer, cache_form_t form, const write_ttl_t *rule, uint8_t *out,
			    size_t room, cache_found_t *found)
{
	size_t size = size_in(answer, form);

	tell(answer, found);
	found->stale = rule->stale;
	if (size > room)
		return CACHE_NO_ROOM;
	copy_parts(answer, form, rule, out);
	found->size = size;
	for (size_t i = 0; i < CACHE_PARTS; i++)
		if (is_wanted(i, form))
			*(i < PART_AUTHORITY ? &found->answer_records : &found->authority_records) +=
				answer->parts[i].records;
	return CACHE_HIT;
}

cache_result_t cache_write(const cache_answer_t *answer, cache_form_t form, uint32_t age, uint8_t *out, size_t room,
			   cache_found_t *found)
{
	return write_answer(answer, form, &(write_ttl_t){ .age = age }, out, room, found);
}
