/* message.c: see message.h. */
#include "module/unbound/message.h"

#include "cache/cache.h"

#include <string.h>

enum {
	HEADER_SIZE = 12,
	FLAGS_RESPONSE = 0x8180, /* QR, RD, RA */
	MESSAGE_MAX = 65535,
};

static security_t security_of(const struct module_qstate *query)
{
	if (query->is_valrec) /* nobody validated it */
		return SECURITY_INSECURE;
	switch (query->return_msg->rep->security) {
	case sec_status_secure: return SECURITY_SECURE;
	case sec_status_bogus:
	case sec_status_secure_sentinel_fail: return SECURITY_BOGUS;
	default: return SECURITY_INSECURE;
	}
}

void message_outcome(struct module_qstate *query, outcome_t *outcome)
{
	struct sldns_buffer *buffer = query->env->scratch_buffer;
	const struct dns_msg *message = query->return_msg;
	const char *why = NULL;

	*outcome = (outcome_t){ .state = OUTCOME_FAILED, .why = "" };
	if (query->return_rcode != LDNS_RCODE_NOERROR || message == NULL || message->rep == NULL)
		return;
	sldns_buffer_clear(buffer);
	if (!reply_info_encode(&query->qinfo, message->rep, 0,
			       (uint16_t)(FLAGS_RESPONSE | FLAGS_GET_RCODE(message->rep->flags)), buffer, 0,
			       query->env->scratch, MESSAGE_MAX, 1, 0))
		return;
	outcome->state = OUTCOME_ANSWERED;
	outcome->security = security_of(query);
	if (outcome->security == SECURITY_BOGUS)
		why = host_why_bogus(query);
	outcome->why = why != NULL ? why : "";
	outcome->packet = sldns_buffer_begin(buffer);
	outcome->size = sldns_buffer_limit(buffer);
}

/* ---- from the wire ---- */

/* The whole message: header, question, and the parts of the answer. False when it does not fit. */
static bool write_message(struct sldns_buffer *buffer, const struct query_info *question, const answer_t *answer)
{
	const unsigned answers =
		answer->parts[ANSWER_PART_ANSWER].records + answer->parts[ANSWER_PART_ANSWER_DNSSEC].records;
	const unsigned authorities =
		answer->parts[ANSWER_PART_AUTHORITY].records + answer->parts[ANSWER_PART_AUTHORITY_DNSSEC].records;

	sldns_buffer_clear(buffer);
	if (sldns_buffer_remaining(buffer) < HEADER_SIZE + question->qname_len + 4 + answer->size)
		return false;
	sldns_buffer_write_u16(buffer, 0);
	sldns_buffer_write_u16(buffer, (uint16_t)(FLAGS_RESPONSE | answer->rcode));
	sldns_buffer_write_u16(buffer, 1);
	sldns_buffer_write_u16(buffer, (uint16_t)answers);
	sldns_buffer_write_u16(buffer, (uint16_t)authorities);
	sldns_buffer_write_u16(buffer, 0);
	sldns_buffer_write(buffer, question->qname, question->qname_len);
	sldns_buffer_write_u16(buffer, question->qtype);
	sldns_buffer_write_u16(buffer, question->qclass);
	if (answer->size > 0)
		sldns_buffer_write(buffer, answer->octets, answer->size);
	sldns_buffer_flip(buffer);
	return true;
}

static struct dns_msg *read_message(struct module_qstate *query, struct sldns_buffer *buffer)
{
	struct msg_parse *parsed = regional_alloc_zero(query->env->scratch, sizeof(*parsed));

	if (parsed == NULL || parse_packet(buffer, parsed, query->env->scratch) != LDNS_RCODE_NOERROR)
		return NULL;
	return dns_alloc_msg(buffer, parsed, query->region);
}

/* Unbound lets an RRset in its cache give way to one that came later with as much trust, be it from an AUTHORITY section
 * (CVE-2026-42960). What was judged is worth as much to it as what was validated. */
static void trust_judged(const struct ub_packed_rrset_key *key)
{
	struct packed_rrset_data *data = key->entry.data;

	data->security = sec_status_insecure;
	if (ntohs(key->rk.type) == LDNS_RR_TYPE_MX)
		data->trust = rrset_trust_validated;
}

bool message_answer(struct module_qstate *query, const answer_t *answer)
{
	struct sldns_buffer *buffer = query->env->scratch_buffer;
	struct dns_msg *message = NULL;

	if (!write_message(buffer, &query->qinfo, answer))
		return false;
	message = read_message(query, buffer);
	if (message == NULL)
		return false;
	message->rep->security = sec_status_insecure;
	for (size_t i = 0; i < message->rep->rrset_count; i++)
		trust_judged(message->rep->rrsets[i]);
	query->return_msg = message;
	query->return_rcode = LDNS_RCODE_NOERROR;
	return true;
}

void message_refuse(struct module_qstate *query)
{
	query->return_msg = NULL;
	query->return_rcode = LDNS_RCODE_SERVFAIL;
}

/* ---- Unbound's caches ---- */

static void forget_rrset(struct module_env *env, const struct ub_packed_rrset_key *key)
{
	rrset_cache_remove(env->rrset_cache, key->rk.dname, key->rk.dname_len, ntohs(key->rk.type),
			   ntohs(key->rk.rrset_class), key->rk.flags);
}

void message_keep(struct module_qstate *query, struct module_env *env)
{
	struct reply_info *reply = query->return_msg->rep;

	reply->rrset_count -= reply->ar_numrrsets;
	reply->ar_numrrsets = 0;
	/* No region: the answer stays as it is, whatever the cache thinks better. */
	if (!dns_cache_store(env, &query->qinfo, reply, 0, query->prefetch_leeway, 0, NULL, query->query_flags,
			     query->qstarttime))
		log_err("mxward: memory is out: an answer is not kept");
}

void message_store(struct module_qstate *query)
{
	const struct reply_info *reply = query->return_msg->rep;

	for (size_t i = 0; i < reply->an_numrrsets; i++)
		if (ntohs(reply->rrsets[i]->rk.type) == LDNS_RR_TYPE_MX)
			forget_rrset(query->env, reply->rrsets[i]);
	message_keep(query, query->env);
}

void message_forget(struct module_qstate *query)
{
	const struct query_info *question = &query->qinfo;

	msg_cache_remove(query->env, question->qname, question->qname_len, question->qtype, question->qclass,
			 query->query_flags);
}
