/* aliases.c: see aliases.h. */
#include "validator/aliases.h"

#include "validator/name.h"
#include "validator/rdata.h"

#include <string.h>

enum {
	CLASS_IN = 1,
	RCODE_MASK = 0xf,
	RCODE_NXDOMAIN = 3,
	RCODE_YXDOMAIN = 6,
};

void aliases_begin(aliases_t *aliases, const packet_t *packet, const rrset_records_t *records)
{
	aliases->type = packet->type;
	aliases->rcode = packet->flags & RCODE_MASK;
	aliases->overflow = aliases->found = false;
	aliases->links = 0;
	aliases->set_count = 0;
	aliases->records = *records;
	aliases->names[0] = packet->name;
}

const name_t *aliases_end(const aliases_t *aliases)
{
	return &aliases->names[aliases->links];
}

static aliases_set_t *add_set(aliases_t *aliases, packet_section_t section, const name_t *owner, uint16_t type)
{
	aliases_set_t *set = &aliases->sets[aliases->set_count++];

	*set = (aliases_set_t){ .owner = owner, .section = section, .type = type };
	return set;
}

/* The DNAME that `name` lies below, strictly (RFC 6672, 2.3); of several the nearest. */
static packet_record_t *find_dname(const aliases_t *aliases, const name_t *name)
{
	packet_record_t *found = NULL;

	for (size_t i = 0; i < aliases->records.count; i++) {
		packet_record_t *record = &aliases->records.all[i];

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
static answer_err_t step(aliases_t *aliases, const name_t *target)
{
	for (unsigned i = 0; i <= aliases->links; i++) {
		if (name_equal(&aliases->names[i], target))
			return ANSWER_LOOP;
	}
	if (aliases->links == ANSWER_CHAIN_MAX)
		return ANSWER_CHAIN_TOO_LONG;
	aliases->names[++aliases->links] = *target;
	return ANSWER_OK;
}

/* The set of this DNAME: a chain may come by the same one twice. */
static const aliases_set_t *dname_set(aliases_t *aliases, const name_t *owner)
{
	for (size_t i = 0; i < aliases->set_count; i++) {
		if (aliases->sets[i].type == RDATA_TYPE_DNAME && name_equal(aliases->sets[i].owner, owner))
			return &aliases->sets[i];
	}
	return add_set(aliases, PACKET_ANSWER, owner, RDATA_TYPE_DNAME);
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
static answer_err_t follow_dname(aliases_t *aliases, const packet_record_t *dname)
{
	const name_t *owner = aliases_end(aliases);
	name_t above;
	name_t target;

	if (!read_target(dname, &above))
		return ANSWER_MALFORMED;

	const aliases_set_t *from = dname_set(aliases, &dname->owner);

	aliases->overflow = !substitute(owner, &dname->owner, &above, &target);
	if (aliases->overflow)
		return aliases->rcode == RCODE_YXDOMAIN ? ANSWER_OK : ANSWER_MALFORMED;
	if (!agrees(rrset_find(&aliases->records, PACKET_ANSWER, owner, RDATA_TYPE_CNAME), &target))
		return ANSWER_MALFORMED;

	answer_err_t err = step(aliases, &target);

	if (err == ANSWER_OK) {
		aliases_set_t *cname = add_set(aliases, PACKET_ANSWER, owner, RDATA_TYPE_CNAME);

		cname->dname = from;
		cname->target = aliases_end(aliases);
	}
	return err;
}

static answer_err_t follow_cname(aliases_t *aliases, packet_record_t *cname)
{
	name_t target;

	if (!read_target(cname, &target))
		return ANSWER_MALFORMED;
	add_set(aliases, PACKET_ANSWER, aliases_end(aliases), RDATA_TYPE_CNAME);
	return step(aliases, &target);
}

/* From the question to the RRset that answers it, or to where nothing more is known. A record of the asked type comes before
 * an alias of the same owner (RFC 2181, 10.1); but a CNAME that follows from a DNAME is shown with it. */
static answer_err_t follow_chain(aliases_t *aliases)
{
	for (;;) {
		const name_t *at = aliases_end(aliases);
		bool direct = rrset_find(&aliases->records, PACKET_ANSWER, at, aliases->type) != NULL;
		bool is_cname = aliases->type == RDATA_TYPE_CNAME;
		packet_record_t *dname = !direct || is_cname ? find_dname(aliases, at) : NULL;
		packet_record_t *cname = rrset_find(&aliases->records, PACKET_ANSWER, at, RDATA_TYPE_CNAME);
		answer_err_t err = ANSWER_OK;

		if (dname != NULL) {
			err = follow_dname(aliases, dname);
			aliases->found = err == ANSWER_OK && is_cname && !aliases->overflow;
		} else if (direct) {
			add_set(aliases, PACKET_ANSWER, at, aliases->type);
			aliases->found = true;
		} else if (cname != NULL) {
			err = follow_cname(aliases, cname);
		} else {
			return ANSWER_OK;
		}
		if (err != ANSWER_OK || aliases->found || aliases->overflow)
			return err;
	}
}

/* An RCODE that does not go with what was found would be passed on as the mail server's reason to bounce. */
static answer_err_t judge(const aliases_t *aliases)
{
	if (aliases->rcode == RCODE_YXDOMAIN)
		return aliases->overflow ? ANSWER_OK : ANSWER_RCODE;
	if (aliases->rcode == RCODE_NXDOMAIN && aliases->found)
		return ANSWER_MALFORMED;
	if (aliases->found)
		return ANSWER_OK;
	/* A record of another class was dropped: without it there would be an answer where nobody gave one. */
	for (size_t i = 0; i < aliases->records.count; i++) {
		const packet_record_t *record = &aliases->records.all[i];

		if (record->section == PACKET_ANSWER && record->class != CLASS_IN)
			return ANSWER_MALFORMED;
	}
	return ANSWER_OK;
}

answer_err_t aliases_follow(aliases_t *aliases)
{
	answer_err_t err = follow_chain(aliases);

	return err == ANSWER_OK ? judge(aliases) : err;
}
