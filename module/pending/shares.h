/* shares.h: how many of the questions in flight are whose, so that no client and no zone takes the room of all others.
 *
 * A question belongs to a client, to a zone, and to the suffix that the zone is registered under. Each of them may have a share of
 * the room as long as nobody else wants any, and of what is left when others do: with a share of s %, one more question is
 * granted while (100 - s) x held < s x free. So one alone stops at s % of the room; several stop at equal parts of less; and
 * something stays free for who comes next, whatever their number (Choudhury and Hahne, "Dynamic queue length thresholds", 1998).
 *
 * - A client is an IPv4 address or an IPv6 /56, which is what a site gets. The server's own questions have no client.
 * - Where zones are cut is not known ahead: a zone is what somebody registered (Public Suffix List), a suffix all above that.
 * - libunbound goes on with what nobody waits for any more, a minute and longer where servers are silent, with its sockets. Such
 *   questions linger in their zone's share until it is done with them. A few may be asked all the same: by them it is found out that
 *   its servers are back.
 *
 * Names and addresses are hashed with a random key: no choice of them makes this slow. What nobody holds takes no memory. Belongs
 * to one thread. */
#ifndef MODULE_PENDING_SHARES_H
#define MODULE_PENDING_SHARES_H

#include "module/front/client.h"
#include "validator/wire.h"

/* In the order in which they are looked at. */
typedef enum { SHARES_ZONE, SHARES_SUFFIX, SHARES_CLIENT, SHARES_ALL } shares_kind_t;

enum {
	SHARES_KINDS = SHARES_ALL + 1, /* SHARES_ALL: of the whole room */
	SHARES_HOLDERS = SHARES_ALL,   /* of one question */
	SHARES_SUFFIX_PERCENT = 50,    /* a registry's servers are many zones' */
	SHARES_PROBES = 4,             /* questions of a zone at once, whatever lingers */
};

typedef struct shares_limits {
	unsigned room;           /* questions at once */
	unsigned zone_percent;   /* 1 to 100 */
	unsigned client_percent; /* 1 to 100 */
} shares_limits_t;

typedef struct shares shares_t;

/* What one question holds; copied freely, given back once. */
typedef struct shares_hold {
	struct shares_holder *of[SHARES_HOLDERS];
} shares_hold_t;

typedef struct shares_refusal {
	shares_kind_t kind;
	unsigned held; /* by that zone, suffix or client, or in all */
	name_t name;   /* SHARES_ZONE, SHARES_SUFFIX: which */
} shares_refusal_t;

/* NULL when memory or random octets are out. */
MUST_USE shares_t *shares_new(const shares_limits_t *limits);
void shares_free(shares_t *shares);

/* From now on; what is held stays held. */
void shares_set_limits(shares_t *shares, const shares_limits_t *limits);

/* A question for `name` (lower case) on behalf of a client, NULL for the server itself. False with the reason when there is no room
 * for it; memory that is out counts as a full room. */
MUST_USE bool shares_take(shares_t *shares, const name_t *name, const client_address_t *client, shares_hold_t *hold,
			  shares_refusal_t *refusal);
void shares_give_back(shares_t *shares, const shares_hold_t *hold);

/* libunbound goes on with a question for `name` that nobody waits for, and is done with it. */
void shares_linger(shares_t *shares, const name_t *name);
void shares_linger_end(shares_t *shares, const name_t *name);

/* One number for all addresses of a client, and another one for most other clients; 0 for NULL. Never told outside. */
MUST_USE uint64_t shares_client_hash(const shares_t *shares, const client_address_t *client);

#endif
