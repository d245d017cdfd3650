/* answer.c: see answer.h. First the sets are found that make the answer (the chain, the RRset at its end, SOA, proofs), then
 * each is given its TTL and written, part by part. All memory of the work is one block. */
#include "validator/answer.h"

#include "validator/name.h"
#include "validator/packet.h"
#include "validator/query.h"
#include "validator/rdata.h"
#include "validator/rrset.h"
#include "validator/writer.h"

#include <stdlib.h>
#include <string.h>

enum {
	CLASS_IN = 1,
	RCODE_MASK = 0xf,
	RCODE_NOERROR = 0,
	RCODE_NXDOMAIN = 3,
	RCODE_YXDOMAIN = 6,
	/* An NXDOMAIN needs three NSEC3 RRsets, each wildcard on the chain one more: 64 are never needed, and looking at more
	 * would make the work quadratic. */
	PROOFS_MAX = 64,
	/* Each alias is a DNAME with its CNAME at most; then the RRset or the SOA. */
	SETS_MAX = 2 * ANSWER_CHAIN_MAX + 1,
	TTLS_MAX = PACKET_RECORDS_MAX + ANSWER_CHAIN_MAX,
};

/* An RRset of the answer, with its signatures; or the CNAME that follows from a DNAME, which has none (RFC 6672, 3.1). */
typedef struct set {
	const name_t *owner;
	const struct set *dname; /* from which this CNAME follows; NULL: the records are in the packet */
	const name_t *target;    /* of that CNAME */
	packet_section_t section;
	uint16_t type;
	uint32_t ttl;
} set_t;

typedef struct work {
	answer_t *answer;
	const answer_limits_t *limits;
	uint64_t now;
	const answer_edit_t *edit; /* NULL: none */
	uint16_t type;
	uint8_t rcode;
	bool overflow;         /* a DNAME made a name too long (RFC 6672, 2.2) */
	bool found;            /* there is an RRset at the chain's end */
	bool wildcard;         /* something in the answer comes from a wildcard: proofs belong to it */
	uint32_t negative_ttl; /* what the SOA allows (RFC 2308, 5); UINT32_MAX for positive answers */
	unsigned links;        /* aliases */
	size_t set_count;
	size_t head; /* octets of header and question */
	rrset_records_t records;
	set_t sets[SETS_MAX];
	name_t chain[ANSWER_CHAIN_MAX + 1]; /* lower case; the last one is its end */
	rrset_members_t members;
	rrset_members_t signatures;
	uint16_t ttl_offsets[TTLS_MAX];
	writer_t writer;
	packet_record_t record[];
} work_t;

static const name_t *chain_end(const work_t *work)
{
	return &work->chain[work->links];
}

static set_t *add_set(work_t *work, packet_section_t section, const name_t *owner, uint16_t type)
{
	set_t *set = &work->sets[work->set_count++];

	*set = (set_t){ .owner = owner, .section = section, .type = type };
	return set;
}

/* ---- The chain ---- */

/* The DNAME that `name` lies below, strictly (RFC 6672, 2.3); of several the nearest. */
static packet_record_t *find_dname(const work_t *work, const name_t *name)
{
	packet_record_t *found = NULL;

	for (size_t i = 0; i < work->records.count; i++) {
		packet_record_t *record = &work->records.all[i];

		if (record->type == RDATA_TYPE_DNAME && record->section == PACKET_ANSWER && record->class == CLASS_IN &&
		    record->owner.size < name->size && name_is_under(name, &record->owner) &&
		    (found == NULL || record->owner.size > found->owner.size))
			found = record;
	}
	return found;
}

static bool read_target(const packet_record_t *alias, name_t *target)
{
	wire_t rdata = alias->rdata;

	wire_name(&rdata, target);
	name_lower(target);
	return wire_finish(&rdata) == WIRE_OK;
}

/* Puts the DNAME's target in place of its owner (RFC 6672, 2.2). False when the name gets too long. */
static bool substitute(const name_t *name, const name_t *owner, const name_t *target, name_t *result)
{
	size_t kept = (size_t)name->size - owner->size;

	if (kept + target->size > WIRE_NAME_MAX)
		return false;
	memcpy(result->octets, name->octets, kept);
	memcpy(result->octets + kept, target->octets, target->size);
	result->size = (uint8_t)(kept + target->size);
	return true;
}

