/* http.c: see http.h.
 *
 * A request is an exchange from its first line until libmicrohttpd is done with it:
 *
 *	target read → headers seen → refused, or answered at once ──────────────────┐
 *	                           └ a worker has it, connection suspended → done ──┴→ response queued → completed
 *
 * libmicrohttpd calls us from MHD_run() only, and MHD_run() is called from the loop only, never from inside a callback. */
#include "module/inspect/http.h"

#include "module/inspect/guard.h"
#include "module/inspect/page.h"
#include "module/inspect/response.h"
#include "module/inspect/routes.h"
#include "module/inspect/waits.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	STATUS_OK = 200,
	STATUS_NOT_MODIFIED = 304,
};

struct http {
	const http_settings_t *settings;
	const mhd_t *mhd;
	workers_t *workers;
	streams_t *streams;
	waits_t *waits;
	struct MHD_Daemon *daemon;
	struct event *readable; /* libmicrohttpd's epoll */
	struct event *timer;
};

typedef struct exchange {
	job_t job;
	http_t *http;
	struct MHD_Connection *connection; /* suspended while a worker has the job */
	bool seen;                         /* the headers */
	bool answered;                     /* job.answer is there */
	const route_t *route;
	const char *rest; /* of the path, behind the route's own */
	uri_err_t err;
	uri_t uri;
} exchange_t;

/* ---- requests ---- */

static enum MHD_Result queue(exchange_t *exchange, struct MHD_Connection *connection)
{
	const http_t *http = exchange->http;
	const answer_t *answer = &exchange->job.answer;
	struct MHD_Response *response = response_of(http->mhd, answer);
	enum MHD_Result queued = MHD_NO; /* closes the connection */

	waits_set(http->waits, connection, WAIT_CLIENT);
	if (response == NULL)
		return MHD_NO;
	if (response_add_fields(http->mhd, response, answer))
		queued = http->mhd->queue_response(connection, answer->status, response);
	http->mhd->destroy_response(response);
	return queued;
}

