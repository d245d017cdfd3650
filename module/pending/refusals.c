/* refusals.c: see refusals.h. */
#include "module/pending/refusals.h"

#include "validator/name.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>

static const struct {
	const char *name;
	const char *text;
	const char *line;
} rows[SHARES_KINDS] = {
	[SHARES_ZONE] = { "zone", "too many questions of this zone are waiting",
			  "one zone has as many questions underway as it may: more of them get SERVFAIL until its "
			  "servers "
			  "answer (resolver.zone-share)" },
	[SHARES_SUFFIX] = { "suffix", "too many questions below this suffix are waiting",
			    "the zones below one suffix have as many questions underway as they may: more of them get "
			    "SERVFAIL (resolver.zone-share)" },
	[SHARES_CLIENT] = { "client", "too many questions of this client are waiting",
			    "one client has as many questions underway as it may: more of them get SERVFAIL "
			    "(resolver.client-share)" },
	[SHARES_ALL] = { "all", "too many questions are waiting",
			 "as many questions are underway as may be: more of them get SERVFAIL "
			 "(resolver.max-questions)" },
};

const char *refusals_name(shares_kind_t kind)
{
	return rows[kind].name;
}

const char *refusals_text(shares_kind_t kind)
{
	return rows[kind].text;
}

void refusals_count(refusals_t *refusals, shares_kind_t kind)
{
	atomic_fetch_add_explicit(&refusals->counts[kind], 1, memory_order_relaxed);
}

/* " zone=example.org.", or nothing. */
static void whose(const shares_refusal_t *refusal, const client_address_t *client, char *text, size_t size)
{
	char name[NAME_TEXT_MAX] = "";

	text[0] = '\0';
	if (refusal->kind == SHARES_CLIENT && client != NULL)
		inet_ntop(client->any.sa_family,
			  client->any.sa_family == AF_INET6 ? (const void *)&client->v6.sin6_addr
							    : (const void *)&client->v4.sin_addr,
			  name, sizeof(name));
	else if (refusal->name.size > 0)
		name_to_text(&refusal->name, name);
	if (name[0] != '\0')
		snprintf(text, size, " %s=%s", rows[refusal->kind].name, name);
}

void refusals_note(refusals_t *refusals, log_t *log, const shares_refusal_t *refusal, const client_address_t *client,
		   uint64_t now)
{
	const shares_kind_t kind = refusal->kind;
	char text[NAME_TEXT_MAX + sizeof(" suffix=")];
	uint64_t count;

	refusals_count(refusals, kind);
	if (now < refusals->next_line[kind])
		return;
	count = atomic_load_explicit(&refusals->counts[kind], memory_order_relaxed);
	whose(refusal, client, text, sizeof(text));
	log_write(log, LOG_LEVEL_WARNING, "%s%s underway=%u turned-away=%" PRIu64, rows[kind].line, text, refusal->held,
		  count - refusals->told[kind]);
	refusals->told[kind] = count;
	refusals->next_line[kind] = now + REFUSALS_LOG_SECONDS * 1000;
}