/* One more link, to `target`. */
static answer_err_t step(work_t *work, const name_t *target)
{
	for (unsigned i = 0; i <= work->links; i++) {
		if (name_equal(&work->chain[i], target))
			return ANSWER_LOOP;
	}
	if (work->links == ANSWER_CHAIN_MAX)
		return ANSWER_CHAIN_TOO_LONG;
	work->chain[++work->links] = *target;
	return ANSWER_OK;
}

/* The set of this DNAME: a chain may come by the same one twice. */
static const set_t *dname_set(work_t *work, const name_t *owner)
{
	for (size_t i = 0; i < work->set_count; i++) {
		if (work->sets[i].type == RDATA_TYPE_DNAME && name_equal(work->sets[i].owner, owner))
			return &work->sets[i];
	}
	return add_set(work, PACKET_ANSWER, owner, RDATA_TYPE_DNAME);
}

/* The packet's own CNAME, if it has one, must be the one that follows from the DNAME. */
static bool agrees(packet_record_t *cname, const name_t *target)
{
	name_t said;

	if (cname == NULL)
		return true;
	cname->kept = true;
	return read_target(cname, &said) && name_equal(&said, target);
}

/* The CNAME is written from the DNAME, whether the packet has it or not. */
static answer_err_t follow_dname(work_t *work, const packet_record_t *dname)
{
	const name_t *owner = chain_end(work);
	name_t above;
	name_t target;

	if (!read_target(dname, &above))
		return ANSWER_MALFORMED;

	const set_t *from = dname_set(work, &dname->owner);

	work->overflow = !substitute(owner, &dname->owner, &above, &target);
	if (work->overflow)
		return work->rcode == RCODE_YXDOMAIN ? ANSWER_OK : ANSWER_MALFORMED;
	if (!agrees(rrset_find(&work->records, PACKET_ANSWER, owner, RDATA_TYPE_CNAME), &target))
		return ANSWER_MALFORMED;

	answer_err_t err = step(work, &target);

	if (err == ANSWER_OK) {
		set_t *cname = add_set(work, PACKET_ANSWER, owner, RDATA_TYPE_CNAME);

		cname->dname = from;
		cname->target = chain_end(work);
	}
	return err;
}

static answer_err_t follow_cname(work_t *work, packet_record_t *cname)
{
	name_t target;

	if (!read_target(cname, &target))
		return ANSWER_MALFORMED;
	add_set(work, PACKET_ANSWER, chain_end(work), RDATA_TYPE_CNAME);
	return step(work, &target);
}

/* From the question to the RRset that answers it, or to where nothing more is known. A record of the asked type comes before
 * an alias of the same owner (RFC 2181, 10.1); but a CNAME that follows from a DNAME is shown with it. */
static answer_err_t follow_chain(work_t *work)
{
	for (;;) {
		const name_t *at = chain_end(work);
		bool direct = rrset_find(&work->records, PACKET_ANSWER, at, work->type) != NULL;
		bool is_cname = work->type == RDATA_TYPE_CNAME;
		packet_record_t *dname = !direct || is_cname ? find_dname(work, at) : NULL;
		packet_record_t *cname = rrset_find(&work->records, PACKET_ANSWER, at, RDATA_TYPE_CNAME);
		answer_err_t err = ANSWER_OK;

		if (dname != NULL) {
			err = follow_dname(work, dname);
			work->found = err == ANSWER_OK && is_cname && !work->overflow;
		} else if (direct) {
			add_set(work, PACKET_ANSWER, at, work->type);
			work->found = true;
		} else if (cname != NULL) {
			err = follow_cname(work, cname);
		} else {
			return ANSWER_OK;
		}
		if (err != ANSWER_OK || work->found || work->overflow)
			return err;
	}
}

/* An RCODE that does not go with what was found would be passed on as the mail server's reason to bounce. */
static answer_err_t judge(const work_t *work)
{
	if (work->rcode == RCODE_YXDOMAIN)
		return work->overflow ? ANSWER_OK : ANSWER_RCODE;
	if (work->rcode == RCODE_NXDOMAIN && work->found)
		return ANSWER_MALFORMED;
	if (work->found)
		return ANSWER_OK;
	/* A record of another class was dropped: without it there would be an answer where nobody gave one. */
	for (size_t i = 0; i < work->records.count; i++) {
		const packet_record_t *record = &work->records.all[i];

		if (record->section == PACKET_ANSWER && record->class != CLASS_IN)
			return ANSWER_MALFORMED;
	}
	return ANSWER_OK;
}

