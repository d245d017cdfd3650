/* event.c: see event.h. The keys are documented in docs/validation-log.md and stay. */
#include "module/vlog/event.h"

#include "module/ask/summary.h"
#include "module/escape.h"
#include "module/vlog/chain.h"
#include "validator/ede.h"
#include "validator/name.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <ldns/ldns.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	REASON_MAX = 1024, /* octets of a reason, escaped */
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	SECOND = 1000,       /* milliseconds */
	PRIORITY_NOTICE = 5, /* syslog(3) */
	PRIORITY_INFO = 6,
};

/* --- Words ------------------------------------------------------------------------------------------------------- */

static const char *const securities[] = {
	[SECURITY_INSECURE] = "insecure",
	[SECURITY_BOGUS] = "bogus",
	[SECURITY_SECURE] = "secure",
};

static const char *const corroborations[] = {
	[CORROBORATION_NONE] = "none",
	[CORROBORATION_AGREED] = "agreed",
	[CORROBORATION_DIFFERED] = "differed",
	[CORROBORATION_UNAVAILABLE] = "unavailable",
};

static const char *const target_states[] = {
	[TARGET_UNKNOWN] = "unknown",       [TARGET_RESOLVED] = "resolved", [TARGET_NO_NAME] = "no-name",
	[TARGET_NO_ADDRESS] = "no-address", [TARGET_BOGUS] = "bogus",       [TARGET_FAILED] = "failed",
};

static const char *const tlsa_states[] = {
	[TLSA_UNKNOWN] = "unknown", [TLSA_NONE] = "none",         [TLSA_PRESENT] = "present",
	[TLSA_BOGUS] = "bogus",     [TLSA_INSECURE] = "insecure",
};

static const char *const types[] = {
	[VLOG_ASSESSMENT] = "assessment",
	[VLOG_REJECTED] = "rejected",
	[VLOG_HIT] = "hit",
};

static const char *const drifts[] = {
	[DRIFT_UNKNOWN] = "unknown",
	[DRIFT_NONE] = "none",
	[DRIFT_CHANGED] = "changed",
	[DRIFT_MOVED] = "moved",
};

const char *event_type(const vlog_event_t *event)
{
	return types[event->kind];
}

static security_t security_of(const vlog_event_t *event)
{
	return event->verdict != NULL && !event->stale ? event->verdict->security : event->security;
}

static uint16_t ede_of(const vlog_event_t *event)
{
	if (event->stale)
		return event->rcode == RCODE_NXDOMAIN ? EDE_STALE_NXDOMAIN : EDE_STALE_ANSWER;
	return event->verdict != NULL ? event->verdict->ede : event->ede;
}

/* What was done, as against what the findings say. */
static const char *verdict_name(const vlog_event_t *event)
{
	const verdict_t *verdict = event->verdict;

	if (verdict == NULL && event->security == SECURITY_BOGUS)
		return "reject";
	if (verdict == NULL)
		return event->kind == VLOG_REJECTED || event->rcode == RCODE_SERVFAIL ? "failed" : "accept";
	if (verdict->failed)
		return "failed";
	if (verdict->rejected)
		return "reject";
	if (verdict->action == ACTION_IGNORE)
		return "accept";
	return verdict->monitored ? "log" : action_name(verdict->action);
}

static const char *reason_of(const vlog_event_t *event, char *room)
{
	const char *reason = event->reason;

	if ((reason == NULL || reason[0] == '\0') && event->verdict != NULL)
		reason = event->verdict->text;
	return escape_text(reason != NULL ? reason : "", room, REASON_MAX);
}

/* --- JSON -------------------------------------------------------------------------------------------------------- */

static json_t *name_json(const name_t *name)
{
	char text[NAME_TEXT_MAX];

	return json_string(name_to_text(name, text));
}

static json_t *type_json(uint16_t type)
{
	char *text = ldns_rr_type2str((ldns_rr_type)type);
	json_t *json = text != NULL ? json_string(text) : NULL;

	free(text);
	return json;
}

/* An array of `count` elements that `element` makes of what lies `size` octets apart. */
static json_t *array_json(const void *all, size_t count, size_t size, json_t *(*element)(const void *))
{
	json_t *array = json_array();

	for (size_t i = 0; array != NULL && i < count; i++)
		if (json_array_append_new(array, element((const char *)all + i * size)) != 0) {
			json_decref(array);
			array = NULL;
		}
	return array;
}

static json_t *chain_json(const void *name)
{
	return name_json(name);
}

