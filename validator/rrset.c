/* rrset.c: see rrset.h. Every function looks at each record of the packet once, or sorts the members: with many records,
 * nothing here is quadratic. */
#include "validator/rrset.h"

#include "validator/name.h"
#include "validator/rdata.h"

#include <stdlib.h>
#include <string.h>

enum { CLASS_IN = 1 };

/* A member with what it is sorted by: its RDATA in canonical form to find doubles, then its place in the RRset. */
typedef struct member {
	uint16_t index;
	uint16_t preference;
	size_t size;
	uint64_t lot; /* MX: who goes first of those of equal preference */
	const uint8_t *octets;
} member_t;

static bool belongs(const packet_record_t *record, packet_section_t section, const name_t *owner, uint32_t hash,
		    uint16_t type)
{
	return record->type == type && record->hash == hash && record->section == section &&
	       record->class == CLASS_IN && !record->left_out && name_equal(&record->owner, owner);
}

packet_record_t *rrset_find(const rrset_records_t *records, packet_section_t section, const name_t *owner,
			    uint16_t type)
{
	uint32_t hash = packet_hash(owner);

	for (size_t i = 0; i < records->count; i++) {
		if (belongs(&records->all[i], section, owner, hash, type))
			return &records->all[i];
	}
	return NULL;
}

static void match(const rrset_records_t *records, packet_section_t section, const name_t *owner, uint16_t type,
		  uint16_t covered, rrset_members_t *members)
{
	uint32_t hash = packet_hash(owner);

	members->ttl = UINT32_MAX;
	members->count = 0;
	for (size_t i = 0; i < records->count; i++) {
		packet_record_t *record = &records->all[i];

		if (!belongs(record, section, owner, hash, type) || (covered != 0 && record->covered != covered))
			continue;
		record->picked = true;
		if (record->ttl < members->ttl)
			members->ttl = record->ttl;
		members->index[members->count++] = (uint16_t)i;
	}
}

static int by_octets(const void *a, const void *b)
{
	const member_t *x = a;
	const member_t *y = b;
	int order = memcmp(x->octets, y->octets, x->size < y->size ? x->size : y->size);

	if (order == 0)
		order = (x->size > y->size) - (x->size < y->size);
	return order != 0 ? order : x->index - y->index;
}

static int by_place(const void *a, const void *b)
{
	const member_t *x = a;
	const member_t *y = b;

	if (x->preference != y->preference)
		return x->preference - y->preference;
	return x->lot != y->lot ? (x->lot > y->lot) - (x->lot < y->lot) : x->index - y->index;
}

/* `room` is where names in lower case go. False when the RDATA does not read. */
static bool prepare(const packet_record_t *record, uint16_t index, member_t *member, uint8_t **room)
{
	wire_t rdata = record->rdata;
	size_t size = wire_left(&rdata);

	member->index = index;
	member->lot = 0;
	member->size = size;
	member->octets = rdata.msg + rdata.pos;
	member->preference = record->type == RDATA_TYPE_MX ? wire_u16(&rdata) : 0;
	if (!rdata_has_names(record->type))
		return rdata_is_valid(record->type, record->rdata);
	member->octets = *room;
	if (!rdata_canonical(record->type, record->rdata, *room, &member->size))
		return false;
	*room += member->size;
	return true;
}

static size_t room_for(const rrset_records_t *records, const rrset_members_t *members)
{
	size_t room = 0;

	for (size_t i = 0; i < members->count; i++) {
		const packet_record_t *record = &records->all[members->index[i]];

		if (rdata_has_names(record->type))
			room += wire_left(&record->rdata) + RDATA_GROWTH_MAX;
	}
	return room;
}

/* FNV-1a over the turn and the RDATA, mixed as splitmix64 does, or names that differ in their last octets alone would stay in
 * line. Fair enough for who goes first, where nobody gains by guessing it. */
static uint64_t draw_lot(const member_t *member, uint64_t turn)
{
	uint64_t hash = 14695981039346656037U;

	for (unsigned i = 0; i < sizeof(turn); i++)
		hash = (hash ^ (turn >> 8 * i & 0xff)) * 1099511628211U;
	for (size_t i = 0; i < member->size; i++)
		hash = (hash ^ member->octets[i]) * 1099511628211U;
	hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9;
	hash = (hash ^ hash >> 27) * 0x94d049bb133111eb;
	return hash ^ hash >> 31;
}

