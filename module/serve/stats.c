/* stats.c: see stats.h. */
#include "module/serve/stats.h"

#include "module/clock.h"
#include "module/pending/refusals.h"
#include "validator/ede.h"

#include <assert.h>
#include <unistd.h>

enum { MICROSECONDS = 1000000 };

const char *stats_level_name(log_level_t level)
{
	switch (level) {
	case LOG_LEVEL_ERROR: return "error";
	case LOG_LEVEL_WARNING: return "warning";
	case LOG_LEVEL_INFO: return "info";
	case LOG_LEVEL_DEBUG: return "debug";
	}
	return "unknown";
}

static json_t *number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

/* ---- parts ---- */

/* Types that nobody has asked for are left out. */
static json_t *types_json(const uint64_t *counts)
{
	json_t *object = json_object();

	for (unsigned slot = 0; slot < TYPES_COUNTED; slot++)
		if (counts[slot] > 0)
			json_object_set_new(object, types_name(slot), number(counts[slot]));
	return object;
}

static json_t *histogram_json(const histogram_sum_t *sum)
{
	json_t *buckets = json_array();

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++)
		json_array_append_new(buckets, json_pack("[f, I]", (double)histogram_bounds[i] / MICROSECONDS,
							 (json_int_t)sum->buckets[i]));
	return json_pack("{s:o, s:f, s:I}", "buckets", buckets, "sum", (double)sum->microseconds / MICROSECONDS,
			 "count", (json_int_t)sum->count);
}

static json_t *latency_of(const histogram_t *histogram)
{
	histogram_sum_t sum = { 0 };

	histogram_read(histogram, &sum);
	return histogram_json(&sum);
}

static json_t *verdicts_json(const counts_t *counts)
{
	json_t *object = json_object();

	for (unsigned i = 0; i < COUNTS_VERDICTS; i++)
		json_object_set_new(object, counts_verdict_name((counts_verdict_t)i),
				    number(counts_read(&counts->verdicts[i])));
	return object;
}

/* One check's findings by action; NULL when there was none. */
static json_t *actions_json(const atomic_uint_fast64_t *counts)
{
	json_t *object = json_object();
	uint64_t all = 0;

	for (unsigned i = 0; i < COUNTS_ACTIONS; i++) {
		const uint64_t count = counts_read(&counts[i]);

		all += count;
		json_object_set_new(object, action_name((action_t)i), number(count));
	}
	if (all > 0)
		return object;
	json_decref(object);
	return NULL;
}

static json_t *findings_json(const counts_t *counts)
{
	json_t *object = json_object();

	for (unsigned i = 0; i < CHECKS; i++) {
		json_t *actions = actions_json(counts->findings[i]);

		if (actions != NULL)
			json_object_set_new(object, check_row((check_id_t)i)->name, actions);
	}
	return object;
}

static json_t *bogus_json(const counts_t *counts)
{
	json_t *object = json_object();

	for (unsigned i = 0; i <= COUNTS_EDE_MAX; i++) {
		const uint64_t count = counts_read(&counts->bogus[i]);
		const char *name = i < COUNTS_EDE_MAX ? ede_name((ede_t)i) : "none";

		if (count > 0)
			json_object_set_new(
				object, name,
				number(count + (uint64_t)json_integer_value(json_object_get(object, name))));
	}
	return object;
}

static json_t *corroboration_json(const counts_t *counts)
{
	static const char *const names[COUNTS_CORROBORATIONS] = {
		[CORROBORATION_NONE] = "none",
		[CORROBORATION_AGREED] = "agreed",
		[CORROBORATION_DIFFERED] = "differed",
		[CORROBORATION_UNAVAILABLE] = "unavailable",
	};
	json_t *object = json_object();

	for (unsigned i = 0; i < COUNTS_CORROBORATIONS; i++)
		json_object_set_new(object, names[i], number(counts_read(&counts->corroboration[i])));
	return object;
}

