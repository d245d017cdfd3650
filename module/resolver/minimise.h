/* minimise.h: which ancestors of a name are asked for before the name itself, so that servers above are not shown more of
 * it than their own customer's part (QNAME minimisation, RFC 9156).
 *
 * RFC 9156 goes down label by label, with another question for each, and one more for the type. Most labels are no zone
 * cut, and a mail server waits for each. So here only the ancestors are asked for where other people's servers begin
 * ("stops"): each one down to the public suffix, after which the root and the registries know no more, and the registrable
 * domain, of which the suffix's servers are told. Below, all is in the hands of who registered it. Of reverse names the
 * stops are where addresses are handed on.
 *
 *	_25._tcp.mx1.example.co.uk:    uk   co.uk   example.co.uk
 *	4.3.2.1.in-addr.arpa:          arpa   in-addr.arpa   1.in-addr.arpa   2.1.in-addr.arpa   3.2.1.in-addr.arpa
 *
 * Stops are asked for with type A: servers and load balancers that fail for NS do know A (RFC 9156, 2.1). Where MX has been
 * asked for at the stop it is MX: while that is on its way libunbound asks once for both, and nobody waits for a third. No
 * I/O and no clock here. */
#ifndef MODULE_RESOLVER_MINIMISE_H
#define MODULE_RESOLVER_MINIMISE_H

#include "validator/wire.h"

enum {
	MINIMISE_STOPS_MAX = 8, /* of a name that has more, the first ones count */
	MINIMISE_KNOWN_SECONDS = 300,
	MINIMISE_KNOWN_SLOTS = 2048,
};

/* Offsets into the name's octets, the shortest ancestor first. One of 0 is the name itself: it needs no stop, but what its
 * answer tells holds for names below it. */
typedef struct minimise_stops {
	unsigned count;
	uint8_t at[MINIMISE_STOPS_MAX];
} minimise_stops_t;

/* The stops of a question. The name is in lower case. One for DS has none at its own name: the parent answers it (RFC 4035,
 * 3.1.4.1). */
void minimise_stops(const name_t *name, uint16_t type, minimise_stops_t *stops);

/* The ancestor at the offset. */
void minimise_stop(const name_t *name, unsigned at, name_t *stop);

/* What a resolver knows of stops: which need not be asked for, since it knows the way to them, and where MX has been asked
 * for. A table of a fixed size, where one may take another's place: then it is merely asked for once more. All zeros:
 * nothing is known. Times are seconds of one clock. */
typedef struct minimise_known {
	struct {
		uint64_t hash;
		uint32_t until;
		bool mx;
	} slots[MINIMISE_KNOWN_SLOTS];
} minimise_known_t;

MUST_USE bool minimise_is_known(const minimise_known_t *known, const name_t *stop, uint32_t now);

/* For MINIMISE_KNOWN_SECONDS, and no longer however often it is said meanwhile: what resolvers know of a delegation ends
 * too. */
void minimise_know(minimise_known_t *known, const name_t *stop, uint32_t now);

/* MX is asked for at the stop. */
void minimise_asked_mx(minimise_known_t *known, const name_t *stop);

/* What to ask for at the stop: A or MX. */
MUST_USE uint16_t minimise_type(const minimise_known_t *known, const name_t *stop);

#endif