/* ---- Changes to the RRset at the chain's end ---- */

static bool is_at_end(const work_t *work, const packet_record_t *record, uint16_t type)
{
	return record->type == type && record->section == PACKET_ANSWER && record->class == CLASS_IN &&
	       name_equal(&record->owner, chain_end(work));
}

/* An RDATA that ends where its exchange does. One that does not read stays as it is and is found out later. */
static void cut(packet_record_t *record)
{
	wire_t rdata = record->rdata;
	name_t exchange;

	(void)wire_u16(&rdata);
	wire_name(&rdata, &exchange);
	if (rdata.err == WIRE_OK)
		record->rdata.end = rdata.pos;
}

/* The value tells whether the record is as it was. */
static bool change(packet_record_t *record, answer_change_t how)
{
	if (how == ANSWER_DROP)
		record->left_out = true;
	if (how == ANSWER_CUT)
		cut(record);
	return how == ANSWER_KEEP;
}

static void leave_out_signatures(work_t *work)
{
	for (size_t i = 0; i < work->records.count; i++) {
		packet_record_t *record = &work->records.all[i];

		if (is_at_end(work, record, RDATA_TYPE_RRSIG) && record->covered == work->type)
			record->left_out = true;
	}
}

static answer_err_t apply_edit(work_t *work)
{
	bool whole = true;
	size_t at = 0;
	size_t left = 0;

	for (size_t i = 0; i < work->records.count && at < work->edit->count; i++) {
		packet_record_t *record = &work->records.all[i];

		if (is_at_end(work, record, work->type))
			whole &= change(record, (answer_change_t)work->edit->changes[at++]);
	}
	for (size_t i = 0; i < work->records.count; i++)
		left += is_at_end(work, &work->records.all[i], work->type) && !work->records.all[i].left_out;
	if (!whole)
		leave_out_signatures(work);
	return left > 0 ? ANSWER_OK : ANSWER_MALFORMED;
}

/* ---- TTLs ---- */

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* TTL of the set in work->members. The administrator's least TTL does not outlive a signature. */
static uint32_t ttl_of(const work_t *work, const set_t *set, const rrset_signed_t *by_signature)
{
	const answer_limits_t *limits = work->limits;
	bool negative = set->section == PACKET_AUTHORITY && work->answer->negative;
	uint32_t ttl = least(work->members.ttl, by_signature->ttl);

	if (negative)
		ttl = least(ttl, work->negative_ttl);
	if (ttl < limits->min_ttl)
		ttl = limits->min_ttl;
	ttl = least(ttl, limits->max_ttl);
	if (negative)
		ttl = least(ttl, limits->negative_max_ttl);
	return least(ttl, by_signature->left);
}

/* ---- Writing ---- */

static void begin_record(work_t *work, const name_t *owner, uint16_t type, uint32_t ttl)
{
	writer_t *writer = &work->writer;

	writer_name(writer, owner, WRITER_COMPRESS);
	writer_u16(writer, type);
	writer_u16(writer, CLASS_IN);
	work->ttl_offsets[work->answer->ttl_count++] = (uint16_t)(writer->size - work->head);
	writer_u32(writer, ttl);
	writer_u16(writer, 0); /* RDLENGTH, when it is known */
}

static void end_record(work_t *work, size_t rdata)
{
	if (!work->writer.full)
		writer_patch_u16(&work->writer, rdata - 2, (uint16_t)(work->writer.size - rdata));
}

static answer_err_t write_record(work_t *work, packet_record_t *record, uint32_t ttl)
{
	begin_record(work, &record->owner, record->type, ttl);

	size_t rdata = work->writer.size;
	bool valid = rdata_write(&work->writer, record->type, record->rdata);

	end_record(work, rdata);
	record->kept = true;
	return valid ? ANSWER_OK : ANSWER_MALFORMED;
}

static answer_err_t write_members(work_t *work, const rrset_members_t *members, uint32_t ttl)
{
	answer_err_t err = ANSWER_OK;

	for (size_t i = 0; i < members->count && err == ANSWER_OK; i++)
		err = write_record(work, &work->records.all[members->index[i]], ttl);
	return err;
}

/* A CNAME that follows from a DNAME has the DNAME's TTL (RFC 6672, 3.1). */
static void write_synthetic(work_t *work, const set_t *set)
{
	begin_record(work, set->owner, RDATA_TYPE_CNAME, set->dname->ttl);

	size_t rdata = work->writer.size;

	writer_name(&work->writer, set->target, WRITER_COMPRESS);
	end_record(work, rdata);
}