static json_t *prefetch_json(const prefetch_stats_t *prefetch)
{
	json_t *object = json_object();

	for (unsigned i = 0; i < PREFETCH_OUTCOMES; i++)
		json_object_set_new(object, prefetch_name((prefetch_outcome_t)i), number(prefetch->counts[i]));
	return object;
}

static json_t *cache_json(const server_t *server)
{
	cache_stats_t cache;

	cache_stats(server->cache, &cache);
	return json_pack("{s:I, s:I, s:I, s:I}", "entries", (json_int_t)cache.entries, "octets",
			 (json_int_t)cache.octets, "limit", (json_int_t)cache.limit, "evictions",
			 (json_int_t)cache.evictions);
}

static json_t *snapshot_json(const server_t *server)
{
	snapshot_stats_t snapshot;

	snapshot_stats(server->snapshot, &snapshot);
	return json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:s}", "enabled", (int)snapshot.on, "written",
			 (json_int_t)snapshot.written, "entries", (json_int_t)snapshot.entries, "octets",
			 (json_int_t)snapshot.octets, "loaded", (json_int_t)snapshot.loaded, "failures",
			 (json_int_t)snapshot.failures, "error", snapshot.error);
}

static const char *state_name(pool_state_t state)
{
	switch (state) {
	case POOL_STARTING: return "starting";
	case POOL_READY: return "ready";
	case POOL_LEAVING: return "leaving";
	case POOL_ENDED: return "ended";
	}
	return "unknown";
}

static json_t *resolvers_json(const pending_state_t *state)
{
	json_t *array = json_array();

	for (size_t i = 0; i < state->process_count; i++) {
		const pool_process_t *process = &state->processes[i];

		json_array_append_new(array, json_pack("{s:i, s:s, s:i}", "pid", (int)process->pid, "state",
						       state_name(process->state), "open", (int)process->open));
	}
	return array;
}

static bool is_ready(const pending_state_t *state)
{
	for (size_t i = 0; i < state->process_count; i++)
		if (state->processes[i].state == POOL_READY)
			return true;
	return false;
}

/* ---- the two objects ---- */

/* What both begin with. */
static json_t *head_json(const server_t *server)
{
	return json_pack("{s:I, s:I, s:s, s:i}", "time", (json_int_t)clock_of_wall(), "started",
			 (json_int_t)server->started, "version", MXWARD_VERSION, "pid", (int)getpid());
}

/* Takes `more` over. NULL when either is. */
static json_t *merge(json_t *object, json_t *more)
{
	if (object == NULL || more == NULL || json_object_update(object, more) != 0) {
		json_decref(object);
		object = NULL;
	}
	json_decref(more);
	return object;
}

json_t *stats_status(const server_t *server, const pending_state_t *state)
{
	const uint64_t up = clock_of_cache() - server->started_mono;
	alerts_stats_t alerts;

	alerts_stats(server->alerts, &alerts);
	return merge(head_json(server), json_pack("{s:I, s:b, s:s, s:s, s:s, s:I, s:I, s:o, s:o, s:o}", "uptime",
						  (json_int_t)up, "ready", (int)is_ready(state), "config", server->path,
						  "listen", front_sockets_text(front_sockets(server->front)),
						  "log_level", stats_level_name(log_get_level(server->log)), "ntas",
						  (json_int_t)ntas_count(server->ntas), "alerts",
						  (json_int_t)alerts.open, "cache", cache_json(server), "snapshot",
						  snapshot_json(server), "resolvers", resolvers_json(state)));
}

static uint64_t stale_of(const server_t *server)
{
	cache_stats_t cache;

	cache_stats(server->cache, &cache);
	return cache.stale;
}

