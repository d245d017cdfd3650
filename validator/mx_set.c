/* mx_set.c: see mx_set.h. */
#include "validator/mx_set.h"

#include "validator/name.h"
#include "validator/packet.h"
#include "validator/rdata.h"

#include <stdlib.h>
#include <string.h>

enum { CLASS_IN = 1, TYPE_A = 1, TYPE_AAAA = 28, RRSIG_BEFORE_LABELS = 3, RRSIG_LABELS_TO_SIGNER = 14 };

/* A record while it is sorted: which of the packet it was. */
typedef struct entry {
	mx_record_t record;
	uint16_t ordinal;
} entry_t;

static void read_mx(const packet_record_t *from, mx_record_t *record)
{
	wire_t rdata = from->rdata;

	*record = (mx_record_t){ .preference = wire_u16(&rdata) };
	wire_name(&rdata, &record->exchange);
	name_lower(&record->exchange);
	record->err = wire_finish(&rdata);
	record->trailing = record->err == WIRE_TRAILING;
	record->malformed = record->err != WIRE_OK && !record->trailing;
	if (record->malformed)
		record->preference = 0;
}

static int compare(const mx_record_t *a, const mx_record_t *b)
{
	const size_t size = a->exchange.size < b->exchange.size ? a->exchange.size : b->exchange.size;

	if (a->malformed != b->malformed)
		return a->malformed - b->malformed;
	if (a->preference != b->preference)
		return a->preference - b->preference;

	int order = memcmp(a->exchange.octets, b->exchange.octets, size);

	return order != 0 ? order : a->exchange.size - b->exchange.size;
}

static int by_delivery(const void *a, const void *b)
{
	const entry_t *x = a;
	const entry_t *y = b;
	int order = compare(&x->record, &y->record);

	return order != 0 ? order : x->ordinal - y->ordinal;
}

/* Identical ones once (RFC 2181, 5). */
static void take_over(mx_set_t *set, const entry_t *sorted)
{
	for (size_t i = 0; i < set->packet_count; i++) {
		const mx_record_t *record = &sorted[i].record;

		if (set->count == 0 || compare(&set->records[set->count - 1], record) != 0) {
			set->records[set->count++] = *record;
			set->null_count += !record->malformed && record->exchange.size == 1;
		}
		set->records[set->count - 1].trailing |= record->trailing;
		set->of[sorted[i].ordinal] = (uint16_t)(set->count - 1);
	}
}

static bool is_on_chain(const answer_chain_t *chain, const packet_record_t *record)
{
	const name_t *owner = &record->owner;

	for (size_t i = 0; i <= chain->links; i++) {
		bool above = record->type == RDATA_TYPE_DNAME || record->covered == RDATA_TYPE_DNAME;

		if (above ? name_is_under(&chain->names[i], owner) : name_equal(&chain->names[i], owner))
			return true;
	}
	return false;
}

/* What libunbound puts into AUTHORITY by itself (NS, SOA, proofs) is worth no note. */
static bool is_unrelated(const answer_chain_t *chain, const packet_record_t *record)
{
	const uint16_t type = record->type == RDATA_TYPE_RRSIG ? record->covered : record->type;

	if (record->section == PACKET_AUTHORITY)
		return type == RDATA_TYPE_MX || type == TYPE_A || type == TYPE_AAAA;
	if (record->class != CLASS_IN || !is_on_chain(chain, record))
		return true;
	return type != RDATA_TYPE_MX && type != RDATA_TYPE_CNAME && type != RDATA_TYPE_DNAME;
}

static void look_at_signature(const packet_record_t *record, mx_beside_t *beside)
{
	wire_t rdata = record->rdata;
	name_t signer;

	(void)wire_octets(&rdata, RRSIG_BEFORE_LABELS);

	const unsigned labels = wire_u8(&rdata);

	(void)wire_octets(&rdata, RRSIG_LABELS_TO_SIGNER);
	wire_name(&rdata, &signer);
	if (rdata.err == WIRE_OK && labels < name_labels(&signer) && !beside->above_zone) {
		name_lower(&signer);
		beside->above_zone = true;
		beside->signer = signer;
	}
}

static void look_beside(const answer_chain_t *chain, const packet_record_t *record, mx_beside_t *beside)
{
	const bool at_end = name_equal(&record->owner, &chain->names[chain->links]);

	if (is_unrelated(chain, record)) {
		beside->unrelated++;
		return;
	}
	if (record->section != PACKET_ANSWER)
		return;
	if (record->type == RDATA_TYPE_RRSIG)
		look_at_signature(record, beside);
	if (record->type == RDATA_TYPE_CNAME && at_end && chain->found)
		beside->alias = true;
}

static bool is_member(const answer_chain_t *chain, const packet_record_t *record)
{
	return record->type == RDATA_TYPE_MX && record->section == PACKET_ANSWER && record->class == CLASS_IN &&
	       name_equal(&record->owner, &chain->names[chain->links]);
}

static bool read_members(mx_set_t *set, const answer_chain_t *chain, const packet_record_t *records, size_t count)
{
	entry_t *sorted = malloc((count + 1) * sizeof(*sorted));

	for (size_t i = 0; i < count && sorted != NULL; i++) {
		look_beside(chain, &records[i], &set->beside);
		if (is_member(chain, &records[i])) {
			entry_t *entry = &sorted[set->packet_count];

			entry->ordinal = (uint16_t)set->packet_count++;
			read_mx(&records[i], &entry->record);
		}
	}
	set->records = malloc((set->packet_count + 1) * sizeof(*set->records));
	set->of = malloc((set->packet_count + 1) * sizeof(*set->of));

	const bool done = sorted != NULL && set->records != NULL && set->of != NULL;

	if (done) {
		qsort(sorted, set->packet_count, sizeof(*sorted), by_delivery);
		take_over(set, sorted);
	}
	free(sorted);
	return done;
}

bool mx_set_read(mx_set_t *set, const answer_chain_t *chain, const uint8_t *packet, size_t size)
{
	packet_t parsed;
	unsigned extra;
	bool done = false;

	*set = (mx_set_t){ .count = 0 };
	if (!packet_begin(&parsed, packet, size))
		return false;

	const size_t count = (size_t)parsed.answers + parsed.authorities;
	packet_record_t *records = malloc((count + 1) * sizeof(*records));

	if (records != NULL && packet_records(&parsed, records, &extra))
		done = read_members(set, chain, records, count);
	free(records);
	return done;
}

void mx_set_free(mx_set_t *set)
{
	free(set->records);
	free(set->of);
	*set = (mx_set_t){ .count = 0 };
}

bool mx_set_equal(const mx_set_t *a, const mx_set_t *b)
{
	bool equal = a->count == b->count;

	for (size_t i = 0; i < a->count && equal; i++)
		equal = compare(&a->records[i], &b->records[i]) == 0;
	return equal;
}