static const char *field(const http_t *http, struct MHD_Connection *connection, const char *name)
{
	return http->mhd->lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* GET and HEAD have no content (RFC 9110, 9.3.1): with some, two readers could differ about where the next request begins. */
static bool has_content(const http_t *http, struct MHD_Connection *connection)
{
	const char *length = field(http, connection, "Content-Length");

	return field(http, connection, "Transfer-Encoding") != NULL || (length != NULL && strcmp(length, "0") != 0);
}

static enum MHD_Result count_hosts(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	unsigned *count = cls;

	(void)kind;
	(void)value;
	*count += strcasecmp(name, "Host") == 0;
	return MHD_YES;
}

static bool host_is_ours(const http_t *http, struct MHD_Connection *connection)
{
	struct sockaddr_storage local;
	socklen_t size = sizeof(local);
	const bool known = getsockname(mhd_fd(http->mhd, connection), (struct sockaddr *)&local, &size) == 0;
	unsigned hosts = 0;

	(void)http->mhd->get_connection_values(connection, MHD_HEADER_KIND, count_hosts, &hosts);
	return hosts == 1 && guard_host(field(http, connection, "Host"), known ? (struct sockaddr *)&local : NULL,
					http->settings->allowed_hosts);
}

static bool is_stored(const http_t *http, struct MHD_Connection *connection, const char *etag)
{
	const char *known = field(http, connection, "If-None-Match");

	return known != NULL && (strcmp(known, "*") == 0 || strstr(known, etag) != NULL);
}

static answer_t page_answer(const http_t *http, const page_file_t *file, struct MHD_Connection *connection)
{
	answer_t answer = { .status = STATUS_OK, .type = file->type, .etag = file->etag };

	if (is_stored(http, connection, file->etag)) {
		answer.status = STATUS_NOT_MODIFIED;
		return answer;
	}
	answer.octets = file->octets;
	answer.size = file->size;
	return answer;
}

static void answer_at_once(exchange_t *exchange, answer_t answer)
{
	exchange->job.answer = answer;
	exchange->answered = true;
}

static void on_done(job_t *job)
{
	exchange_t *exchange = (exchange_t *)(void *)job; /* its first member */
	http_t *http = exchange->http;

	exchange->answered = true;
	http->mhd->resume_connection(exchange->connection);
	event_active(http->timer, 0, 0);
}

static void answer_route(sources_t *sources, job_t *job)
{
	const exchange_t *exchange = (exchange_t *)(void *)job; /* its first member */

	job->answer = exchange->route->answer(sources, &exchange->uri, exchange->rest);
}

static const char *busy_in_words(workers_err_t err)
{
	switch (err) {
	case WORKERS_TAKEN: break;
	case WORKERS_BUSY: return "too many requests are waiting: try again in a while";
	case WORKERS_SLOW_BUSY:
		return "other domains are being looked up: try again when they are done, in some seconds";
	}
	return "";
}

static void hand_to_worker(exchange_t *exchange, struct MHD_Connection *connection)
{
	const http_t *http = exchange->http;
	workers_err_t err;

	exchange->connection = connection;
	exchange->job.work = answer_route;
	exchange->job.done = on_done;
	exchange->job.slow = exchange->route->how == ROUTE_SLOW;
	err = workers_take(http->workers, &exchange->job);
	if (err != WORKERS_TAKEN) {
		answer_at_once(exchange, answer_error(MHD_HTTP_SERVICE_UNAVAILABLE, busy_in_words(err)));
		return;
	}
	waits_set(http->waits, connection, WAIT_US);
	http->mhd->suspend_connection(connection);
}

static void dispatch(exchange_t *exchange, struct MHD_Connection *connection)
{
	const http_t *http = exchange->http;
	const page_file_t *file = page_find(exchange->uri.path);
	const char *rest = "";
	const route_t *route = file == NULL ? route_find(exchange->uri.path, &rest) : NULL;

	exchange->route = route;
	exchange->rest = rest;
	if (file != NULL)
		answer_at_once(exchange, page_answer(http, file, connection));
	else if ((route == NULL || !route->open) &&
		 !guard_token(field(http, connection, "Authorization"), http->settings->token))
		answer_at_once(exchange, answer_error(MHD_HTTP_UNAUTHORIZED,
						      "a token is needed: Authorization: Bearer TOKEN, with the token "
						      "of inspection.token-file"));
	else if (route == NULL)
		answer_at_once(exchange, answer_error(MHD_HTTP_NOT_FOUND, "there is no such resource"));
	else if (route->how == ROUTE_STREAM)
		return;
	else if (route->how == ROUTE_AT_ONCE)
		answer_at_once(exchange, route->answer(NULL, &exchange->uri, rest));
	else
		hand_to_worker(exchange, connection);
}

static enum MHD_Result queue_stream(exchange_t *exchange, struct MHD_Connection *connection)
{
	const http_t *http = exchange->http;
	static const answer_t stream = { .status = STATUS_OK, .type = "text/event-stream" };
	answer_t refusal = { 0 };
	struct MHD_Response *response = streams_response(http->streams, connection, &exchange->uri,
							 field(http, connection, "Last-Event-ID"), &refusal);
	enum MHD_Result queued = MHD_NO;

	if (response == NULL) {
		answer_at_once(exchange, refusal);
		return queue(exchange, connection);
	}
	answer_clear(&refusal);
	waits_set(http->waits, connection, WAIT_EVENTS);
	if (response_add_fields(http->mhd, response, &stream))
		queued = http->mhd->queue_response(connection, STATUS_OK, response);
	http->mhd->destroy_response(response);
	return queued;
}

/* Why a request is refused before anybody looks at what it wants; false: it is not. */
static bool is_refused(exchange_t *exchange, struct MHD_Connection *connection, const char *method)
{
	if (!host_is_ours(exchange->http, connection))
		answer_at_once(exchange,
			       answer_error(MHD_HTTP_MISDIRECTED_REQUEST,
					    "the Host field names no address of this server: use one of "
					    "inspection.listen, or put the name into inspection.allowed-hosts"));
	else if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
		answer_at_once(exchange, answer_error(MHD_HTTP_METHOD_NOT_ALLOWED,
						      "only GET and HEAD are understood: nothing can be changed here"));
	else if (has_content(exchange->http, connection))
		answer_at_once(exchange, answer_error(MHD_HTTP_BAD_REQUEST, "a request has no content here"));
	else if (exchange->err == URI_LONG)
		answer_at_once(exchange, answer_error(MHD_HTTP_URI_TOO_LONG, uri_strerror(exchange->err)));
	else if (exchange->err != URI_OK)
		answer_at_once(exchange, answer_error(MHD_HTTP_BAD_REQUEST, uri_strerror(exchange->err)));
	return exchange->answered;
}

/* Called when the headers are there, when the whole request is (refusing it before closes the connection), and again when it
 * was suspended. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
				  const char *version, const char *upload, size_t *upload_size, void **context)
{
	exchange_t *exchange = *context;

	(void)cls;
	(void)url;
	(void)version;
	(void)upload;
	if (exchange == NULL)
		return MHD_NO;
	if (!exchange->seen) {
		exchange->seen = true;
		return is_refused(exchange, connection, method) ? queue(exchange, connection) : MHD_YES;
	}
	*upload_size = 0;
	if (!exchange->answered)
		dispatch(exchange, connection);
	if (exchange->answered)
		return queue(exchange, connection);
	return exchange->route->how == ROUTE_STREAM ? queue_stream(exchange, connection) : MHD_YES;
}

/* The target before libmicrohttpd decodes it, in ways of its own. */
static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
	exchange_t *exchange = calloc(1, sizeof(*exchange));

	(void)connection;
	if (exchange == NULL)
		return NULL;
	exchange->http = cls;
	exchange->err = uri_read(target, &exchange->uri);
	return exchange;
}

