/* host.c: see host.h.
 *
 *	A, AAAA -insecure-> the same over TCP -+-> found and secure: TLSA -+-> nothing more
 *	        -secure or failed--------------+-> no such name: the registrable domain's NS -+
 *
 * TCP and TLSA are asked ahead, along with A and AAAA over UDP, which say whether they count. What is wanted in the end depends on what is known, never on the order in which it became known. */
#include "validator/host.h"

#include "validator/hostname.h"
#include "validator/name.h"
#include "validator/packet.h"
#include "validator/rdata.h"
#include "validator/registrable.h"
#include "validator/special.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { CLASS_IN = 1, TYPE_A = 1, TYPE_NS = 2, TYPE_AAAA = 28, TYPE_TLSA = 52, RCODE_NXDOMAIN = 3 };

typedef struct kind {
	uint16_t type;
	bool tcp;
} kind_t;

static const kind_t kinds[] = {
	[HOST_A] = { TYPE_A, false },       [HOST_AAAA] = { TYPE_AAAA, false },
	[HOST_A_TCP] = { TYPE_A, true },    [HOST_AAAA_TCP] = { TYPE_AAAA, true },
	[HOST_TLSA] = { TYPE_TLSA, false }, [HOST_TLSA_ALIAS] = { TYPE_TLSA, false },
	[HOST_DOMAIN] = { TYPE_NS, false },
};

_Static_assert(sizeof(kinds) / sizeof(kinds[0]) == HOST_ASKS, "a row for each question");

static void want(host_t *host, host_ask_t ask)
{
	if (host->asks[ask] == ASK_IDLE)
		host->asks[ask] = ASK_WANTED;
}

void host_forget(host_t *host)
{
	*host = (host_t){ .name = host->name,
			  .listed = host->listed,
			  .first = host->first,
			  .two_preferences = host->two_preferences };
}

static bool is_settled(const host_t *host, unsigned family)
{
	const ask_state_t tcp = host->asks[HOST_A_TCP + family];

	return host->asks[HOST_A + family] == ASK_DONE && (tcp == ASK_IDLE || tcp == ASK_DONE);
}

static bool is_family_secure(const host_t *host, unsigned family)
{
	return host->families[family].state == LOOKUP_FOUND && host->families[family].secure;
}

static bool is_any_secure(const host_t *host)
{
	return is_family_secure(host, 0) || is_family_secure(host, 1);
}

static bool are_all_settled(const host_t *host)
{
	return is_settled(host, 0) && is_settled(host, 1);
}

/* ---- names of needs ---- */

/* RFC 7672, 2.2.3. A name that is too long for it has no TLSA records: the root's are asked for. */
static void prepend_port(const name_t *name, name_t *result)
{
	static const uint8_t port[] = "\3_25\4_tcp";
	const size_t extra = sizeof(port) - 1;

	*result = (name_t){ .size = 1 };
	if (extra + name->size > WIRE_NAME_MAX)
		return;
	memcpy(result->octets, port, extra);
	memcpy(result->octets + extra, name->octets, name->size);
	result->size = (uint8_t)(extra + name->size);
}

static bool fits_port(const name_t *name)
{
	name_t longer;

	prepend_port(name, &longer);
	return longer.size > 1;
}

void host_look_up(host_t *host, const policy_t *policy)
{
	want(host, HOST_A);
	want(host, HOST_AAAA);
	for (unsigned family = 0; family < HOST_FAMILIES && policy_corroborates(policy); family++)
		if (host->asks[HOST_A + family] != ASK_DONE)
			want(host, HOST_A_TCP + family);
	if (!are_all_settled(host) && fits_port(&host->name))
		want(host, HOST_TLSA);
}

static bool is_ahead(const host_t *host, host_ask_t ask)
{
	if (ask == HOST_TLSA)
		return !is_any_secure(host);
	return kinds[ask].tcp && host->asks[ask - HOST_A_TCP + HOST_A] != ASK_DONE;
}

void host_need(const host_t *host, host_ask_t ask, need_t *need)
{
	need->type = kinds[ask].type;
	need->tcp = kinds[ask].tcp;
	need->ahead = is_ahead(host, ask);
	need->name = host->name;
	if (ask == HOST_TLSA)
		prepend_port(&host->name, &need->name);
	if (ask == HOST_TLSA_ALIAS)
		prepend_port(&host_alias(host)->alias_of, &need->name);
	if (ask == HOST_DOMAIN && !registrable_domain(&host->name, &need->name))
		need->name = host->name;
}

/* ---- reading outcomes ---- */

