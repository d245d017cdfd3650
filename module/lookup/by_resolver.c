/* by_resolver.c: resolves by ourselves: one resolver process, one question, one loop.
 *
 * The daemon's RFC 5011 state is left alone: a tool that anybody runs must not write to it. The static anchors are used. */
#include "module/escape.h"
#include "module/lookup/result.h"
#include "module/resolver/options.h"
#include "module/resolver/pool.h"
#include "validator/answer.h"
#include "validator/ede.h"
#include "validator/name.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { NS_PER_MS = 1000000, MS = 1000, FLAGS_OCTET = 3, RCODE_MASK = 0xf };

typedef struct resolution {
	struct event_base *base;
	pool_t *pool;
	uint64_t number;
	const request_t *request;
	result_t *result;
} resolution_t;

static void take_bogus(const request_t *request, const pool_outcome_t *outcome, result_t *result)
{
	if (request->show_bogus)
		result_take_packet(result, request, outcome->packet, outcome->size);
	result->trust = TRUST_BOGUS;
	result->status = RESULT_BOGUS;
	escape_string(outcome->why, result->why, sizeof(result->why));
	result->errors[0].code = (uint16_t)ede_from_reason(outcome->why);
	result->error_count = 1;
}

static void take_outcome(const request_t *request, const pool_outcome_t *outcome, result_t *result)
{
	bool has_header = outcome->size > FLAGS_OCTET;

	if (outcome->result != POOL_ANSWERED) {
		result_fail(result, RESULT_FAILED, "the resolver process was lost: the lines above say why");
		return;
	}
	result->rcode = has_header ? outcome->packet[FLAGS_OCTET] & RCODE_MASK : outcome->rcode;
	if (outcome->security == SECURITY_BOGUS) {
		take_bogus(request, outcome, result);
		return;
	}
	if (!has_header) {
		result_fail(result, RESULT_FAILED, "no server of the zone gave an answer");
		return;
	}
	result_take_packet(result, request, outcome->packet, outcome->size);
	if (result->status != RESULT_FAILED)
		result->trust = outcome->security == SECURITY_SECURE ? TRUST_SECURE : TRUST_INSECURE;
}

static void on_answer(void *arg, const pool_outcome_t *outcome)
{
	resolution_t *resolution = arg;

	take_outcome(resolution->request, outcome, resolution->result);
	event_base_loopbreak(resolution->base);
}

static void on_timeout(evutil_socket_t fd, short events, void *arg)
{
	resolution_t *resolution = arg;

	(void)fd;
	(void)events;
	pool_cancel(resolution->pool, resolution->number); /* else pool_free() would call back with its own result */
	result_fail(resolution->result, RESULT_FAILED, "no answer within %u s", resolution->request->timeout);
	event_base_loopbreak(resolution->base);
}

/* Asks, and runs the loop until the answer or the end of the time. */
static bool ask(resolution_t *resolution)
{
	const request_t *request = resolution->request;
	const struct timeval timeout = { .tv_sec = request->timeout };
	resolver_transport_t transport = request->tcp ? RESOLVER_TCP : RESOLVER_UDP;

	resolution->number = pool_ask(resolution->pool, request->name.octets, request->name.size, request->type,
				      transport, on_answer, resolution);
	return resolution->number != 0 &&
	       event_base_once(resolution->base, -1, EV_TIMEOUT, on_timeout, resolution, &timeout) == 0 &&
	       event_base_dispatch(resolution->base) == 0;
}

/* The configuration may be the reason. */
static void say_why_insecure(const request_t *request, const conf_t *conf, result_t *result)
{
	const conf_strings_t *insecure = &conf->resolver.domain_insecure;

	if (conf->resolver.trust_anchor_files.count == 0)
		snprintf(result->why, sizeof(result->why), "there is no trust anchor in resolver.trust-anchor-file");
	for (size_t i = 0; i < insecure->count; i++) {
		name_t domain;

		if (name_from_text(insecure->items[i], &domain) && name_is_under(&request->name, &domain))
			snprintf(result->why, sizeof(result->why), "resolver.domain-insecure has %s",
				 insecure->items[i]);
	}
}

static bool run(const request_t *request, const conf_t *conf, log_t *log, result_t *result)
{
	resolution_t resolution = { .base = event_base_new(), .request = request, .result = result };
	char *text = options_text(conf, false);
	const pool_settings_t settings = { .config = text, .processes = 1 };
	bool asked = false;

	if (resolution.base != NULL && text != NULL)
		resolution.pool = pool_new(resolution.base, &settings, log);
	if (resolution.pool != NULL) {
		asked = ask(&resolution);
		pool_free(resolution.pool);
	}
	if (resolution.base != NULL)
		event_base_free(resolution.base);
	free(text);
	return asked;
}

static unsigned ms_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned)((now.tv_sec - start->tv_sec) * MS + (now.tv_nsec - start->tv_nsec) / NS_PER_MS);
}

void result_by_resolver(const request_t *request, const conf_t *conf, result_t *result)
{
	log_t *log = log_new("stderr", LOG_LEVEL_WARNING);
	struct timespec start;

	*result = (result_t){ .status = RESULT_FAILED };
	clock_gettime(CLOCK_MONOTONIC, &start);
	if (!run(request, conf, log, result))
		result_fail(result, RESULT_FAILED, "the resolver could not be started: memory or files are out");
	if (result->trust == TRUST_INSECURE)
		say_why_insecure(request, conf, result);
	result->took_ms = ms_since(&start);
	log_free(log);
}
