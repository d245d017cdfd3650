/* orders_cache.c: see orders_cache.h. */
#include "module/serve/orders_cache.h"

#include "module/clock.h"
#include "module/escape.h"
#include "module/inquiry/marks.h"
#include "module/lookup/explain_event.h"
#include "validator/ede.h"
#include "validator/name.h"

#include <ldns/ldns.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum {
	HEADER_SIZE = 12,
	MESSAGE_MAX = 65535,
	CLASS_IN = 1,
	FLAGS_REPLY = 0x8180, /* QR, RD, RA */
};

/* ---- flush ---- */

typedef struct flushing {
	callback_t callback;
	server_t *server;
	control_reply_t *reply;
	json_t *object;
	bool done;
	size_t dropped;
} flushing_t;

static void tell_flushed(callback_t *callback)
{
	flushing_t *flushing = (flushing_t *)callback;

	json_object_set_new(flushing->object, "dropped", json_integer((json_int_t)flushing->dropped));
	if (flushing->done)
		control_answer(flushing->reply, json_incref(flushing->object));
	else
		control_refuse(flushing->reply, "the server stops, or too many flushes wait: try again");
	json_decref(flushing->object);
	free(flushing);
}

/* In the pending thread. */
static void on_flushed(void *arg, bool done, size_t dropped)
{
	flushing_t *flushing = arg;

	flushing->done = done;
	flushing->dropped = dropped;
	callbacks_put(flushing->server->callbacks, &flushing->callback);
}

void orders_flush_and_answer(server_t *server, const flush_what_t *what, json_t *object, control_reply_t *reply)
{
	flushing_t *flushing = object != NULL ? malloc(sizeof(*flushing)) : NULL;

	if (flushing != NULL) {
		*flushing = (flushing_t){
			.callback.call = tell_flushed, .server = server, .reply = reply, .object = object
		};
		if (pending_flush(server->pending, what, on_flushed, flushing))
			return;
	}
	json_decref(object);
	free(flushing);
	control_refuse(reply, "memory is out: try again");
}

static flush_scope_t scope_of(const order_t *order)
{
	if (order->all)
		return FLUSH_ALL;
	return order->has_type ? FLUSH_TYPE : FLUSH_NAME;
}

void orders_flush(server_t *server, const order_t *order, control_reply_t *reply)
{
	const flush_what_t what = { .scope = scope_of(order), .name = order->name, .type = order->type };

	orders_flush_and_answer(server, &what, json_object(), reply);
}

/* ---- cache ---- */

/* What is shown of one name. */
typedef struct display {
	const name_t *name;
	json_t *entries;
	uint8_t message[MESSAGE_MAX];
	uint8_t text[(MESSAGE_MAX + 2) / 3 * 4 + 1];
} display_t;

static void put_u16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* The answer as a reply that a client would get, in base64 (RFC 4648): who looks at it takes the records apart, so that nobody has to
 * here. NULL when there are no records. */
static const char *message_of(display_t *display, const cache_seen_t *seen)
{
	const size_t question = HEADER_SIZE + seen->key.name_size + 4;
	uint8_t *message = display->message;
	cache_found_t found;

	if (seen->answer.octets == NULL || cache_write(&seen->answer, CACHE_FORM_DNSSEC, seen->age, message + question,
						       MESSAGE_MAX - question, &found) != CACHE_HIT)
		return NULL;
	memset(message, 0, HEADER_SIZE);
	put_u16(message + 2, FLAGS_REPLY | seen->answer.rcode);
	put_u16(message + 4, 1);
	put_u16(message + 6, found.answer_records);
	put_u16(message + 8, found.authority_records);
	memcpy(message + HEADER_SIZE, seen->key.name, seen->key.name_size);
	put_u16(message + question - 4, seen->key.type);
	put_u16(message + question - 2, CLASS_IN);
	EVP_EncodeBlock(display->text, message, (int)(question + found.size));
	return (const char *)display->text;
}

static const char *kind_of(const cache_seen_t *seen)
{
	if (seen->key.type == MARK_EXCHANGE || seen->key.type == MARK_NO_TCP)
		return "mark";
	if (seen->stale)
		return "stale";
	return seen->answer.failure ? "failure" : "answer";
}