/* Sorts, and leaves identical ones out. */
static void put_in_order(member_t *sorted, rrset_members_t *members)
{
	size_t count = 0;

	qsort(sorted, members->count, sizeof(*sorted), by_octets);
	for (size_t i = 0; i < members->count; i++) {
		bool again = count > 0 && sorted[i].size == sorted[count - 1].size &&
			     memcmp(sorted[i].octets, sorted[count - 1].octets, sorted[i].size) == 0;

		if (!again)
			sorted[count++] = sorted[i];
	}
	qsort(sorted, count, sizeof(*sorted), by_place);
	members->count = count;
	for (size_t i = 0; i < count; i++)
		members->index[i] = sorted[i].index;
}

static answer_err_t order(const rrset_records_t *records, uint64_t turn, rrset_members_t *members)
{
	size_t heads = members->count * sizeof(member_t);
	member_t *sorted = malloc(heads + room_for(records, members));
	answer_err_t err = ANSWER_OK;
	uint8_t *room;

	if (sorted == NULL)
		return ANSWER_NO_MEMORY;
	room = (uint8_t *)sorted + heads;
	for (size_t i = 0; i < members->count && err == ANSWER_OK; i++) {
		uint16_t index = members->index[i];

		if (!prepare(&records->all[index], index, &sorted[i], &room))
			err = ANSWER_MALFORMED;
		else if (records->all[index].type == RDATA_TYPE_MX)
			sorted[i].lot = draw_lot(&sorted[i], turn);
	}
	if (err == ANSWER_OK)
		put_in_order(sorted, members);
	free(sorted);
	return err;
}

static bool is_alone(uint16_t type)
{
	return type == RDATA_TYPE_CNAME || type == RDATA_TYPE_DNAME || type == RDATA_TYPE_SOA;
}

answer_err_t rrset_pick(const rrset_records_t *records, packet_section_t section, const name_t *owner, uint16_t type,
			uint64_t turn, rrset_members_t *members)
{
	match(records, section, owner, type, 0, members);
	if (is_alone(type) && members->count > 1)
		members->count = 1;
	if (members->count > 1)
		return order(records, turn, members);
	if (members->count == 1 && !rdata_is_valid(type, records->all[members->index[0]].rdata))
		return ANSWER_MALFORMED;
	return ANSWER_OK;
}

answer_err_t rrset_pick_signatures(const rrset_records_t *records, packet_section_t section, const name_t *owner,
				   uint16_t type, rrset_members_t *members)
{
	size_t count = 0;

	match(records, section, owner, RDATA_TYPE_RRSIG, type, members);
	for (size_t i = 0; i < members->count; i++) {
		if (rdata_is_valid(RDATA_TYPE_RRSIG, records->all[members->index[i]].rdata))
			members->index[count++] = members->index[i];
	}
	members->count = count;
	return count > 1 ? order(records, 0, members) : ANSWER_OK;
}

/* Labels as RRSIG counts them: a leading "*" is none (RFC 4034, 3.1.3). */
static unsigned signed_labels(const name_t *owner)
{
	bool star = owner->octets[0] == 1 && owner->octets[1] == '*';

	return name_labels(owner) - star;
}

/* One signature's fields (RFC 4034, 3.1). Its end is compared in serial arithmetic (3.1.5). */
static void limit_by(const packet_record_t *record, uint64_t now, rrset_signed_t *limits)
{
	wire_t rdata = record->rdata;

	(void)wire_octets(&rdata, 3); /* type covered, algorithm */

	uint8_t labels = wire_u8(&rdata);
	uint32_t original = wire_u32(&rdata);
	int32_t left = (int32_t)(wire_u32(&rdata) - (uint32_t)now);

	if (record->ttl < limits->ttl)
		limits->ttl = record->ttl;
	if (original < limits->ttl)
		limits->ttl = original;
	if (left > 0 && (uint32_t)left < limits->left)
		limits->left = (uint32_t)left;
	if (labels < signed_labels(&record->owner))
		limits->wildcard = true;
}

rrset_signed_t rrset_signed(const rrset_records_t *records, const rrset_members_t *signatures, uint64_t now)
{
	rrset_signed_t limits = { .ttl = UINT32_MAX, .left = UINT32_MAX, .wildcard = false };

	for (size_t i = 0; i < signatures->count; i++)
		limit_by(&records->all[signatures->index[i]], now, &limits);
	if (signatures->count > 0 && limits.left == UINT32_MAX)
		limits.left = 0;
	return limits;
}
