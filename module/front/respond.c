/* respond.c: see respond.h. */
#include "module/front/respond.h"

#include "module/clock.h"
#include "module/front/rcode.h"
#include "validator/ede.h"

#include <time.h>

enum { TYPE_ANY = 255, RCODE_AT = 3 /* in a header */, RCODE_MASK = 15 };

/* One writer: no locked instruction is needed. */
static void count(atomic_uint_fast64_t *counter)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + 1, memory_order_relaxed);
}

static uint64_t hits(const responder_t *responder)
{
	return atomic_load_explicit(&responder->counts[COUNT_HIT], memory_order_relaxed);
}

void responder_tick(responder_t *responder)
{
	struct timespec now;

	responder->tick_began = clock_microseconds(CLOCK_OF_CACHE);
	responder->now = responder->tick_began / 1000000;
	responder->tick_hits = hits(responder);
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	responder->reply.wall = (uint32_t)now.tv_sec;
}

/* No clock is read for a hit: all of a batch were read, and are sent, together. */
void responder_tock(responder_t *responder)
{
	const uint64_t more = hits(responder) - responder->tick_hits;

	if (more > 0) {
		responder->tick_hits += more;
		histogram_add(&responder->hit_latency, clock_microseconds(CLOCK_OF_CACHE) - responder->tick_began,
			      more);
	}
	if (responder->handed && responder->calls.handed != NULL)
		responder->calls.handed(responder->calls.arg);
	responder->handed = false;
}

void responder_count(responder_t *responder, count_t what)
{
	count(&responder->counts[what]);
}

/* What is said without looking at the question. */
typedef struct verdict {
	count_t count;
	rcode_t rcode;
	ede_t ede;
	const char *text;
} verdict_t;

static const verdict_t fault_verdicts[] = {
	[QUERY_FORMERR] = { COUNT_MALFORMED, RCODE_FORMERR, EDE_NONE, NULL },
	[QUERY_NOTIMP] = { COUNT_REFUSED, RCODE_NOTIMP, EDE_NOT_SUPPORTED, NULL },
	[QUERY_REFUSED] = { COUNT_REFUSED, RCODE_REFUSED, EDE_NOT_SUPPORTED, "class IN only, and no zone transfer" },
	[QUERY_BADVERS] = { COUNT_MALFORMED, RCODE_BADVERS, EDE_NONE, NULL },
};
static const verdict_t stranger = { COUNT_REFUSED, RCODE_REFUSED, EDE_PROHIBITED, "your address is not in allow" };
static const verdict_t not_cached = { COUNT_REFUSED, RCODE_REFUSED, EDE_NOT_AUTHORITATIVE,
				      "not in the cache: ask with RD" };
static const verdict_t too_many = { COUNT_MISS, RCODE_SERVFAIL, EDE_OTHER, "too many questions are waiting" };
static const verdict_t cookie_only = { COUNT_HIT, RCODE_NOERROR, EDE_NONE, NULL }; /* RFC 7873, 5.4 */

static size_t pronounce(responder_t *responder, const verdict_t *verdict, const query_t *query, const client_t *client,
			uint8_t *out)
{
	responder_count(responder, verdict->count);
	return reply_error(&responder->reply, query, client, verdict->rcode, verdict->ede, verdict->text, out);
}

static size_t from_cache(responder_t *responder, const query_t *query, const client_t *client, uint8_t *out)
{
	const bool any = query->type == TYPE_ANY;
	cache_found_t found;
	unsigned rcode = 0;
	size_t size =
		any ? reply_to_any(&responder->reply, query, client, out)
		    : reply_from_cache(&responder->reply, query, client, responder->cache, responder->now, out, &found);

	if (size == 0)
		return 0;
	rcode = out[RCODE_AT] & RCODE_MASK;
	responder_count(responder, COUNT_HIT);
	if (rcode == RCODE_SERVFAIL)
		responder_count(responder, COUNT_SERVFAIL);
	if (responder->calls.hit != NULL)
		responder->calls.hit(responder->calls.arg, query, client, rcode, any ? NULL : &found);
	if (!any && found.ending && responder->calls.ending != NULL && (query->flags & QUERY_FLAG_RD))
		responder->calls.ending(responder->calls.arg, query, responder->now);
	return size;
}

/* The reply's size, or 0 when the question was handed on. */
static size_t answer(responder_t *responder, const query_t *query, const client_t *client, uint8_t *out)
{
	size_t size = 0;

	if (!acl_allows(responder->acl, &client->peer))
		return pronounce(responder, &stranger, query, client, out);
	if (!query->has_question)
		return pronounce(responder, &cookie_only, query, client, out);
	size = from_cache(responder, query, client, out);
	if (size > 0)
		return size;
	if (!(query->flags & QUERY_FLAG_RD))
		return pronounce(responder, &not_cached, query, client, out);
	if (!responder->calls.miss(responder->calls.arg, query, client))
		return pronounce(responder, &too_many, query, client, out);
	responder->handed = true;
	responder_count(responder, COUNT_MISS);
	return 0;
}

respond_t respond(responder_t *responder, const uint8_t *octets, size_t size, const client_t *client, uint8_t *out,
		  size_t *reply_size)
{
	query_t query;
	query_fault_t fault = query_read(octets, size, &query);

	responder_count(responder, client->tcp ? COUNT_TCP : COUNT_UDP);
	if (fault == QUERY_DROP) {
		responder_count(responder, COUNT_DROPPED);
		return RESPOND_NEVER;
	}
	if (fault == QUERY_OK && query.has_question)
		count(&responder->types[client->tcp][types_slot(query.type)]);
	*reply_size = fault == QUERY_OK ? answer(responder, &query, client, out)
					: pronounce(responder, &fault_verdicts[fault], &query, client, out);
	return *reply_size > 0 ? RESPOND_NOW : RESPOND_LATER;
}
