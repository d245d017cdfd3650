/* webhook.c: see webhook.h. */
#include "module/alert/webhook.h"

#include "module/alert/curl.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum {
	DOUBLINGS_MAX = 6,
	SUCCESS_FIRST = 200, /* HTTP statuses (RFC 9110, 15.3) */
	SUCCESS_LAST = 299,
	WHY_MAX = 256,
};

typedef struct waiting {
	char *json;
	uint64_t tag;
	unsigned failures;
} waiting_t;

struct webhook {
	curl_t curl;
	CURLM *multi; /* NULL: libcurl is not loaded */
	webhook_done_fn *done;
	void *owner;
	log_t *log;
	webhook_settings_t settings; /* owns its strings */
	size_t first;                /* of those that wait: a ring; the first is the one underway */
	size_t count;
	waiting_t waiting[WEBHOOK_WAITING_MAX];
	unsigned failures; /* in a row */
	uint64_t due;      /* when the next try may begin */
	CURL *easy;        /* underway; NULL: nothing is */
	struct curl_slist *headers;
	size_t taken; /* octets of the reply */
	char error[CURL_ERROR_SIZE];
};

/* ---- what may be a URL ---- */

static bool is_loopback(const char *host)
{
	struct in_addr v4;

	return strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	       (inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127);
}

static const char *problem_of_parts(const char *scheme, const char *host, const char *user)
{
	if (user != NULL)
		return "holds a user name: put a token into alerts.webhook.token-file instead";
	if (strcmp(scheme, "https") == 0)
		return NULL;
	if (strcmp(scheme, "http") != 0)
		return "is neither https:// nor http://";
	return is_loopback(host) ? NULL
				 : "is http:// to another machine, where anybody on the way can read and change it: "
				   "use https://";
}

static const char *problem_of_url(const curl_t *curl, const char *url)
{
	CURLU *parts = curl->url();
	const char *problem = "is no URL";
	char *scheme = NULL;
	char *host = NULL;
	char *user = NULL;

	if (parts != NULL && curl->url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
	    curl->url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
	    curl->url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK) {
		(void)curl->url_get(parts, CURLUPART_USER, &user, 0);
		problem = problem_of_parts(scheme, host, user);
	}
	curl->free(scheme);
	curl->free(host);
	curl->free(user);
	curl->url_cleanup(parts);
	return problem;
}

const char *webhook_url_problem(const char *url)
{
	char problem[LATE_PROBLEM_MAX];
	curl_t curl;

	return curl_load(&curl, problem) ? problem_of_url(&curl, url)
					 : "wants libcurl, which is not there: install the package libcurl4";
}

uint64_t webhook_back_off(uint32_t retry_ms, unsigned failures)
{
	unsigned doublings = failures - 1 < DOUBLINGS_MAX ? failures - 1 : DOUBLINGS_MAX;

	return (uint64_t)retry_ms << doublings;
}

/* ---- settings ---- */

static void free_settings(webhook_settings_t *settings)
{
	free((char *)(uintptr_t)settings->url); /* our own copies */
	free((char *)(uintptr_t)settings->token_file);
	free((char *)(uintptr_t)settings->ca_file);
}

static bool copy_settings(webhook_settings_t *copy, const webhook_settings_t *settings)
{
	*copy = *settings;
	copy->url = strdup(settings->url);
	copy->token_file = strdup(settings->token_file);
	copy->ca_file = strdup(settings->ca_file);
	if (copy->url != NULL && copy->token_file != NULL && copy->ca_file != NULL)
		return true;
	free_settings(copy);
	return false;
}

static void stop_try(webhook_t *webhook)
{
	if (webhook->easy != NULL) {
		webhook->curl.multi_remove_handle(webhook->multi, webhook->easy);
		webhook->curl.easy_cleanup(webhook->easy);
	}
	if (webhook->headers != NULL)
		webhook->curl.slist_free_all(webhook->headers);
	webhook->easy = NULL;
	webhook->headers = NULL;
}

static waiting_t *head(webhook_t *webhook)
{
	return &webhook->waiting[webhook->first];
}

static void finish_head(webhook_t *webhook, bool delivered)
{
	const uint64_t tag = head(webhook)->tag;

	free(head(webhook)->json);
	webhook->first = (webhook->first + 1) % WEBHOOK_WAITING_MAX;
	webhook->count--;
	webhook->done(webhook->owner, tag, delivered);
}