static json_t *type_of(const cache_seen_t *seen)
{
	char *text = NULL;
	json_t *type = NULL;

	if (seen->key.type == MARK_EXCHANGE)
		return json_string("exchange");
	if (seen->key.type == MARK_NO_TCP)
		return json_string("no-tcp");
	text = ldns_rr_type2str((ldns_rr_type)seen->key.type);
	type = text != NULL ? json_string(text) : NULL;
	free(text);
	return type;
}

static json_t *ede_of(const cache_answer_t *answer)
{
	char text[4 * CACHE_EDE_TEXT_MAX + 1];

	if (answer->ede == CACHE_NO_EDE)
		return json_null();
	escape_octets((const uint8_t *)answer->ede_text, answer->ede_text_size, text, sizeof(text));
	return json_pack("{s:i, s:s, s:s}", "code", (int)answer->ede, "name", ede_name((ede_t)answer->ede), "text",
			 text);
}

static const char *security_of(const cache_answer_t *answer)
{
	static const char *const names[] = {
		[SECURITY_INSECURE] = "insecure", [SECURITY_BOGUS] = "bogus", [SECURITY_SECURE] = "secure"
	};

	return answer->security < sizeof(names) / sizeof(names[0]) ? names[answer->security] : "unknown";
}

static bool show_entry(void *arg, const cache_seen_t *seen)
{
	display_t *display = arg;

	if (seen->key.name_size != display->name->size ||
	    memcmp(seen->key.name, display->name->octets, display->name->size) != 0)
		return false;
	json_array_append_new(display->entries,
			      json_pack("{s:o, s:s, s:s, s:i, s:I, s:I, s:i, s:o, s:s?}", "type", type_of(seen), "kind",
					kind_of(seen), "security", security_of(&seen->answer), "rcode",
					(int)seen->answer.rcode, "age", (json_int_t)seen->age, "left",
					(json_int_t)seen->left, "failures", (int)seen->failures, "ede",
					ede_of(&seen->answer), "message", message_of(display, seen)));
	return false;
}

void orders_cache(server_t *server, const order_t *order, control_reply_t *reply)
{
	display_t *display = malloc(sizeof(*display));
	char name[NAME_TEXT_MAX];
	json_t *object = NULL;

	if (display != NULL) {
		display->name = &order->name;
		display->entries = json_array();
		cache_walk(server->cache, clock_of_cache(), show_entry, display);
		object = json_pack("{s:s, s:o}", "name", name_to_text(&order->name, name), "entries", display->entries);
	}
	free(display);
	control_answer(reply, object);
}

/* ---- explain ---- */

typedef struct explaining {
	callback_t callback;
	server_t *server;
	control_reply_t *reply;
	name_t name;
	char *policy;
	bool stopped;
	json_t *object;
} explaining_t;

static void explaining_free(explaining_t *explaining)
{
	free(explaining->policy);
	free(explaining);
}

static void tell_explained(callback_t *callback)
{
	explaining_t *explaining = (explaining_t *)callback;

	if (explaining->stopped)
		control_refuse(explaining->reply, "the server stops");
	else
		control_answer(explaining->reply, explaining->object);
	explaining_free(explaining);
}

/* In the pending thread: the verdict ends with the call. */
static void on_explained(void *arg, const resolution_t *resolution, const verdict_t *verdict, uint32_t took)
{
	explaining_t *explaining = arg;

	explaining->stopped = resolution == NULL;
	if (resolution != NULL)
		explaining->object = explain_event_of(&explaining->name, resolution, verdict, took, explaining->policy);
	callbacks_put(explaining->server->callbacks, &explaining->callback);
}

void orders_explain(server_t *server, const order_t *order, control_reply_t *reply)
{
	explaining_t *explaining = malloc(sizeof(*explaining));

	if (explaining == NULL) {
		control_refuse(reply, "memory is out: try again");
		return;
	}
	*explaining = (explaining_t){ .callback.call = tell_explained,
				      .server = server,
				      .reply = reply,
				      .name = order->name,
				      .policy = strdup(server->path) };
	if (explaining->policy != NULL &&
	    pending_ask(server->pending, &order->name, LDNS_RR_TYPE_MX, true, on_explained, explaining))
		return;
	explaining_free(explaining);
	control_refuse(reply, "too many questions are waiting: try again");
}
