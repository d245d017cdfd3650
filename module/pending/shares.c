/* shares.c: see shares.h. Holders are in a table of chains, which are short: there are no more than three to a question. */
#include "module/pending/shares.h"

#include "cache/siphash.h"
#include "validator/owner.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
	BUCKETS = 16384,
	V6_SITE = 7, /* octets of a /56 */
	FAMILY_SIZE = 1,
};

typedef struct shares_holder holder_t;

struct shares_holder {
	holder_t *next;
	unsigned held;
	unsigned lingering;
	uint8_t kind;
	uint8_t size;
	uint8_t key[]; /* a name, or a client's family and address */
};

struct shares {
	siphash_key_t key;
	shares_limits_t limits;
	unsigned held;
	holder_t *buckets[BUCKETS];
};

/* A holder's key before it is one. */
typedef struct key {
	shares_kind_t kind;
	size_t size;
	const uint8_t *octets;
} holder_key_t;

/* ---- holders ---- */

static holder_t **find(shares_t *shares, const holder_key_t *key)
{
	const uint64_t hash = siphash(&shares->key, key->octets, key->size, (uint16_t)key->kind);
	holder_t **link = &shares->buckets[hash % BUCKETS];

	while (*link != NULL && ((*link)->kind != key->kind || (*link)->size != key->size ||
				 memcmp((*link)->key, key->octets, key->size) != 0))
		link = &(*link)->next;
	return link;
}

/* The holder, made when there is none. NULL when memory is out. */
static holder_t *get(shares_t *shares, const holder_key_t *key)
{
	holder_t **link = find(shares, key);
	holder_t *holder = *link;

	if (holder != NULL)
		return holder;
	holder = calloc(1, sizeof(*holder) + key->size);
	if (holder == NULL)
		return NULL;
	holder->kind = (uint8_t)key->kind;
	holder->size = (uint8_t)key->size;
	memcpy(holder->key, key->octets, key->size);
	*link = holder;
	return holder;
}

static void drop_if_idle(shares_t *shares, holder_t *holder)
{
	holder_t **link;

	if (holder == NULL || holder->held > 0 || holder->lingering > 0)
		return;
	link = find(shares, &(holder_key_t){ (shares_kind_t)holder->kind, holder->size, holder->key });
	*link = holder->next;
	free(holder);
}

/* ---- whose a question is ---- */

static name_t zone_of(const name_t *name)
{
	owner_t owner;

	owner_find(NULL, name, &owner);
	return owner.domain;
}

/* What is behind a zone's first label; the root is its own. */
static holder_key_t suffix_of(const name_t *zone)
{
	const size_t skip = zone->size > 1 ? 1U + zone->octets[0] : 0;

	return (holder_key_t){ SHARES_SUFFIX, zone->size - skip, zone->octets + skip };
}

static size_t client_key(const client_address_t *client, uint8_t key[FAMILY_SIZE + sizeof(struct in6_addr)])
{
	const bool v6 = client->any.sa_family == AF_INET6;
	const size_t size = v6 ? V6_SITE : sizeof(client->v4.sin_addr);

	key[0] = v6 ? 6 : 4;
	memcpy(key + FAMILY_SIZE, v6 ? (const void *)&client->v6.sin6_addr : (const void *)&client->v4.sin_addr, size);
	return FAMILY_SIZE + size;
}

uint64_t shares_client_hash(const shares_t *shares, const client_address_t *client)
{
	uint8_t key[FAMILY_SIZE + sizeof(struct in6_addr)];

	return client != NULL ? siphash(&shares->key, key, client_key(client, key), SHARES_CLIENT) : 0;
}

/* False when memory is out; what is there by then is in hold->of. */
static bool find_holders(shares_t *shares, const name_t *zone, const client_address_t *client, shares_hold_t *hold)
{
	const holder_key_t suffix = suffix_of(zone);
	uint8_t octets[FAMILY_SIZE + sizeof(struct in6_addr)];

	hold->of[SHARES_ZONE] = get(shares, &(holder_key_t){ SHARES_ZONE, zone->size, zone->octets });
	hold->of[SHARES_SUFFIX] = get(shares, &suffix);
	if (client != NULL)
		hold->of[SHARES_CLIENT] =
			get(shares, &(holder_key_t){ SHARES_CLIENT, client_key(client, octets), octets });
	return hold->of[SHARES_ZONE] != NULL && hold->of[SHARES_SUFFIX] != NULL &&
	       (client == NULL || hold->of[SHARES_CLIENT] != NULL);
}

/* ---- shares ---- */

