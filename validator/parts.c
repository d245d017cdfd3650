/* parts.c: see parts.h. Each set is given its TTL and written, part by part. */
#include "validator/parts.h"

#include "validator/name.h"
#include "validator/rdata.h"

#include <stdlib.h>
#include <string.h>

enum {
	CLASS_IN = 1,
	/* An NXDOMAIN needs three NSEC3 RRsets, each wildcard on the chain one more: 64 are never needed, and looking at more
	 * would make the work quadratic. */
	PROOFS_MAX = 64,
};

/* ---- TTLs ---- */

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* TTL of the set in parts->members. The administrator's least TTL does not outlive a signature. */
static uint32_t ttl_of(const parts_t *parts, const aliases_set_t *set, const rrset_signed_t *by_signature)
{
	const answer_limits_t *limits = parts->limits;
	bool negative = set->section == PACKET_AUTHORITY && parts->answer->negative;
	uint32_t ttl = least(parts->members.ttl, by_signature->ttl);

	if (negative)
		ttl = least(ttl, parts->negative_ttl);
	if (ttl < limits->min_ttl)
		ttl = limits->min_ttl;
	ttl = least(ttl, limits->max_ttl);
	if (negative)
		ttl = least(ttl, limits->negative_max_ttl);
	return least(ttl, by_signature->left);
}

/* ---- Writing ---- */

static void begin_record(parts_t *parts, const name_t *owner, uint16_t type, uint32_t ttl)
{
	writer_t *writer = &parts->writer;

	writer_name(writer, owner, WRITER_COMPRESS);
	writer_u16(writer, type);
	writer_u16(writer, CLASS_IN);
	parts->ttl_offsets[parts->answer->ttl_count++] = (uint16_t)(writer->size - parts->head);
	writer_u32(writer, ttl);
	writer_u16(writer, 0); /* RDLENGTH, when it is known */
}

static void end_record(parts_t *parts, size_t rdata)
{
	if (!parts->writer.full)
		writer_patch_u16(&parts->writer, rdata - 2, (uint16_t)(parts->writer.size - rdata));
}

static answer_err_t write_record(parts_t *parts, packet_record_t *record, uint32_t ttl)
{
	begin_record(parts, &record->owner, record->type, ttl);

	size_t rdata = parts->writer.size;
	bool valid = rdata_write(&parts->writer, record->type, record->rdata);

	end_record(parts, rdata);
	record->kept = true;
	return valid ? ANSWER_OK : ANSWER_MALFORMED;
}

static answer_err_t write_members(parts_t *parts, const rrset_members_t *members, uint32_t ttl)
{
	answer_err_t err = ANSWER_OK;

	for (size_t i = 0; i < members->count && err == ANSWER_OK; i++)
		err = write_record(parts, &parts->aliases->records.all[members->index[i]], ttl);
	return err;
}

/* A CNAME that follows from a DNAME has the DNAME's TTL (RFC 6672, 3.1). */
static void write_synthetic(parts_t *parts, const aliases_set_t *set)
{
	begin_record(parts, set->owner, RDATA_TYPE_CNAME, set->dname->ttl);

	size_t rdata = parts->writer.size;

	writer_name(&parts->writer, set->target, WRITER_COMPRESS);
	end_record(parts, rdata);
}

static answer_err_t pick_signatures(parts_t *parts, const aliases_set_t *set)
{
	parts->signatures.count = 0;
	if (set->type == RDATA_TYPE_RRSIG || set->dname != NULL) /* nothing signs signatures (RFC 4035, 2.2) */
		return ANSWER_OK;
	return rrset_pick_signatures(&parts->aliases->records, set->section, set->owner, set->type, &parts->signatures);
}

/* Finds the set's records and signatures, and settles its TTL. */
static answer_err_t pick_set(parts_t *parts, aliases_set_t *set)
{
	answer_err_t err =
		rrset_pick(&parts->aliases->records, set->section, set->owner, set->type, parts->now, &parts->members);

	if (err == ANSWER_OK)
		err = pick_signatures(parts, set);
	if (err != ANSWER_OK)
		return err;

	rrset_signed_t by_signature = rrset_signed(&parts->aliases->records, &parts->signatures, parts->now);

	set->ttl = ttl_of(parts, set, &by_signature);
	parts->wildcard |= by_signature.wildcard;
	return ANSWER_OK;
}

