/* calls.c: see calls.h. */
#include "module/serve/calls.h"

#include "module/clock.h"
#include "validator/ede.h"
#include "validator/rdata.h"

#include <string.h>

/* ---- the front's ---- */

static bool on_miss(void *arg, const query_t *query, const client_t *client)
{
	const server_t *server = arg;

	return pending_submit(server->pending, query, client);
}

static void on_handed(void *arg)
{
	const server_t *server = arg;

	pending_wake(server->pending);
}

static void write_hit(vlog_t *vlog, const query_t *query, const client_t *client, unsigned rcode,
		      const cache_found_t *found)
{
	char reason[CACHE_EDE_TEXT_MAX + 1] = "";
	vlog_event_t event = { .kind = VLOG_HIT,
			       .time = clock_milliseconds(CLOCK_REALTIME),
			       .name = &query->name,
			       .type = query->type,
			       .client = &client->peer.any,
			       .tcp = client->tcp,
			       .clients = 1,
			       .rcode = (uint8_t)rcode,
			       .ede = EDE_NONE,
			       .reason = reason };

	if (found != NULL) {
		memcpy(reason, found->ede_text, found->ede_text_size);
		event.security = (security_t)found->security;
		event.ede = found->ede;
		event.stale = found->stale;
	}
	vlog_write(vlog, &event);
}

/* At every answer from the cache: whether anybody wants to know comes first. */
static void on_hit(void *arg, const query_t *query, const client_t *client, unsigned rcode, const cache_found_t *found)
{
	const server_t *server = arg;

	if (vlog_wants(server->vlog, VLOG_HIT))
		write_hit(server->vlog, query, client, rcode, found);
}

static void on_ending(void *arg, const query_t *query, uint64_t now)
{
	const server_t *server = arg;

	pending_renew(server->pending, &query->name, query->type, now);
}

front_calls_t calls_of_front(server_t *server)
{
	return (front_calls_t){
		.miss = on_miss, .handed = on_handed, .hit = on_hit, .ending = on_ending, .arg = server
	};
}

/* ---- the watch's ---- */

static bool ask_afresh(void *arg, const name_t *name, pending_told_fn *told, void *told_arg)
{
	const server_t *server = arg;

	return pending_ask(server->pending, name, RDATA_TYPE_MX, true, told, told_arg);
}

watch_calls_t calls_of_watch(server_t *server)
{
	return (watch_calls_t){ .ask = ask_afresh, .arg = server };
}