static answer_err_t pick_signatures(work_t *work, const set_t *set)
{
	work->signatures.count = 0;
	if (set->type == RDATA_TYPE_RRSIG || set->dname != NULL) /* nothing signs signatures (RFC 4035, 2.2) */
		return ANSWER_OK;
	return rrset_pick_signatures(&work->records, set->section, set->owner, set->type, &work->signatures);
}

/* Finds the set's records and signatures, and settles its TTL. */
static answer_err_t pick_set(work_t *work, set_t *set)
{
	answer_err_t err = rrset_pick(&work->records, set->section, set->owner, set->type, work->now, &work->members);

	if (err == ANSWER_OK)
		err = pick_signatures(work, set);
	if (err != ANSWER_OK)
		return err;

	rrset_signed_t by_signature = rrset_signed(&work->records, &work->signatures, work->now);

	set->ttl = ttl_of(work, set, &by_signature);
	work->wildcard |= by_signature.wildcard;
	return ANSWER_OK;
}

static answer_err_t write_set(work_t *work, set_t *set)
{
	if (set->dname != NULL) {
		write_synthetic(work, set);
		return ANSWER_OK;
	}

	answer_err_t err = pick_set(work, set);

	if (err != ANSWER_OK)
		return err;
	work->answer->ttl = least(work->answer->ttl, set->ttl);
	return write_members(work, &work->members, set->ttl);
}

static answer_err_t write_signatures(work_t *work, const set_t *set)
{
	answer_err_t err = pick_signatures(work, set);

	return err == ANSWER_OK ? write_members(work, &work->signatures, set->ttl) : err;
}

/* ---- The four parts ---- */

static answer_err_t write_answer(work_t *work)
{
	answer_err_t err = ANSWER_OK;

	for (size_t i = 0; i < work->set_count && err == ANSWER_OK; i++)
		err = write_set(work, &work->sets[i]);
	work->writer.learn = false; /* whatever follows can be left out */
	return err;
}

static answer_err_t write_answer_dnssec(work_t *work)
{
	answer_err_t err = ANSWER_OK;

	for (size_t i = 0; i < work->set_count && err == ANSWER_OK; i++)
		err = write_signatures(work, &work->sets[i]);
	return err;
}

