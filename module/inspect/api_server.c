/* api_server.c: see api_server.h. */
#include "module/inspect/api_server.h"

#include "module/control/client.h"
#include "module/inspect/metrics.h"

#include <stdlib.h>

enum {
	BAD_REQUEST = 400,
	UNAVAILABLE = 503,
	QUICK_SECONDS = 3,   /* for what the server has at hand */
	LOOKUP_SECONDS = 40, /* for what it has to ask others */
};

/* Sends an order, which is taken over. Without a reply *error is a sentence, to be freed, or NULL: memory is out. */
static json_t *ask(const sources_t *sources, json_t *order, unsigned seconds, client_result_t *result, char **error)
{
	json_t *reply = NULL;

	*error = NULL;
	*result = CLIENT_UNREACHABLE;
	if (order != NULL)
		*result = client_ask(sources->shared->conf->control.socket, order, seconds, &reply, error);
	json_decref(order);
	if (reply != NULL)
		(void)json_object_del(reply, "ok"); /* the status says it */
	return reply;
}

static const char *sentence(const char *error)
{
	return error != NULL ? error : "memory is out";
}

static answer_t relay(const sources_t *sources, json_t *order, unsigned seconds)
{
	client_result_t result;
	char *error;
	json_t *reply = ask(sources, order, seconds, &result, &error);
	answer_t answer;

	if (reply != NULL)
		return answer_json(200, reply);
	answer = answer_error(UNAVAILABLE, sentence(error));
	free(error);
	return answer;
}

static json_t *order_of(const char *command)
{
	return json_pack("{s:s}", "command", command);
}

answer_t api_server_status(sources_t *sources, const uri_t *uri, const char *rest)
{
	(void)uri;
	(void)rest;
	return relay(sources, order_of("status"), QUICK_SECONDS);
}

answer_t api_server_stats(sources_t *sources, const uri_t *uri, const char *rest)
{
	(void)uri;
	(void)rest;
	return relay(sources, order_of("stats"), QUICK_SECONDS);
}

answer_t api_server_alerts(sources_t *sources, const uri_t *uri, const char *rest)
{
	(void)uri;
	(void)rest;
	return relay(sources, order_of("alerts"), QUICK_SECONDS);
}

answer_t api_server_lookup(sources_t *sources, const uri_t *uri, const char *rest)
{
	const char *name = uri_text(uri, "name");

	(void)rest;
	if (name == NULL)
		return answer_error(BAD_REQUEST, "name is missing: the domain to look up");
	return relay(sources, json_pack("{s:s, s:s}", "command", "explain", "name", name), LOOKUP_SECONDS);
}

/* Ready: the server answers, and has a resolver process that does. */
answer_t api_server_healthz(sources_t *sources, const uri_t *uri, const char *rest)
{
	client_result_t result;
	char *error;
	json_t *reply = ask(sources, order_of("status"), QUICK_SECONDS, &result, &error);
	const bool ready = json_is_true(json_object_get(reply, "ready"));
	const char *why = ready ? "" : "no resolver process answers";
	answer_t answer;

	(void)uri;
	(void)rest;
	answer = answer_json(ready ? 200 : UNAVAILABLE, json_pack("{s:b, s:b, s:s}", "alive", 1, "ready", (int)ready,
								  "why", reply != NULL ? why : sentence(error)));
	json_decref(reply);
	free(error);
	return answer;
}

/* A server that does not answer is a metric, too. */
answer_t api_server_metrics(sources_t *sources, const uri_t *uri, const char *rest)
{
	client_result_t result;
	char *error;
	json_t *reply = ask(sources, order_of("stats"), QUICK_SECONDS, &result, &error);
	size_t size = 0;
	char *text = metrics_text(reply, &size);

	(void)uri;
	(void)rest;
	json_decref(reply);
	free(error);
	return answer_text(200, "text/plain; version=0.0.4; charset=utf-8", text, size);
}