static json_t *address_json(const void *of)
{
	const target_address_t *address = of;
	char text[INET6_ADDRSTRLEN];

	if (inet_ntop(address->family, address->address, text, sizeof(text)) == NULL)
		text[0] = '\0';
	return json_pack("{s:s, s:s?}", "address", text, "special", address->special);
}

static json_t *target_json(const void *of)
{
	const target_t *target = of;

	return json_pack(
		"{s:i, s:o, s:s?, s:b, s:s, s:s, s:s, s:o, s:o}", "preference", (int)target->preference, "exchange",
		name_json(&target->exchange), "owner", target->owner[0] != '\0' ? target->owner : NULL, "stripped",
		(int)target->stripped, "state", target_states[target->state], "security",
		target->secure ? "secure" : "insecure", "tlsa", tlsa_states[target->tlsa], "alias_of",
		target->is_alias ? name_json(&target->alias_of) : json_null(), "addresses",
		array_json(target->addresses, target->address_count, sizeof(target->addresses[0]), address_json));
}

static json_t *other_json(const void *of)
{
	const target_t *target = of;

	return json_pack("{s:i, s:o}", "preference", (int)target->preference, "exchange", name_json(&target->exchange));
}

static json_t *finding_json(const void *of)
{
	const finding_t *finding = of;
	const check_t *check = check_row(finding->check);
	char detail[4 * ASSESSMENT_DETAIL_MAX];

	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:s}", "check", check->name, "severity",
			 severity_name(check->severity), "action", action_name(finding->action), "source",
			 check->source, "host", finding->has_name ? name_json(&finding->name) : json_null(), "detail",
			 escape_text(finding->detail, detail, sizeof(detail)));
}

static json_t *past_exchange_json(const void *of)
{
	const past_exchange_t *past = of;

	return json_pack("{s:i, s:o}", "preference", (int)past->preference, "exchange", name_json(&past->exchange));
}

/* The exchanges only where they are others than now. */
static json_t *past_json(const verdict_t *verdict)
{
	const past_set_t *past = verdict->past;
	char since[CHAIN_STAMP_SIZE];
	char last[CHAIN_STAMP_SIZE];
	char ended[CHAIN_STAMP_SIZE];

	if (past == NULL)
		return json_null();
	return json_pack("{s:s, s:s, s:s, s:s?, s:s, s:o}", "drift", drifts[verdict->drift], "since",
			 chain_stamp(past->since * SECOND, since), "last_seen", chain_stamp(past->last * SECOND, last),
			 "ended", past->ended != 0 ? chain_stamp(past->ended * SECOND, ended) : NULL, "security",
			 securities[past->security], "mx",
			 array_json(past->exchanges, verdict->drift > DRIFT_NONE ? past->count : 0,
				    sizeof(past->exchanges[0]), past_exchange_json));
}

/* What only an assessment has. */
static json_t *verdict_json(const verdict_t *verdict)
{
	return json_pack(
		"{s:s?, s:s, s:s, s:b, s:b, s:o, s:o, s:i, s:o, s:o, s:o}", "would",
		verdict->monitored ? action_name(verdict->action) : NULL, "received", securities[verdict->received],
		"corroboration", corroborations[verdict->corroboration], "negative", (int)verdict->negative, "null_mx",
		(int)verdict->null_mx, "chain",
		array_json(verdict->chain, verdict->chain_count, sizeof(verdict->chain[0]), chain_json), "findings",
		array_json(verdict->findings, verdict->finding_count, sizeof(verdict->findings[0]), finding_json),
		"findings_left_out", (int)verdict->findings_left_out, "mx",
		array_json(verdict->targets, verdict->target_count, sizeof(target_t), target_json), "other",
		array_json(verdict->other, verdict->other_count, sizeof(target_t), other_json), "past",
		past_json(verdict));
}

/* The text of an address, and its port in *port; NULL when it is neither IPv4 nor IPv6. */
static const char *address_text(const struct sockaddr *address, char *text, int *port)
{
	const void *octets = NULL;

	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;

		octets = &v4->sin_addr;
		*port = ntohs(v4->sin_port);
	} else if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;

		octets = &v6->sin6_addr;
		*port = ntohs(v6->sin6_port);
	}
	return octets != NULL ? inet_ntop(address->sa_family, octets, text, INET6_ADDRSTRLEN) : NULL;
}

static json_t *client_json(const vlog_event_t *event)
{
	char room[INET6_ADDRSTRLEN];
	int port = 0;
	const char *text = event->client != NULL ? address_text(event->client, room, &port) : NULL;

	if (text == NULL)
		return json_null();
	return json_pack("{s:s, s:i, s:s, s:i}", "address", text, "port", port, "transport", event->tcp ? "tcp" : "udp",
			 "count", (int)event->clients);
}