/* The SOA of the zone that the chain's end is in; of several the nearest. */
static packet_record_t *find_soa(const work_t *work)
{
	packet_record_t *found = NULL;

	for (size_t i = 0; i < work->records.count; i++) {
		packet_record_t *record = &work->records.all[i];

		if (record->type == RDATA_TYPE_SOA && record->section == PACKET_AUTHORITY &&
		    record->class == CLASS_IN && name_is_under(chain_end(work), &record->owner) &&
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
static answer_err_t write_authority(work_t *work, set_t *soa)
{
	if (soa == NULL) {
		if (work->answer->negative)
			work->answer->ttl = 0;
		return ANSWER_OK;
	}

	answer_err_t err = write_set(work, soa);

	work->negative_ttl = soa->ttl; /* for NSEC and NSEC3, too (RFC 9077, 3) */
	return err;
}

/* One of the signatures in work->signatures is of a zone that both the proof and a name on the chain are in. */
static bool proves_something(const work_t *work, const name_t *owner)
{
	for (size_t i = 0; i < work->signatures.count; i++) {
		wire_t rdata = work->records.all[work->signatures.index[i]].rdata;
		name_t signer;

		(void)wire_octets(&rdata, 18); /* the fields before it (RFC 4034, 3.1) */
		wire_name(&rdata, &signer);
		for (unsigned link = 0; link <= work->links; link++) {
			if (name_is_under(owner, &signer) && name_is_under(&work->chain[link], &signer))
				return true;
		}
	}
	return false;
}

/* A proof that does not read, is not signed or is about something else is left out. */
static answer_err_t write_proof(work_t *work, const packet_record_t *record)
{
	set_t set = { .owner = &record->owner, .section = PACKET_AUTHORITY, .type = record->type };
	answer_err_t err = pick_set(work, &set);

	if (err != ANSWER_OK)
		return err == ANSWER_MALFORMED ? ANSWER_OK : err;
	if (!proves_something(work, &record->owner))
		return ANSWER_OK;
	work->answer->ttl = least(work->answer->ttl, set.ttl);
	err = write_members(work, &work->members, set.ttl);
	return err == ANSWER_OK ? write_members(work, &work->signatures, set.ttl) : err;
}

static answer_err_t write_authority_dnssec(work_t *work, const set_t *soa)
{
	answer_err_t err = soa != NULL ? write_signatures(work, soa) : ANSWER_OK;
	size_t count = work->answer->negative || work->wildcard ? work->records.count : 0;
	unsigned proofs = 0;

	for (size_t i = 0; i < count && err == ANSWER_OK && proofs < PROOFS_MAX; i++) {
		const packet_record_t *record = &work->records.all[i];
		bool proof = record->type == RDATA_TYPE_NSEC || record->type == RDATA_TYPE_NSEC3;

		if (!proof || record->picked || record->section != PACKET_AUTHORITY || record->class != CLASS_IN)
			continue;
		err = write_proof(work, record);
		proofs++;
	}
	return err;
}

/* Ends a part: what was written since the last one. */
static void end_part(work_t *work, answer_part_id_t id)
{
	answer_t *answer = work->answer;
	size_t size = work->writer.size - work->head;
	size_t records = answer->ttl_count;

	for (unsigned before = 0; before < id; before++) {
		size -= answer->parts[before].size;
		records -= answer->parts[before].records;
	}
	answer->parts[id] = (answer_part_t){ .size = (uint16_t)size, .records = (uint16_t)records };
}

static answer_err_t write_parts(work_t *work)
{
	packet_record_t *record = work->answer->negative ? find_soa(work) : NULL;
	set_t found = { .section = PACKET_AUTHORITY, .type = RDATA_TYPE_SOA };
	set_t *soa = record != NULL ? &found : NULL;
	answer_err_t err = write_answer(work);

	end_part(work, ANSWER_PART_ANSWER);
	if (err == ANSWER_OK)
		err = write_answer_dnssec(work);
	end_part(work, ANSWER_PART_ANSWER_DNSSEC);
	if (soa != NULL) {
		soa->owner = &record->owner;
		work->negative_ttl = soa_minimum(record);
	}
	if (err == ANSWER_OK)
		err = write_authority(work, soa);
	end_part(work, ANSWER_PART_AUTHORITY);
	if (err == ANSWER_OK)
		err = write_authority_dnssec(work, soa);
	end_part(work, ANSWER_PART_AUTHORITY_DNSSEC);
	if (err == ANSWER_OK && work->writer.full)
		err = ANSWER_TOO_LARGE;
	return err;
}

/* ---- The whole ---- */

static unsigned count_dropped(const work_t *work)
{
	unsigned dropped = 0;

	for (size_t i = 0; i < work->records.count; i++)
		dropped += !work->records.all[i].kept;
	return dropped;
}

/* Copies what was written into the answer's own block: the offsets, which are aligned, then the octets. */
static answer_err_t hand_over(const work_t *work)
{
	answer_t *answer = work->answer;
	size_t offsets = answer->ttl_count * sizeof(uint16_t);

	answer->size = work->writer.size - work->head;

	uint16_t *block = malloc(offsets + answer->size + 1);

	if (block == NULL)
		return ANSWER_NO_MEMORY;

	uint8_t *octets = (uint8_t *)block + offsets;

	memcpy(block, work->ttl_offsets, offsets);
	memcpy(octets, work->writer.octets + work->head, answer->size);
	answer->ttl_offsets = block;
	answer->octets = octets;
	return ANSWER_OK;
}

static answer_err_t build(work_t *work, const packet_t *packet)
{
	answer_t *answer = work->answer;
	answer_err_t err = follow_chain(work);

	if (err == ANSWER_OK)
		err = judge(work);
	if (err == ANSWER_OK && work->found && work->edit != NULL)
		err = apply_edit(work);
	if (err != ANSWER_OK)
		return err;
	answer->rcode = work->rcode;
	answer->negative = !work->found && !work->overflow;
	answer->ttl = UINT32_MAX;
	writer_begin(&work->writer, &packet->name, packet->type);
	work->head = work->writer.size;
	err = write_parts(work);
	answer->dropped += count_dropped(work);
	return err == ANSWER_OK ? hand_over(work) : err;
}

/* That the packet is a whole response to this question, and no failure. */
static answer_err_t admit(const packet_t *packet, const name_t *name, uint16_t type)
{
	unsigned rcode = packet->flags & RCODE_MASK;

	if (!(packet->flags & QUERY_FLAG_QR) || (packet->flags & QUERY_OPCODE_MASK) || !packet->has_question)
		return ANSWER_NOT_OURS;
	if (packet->type != type || packet->class != CLASS_IN || !name_equal(&packet->name, name))
		return ANSWER_NOT_OURS;
	if (rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN && rcode != RCODE_YXDOMAIN)
		return ANSWER_RCODE;
	if ((packet->flags & QUERY_FLAG_TC) || packet->answers + packet->authorities > PACKET_RECORDS_MAX)
		return ANSWER_TOO_LARGE;
	return ANSWER_OK;
}

static work_t *begin_work(const packet_t *packet)
{
	size_t count = (size_t)packet->answers + packet->authorities;
	work_t *work = malloc(sizeof(*work) + count * sizeof(packet_record_t));

	if (work == NULL)
		return NULL;
	work->type = packet->type;
	work->rcode = packet->flags & RCODE_MASK;
	work->overflow = work->found = work->wildcard = false;
	work->negative_ttl = UINT32_MAX;
	work->links = 0;
	work->set_count = 0;
	work->records = (rrset_records_t){ .all = work->record, .count = count };
	work->chain[0] = packet->name;
	return work;
}

/* Takes the packet in: its records are in *work then, which is NULL after an error. */
static answer_err_t open_packet(work_t **work, packet_t *parsed, const name_t *name, uint16_t type,
				const uint8_t *packet, size_t size, unsigned *extra)
{
	answer_err_t err = ANSWER_MALFORMED;

	*work = NULL;
	if (packet_begin(parsed, packet, size))
		err = admit(parsed, name, type);
	if (err != ANSWER_OK)
		return err;
	*work = begin_work(parsed);
	if (*work == NULL)
		return ANSWER_NO_MEMORY;
	if (packet_records(parsed, (*work)->record, extra))
		return ANSWER_OK;
	free(*work);
	*work = NULL;
	return ANSWER_MALFORMED;
}

answer_err_t answer_follow(answer_chain_t *chain, const name_t *name, uint16_t type, const uint8_t *packet, size_t size)
{
	packet_t parsed;
	work_t *work;
	unsigned extra;
	answer_err_t err = open_packet(&work, &parsed, name, type, packet, size, &extra);

	*chain = (answer_chain_t){ .links = 0 };
	if (err != ANSWER_OK)
		return err;
	err = follow_chain(work);
	if (err == ANSWER_OK)
		err = judge(work);
	chain->links = work->links;
	memcpy(chain->names, work->chain, (work->links + 1) * sizeof(name_t));
	chain->rcode = work->rcode;
	chain->found = work->found;
	free(work);
	return err;
}

answer_err_t answer_build_with(answer_t *answer, const name_t *name, uint16_t type, const uint8_t *packet, size_t size,
			       const answer_limits_t *limits, uint64_t now, const answer_edit_t *edit)
{
	packet_t parsed;
	work_t *work;

	*answer = (answer_t){ .size = 0 };

	answer_err_t err = open_packet(&work, &parsed, name, type, packet, size, &answer->dropped);

	if (err == ANSWER_OK) {
		work->answer = answer;
		work->limits = limits;
		work->now = now;
		work->edit = edit;
		err = build(work, &parsed);
		free(work);
	}
	if (err != ANSWER_OK)
		*answer = (answer_t){ .size = 0 };
	return err;
}

answer_err_t answer_build(answer_t *answer, const name_t *name, uint16_t type, const uint8_t *packet, size_t size,
			  const answer_limits_t *limits, uint64_t now)
{
	return answer_build_with(answer, name, type, packet, size, limits, now, NULL);
}

void answer_free(answer_t *answer)
{
	free((void *)(uintptr_t)answer->ttl_offsets);
	*answer = (answer_t){ .size = 0 };
}

const char *answer_strerror(answer_err_t err)
{
	switch (err) {
	case ANSWER_OK: return "an answer";
	case ANSWER_NO_MEMORY: return "memory is out";
	case ANSWER_MALFORMED: return "the resolver's packet is malformed";
	case ANSWER_NOT_OURS: return "the resolver's packet answers another question";
	case ANSWER_LOOP: return "the aliases lead back to themselves";
	case ANSWER_CHAIN_TOO_LONG: return "the chain of aliases is too long";
	case ANSWER_RCODE: return "the resolver reports a failure";
	case ANSWER_TOO_LARGE: return "the answer is too large";
	}
	return "unknown answer error";
}
