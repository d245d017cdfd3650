/* front.c: starts, reloads, counts and stops the workers; see front.h. */
#include "module/front/front.h"

#include "module/front/worker.h"

#include <assert.h>
#include <stdlib.h>

struct front {
	front_sockets_t *sockets;
	connections_t connections;
	log_t *log;
	unsigned count;
	worker_t *workers[];
};

static void check_settings(const front_settings_t *settings)
{
	assert(settings->max_udp_size >= FRONT_MIN_UDP_SIZE && settings->max_udp_size <= FRONT_MAX_UDP_SIZE);
	assert(settings->tcp.max_connections > 0 && settings->tcp.max_per_client > 0);
}

front_t *front_start(front_sockets_t *sockets, const front_settings_t *settings, cache_t *cache,
		     const cookies_t *cookies, const front_calls_t *calls, log_t *log)
{
	front_t *front = calloc(1, sizeof(*front) + sockets->threads * sizeof(worker_t *));
	const worker_shared_t shared = { .sockets = sockets,
					 .connections = front != NULL ? &front->connections : NULL,
					 .settings = settings,
					 .cache = cache,
					 .cookies = cookies,
					 .calls = *calls,
					 .log = log };

	check_settings(settings);
	if (front == NULL)
		return NULL;
	front->log = log;
	connections_init(&front->connections, &settings->tcp);
	for (; front->count < sockets->threads; front->count++) {
		front->workers[front->count] = worker_start(&shared, front->count);
		if (front->workers[front->count] == NULL)
			break;
	}
	if (front->count == sockets->threads) {
		front->sockets = sockets;
		return front;
	}
	front_stop(front);
	front_free(front); /* leaves the sockets to the caller: they were not taken over */
	return NULL;
}

const front_sockets_t *front_sockets(const front_t *front)
{
	return front->sockets;
}

void front_reload(front_t *front, const front_settings_t *settings)
{
	check_settings(settings);
	connections_set_limits(&front->connections, &settings->tcp);
	for (unsigned i = 0; i < front->count; i++)
		if (!worker_reload(front->workers[i], settings))
			log_write(front->log, LOG_LEVEL_ERROR,
				  "memory is out: worker %u keeps its old settings; reload again", i);
}

static void add_counts(uint64_t *sums, const atomic_uint_fast64_t *counts, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		sums[i] += atomic_load_explicit(&counts[i], memory_order_relaxed);
}

void front_stats(const front_t *front, front_stats_t *stats)
{
	uint64_t sums[COUNTS] = { 0 };

	for (unsigned i = 0; i < front->count; i++)
		add_counts(sums, front->workers[i]->responder.counts, COUNTS);
	*stats = (front_stats_t){ .udp_queries = sums[COUNT_UDP],
				  .tcp_queries = sums[COUNT_TCP],
				  .hits = sums[COUNT_HIT],
				  .misses = sums[COUNT_MISS],
				  .refused = sums[COUNT_REFUSED],
				  .dropped = sums[COUNT_DROPPED],
				  .malformed = sums[COUNT_MALFORMED],
				  .servfail = sums[COUNT_SERVFAIL],
				  .tcp_connections = connections_count(&front->connections) };
	for (unsigned i = 0; i < front->count; i++) {
		const responder_t *responder = &front->workers[i]->responder;

		add_counts(stats->udp_types, responder->types[0], TYPES_COUNTED);
		add_counts(stats->tcp_types, responder->types[1], TYPES_COUNTED);
		histogram_read(&responder->hit_latency, &stats->hit_latency);
	}
}

void front_stop(front_t *front)
{
	for (unsigned i = 0; i < front->count; i++)
		worker_stop(front->workers[i]);
}

void front_free(front_t *front)
{
	for (unsigned i = 0; i < front->count; i++)
		worker_free(front->workers[i]);
	connections_clear(&front->connections);
	if (front->sockets != NULL)
		front_sockets_free(front->sockets);
	free(front);
}