static answer_err_t write_set(parts_t *parts, aliases_set_t *set)
{
	if (set->dname != NULL) {
		write_synthetic(parts, set);
		return ANSWER_OK;
	}

	answer_err_t err = pick_set(parts, set);

	if (err != ANSWER_OK)
		return err;
	parts->answer->ttl = least(parts->answer->ttl, set->ttl);
	return write_members(parts, &parts->members, set->ttl);
}

static answer_err_t write_signatures(parts_t *parts, const aliases_set_t *set)
{
	answer_err_t err = pick_signatures(parts, set);

	return err == ANSWER_OK ? write_members(parts, &parts->signatures, set->ttl) : err;
}

/* ---- The four parts ---- */

static answer_err_t write_answer(parts_t *parts)
{
	answer_err_t err = ANSWER_OK;

	for (size_t i = 0; i < parts->aliases->set_count && err == ANSWER_OK; i++)
		err = write_set(parts, &parts->aliases->sets[i]);
	parts->writer.learn = false; /* whatever follows can be left out */
	return err;
}

static answer_err_t write_answer_dnssec(parts_t *parts)
{
	answer_err_t err = ANSWER_OK;

	for (size_t i = 0; i < parts->aliases->set_count && err == ANSWER_OK; i++)
		err = write_signatures(parts, &parts->aliases->sets[i]);
	return err;
}

/* The SOA of the zone that the chain's end is in; of several the nearest. */
static packet_record_t *find_soa(const parts_t *parts)
{
	packet_record_t *found = NULL;

	for (size_t i = 0; i < parts->aliases->records.count; i++) {
		packet_record_t *record = &parts->aliases->records.all[i];

		if (record->type == RDATA_TYPE_SOA && record->section == PACKET_AUTHORITY &&
		    record->class == CLASS_IN && name_is_under(aliases_end(parts->aliases), &record->owner) &&
		    (found == NULL || record->owner.size > found->owner.size))
			found = record;
	}
	return found;
}

/* MINIMUM, the last field (RFC 2308, 4); one that does not read is found out when the SOA is written. */
static uint32_t soa_minimum(const packet_record_t *soa)
{
	wire_t rdata = soa->rdata;

	if (wire_left(&rdata) >= 4)
		(void)wire_octets(&rdata, wire_left(&rdata) - 4);
	return wire_u32(&rdata);
}

/* A negative answer without SOA is used once and not kept (RFC 2308, 5). */
static answer_err_t write_authority(parts_t *parts, aliases_set_t *soa)
{
	if (soa == NULL) {
		if (parts->answer->negative)
			parts->answer->ttl = 0;
		return ANSWER_OK;
	}

	answer_err_t err = write_set(parts, soa);

	parts->negative_ttl = soa->ttl; /* for NSEC and NSEC3, too (RFC 9077, 3) */
	return err;
}

/* One of the signatures in parts->signatures is of a zone that both the proof and a name on the chain are in. */
static bool proves_something(const parts_t *parts, const name_t *owner)
{
	for (size_t i = 0; i < parts->signatures.count; i++) {
		wire_t rdata = parts->aliases->records.all[parts->signatures.index[i]].rdata;
		name_t signer;

		(void)wire_octets(&rdata, 18); /* the fields before it (RFC 4034, 3.1) */
		wire_name(&rdata, &signer);
		for (unsigned link = 0; link <= parts->aliases->links; link++) {
			if (name_is_under(owner, &signer) && name_is_under(&parts->aliases->names[link], &signer))
				return true;
		}
	}
	return false;
}

