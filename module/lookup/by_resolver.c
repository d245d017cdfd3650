/* by_resolver.c: resolves by ourselves: one resolver process, one question, one loop. It goes the way of the daemon's inquiries,
 * with an empty cache; with --tcp it is one plain question to the resolver process.
 *
 * The daemon's RFC 5011 state is left alone: a tool that anybody runs must not write to it. The static anchors are used. */
#include "module/escape.h"
#include "module/lookup/remember.h"
#include "module/lookup/result.h"
#include "module/resolver/options.h"
#include "validator/ede.h"
#include "validator/name.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { NS_PER_MS = 1000000, MS = 1000, FLAGS_OCTET = 3, RCODE_MASK = 0xf, CACHE_SIZE = 4 << 20 };

typedef struct resolving {
	struct event_base *base;
	pool_t *pool;
	cache_t *cache;
	memory_t memory;
	judging_t *judging;
	inquiry_t *inquiry; /* until it is done */
	uint64_t number;    /* of the plain question, until it is answered; else 0 */
	const request_t *request;
	result_t *result;
} resolving_t;

/* ---- a plain question ---- */

static void take_bogus(const request_t *request, const pool_outcome_t *outcome, result_t *result)
{
	if (request->show_bogus)
		result_take_packet(result, request, outcome->packet, outcome->size);
	result->trust = TRUST_BOGUS;
	result->status = RESULT_BOGUS;
	escape_text(outcome->why, result->why, sizeof(result->why));
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
	resolving_t *resolving = arg;

	resolving->number = 0;
	take_outcome(resolving->request, outcome, resolving->result);
	event_base_loopbreak(resolving->base);
}

static bool ask_over_tcp(resolving_t *resolving)
{
	const request_t *request = resolving->request;

	resolving->number = pool_ask(resolving->pool, request->name.octets, request->name.size, request->type,
				     RESOLVER_TCP, on_answer, resolving);
	return resolving->number != 0;
}

/* ---- as the daemon does ---- */

static void on_done(void *arg, const resolution_t *resolution, const verdict_t *verdict)
{
	resolving_t *resolving = arg;

	resolving->inquiry = NULL;
	if (resolution != NULL)
		result_take_inquiry(resolving->result, resolving->request, resolution, verdict);
	event_base_loopbreak(resolving->base);
}

static bool inquire(resolving_t *resolving)
{
	const inquiry_home_t home = { .base = resolving->base,
				      .pool = resolving->pool,
				      .cache = resolving->cache,
				      .memory = &resolving->memory };

	resolving->inquiry = inquiry_start(&home, resolving->judging, &resolving->request->name,
					   resolving->request->type, false, on_done, resolving);
	return resolving->inquiry != NULL;
}

/* ---- both ---- */

static void on_timeout(evutil_socket_t fd, short events, void *arg)
{
	resolving_t *resolving = arg;
	const unsigned seconds = resolving->request->timeout;

	(void)fd;
	(void)events;
	if (resolving->inquiry != NULL)
		inquiry_end(resolving->inquiry, seconds);
	if (resolving->number == 0)
		return;
	pool_cancel(resolving->pool, resolving->number); /* else pool_free() would call back with its own result */
	result_fail(resolving->result, RESULT_FAILED, "no answer within %u s", seconds);
	event_base_loopbreak(resolving->base);
}

/* Asks, and runs the loop until the answer or the end of the time. */
static bool ask(resolving_t *resolving)
{
	const struct timeval timeout = { .tv_sec = resolving->request->timeout };

	return event_base_once(resolving->base, -1, EV_TIMEOUT, on_timeout, resolving, &timeout) == 0 &&
	       (resolving->request->tcp ? ask_over_tcp(resolving) : inquire(resolving)) &&
	       event_base_dispatch(resolving->base) == 0;
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

static judging_t *judging_of(const conf_t *conf, policy_t *policy)
{
	const answer_limits_t limits = { .min_ttl = conf->cache.min_ttl,
					 .max_ttl = conf->cache.max_ttl,
					 .negative_max_ttl = conf->cache.negative_max_ttl };

	return judging_new(policy, &limits, conf->mx.corroborate_timeout, conf->mx.target_timeout);
}

static bool run(resolving_t *resolving, const conf_t *conf, log_t *log)
{
	char *text = options_text(conf, false);
	const pool_settings_t settings = { .config = text, .processes = 1 };
	bool asked = false;

	if (resolving->base != NULL && resolving->cache != NULL && resolving->judging != NULL && text != NULL)
		resolving->pool = pool_new(resolving->base, &settings, log);
	if (resolving->pool != NULL) {
		asked = ask(resolving);
		pool_free(resolving->pool);
	}
	free(text);
	return asked;
}

static unsigned ms_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned)((now.tv_sec - start->tv_sec) * MS + (now.tv_nsec - start->tv_nsec) / NS_PER_MS);
}

void result_by_resolver(const request_t *request, const conf_t *conf, policy_t *policy, result_t *result)
{
	log_t *log = log_new("stderr", LOG_LEVEL_WARNING);
	resolving_t resolving = { .base = event_base_new(),
				  .cache = cache_new(CACHE_SIZE),
				  .memory = remember_open(conf),
				  .judging = judging_of(conf, policy),
				  .request = request,
				  .result = result };
	struct timespec start;

	*result = (result_t){ .status = RESULT_FAILED };
	clock_gettime(CLOCK_MONOTONIC, &start);
	cache_thread_begin();
	if (!run(&resolving, conf, log))
		result_fail(result, RESULT_FAILED, "the resolver could not be started: memory or files are out");
	if (result->trust == TRUST_INSECURE)
		say_why_insecure(request, conf, result);
	cache_thread_end();
	result->took_ms = ms_since(&start);
	judging_release(resolving.judging);
	remember_close(&resolving.memory);
	cache_free(resolving.cache);
	if (resolving.base != NULL)
		event_base_free(resolving.base);
	log_free(log);
}