static unsigned percent_of(const shares_limits_t *limits, shares_kind_t kind)
{
	switch (kind) {
	case SHARES_ZONE: return limits->zone_percent;
	case SHARES_SUFFIX:
		return limits->zone_percent > SHARES_SUFFIX_PERCENT ? limits->zone_percent : SHARES_SUFFIX_PERCENT;
	case SHARES_CLIENT: return limits->client_percent;
	case SHARES_ALL: break;
	}
	return 100;
}

static bool may_hold_more(const shares_t *shares, const holder_t *holder)
{
	const uint64_t percent = percent_of(&shares->limits, (shares_kind_t)holder->kind);
	const uint64_t used = (uint64_t)holder->held + (holder->held < SHARES_PROBES ? 0 : holder->lingering);

	return used * (100 - percent) < percent * (shares->limits.room - shares->held);
}

/* The first share that is used up, or SHARES_ALL when none is. */
static shares_kind_t used_up(const shares_t *shares, const shares_hold_t *hold)
{
	unsigned kind = 0;

	while (kind < SHARES_HOLDERS && (hold->of[kind] == NULL || may_hold_more(shares, hold->of[kind])))
		kind++;
	return (shares_kind_t)kind;
}

static void hold_more(shares_t *shares, const shares_hold_t *hold)
{
	for (unsigned kind = 0; kind < SHARES_HOLDERS; kind++)
		if (hold->of[kind] != NULL)
			hold->of[kind]->held++;
	shares->held++;
}

static void refuse(const shares_t *shares, shares_kind_t kind, const holder_t *holder, shares_refusal_t *refusal)
{
	*refusal = (shares_refusal_t){ .kind = kind, .held = shares->held };
	if (kind == SHARES_ALL)
		return;
	refusal->held = holder->held + holder->lingering;
	if (kind == SHARES_CLIENT)
		return;
	refusal->name.size = holder->size;
	memcpy(refusal->name.octets, holder->key, holder->size);
}

bool shares_take(shares_t *shares, const name_t *name, const client_address_t *client, shares_hold_t *hold,
		 shares_refusal_t *refusal)
{
	const name_t zone = zone_of(name);
	shares_kind_t kind = SHARES_ALL;

	*hold = (shares_hold_t){ { NULL } };
	if (shares->held >= shares->limits.room || !find_holders(shares, &zone, client, hold)) {
		refuse(shares, SHARES_ALL, NULL, refusal);
	} else {
		kind = used_up(shares, hold);
		if (kind == SHARES_ALL) {
			hold_more(shares, hold);
			return true;
		}
		refuse(shares, kind, hold->of[kind], refusal);
	}
	for (unsigned i = 0; i < SHARES_HOLDERS; i++)
		drop_if_idle(shares, hold->of[i]);
	return false;
}

void shares_give_back(shares_t *shares, const shares_hold_t *hold)
{
	for (unsigned i = 0; i < SHARES_HOLDERS; i++) {
		if (hold->of[i] == NULL)
			continue;
		hold->of[i]->held--;
		drop_if_idle(shares, hold->of[i]);
	}
	shares->held--;
}

/* Without memory it is not counted. */
void shares_linger(shares_t *shares, const name_t *name)
{
	const name_t zone = zone_of(name);
	holder_t *holder = get(shares, &(holder_key_t){ SHARES_ZONE, zone.size, zone.octets });

	if (holder != NULL)
		holder->lingering++;
}

void shares_linger_end(shares_t *shares, const name_t *name)
{
	const name_t zone = zone_of(name);
	holder_t *holder = *find(shares, &(holder_key_t){ SHARES_ZONE, zone.size, zone.octets });

	if (holder == NULL || holder->lingering == 0)
		return;
	holder->lingering--;
	drop_if_idle(shares, holder);
}

/* ---- begin and end ---- */

shares_t *shares_new(const shares_limits_t *limits)
{
	shares_t *shares = calloc(1, sizeof(*shares));

	if (shares == NULL)
		return NULL;
	shares->limits = *limits;
	if (getrandom(&shares->key, sizeof(shares->key), 0) == (ssize_t)sizeof(shares->key))
		return shares;
	free(shares);
	return NULL;
}

void shares_free(shares_t *shares)
{
	if (shares == NULL)
		return;
	for (size_t i = 0; i < BUCKETS; i++)
		for (holder_t *holder = shares->buckets[i], *next; holder != NULL; holder = next) {
			next = holder->next;
			free(holder);
		}
	free(shares);
}

/* A smaller room may be more than full. */
void shares_set_limits(shares_t *shares, const shares_limits_t *limits)
{
	shares->limits = *limits;
}