/* A proof that does not read, is not signed or is about something else is left out. */
static answer_err_t write_proof(parts_t *parts, const packet_record_t *record)
{
	aliases_set_t set = { .owner = &record->owner, .section = PACKET_AUTHORITY, .type = record->type };
	answer_err_t err = pick_set(parts, &set);

	if (err != ANSWER_OK)
		return err == ANSWER_MALFORMED ? ANSWER_OK : err;
	if (!proves_something(parts, &record->owner))
		return ANSWER_OK;
	parts->answer->ttl = least(parts->answer->ttl, set.ttl);
	err = write_members(parts, &parts->members, set.ttl);
	return err == ANSWER_OK ? write_members(parts, &parts->signatures, set.ttl) : err;
}

static answer_err_t write_authority_dnssec(parts_t *parts, const aliases_set_t *soa)
{
	answer_err_t err = soa != NULL ? write_signatures(parts, soa) : ANSWER_OK;
	size_t count = parts->answer->negative || parts->wildcard ? parts->aliases->records.count : 0;
	unsigned proofs = 0;

	for (size_t i = 0; i < count && err == ANSWER_OK && proofs < PROOFS_MAX; i++) {
		const packet_record_t *record = &parts->aliases->records.all[i];
		bool proof = record->type == RDATA_TYPE_NSEC || record->type == RDATA_TYPE_NSEC3;

		if (!proof || record->picked || record->section != PACKET_AUTHORITY || record->class != CLASS_IN)
			continue;
		err = write_proof(parts, record);
		proofs++;
	}
	return err;
}

/* Ends a part: what was written since the last one. */
static void end_part(parts_t *parts, answer_part_id_t id)
{
	answer_t *answer = parts->answer;
	size_t size = parts->writer.size - parts->head;
	size_t records = answer->ttl_count;

	for (unsigned before = 0; before < id; before++) {
		size -= answer->parts[before].size;
		records -= answer->parts[before].records;
	}
	answer->parts[id] = (answer_part_t){ .size = (uint16_t)size, .records = (uint16_t)records };
}

static answer_err_t write_parts(parts_t *parts)
{
	packet_record_t *record = parts->answer->negative ? find_soa(parts) : NULL;
	aliases_set_t found = { .section = PACKET_AUTHORITY, .type = RDATA_TYPE_SOA };
	aliases_set_t *soa = record != NULL ? &found : NULL;
	answer_err_t err = write_answer(parts);

	end_part(parts, ANSWER_PART_ANSWER);
	if (err == ANSWER_OK)
		err = write_answer_dnssec(parts);
	end_part(parts, ANSWER_PART_ANSWER_DNSSEC);
	if (soa != NULL) {
		soa->owner = &record->owner;
		parts->negative_ttl = soa_minimum(record);
	}
	if (err == ANSWER_OK)
		err = write_authority(parts, soa);
	end_part(parts, ANSWER_PART_AUTHORITY);
	if (err == ANSWER_OK)
		err = write_authority_dnssec(parts, soa);
	end_part(parts, ANSWER_PART_AUTHORITY_DNSSEC);
	if (err == ANSWER_OK && parts->writer.full)
		err = ANSWER_TOO_LARGE;
	return err;
}

/* ---- The whole ---- */

/* Copies what was written into the answer's own block: the offsets, which are aligned, then the octets. */
static answer_err_t hand_over(const parts_t *parts)
{
	answer_t *answer = parts->answer;
	size_t offsets = answer->ttl_count * sizeof(uint16_t);

	answer->size = parts->writer.size - parts->head;

	uint16_t *block = malloc(offsets + answer->size + 1);

	if (block == NULL)
		return ANSWER_NO_MEMORY;

	uint8_t *octets = (uint8_t *)block + offsets;

	memcpy(block, parts->ttl_offsets, offsets);
	memcpy(octets, parts->writer.octets + parts->head, answer->size);
	answer->ttl_offsets = block;
	answer->octets = octets;
	return ANSWER_OK;
}

answer_err_t parts_write(parts_t *parts)
{
	const aliases_t *aliases = parts->aliases;
	answer_err_t err;

	parts->wildcard = false;
	parts->negative_ttl = UINT32_MAX;
	parts->answer->ttl = UINT32_MAX;
	writer_begin(&parts->writer, &aliases->names[0], aliases->type);
	parts->head = parts->writer.size;
	err = write_parts(parts);
	return err == ANSWER_OK ? hand_over(parts) : err;
}
