/* packet.c: see packet.h. */
#include "validator/packet.h"

#include "validator/name.h"
#include "validator/rdata.h"

enum { HEADER_SIZE = 12 };

uint32_t packet_hash(const name_t *name)
{
	uint32_t hash = 2166136261; /* FNV-1a */

	for (size_t i = 0; i < name->size; i++)
		hash = (hash ^ name->octets[i]) * 16777619;
	return hash;
}

bool packet_begin(packet_t *packet, const uint8_t *octets, size_t size)
{
	wire_t *w = &packet->wire;

	if (size < HEADER_SIZE || size > PACKET_SIZE_MAX)
		return false;
	*w = wire_begin(octets, size);
	(void)wire_u16(w); /* the ID is between libunbound and us */
	packet->flags = wire_u16(w);
	packet->has_question = wire_u16(w) == 1;
	packet->answers = wire_u16(w);
	packet->authorities = wire_u16(w);
	packet->additionals = wire_u16(w);
	if (!packet->has_question)
		return true;
	wire_name(w, &packet->name);
	name_lower(&packet->name);
	packet->type = wire_u16(w);
	packet->class = wire_u16(w);
	return w->err == WIRE_OK;
}

static void read_record(wire_t *w, packet_record_t *record)
{
	wire_name(w, &record->owner);
	name_lower(&record->owner);
	record->hash = packet_hash(&record->owner);
	record->type = wire_u16(w);
	record->class = wire_u16(w);
	record->ttl = wire_u32(w);
	if (record->ttl > INT32_MAX)
		record->ttl = 0;
	record->rdata = wire_part(w, wire_u16(w));

	wire_t rdata = record->rdata;

	record->covered = record->type == RDATA_TYPE_RRSIG ? wire_u16(&rdata) : 0;
	record->picked = record->kept = record->left_out = false;
}

bool packet_records(packet_t *packet, packet_record_t *records, unsigned *extra)
{
	wire_t *w = &packet->wire;
	size_t count = (size_t)packet->answers + packet->authorities;
	packet_record_t unused;

	for (size_t i = 0; i < count && w->err == WIRE_OK; i++) {
		read_record(w, &records[i]);
		records[i].section = i < packet->answers ? PACKET_ANSWER : PACKET_AUTHORITY;
	}
	*extra = 0;
	for (size_t i = 0; i < packet->additionals && w->err == WIRE_OK; i++) {
		read_record(w, &unused);
		*extra += unused.type != RDATA_TYPE_OPT;
	}
	return wire_finish(w) == WIRE_OK;
}
