/* answer.c: see answer.h. First the sets are found that make the answer (the chain and the RRset at its end: aliases.c), then
 * each is written, with SOA and proofs (parts.c). All memory of the work is one block. */
#include "validator/answer.h"

#include "validator/aliases.h"
#include "validator/name.h"
#include "validator/packet.h"
#include "validator/parts.h"
#include "validator/query.h"
#include "validator/rdata.h"
#include "validator/rrset.h"

#include <stdlib.h>
#include <string.h>

enum {
	CLASS_IN = 1,
	RCODE_MASK = 0xf,
	RCODE_NOERROR = 0,
	RCODE_NXDOMAIN = 3,
	RCODE_YXDOMAIN = 6,
};

typedef struct work {
	aliases_t aliases;
	parts_t parts;
	packet_record_t record[];
} work_t;

/* ---- Changes to the RRset at the chain's end ---- */

static bool is_at_end(const aliases_t *aliases, const packet_record_t *record, uint16_t type)
{
	return record->type == type && record->section == PACKET_ANSWER && record->class == CLASS_IN &&
	       name_equal(&record->owner, aliases_end(aliases));
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

static void leave_out_signatures(aliases_t *aliases)
{
	for (size_t i = 0; i < aliases->records.count; i++) {
		packet_record_t *record = &aliases->records.all[i];

		if (is_at_end(aliases, record, RDATA_TYPE_RRSIG) && record->covered == aliases->type)
			record->left_out = true;
	}
}

static answer_err_t apply_edit(aliases_t *aliases, const answer_edit_t *edit)
{
	bool whole = true;
	size_t at = 0;
	size_t left = 0;

	for (size_t i = 0; i < aliases->records.count && at < edit->count; i++) {
		packet_record_t *record = &aliases->records.all[i];

		if (is_at_end(aliases, record, aliases->type))
			whole &= change(record, (answer_change_t)edit->changes[at++]);
	}
	for (size_t i = 0; i < aliases->records.count; i++)
		left += is_at_end(aliases, &aliases->records.all[i], aliases->type) &&
			!aliases->records.all[i].left_out;
	if (!whole)
		leave_out_signatures(aliases);
	return left > 0 ? ANSWER_OK : ANSWER_MALFORMED;
}

/* ---- The whole ---- */

static unsigned count_dropped(const rrset_records_t *records)
{
	unsigned dropped = 0;

	for (size_t i = 0; i < records->count; i++)
		dropped += !records->all[i].kept;
	return dropped;
}

static answer_err_t build(work_t *work, const answer_edit_t *edit)
{
	aliases_t *aliases = &work->aliases;
	answer_t *answer = work->parts.answer;
	answer_err_t err = aliases_follow(aliases);

	if (err == ANSWER_OK && aliases->found && edit != NULL)
		err = apply_edit(aliases, edit);
	if (err != ANSWER_OK)
		return err;
	answer->rcode = aliases->rcode;
	answer->negative = !aliases->found && !aliases->overflow;
	err = parts_write(&work->parts);
	answer->dropped += count_dropped(&aliases->records);
	return err;
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
	aliases_begin(&work->aliases, packet, &(rrset_records_t){ .all = work->record, .count = count });
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
	aliases_t *aliases;
	unsigned extra;
	answer_err_t err = open_packet(&work, &parsed, name, type, packet, size, &extra);

	*chain = (answer_chain_t){ .links = 0 };
	if (err != ANSWER_OK)
		return err;
	aliases = &work->aliases;
	err = aliases_follow(aliases);
	chain->links = aliases->links;
	memcpy(chain->names, aliases->names, (aliases->links + 1) * sizeof(name_t));
	chain->rcode = aliases->rcode;
	chain->found = aliases->found;
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
		work->parts.answer = answer;
		work->parts.limits = limits;
		work->parts.now = now;
		work->parts.aliases = &work->aliases;
		err = build(work, edit);
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