static void add_address(lookup_t *lookup, int family, const uint8_t *octets, const policy_t *policy)
{
	const char *special = special_block(family, octets);

	if (special != NULL && !policy_allows_address(policy, family, octets))
		lookup->internal++;
	else
		lookup->outside++;
	lookup->own |= policy_is_own_address(policy, family, octets);
	if (lookup->count == ASSESSMENT_ADDRESSES_MAX)
		return;

	target_address_t *address = &lookup->addresses[lookup->count++];

	*address = (target_address_t){ .family = family, .special = special };
	memcpy(address->address, octets, family == AF_INET ? 4 : 16);
}

static void read_addresses(lookup_t *lookup, const packet_record_t *records, size_t count, const answer_chain_t *chain,
			   uint16_t type, const policy_t *policy)
{
	const int family = type == TYPE_A ? AF_INET : AF_INET6;

	for (size_t i = 0; i < count; i++) {
		const packet_record_t *record = &records[i];

		if (record->type == type && record->section == PACKET_ANSWER && record->class == CLASS_IN &&
		    name_equal(&record->owner, &chain->names[chain->links]) && rdata_is_valid(type, record->rdata))
			add_address(lookup, family, record->rdata.msg + record->rdata.pos, policy);
	}
}

/* False when memory is out: answer_follow() has read the same packet. */
static bool open_addresses(lookup_t *lookup, const outcome_t *outcome, const answer_chain_t *chain, uint16_t type,
			   const policy_t *policy)
{
	packet_t parsed;
	unsigned extra;

	if (!packet_begin(&parsed, outcome->packet, outcome->size))
		return false;

	const size_t count = (size_t)parsed.answers + parsed.authorities;
	packet_record_t *records = malloc((count + 1) * sizeof(*records));

	if (records != NULL && packet_records(&parsed, records, &extra))
		read_addresses(lookup, records, count, chain, type, policy);
	free(records);
	return lookup->count > 0;
}

static lookup_state_t state_of(const answer_chain_t *chain)
{
	if (chain->found)
		return LOOKUP_FOUND;
	return chain->rcode == RCODE_NXDOMAIN ? LOOKUP_NXDOMAIN : LOOKUP_NODATA;
}

static void read_outcome(lookup_t *lookup, const need_t *need, const outcome_t *outcome, const policy_t *policy)
{
	const bool addresses = need->type == TYPE_A || need->type == TYPE_AAAA;
	answer_chain_t chain;

	*lookup = (lookup_t){ .state = LOOKUP_FAILED };
	if (outcome->state == OUTCOME_ANSWERED && outcome->security == SECURITY_BOGUS)
		lookup->state = LOOKUP_BOGUS;
	if (outcome->state != OUTCOME_ANSWERED || outcome->size == 0 || lookup->state == LOOKUP_BOGUS)
		return;
	if (answer_follow(&chain, &need->name, need->type, outcome->packet, outcome->size) != ANSWER_OK)
		return;
	lookup->secure = outcome->security == SECURITY_SECURE;
	lookup->is_alias = chain.links > 0;
	lookup->alias_of = chain.names[chain.links];
	lookup->state = state_of(&chain);
	if (addresses && lookup->state == LOOKUP_FOUND && !open_addresses(lookup, outcome, &chain, need->type, policy))
		lookup->state = LOOKUP_FAILED;
}

static bool is_usable(const lookup_t *lookup)
{
	return lookup->state == LOOKUP_FOUND || lookup->state == LOOKUP_NODATA || lookup->state == LOOKUP_NXDOMAIN;
}

/* ---- what comes next ---- */

/* It was asked ahead, and the host is not secure: as if nobody had asked. */
static void drop_tlsa(host_t *host)
{
	host->asks[HOST_TLSA] = ASK_IDLE;
	host->tlsa[0] = LOOKUP_NONE;
	host->tlsa_insecure = false;
}

/* Without such a host: whether anyone could register its domain. That of the domain itself exists, or it would have no MX. */
static void look_for_domain(host_t *host, const host_context_t *context)
{
	name_t own;
	name_t domain;

	if (hostname_is_special(&host->name) || !registrable_domain(&host->name, &domain))
		return;
	if (registrable_domain(context->domain, &own) && name_equal(&own, &domain))
		return;
	if (name_equal(&host->name, &domain))
		host->domain_missing = true;
	else
		want(host, HOST_DOMAIN);
}

