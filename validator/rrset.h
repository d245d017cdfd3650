/* rrset.h: picks the records of one RRset and its signatures from a packet, each record once, and finds their TTL.
 * Internal to the validator room. */
#ifndef VALIDATOR_RRSET_H
#define VALIDATOR_RRSET_H

#include "validator/answer.h"
#include "validator/packet.h"

/* Indices of records, in the order in which they are to be written. */
typedef struct rrset_members {
	uint32_t
		ttl; /* the lowest of all (RFC 2181, 5.2), those that came twice included; UINT32_MAX when there are none */
	size_t count;
	uint16_t index[PACKET_RECORDS_MAX];
} rrset_members_t;

typedef struct rrset_records {
	packet_record_t *all;
	size_t count;
} rrset_records_t;

/* Whether there is a record of this owner (lower case) and type, class IN; the first one, or NULL. */
packet_record_t *rrset_find(const rrset_records_t *records, packet_section_t section, const name_t *owner,
			    uint16_t type);

/* All records of the RRset, identical ones once (RFC 2181, 5), of a type that is alone at its owner (CNAME, DNAME, SOA)
 * the first, MX in order of preference, those of equal preference shuffled (RFC 5321, 5.1): another `turn`, another order.
 * Marks all that match as picked. ANSWER_MALFORMED when one does not read, ANSWER_NO_MEMORY. */
MUST_USE answer_err_t rrset_pick(const rrset_records_t *records, packet_section_t section, const name_t *owner,
				 uint16_t type, uint64_t turn, rrset_members_t *members);

/* The same for the signatures over it; those that do not read are left out. */
MUST_USE answer_err_t rrset_pick_signatures(const rrset_records_t *records, packet_section_t section,
					    const name_t *owner, uint16_t type, rrset_members_t *members);

/* What the signatures allow (RFC 4035, 5.3.3). */
typedef struct rrset_signed {
	uint32_t ttl; /* the lowest of their TTLs and original TTLs; UINT32_MAX without signatures */
	uint32_t
		left; /* seconds until the first one ends that has not ended yet; 0 when all have; UINT32_MAX without */
	bool wildcard; /* one has fewer labels than the owner (RFC 4035, 5.3.4) */
} rrset_signed_t;

rrset_signed_t rrset_signed(const rrset_records_t *records, const rrset_members_t *signatures, uint64_t now);

#endif