static void on_completed(void *cls, struct MHD_Connection *connection, void **context,
			 enum MHD_RequestTerminationCode code)
{
	const http_t *http = cls;
	exchange_t *exchange = *context;

	(void)code;
	if (exchange != NULL)
		answer_clear(&exchange->job.answer);
	free(exchange);
	*context = NULL;
	waits_set(http->waits, connection, WAIT_REQUEST);
}

/* ---- the loop ---- */

/* Lets libmicrohttpd do what there is to do, and comes back when it says so. */
static void run(http_t *http)
{
	unsigned long long ms = 0;

	http->mhd->run(http->daemon);
	if (http->mhd->get_timeout(http->daemon, &ms) == MHD_YES) {
		const struct timeval delay = { .tv_sec = (time_t)(ms / 1000),
					       .tv_usec = (suseconds_t)(ms % 1000 * 1000) };

		evtimer_add(http->timer, &delay);
	} else {
		evtimer_del(http->timer);
	}
}

static void on_run(evutil_socket_t fd, short events, void *arg)
{
	(void)fd;
	(void)events;
	run(arg);
}

static void on_resumed(void *arg)
{
	const http_t *http = arg;

	event_active(http->timer, 0, 0);
}

static bool start_daemon(http_t *http)
{
	http->daemon = http->mhd->start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, on_request, http,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, http, MHD_OPTION_NOTIFY_COMPLETED, on_completed, http,
		MHD_OPTION_NOTIFY_CONNECTION, waits_on_connection, http->waits, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)HTTP_CONNECTIONS_MAX, MHD_OPTION_PER_IP_CONNECTION_LIMIT,
		(unsigned)HTTP_CONNECTIONS_PER_ADDRESS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)HTTP_REQUEST_MAX, MHD_OPTION_CONNECTION_TIMEOUT, http->settings->request_seconds,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
	return http->daemon != NULL;
}

static bool watch(http_t *http, struct event_base *base)
{
	const union MHD_DaemonInfo *info = http->mhd->get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);

	if (info == NULL || info->epoll_fd < 0)
		return false;
	http->readable = event_new(base, info->epoll_fd, EV_READ | EV_PERSIST, on_run, http);
	http->timer = evtimer_new(base, on_run, http);
	return http->readable != NULL && http->timer != NULL && event_add(http->readable, NULL) == 0;
}

http_t *http_new(struct event_base *base, const http_settings_t *settings, workers_t *workers)
{
	http_t *http = calloc(1, sizeof(*http));

	if (http == NULL)
		return NULL;
	http->settings = settings;
	http->mhd = settings->mhd;
	http->workers = workers;
	http->waits = waits_new(base, settings);
	http->streams = streams_new(base, settings->mhd, workers, on_resumed, http);
	if (http->waits != NULL && http->streams != NULL && start_daemon(http) && watch(http, base))
		return http;
	http_free(http);
	return NULL;
}

void http_free(http_t *http)
{
	if (http == NULL)
		return;
	if (http->daemon != NULL) {
		streams_end(http->streams);
		http->mhd->run(http->daemon); /* what was resumed goes on */
		http->mhd->stop_daemon(http->daemon);
	}
	streams_free(http->streams);
	waits_free(http->waits);
	if (http->readable != NULL)
		event_free(http->readable);
	if (http->timer != NULL)
		event_free(http->timer);
	free(http);
}

void http_grew(http_t *http)
{
	streams_grew(http->streams);
}

void http_add(http_t *http, int fd, const struct sockaddr *peer, socklen_t size)
{
	if (http->mhd->add_connection(http->daemon, fd, peer, size) == MHD_YES)
		event_active(http->timer, 0, 0);
}