static void settle(host_t *host, const host_context_t *context)
{
	const bool settled = are_all_settled(host);
	const bool secure = is_any_secure(host);
	const lookup_t *alias = host_alias(host);

	if (secure && fits_port(&host->name))
		want(host, HOST_TLSA);
	if (settled && !secure)
		drop_tlsa(host);
	if (settled && secure && alias != NULL && fits_port(&alias->alias_of))
		want(host, HOST_TLSA_ALIAS);
	if (settled && host_state(host) == TARGET_NO_NAME)
		look_for_domain(host, context);
}

/* UDP's answer is there. What TCP failed to say leaves what UDP said: bogus there, where the zone is provably insecure, is a
 * failure. */
static void settle_family(host_t *host, unsigned family, const policy_t *policy)
{
	const lookup_t *udp = &host->families[family];
	const lookup_t *tcp = &host->over_tcp[family];
	ask_state_t *ask = &host->asks[HOST_A_TCP + family];

	if (!is_usable(udp) || udp->secure || !policy_corroborates(policy))
		*ask = ASK_IDLE;
	else if (*ask != ASK_DONE)
		want(host, HOST_A_TCP + family);
	else if (is_usable(tcp))
		host->families[family] = *tcp;
}

static void supply_addresses(host_t *host, host_ask_t ask, const lookup_t *lookup, const policy_t *policy)
{
	const bool tcp = kinds[ask].tcp;
	const unsigned family = ask - (tcp ? HOST_A_TCP : HOST_A);

	*(tcp ? &host->over_tcp[family] : &host->families[family]) = *lookup;
	if (host->asks[HOST_A + family] == ASK_DONE)
		settle_family(host, family, policy);
}

static void supply_tlsa(host_t *host, host_ask_t ask, const lookup_t *lookup)
{
	host->tlsa[ask - HOST_TLSA] = lookup->state;
	host->tlsa_insecure |= is_usable(lookup) && !lookup->secure;
}

void host_supply(host_t *host, host_ask_t ask, const outcome_t *outcome, const host_context_t *context)
{
	need_t need;
	lookup_t lookup;

	host_need(host, ask, &need);
	read_outcome(&lookup, &need, outcome, context->policy);
	host->asks[ask] = ASK_DONE;
	switch (ask) {
	case HOST_A:
	case HOST_AAAA:
	case HOST_A_TCP:
	case HOST_AAAA_TCP: supply_addresses(host, ask, &lookup, context->policy); break;
	case HOST_TLSA:
	case HOST_TLSA_ALIAS: supply_tlsa(host, ask, &lookup); break;
	case HOST_DOMAIN: host->domain_missing = lookup.state == LOOKUP_NXDOMAIN; break;
	case HOST_ASKS: break;
	}
	settle(host, context);
}

/* ---- what is known ---- */

static bool any_family(const host_t *host, lookup_state_t state)
{
	return host->families[0].state == state || host->families[1].state == state;
}

target_state_t host_state(const host_t *host)
{
	if (any_family(host, LOOKUP_FOUND))
		return TARGET_RESOLVED;
	if (any_family(host, LOOKUP_BOGUS))
		return TARGET_BOGUS;
	if (any_family(host, LOOKUP_FAILED))
		return TARGET_FAILED;
	if (any_family(host, LOOKUP_NONE))
		return TARGET_UNKNOWN;
	return any_family(host, LOOKUP_NODATA) ? TARGET_NO_ADDRESS : TARGET_NO_NAME;
}

bool host_is_secure(const host_t *host)
{
	for (unsigned i = 0; i < HOST_FAMILIES; i++)
		if (host->families[i].state == LOOKUP_FOUND && !host->families[i].secure)
			return false;
	return host_state(host) == TARGET_RESOLVED;
}

static bool any_tlsa(const host_t *host, lookup_state_t state)
{
	return host->tlsa[0] == state || host->tlsa[1] == state;
}

tlsa_state_t host_tlsa(const host_t *host)
{
	if (any_tlsa(host, LOOKUP_BOGUS))
		return TLSA_BOGUS;
	if (host->tlsa_insecure || (host_state(host) == TARGET_RESOLVED && !host_is_secure(host)))
		return TLSA_INSECURE;
	if (any_tlsa(host, LOOKUP_FOUND))
		return TLSA_PRESENT;
	return any_tlsa(host, LOOKUP_NODATA) || any_tlsa(host, LOOKUP_NXDOMAIN) ? TLSA_NONE : TLSA_UNKNOWN;
}

const lookup_t *host_alias(const host_t *host)
{
	for (unsigned i = 0; i < HOST_FAMILIES; i++)
		if (host->families[i].is_alias)
			return &host->families[i];
	return NULL;
}