static json_t *answers_json(const server_t *server, const front_stats_t *front, const pending_stats_t *pending)
{
	const counts_t *counts = server->counts;
	const uint64_t servfail = front->servfail + counts_read(&counts->servfail) + pending->turned_away;

	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "hits", (json_int_t)front->hits, "misses",
			 (json_int_t)front->misses, "stale", (json_int_t)stale_of(server), "refused",
			 (json_int_t)front->refused, "malformed", (json_int_t)front->malformed, "dropped",
			 (json_int_t)front->dropped, "servfail", (json_int_t)servfail);
}

static json_t *traffic_json(const server_t *server, const pending_stats_t *pending)
{
	const counts_t *counts = server->counts;
	front_stats_t front;

	front_stats(server->front, &front);
	return json_pack("{s:{s:o, s:o}, s:o, s:I, s:{s:o, s:o, s:o}}", "queries", "udp", types_json(front.udp_types),
			 "tcp", types_json(front.tcp_types), "answers", answers_json(server, &front, pending),
			 "tcp_connections", (json_int_t)front.tcp_connections, "latency_seconds", "hit",
			 histogram_json(&front.hit_latency), "miss", latency_of(&counts->miss), "assessment",
			 latency_of(&counts->assessment));
}

static json_t *judgement_json(const counts_t *counts)
{
	return json_pack("{s:o, s:o, s:o, s:o}", "verdicts", verdicts_json(counts), "findings", findings_json(counts),
			 "bogus", bogus_json(counts), "corroboration", corroboration_json(counts));
}

/* Everything that is behind the answers, and may fall behind. */
typedef struct behind {
	pending_stats_t pending;
	log_stats_t log;
	vlog_stats_t vlog;
	history_stats_t history;
	alerts_stats_t alerts;
} behind_t;

static void read_behind(const server_t *server, behind_t *behind)
{
	pending_stats(server->pending, &behind->pending);
	log_stats(server->log, &behind->log);
	vlog_stats(server->vlog, &behind->vlog);
	history_stats(server->history, &behind->history);
	alerts_stats(server->alerts, &behind->alerts);
}

static json_t *queues_json(const behind_t *behind, const pending_state_t *state)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "pending_questions", (json_int_t)state->questions,
			 "waiting_clients", (json_int_t)behind->pending.clients, "log", (json_int_t)behind->log.waiting,
			 "validation_log", (json_int_t)behind->vlog.waiting, "history",
			 (json_int_t)behind->history.waiting, "alerts", (json_int_t)behind->alerts.queued);
}

static json_t *turned_away_json(const behind_t *behind)
{
	json_t *object = json_object();

	for (unsigned kind = 0; kind < SHARES_KINDS; kind++)
		json_object_set_new(object, refusals_name((shares_kind_t)kind),
				    number(behind->pending.turned_away_of[kind]));
	return object;
}

static json_t *lost_json(const behind_t *behind)
{
	return json_pack("{s:I, s:I, s:I, s:I}", "log", (json_int_t)behind->log.lost, "validation_log",
			 (json_int_t)behind->vlog.lost, "history", (json_int_t)behind->history.lost, "alerts",
			 (json_int_t)behind->alerts.lost + (json_int_t)behind->alerts.left_out);
}

static json_t *rooms_json(const server_t *server, const behind_t *behind, const pending_state_t *state)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:{s:I, s:I}, s:{s:I}}", "prefetch",
			 prefetch_json(&behind->pending.prefetch), "queues", queues_json(behind, state), "turned_away",
			 turned_away_json(behind), "lost", lost_json(behind), "cache", cache_json(server), "snapshot",
			 snapshot_json(server), "resolvers", resolvers_json(state), "history", "rows",
			 (json_int_t)behind->history.rows, "octets", (json_int_t)behind->history.octets, "alerts",
			 "open", (json_int_t)behind->alerts.open);
}

json_t *stats_all(const server_t *server, const pending_state_t *state)
{
	json_t *object = head_json(server);
	behind_t behind;

	read_behind(server, &behind);
	object = merge(object, traffic_json(server, &behind.pending));
	object = merge(object, judgement_json(server->counts));
	return merge(object, rooms_json(server, &behind, state));
}
