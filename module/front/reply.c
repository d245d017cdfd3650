/* reply.c: see reply.h. A reply is drafted front to back: question, sections, OPT, and the header at the end. Room for OPT
 * without extended errors is set aside before the sections are written, so that it always fits. */
#include "module/front/reply.h"

#include "module/front/rcode.h"
#include "validator/answer.h"
#include "validator/ede.h"

#include <string.h>

enum {
	UDP_SIZE_WITHOUT_EDNS = 512, /* RFC 1035, 4.2.1 */
	TYPE_OPT = 41,
	TYPE_HINFO = 13,
	CLASS_IN = 1,
	OPTION_COOKIE = 10,    /* RFC 7873, 4 */
	OPTION_KEEPALIVE = 11, /* RFC 7828, 3.1 */
	OPTION_EDE = 15,       /* RFC 8914, 2 */
	OPT_SIZE = 11,         /* without options: owner, type, class, TTL, RDLENGTH */
	OPT_RDLENGTH_AT = 9,   /* from its start */
	OPTION_HEADER_SIZE = 4,
	OPT_FLAG_DO = 0x8000,
	NAME_OF_QUESTION = 0xc000 | QUERY_HEADER_SIZE, /* a compression pointer */
	ANY_TTL = 3600,
	KEEPALIVE_UNITS = 10, /* a second in units of 100 ms (RFC 7828, 3.1) */
};

typedef struct draft {
	const reply_context_t *context;
	const query_t *query;
	const client_t *client;
	uint8_t *out;
	size_t size;     /* octets written */
	size_t limit;    /* octets that the reply may have */
	size_t opt_size; /* of these, for OPT without extended errors */
	bool has_cookie;
	uint8_t cookie[COOKIE_SIZE];
	uint16_t bits; /* AD, TC */
	unsigned rcode;
	uint16_t answer_records;
	uint16_t authority_records;
} draft_t;

/* An extended error (RFC 8914). */
typedef struct note {
	uint16_t code;
	const char *text;
	size_t text_size;
} note_t;

uint16_t reply_keepalive(unsigned seconds)
{
	return seconds < UINT16_MAX / KEEPALIVE_UNITS ? (uint16_t)(seconds * KEEPALIVE_UNITS) : UINT16_MAX;
}

static void put_u16(draft_t *draft, unsigned value)
{
	draft->out[draft->size++] = (uint8_t)(value >> 8);
	draft->out[draft->size++] = (uint8_t)value;
}

static void put_u32(draft_t *draft, uint32_t value)
{
	put_u16(draft, value >> 16);
	put_u16(draft, value & 0xffff);
}

static void put_octets(draft_t *draft, const void *octets, size_t size)
{
	memcpy(draft->out + draft->size, octets, size);
	draft->size += size;
}

/* ---- begin ---- */

static size_t limit_of(const reply_context_t *context, const query_t *query, const client_t *client)
{
	if (client->tcp)
		return REPLY_MAX;
	if (!query->edns)
		return UDP_SIZE_WITHOUT_EDNS;
	return query->udp_size < context->max_udp_size ? query->udp_size : context->max_udp_size;
}

static bool grants_keepalive(const draft_t *draft)
{
	return draft->client->tcp && draft->query->keepalive; /* over UDP it is ignored (RFC 7828, 3.3.2) */
}

static void prepare_opt(draft_t *draft)
{
	const query_t *query = draft->query;

	if (!query->edns)
		return;
	draft->opt_size = OPT_SIZE;
	if (query->cookie_size > 0 && draft->context->cookies != NULL)
		draft->has_cookie = cookies_answer(draft->context->cookies, &draft->client->peer, query->cookie,
						   query->cookie_size, draft->context->wall, draft->cookie);
	if (draft->has_cookie)
		draft->opt_size += OPTION_HEADER_SIZE + COOKIE_SIZE;
	if (grants_keepalive(draft))
		draft->opt_size += OPTION_HEADER_SIZE + 2;
}