static bool start_curl(webhook_t *webhook)
{
	char problem[LATE_PROBLEM_MAX] = "memory is out";

	if (webhook->multi == NULL && curl_load(&webhook->curl, problem) &&
	    webhook->curl.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {
		webhook->multi = webhook->curl.multi_init();
		if (webhook->multi == NULL)
			webhook->curl.global_cleanup();
	}
	if (webhook->multi == NULL)
		log_write(webhook->log, LOG_LEVEL_ERROR,
			  "alerts.webhook: nothing is sent: %s: install the package libcurl4, and reload", problem);
	return webhook->multi != NULL;
}

static void stop_curl(webhook_t *webhook)
{
	if (webhook->multi == NULL)
		return;
	webhook->curl.multi_cleanup(webhook->multi);
	webhook->curl.global_cleanup();
}

bool webhook_configure(webhook_t *webhook, const webhook_settings_t *settings)
{
	webhook_settings_t wanted = *settings;
	webhook_settings_t copy;

	if (wanted.url[0] != '\0' && !start_curl(webhook))
		wanted.url = "";
	if (!copy_settings(&copy, &wanted))
		return false;
	stop_try(webhook);
	free_settings(&webhook->settings);
	webhook->settings = copy;
	webhook->failures = 0;
	webhook->due = 0;
	while (webhook->count > 0 && !webhook_is_configured(webhook))
		finish_head(webhook, false);
	return true;
}

bool webhook_is_configured(const webhook_t *webhook)
{
	return webhook->settings.url != NULL && webhook->settings.url[0] != '\0';
}

webhook_t *webhook_new(webhook_done_fn *done, void *owner, log_t *log)
{
	webhook_t *webhook = calloc(1, sizeof(*webhook));

	if (webhook == NULL)
		return NULL;
	webhook->done = done;
	webhook->owner = owner;
	webhook->log = log;
	return webhook;
}

void webhook_free(webhook_t *webhook)
{
	if (webhook == NULL)
		return;
	stop_try(webhook);
	for (; webhook->count > 0; webhook->count--) {
		free(head(webhook)->json);
		webhook->first = (webhook->first + 1) % WEBHOOK_WAITING_MAX;
	}
	stop_curl(webhook);
	free_settings(&webhook->settings);
	free(webhook);
}

/* ---- a try ---- */

/* The text of the reply is for nobody; too much of it ends the transfer, whose status counts all the same. */
static size_t take_reply(char *octets, size_t size, size_t count, void *arg)
{
	webhook_t *webhook = arg;

	(void)octets;
	webhook->taken += size * count;
	return webhook->taken <= WEBHOOK_REPLY_MAX ? size * count : 0;
}

/* The first line, without what could end a header. It is read each time: tokens are renewed. */
static bool read_token(const char *path, char token[WEBHOOK_TOKEN_MAX], char *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t size = fd >= 0 ? read(fd, token, WEBHOOK_TOKEN_MAX - 1) : -1;
	int err = errno;

	if (fd >= 0)
		close(fd);
	if (size < 0) {
		snprintf(why, WHY_MAX, "the token's file %.150s cannot be read: %s", path, strerror(err));
		return false;
	}
	token[size] = '\0';
	token[strcspn(token, "\r\n")] = '\0';
	for (const char *c = token; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			token[0] = '\0';
	if (token[0] == '\0')
		snprintf(why, WHY_MAX, "the token's file %.150s does not begin with a line of printable ASCII", path);
	return token[0] != '\0';
}

static bool add_header(webhook_t *webhook, const char *header)
{
	struct curl_slist *longer = webhook->curl.slist_append(webhook->headers, header);

	if (longer != NULL)
		webhook->headers = longer;
	return longer != NULL;
}

static bool add_token(webhook_t *webhook, char *why)
{
	char token[WEBHOOK_TOKEN_MAX];
	char header[WEBHOOK_TOKEN_MAX + 32];

	if (webhook->settings.token_file[0] == '\0')
		return true;
	if (!read_token(webhook->settings.token_file, token, why))
		return false;
	snprintf(header, sizeof(header), "Authorization: Bearer %s", token);
	return add_header(webhook, header);
}

static bool set_up(webhook_t *webhook)
{
	const webhook_settings_t *settings = &webhook->settings;
	CURL *easy = webhook->easy;
	bool good = webhook->curl.easy_setopt(easy, CURLOPT_URL, settings->url) == CURLE_OK &&
		    webhook->curl.easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
		    webhook->curl.easy_setopt(easy, CURLOPT_PROXY, "") ==
			    CURLE_OK && /* none, whatever the environment says */
		    webhook->curl.easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
		    webhook->curl.easy_setopt(easy, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
		    webhook->curl.easy_setopt(easy, CURLOPT_TIMEOUT, (long)settings->timeout_s) == CURLE_OK &&
		    webhook->curl.easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)settings->timeout_s) == CURLE_OK &&
		    webhook->curl.easy_setopt(easy, CURLOPT_USERAGENT, "mxward") == CURLE_OK &&
		    webhook->curl.easy_setopt(easy, CURLOPT_HTTPHEADER, webhook->headers) == CURLE_OK &&
		    webhook->curl.easy_setopt(easy, CURLOPT_POSTFIELDS, head(webhook)->json) == CURLE_OK &&
		    webhook->curl.easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_reply) == CURLE_OK &&
		    webhook->curl.easy_setopt(easy, CURLOPT_WRITEDATA, webhook) == CURLE_OK &&
		    webhook->curl.easy_setopt(easy, CURLOPT_ERRORBUFFER, webhook->error) == CURLE_OK;

	if (good && settings->ca_file[0] != '\0')
		good = webhook->curl.easy_setopt(easy, CURLOPT_CAINFO, settings->ca_file) == CURLE_OK &&
		       webhook->curl.easy_setopt(easy, CURLOPT_CAPATH, NULL) == CURLE_OK;
	/* At a stop nobody waits for a resolver thread of libcurl's: it may be asking us. */
	(void)webhook->curl.easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	return good;
}

