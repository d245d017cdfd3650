/* reply.c: see reply.h. */
#include "module/unbound/reply.h"

#include "module/clock.h"
#include "module/unbound/question.h"
#include "validator/name.h"

#include <string.h>

enum { TYPE_MX = 15, OPTION_EDE = 15, INFO_CODE_SIZE = 2 };

static const enum inplace_cb_list_type kinds[] = { inplace_cb_reply, inplace_cb_reply_cache,
						   inplace_cb_reply_servfail };

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static void append(const cache_found_t *found, struct edns_option **options, struct regional *region)
{
	uint8_t value[INFO_CODE_SIZE + CACHE_EDE_TEXT_MAX];

	value[0] = (uint8_t)(found->ede >> 8);
	value[1] = (uint8_t)found->ede;
	memcpy(value + INFO_CODE_SIZE, found->ede_text, found->ede_text_size);
	if (!edns_opt_list_append(options, OPTION_EDE, (size_t)INFO_CODE_SIZE + found->ede_text_size, value, region))
		log_err("mxward: memory is out: a reply goes without its extended error");
}

/* Always 1: the reply goes out, whatever becomes of the option. */
static int on_reply(struct query_info *question, struct module_qstate *query, struct reply_info *reply, int rcode,
		    struct edns_data *edns, struct edns_option **options, struct comm_reply *client,
		    struct regional *region, struct timeval *start, int id, void *arg)
{
	const state_t *state = arg;
	cache_found_t found;
	name_t name;

	(void)query;
	(void)reply;
	(void)client;
	(void)start;
	(void)id;
	if (question->qtype != TYPE_MX || !edns->edns_present || question->qname_len > sizeof(name.octets))
		return 1;
	name.size = (uint8_t)question->qname_len;
	memcpy(name.octets, question->qname, question->qname_len);
	name_lower(&name);
	state_thread();
	if (cache_find(state->verdicts, &(cache_key_t){ .name = name.octets, .name_size = name.size, .type = TYPE_MX },
		       CACHE_FORM_PLAIN, clock_of_cache(), NULL, 0, &found) == CACHE_HIT &&
	    found.failure == (rcode == LDNS_RCODE_SERVFAIL))
		append(&found, options, region);
	return 1;
}

static int on_query(struct query_info *question, uint16_t flags, struct module_qstate *query,
		    struct sockaddr_storage *server, socklen_t size, uint8_t *zone, size_t zone_size,
		    struct regional *region, int id, void *arg)
{
	(void)question;
	(void)flags;
	(void)server;
	(void)size;
	(void)zone;
	(void)zone_size;
	(void)arg;
	return question_sends(query, id, region);
}

static int on_server_reply(struct module_qstate *query, struct dns_msg *response, int id, void *arg)
{
	(void)response;
	(void)arg;
	question_replied(query, id);
	return 1;
}

bool reply_attach(struct module_env *env, int id, state_t *state)
{
	const struct dynlibmod_env *place = env->modinfo[id];
	union {
		inplace_cb_reply_func_type *function;
		void *pointer;
	} callback = { .function = on_reply };
	union {
		inplace_cb_query_response_func_type *function;
		void *pointer;
	} server_callback = { .function = on_server_reply };
	union {
		inplace_cb_query_func_type *function;
		void *pointer;
	} query_callback = { .function = on_query };

	if (!place->inplace_cb_register_wrapped(query_callback.pointer, inplace_cb_query, NULL, env, id) ||
	    !place->inplace_cb_register_wrapped(server_callback.pointer, inplace_cb_query_response, NULL, env, id))
		return false;
	for (size_t i = 0; i < KINDS; i++)
		if (!place->inplace_cb_register_wrapped(callback.pointer, kinds[i], state, env, id))
			return false;
	return true;
}

void reply_detach(struct module_env *env, int id)
{
	const struct dynlibmod_env *place = env->modinfo[id];

	place->inplace_cb_delete_wrapped(env, inplace_cb_query, id);
	place->inplace_cb_delete_wrapped(env, inplace_cb_query_response, id);
	for (size_t i = 0; i < KINDS; i++)
		place->inplace_cb_delete_wrapped(env, kinds[i], id);
}