static draft_t begin(const reply_context_t *context, const query_t *query, const client_t *client, uint8_t *out)
{
	draft_t draft = { .context = context,
			  .query = query,
			  .client = client,
			  .size = QUERY_HEADER_SIZE,
			  .limit = limit_of(context, query, client) };

	draft.out = out;
	if (query->has_question) {
		put_octets(&draft, query->raw, query->name.size);
		put_u16(&draft, query->type);
		put_u16(&draft, query->class);
	}
	prepare_opt(&draft);
	return draft;
}

/* Where sections may be written. */
static size_t room(const draft_t *draft)
{
	return draft->limit - draft->size - draft->opt_size;
}

/* ---- OPT ---- */

static void put_option(draft_t *draft, unsigned code, size_t size)
{
	put_u16(draft, code);
	put_u16(draft, (unsigned)size);
}

/* With its text, else without, else not at all: an extended error is never a reason for TC (RFC 8914, 3). */
static void put_note(draft_t *draft, const note_t *note)
{
	const size_t left = draft->limit - draft->size;
	size_t text_size = note->text_size;

	if (left < OPTION_HEADER_SIZE + 2 + text_size)
		text_size = 0;
	if (left < OPTION_HEADER_SIZE + 2)
		return;
	put_option(draft, OPTION_EDE, 2 + text_size);
	put_u16(draft, note->code);
	if (text_size > 0)
		put_octets(draft, note->text, text_size);
}

static void put_opt(draft_t *draft, const note_t *notes, size_t count)
{
	const size_t start = draft->size;
	size_t rdlength = 0;

	draft->out[draft->size++] = 0; /* the root */
	put_u16(draft, TYPE_OPT);
	put_u16(draft, draft->context->max_udp_size);
	put_u16(draft, draft->rcode >> 4 << 8); /* the upper part of the RCODE, and version 0 (RFC 6891, 6.1.3) */
	put_u16(draft, draft->query->dnssec_ok ? OPT_FLAG_DO : 0);
	put_u16(draft, 0); /* RDLENGTH, below */
	if (draft->has_cookie) {
		put_option(draft, OPTION_COOKIE, COOKIE_SIZE);
		put_octets(draft, draft->cookie, COOKIE_SIZE);
	}
	if (grants_keepalive(draft)) {
		put_option(draft, OPTION_KEEPALIVE, 2);
		put_u16(draft, draft->context->keepalive);
	}
	for (size_t i = 0; i < count; i++)
		put_note(draft, &notes[i]);
	rdlength = draft->size - start - OPT_SIZE;
	draft->out[start + OPT_RDLENGTH_AT] = (uint8_t)(rdlength >> 8);
	draft->out[start + OPT_RDLENGTH_AT + 1] = (uint8_t)rdlength;
}

/* ---- finish ---- */

/* QR and RA are set, AA and Z clear; opcode, RD and CD are the query's (RFC 1035, 4.1.1; RFC 4035, 3.2.2). */
static unsigned flags_of(const draft_t *draft)
{
	const unsigned copied = draft->query->flags & (QUERY_OPCODE_MASK | QUERY_FLAG_RD | QUERY_FLAG_CD);

	return QUERY_FLAG_QR | QUERY_FLAG_RA | copied | draft->bits | (draft->rcode & 15);
}

static void put_header(draft_t *draft)
{
	const size_t end = draft->size;

	draft->size = 0;
	put_u16(draft, draft->query->id);
	put_u16(draft, flags_of(draft));
	put_u16(draft, draft->query->has_question);
	put_u16(draft, draft->answer_records);
	put_u16(draft, draft->authority_records);
	put_u16(draft, draft->query->edns); /* ADDITIONAL holds OPT alone */
	draft->size = end;
}

static size_t finish(draft_t *draft, const note_t *notes, size_t count)
{
	if (draft->query->edns)
		put_opt(draft, notes, count);
	else if (draft->rcode > 15)
		draft->rcode = RCODE_SERVFAIL; /* has no form without EDNS (RFC 6891, 6.1.3) */
	put_header(draft);
	return draft->size;
}