static void fail(webhook_t *webhook, const char *why, uint64_t now_ms)
{
	waiting_t *next = head(webhook);

	next->failures++;
	webhook->failures++;
	webhook->due = now_ms + webhook_back_off(webhook->settings.retry_ms, webhook->failures);
	if (next->failures >= webhook->settings.tries) {
		log_write(webhook->log, LOG_LEVEL_ERROR, "alerts.webhook: %s: given up after %u tries", why,
			  next->failures);
		finish_head(webhook, false);
		return;
	}
	log_write(webhook->log, LOG_LEVEL_WARNING, "alerts.webhook: %s: trying again in %llu ms", why,
		  (unsigned long long)(webhook->due - now_ms));
}

static void begin_try(webhook_t *webhook, uint64_t now_ms)
{
	char why[WHY_MAX] = "memory is out";

	webhook->taken = 0;
	webhook->error[0] = '\0';
	webhook->easy = webhook->curl.easy_init();
	if (webhook->easy != NULL && add_header(webhook, "Content-Type: application/json") &&
	    add_header(webhook, "Expect:") && add_token(webhook, why) && set_up(webhook) &&
	    webhook->curl.multi_add_handle(webhook->multi, webhook->easy) == CURLM_OK)
		return;
	if (webhook->easy != NULL)
		webhook->curl.easy_cleanup(webhook->easy);
	webhook->easy = NULL;
	stop_try(webhook);
	fail(webhook, why, now_ms);
}

static void end_try(webhook_t *webhook, CURLcode code, uint64_t now_ms)
{
	char why[CURL_ERROR_SIZE + 64];
	long status = 0;

	(void)webhook->curl.easy_getinfo(webhook->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status != 0 && (code == CURLE_OK || webhook->taken > WEBHOOK_REPLY_MAX))
		snprintf(why, sizeof(why), "the receiver answered with status %ld", status);
	else
		snprintf(why, sizeof(why), "%s",
			 webhook->error[0] != '\0' ? webhook->error : webhook->curl.easy_strerror(code));
	stop_try(webhook);
	if ((code == CURLE_OK || webhook->taken > WEBHOOK_REPLY_MAX) && status >= SUCCESS_FIRST &&
	    status <= SUCCESS_LAST) {
		webhook->failures = 0;
		webhook->due = 0;
		finish_head(webhook, true);
	} else {
		fail(webhook, why, now_ms);
	}
}

bool webhook_put(webhook_t *webhook, char *json, uint64_t tag)
{
	if (json == NULL || webhook->count == WEBHOOK_WAITING_MAX) {
		free(json);
		return false;
	}
	webhook->waiting[(webhook->first + webhook->count) % WEBHOOK_WAITING_MAX] =
		(waiting_t){ .json = json, .tag = tag };
	webhook->count++;
	return true;
}

/* What libcurl has to say about the try that is underway. */
static void collect(webhook_t *webhook, uint64_t now_ms)
{
	const CURLMsg *message;
	int left;

	while (webhook->easy != NULL && (message = webhook->curl.multi_info_read(webhook->multi, &left)) != NULL)
		if (message->msg == CURLMSG_DONE && message->easy_handle == webhook->easy)
			end_try(webhook, message->data.result, now_ms);
}

void webhook_run(webhook_t *webhook, uint64_t now_ms)
{
	int running;

	if (webhook->multi == NULL)
		return;
	(void)webhook->curl.multi_perform(webhook->multi, &running);
	collect(webhook, now_ms);
	if (webhook->easy != NULL || webhook->count == 0 || now_ms < webhook->due)
		return;
	begin_try(webhook, now_ms);
	(void)webhook->curl.multi_perform(webhook->multi, &running);
	collect(webhook, now_ms);
}

int webhook_wait(const webhook_t *webhook, uint64_t now_ms)
{
	if (webhook->easy != NULL || webhook->count == 0)
		return -1; /* libcurl knows its own times */
	return webhook->due > now_ms ? (int)(webhook->due - now_ms) : 0;
}

void webhook_poll(const webhook_t *webhook, struct pollfd *fds, unsigned count, int wait_ms)
{
	struct curl_waitfd also[WEBHOOK_FDS_MAX];

	assert(count <= WEBHOOK_FDS_MAX);
	if (webhook->easy == NULL) {
		(void)poll(fds, count, wait_ms);
		return;
	}
	for (unsigned i = 0; i < count; i++)
		also[i] = (struct curl_waitfd){ .fd = fds[i].fd, .events = CURL_WAIT_POLLIN };
	(void)webhook->curl.multi_poll(webhook->multi, also, count, wait_ms, NULL);
}

size_t webhook_count(const webhook_t *webhook)
{
	return webhook->count;
}