static json_t *ede_json(uint16_t ede)
{
	if (ede == EDE_NONE)
		return json_null();
	return json_pack("{s:i, s:s}", "code", (int)ede, "name", ede_name((ede_t)ede));
}

static json_t *event_object(const vlog_event_t *event)
{
	char stamp[CHAIN_STAMP_SIZE];
	char rcode[16];
	char reason[REASON_MAX];
	json_t *object = json_pack("{s:s, s:{s:o, s:o}, s:o, s:I, s:s, s:s, s:s, s:o, s:s}", "time",
				   chain_stamp(event->time, stamp), "question", "name", name_json(event->name), "type",
				   type_json(event->type), "client", client_json(event), "took_ms",
				   (json_int_t)event->took, "verdict", verdict_name(event), "security",
				   securities[security_of(event)], "rcode", summary_rcode(event->rcode, rcode), "ede",
				   ede_json(ede_of(event)), "reason", reason_of(event, reason));

	if (object == NULL)
		return NULL;
	if ((event->verdict == NULL || json_object_update_new(object, verdict_json(event->verdict)) == 0) &&
	    json_object_set_new(object, "stale", json_boolean(event->stale)) == 0)
		return object;
	json_decref(object);
	return NULL;
}

char *event_json(const vlog_event_t *event)
{
	json_t *object = event_object(event);
	char *text = object != NULL ? json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII) : NULL;

	json_decref(object);
	return text;
}

/* --- The journal ------------------------------------------------------------------------------------------------- */

static void put_message(FILE *out, const vlog_event_t *event, const char *domain, const char *type)
{
	char reason[REASON_MAX];

	reason_of(event, reason);
	fprintf(out, "MESSAGE=%s %s: %s (%s)%s%s%c", type, domain, verdict_name(event), securities[security_of(event)],
		reason[0] != '\0' ? ": " : "", reason, '\0');
	fprintf(out, "MXWARD_REASON=%s%c", reason, '\0');
}

/* A field may come several times: journalctl MXWARD_CHECK=… finds each. */
static void put_verdict(FILE *out, const verdict_t *verdict)
{
	char name[NAME_TEXT_MAX];

	fprintf(out, "MXWARD_CORROBORATION=%s%c", corroborations[verdict->corroboration], '\0');
	for (size_t i = 0; i < verdict->finding_count; i++)
		fprintf(out, "MXWARD_CHECK=%s%c", check_row(verdict->findings[i].check)->name, '\0');
	for (size_t i = 0; i < verdict->target_count; i++)
		fprintf(out, "MXWARD_EXCHANGE=%s%c", name_to_text(&verdict->targets[i].exchange, name), '\0');
}

static void put_fields(FILE *out, const vlog_event_t *event, const char *type)
{
	const char *verdict = verdict_name(event);
	bool refused = strcmp(verdict, "reject") == 0 || strcmp(verdict, "failed") == 0;
	char domain[NAME_TEXT_MAX];

	put_message(out, event, name_to_text(event->name, domain), type);
	fprintf(out, "PRIORITY=%d%cSYSLOG_IDENTIFIER=mxward%c", refused ? PRIORITY_NOTICE : PRIORITY_INFO, '\0', '\0');
	fprintf(out, "MXWARD_EVENT=%s%cMXWARD_DOMAIN=%s%cMXWARD_TYPE=%s%c", event_type(event), '\0', domain, '\0', type,
		'\0');
	fprintf(out, "MXWARD_VERDICT=%s%cMXWARD_SECURITY=%s%cMXWARD_TOOK_MS=%u%c", verdict, '\0',
		securities[security_of(event)], '\0', event->took, '\0');
	if (event->stale)
		fprintf(out, "MXWARD_STALE=1%c", '\0');
	if (ede_of(event) != EDE_NONE)
		fprintf(out, "MXWARD_EDE=%u%c", ede_of(event), '\0');
	if (event->verdict != NULL)
		put_verdict(out, event->verdict);
}

char *event_fields(const vlog_event_t *event, size_t *size)
{
	char *fields = NULL;
	char *type = ldns_rr_type2str((ldns_rr_type)event->type);
	FILE *out = type != NULL ? open_memstream(&fields, size) : NULL;

	if (out != NULL) {
		put_fields(out, event, type);
		if (fclose(out) != 0) {
			free(fields);
			fields = NULL;
		}
	}
	free(type);
	return fields;
}