size_t reply_error(const reply_context_t *context, const query_t *query, const client_t *client, unsigned rcode,
		   unsigned ede, const char *text, uint8_t *out)
{
	draft_t draft = begin(context, query, client, out);
	const note_t note = { .code = (uint16_t)ede, .text = text, .text_size = text != NULL ? strlen(text) : 0 };

	draft.rcode = rcode;
	return finish(&draft, &note, ede != EDE_NONE ? 1 : 0);
}

/* ---- answers ---- */

static cache_form_t form_of(const query_t *query)
{
	return query->dnssec_ok ? CACHE_FORM_DNSSEC : CACHE_FORM_PLAIN;
}

/* RFC 6840, 5.7 and 5.8; with CD the client has asked us not to vouch for anything. */
static bool may_set_ad(const draft_t *draft, const cache_found_t *found)
{
	return found->security == SECURITY_SECURE && !found->failure && !(draft->query->flags & QUERY_FLAG_CD) &&
	       (draft->query->dnssec_ok || (draft->query->flags & QUERY_FLAG_AD));
}

/* A client that sets CD gets a failure's data, if there are any (RFC 4035, 3.2.2). */
static bool is_servfail(const draft_t *draft, cache_result_t result, const cache_found_t *found)
{
	if (!found->failure)
		return false;
	return !(draft->query->flags & QUERY_FLAG_CD) || (result == CACHE_HIT && found->size == 0);
}

static size_t finish_found(draft_t *draft, cache_result_t result, const cache_found_t *found, bool from_cache)
{
	note_t notes[2]; /* a failure is never stale */
	size_t count = 0;

	if (found->ede != CACHE_NO_EDE)
		notes[count++] =
			(note_t){ .code = found->ede, .text = found->ede_text, .text_size = found->ede_text_size };
	if (found->stale)
		notes[count++] =
			(note_t){ .code = found->rcode == RCODE_NXDOMAIN ? EDE_STALE_NXDOMAIN : EDE_STALE_ANSWER };
	draft->rcode = found->rcode;
	if (is_servfail(draft, result, found)) {
		draft->rcode = RCODE_SERVFAIL;
		if (from_cache)
			notes[count++] = (note_t){ .code = EDE_CACHED_ERROR };
	} else if (result == CACHE_NO_ROOM) {
		draft->bits = QUERY_FLAG_TC;
	} else {
		draft->size += found->size;
		draft->answer_records = found->answer_records;
		draft->authority_records = found->authority_records;
		draft->bits = may_set_ad(draft, found) ? QUERY_FLAG_AD : 0;
	}
	return finish(draft, notes, count);
}

size_t reply_from_cache(const reply_context_t *context, const query_t *query, const client_t *client, cache_t *cache,
			uint64_t now, uint8_t *out, cache_found_t *found)
{
	const cache_key_t key = { .name = query->name.octets, .name_size = query->name.size, .type = query->type };
	draft_t draft = begin(context, query, client, out);
	cache_result_t result = cache_find(cache, &key, form_of(query), now, out + draft.size, room(&draft), found);

	return result != CACHE_MISS ? finish_found(&draft, result, found, true) : 0;
}

size_t reply_from_answer(const reply_context_t *context, const query_t *query, const client_t *client,
			 const cache_answer_t *answer, uint8_t *out)
{
	draft_t draft = begin(context, query, client, out);
	cache_found_t found;
	cache_result_t result = cache_write(answer, form_of(query), 0, out + draft.size, room(&draft), &found);

	return finish_found(&draft, result, &found, false);
}

size_t reply_to_any(const reply_context_t *context, const query_t *query, const client_t *client, uint8_t *out)
{
	static const uint8_t rdata[] = "\7RFC8482"; /* CPU; the NUL at its end is the empty OS (RFC 8482, 4.2) */
	draft_t draft = begin(context, query, client, out);

	put_u16(&draft, NAME_OF_QUESTION);
	put_u16(&draft, TYPE_HINFO);
	put_u16(&draft, CLASS_IN);
	put_u32(&draft, ANY_TTL);
	put_u16(&draft, sizeof(rdata));
	put_octets(&draft, rdata, sizeof(rdata));
	draft.answer_records = 1;
	return finish(&draft, NULL, 0);
}
