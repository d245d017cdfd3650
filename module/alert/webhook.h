/* webhook.h: sends each telling to a URL: HTTPS POST of a JSON object, by libcurl. Internal to the alert room, and to its
 * thread.
 *
 * One at a time, in order. What fails (no connection, no answer in time, a status other than 2xx) is tried again: the wait
 * doubles from `retry_ms` to 64 times that, and goes back to nothing with the first success; after `tries` of its own a telling
 * is given up. Redirects are not followed, proxies of the environment are not used, what the other side says is not kept, and
 * of its text no more than WEBHOOK_REPLY_MAX octets are taken. */
#ifndef MODULE_ALERT_WEBHOOK_H
#define MODULE_ALERT_WEBHOOK_H

#include "module/log/log.h"

#include <poll.h>
#include <stdint.h>

enum {
	WEBHOOK_WAITING_MAX = 256,
	WEBHOOK_REPLY_MAX = 64 << 10,
	WEBHOOK_TOKEN_MAX = 4096, /* octets of the token's file */
	WEBHOOK_TRIES = 20,       /* more than an hour at 5 s */
	WEBHOOK_FDS_MAX = 16,     /* of others, for webhook_poll() */
};

typedef struct webhook webhook_t;

typedef struct webhook_settings {
	const char *url;        /* "": none. webhook_url_problem() has nothing against it */
	const char *token_file; /* its first line is sent as bearer token (RFC 6750, 2.1); "": none */
	const char *ca_file;    /* PEM; "": the system's */
	unsigned timeout_s;     /* that one try may take */
	uint32_t retry_ms;
	unsigned tries;
} webhook_settings_t;

/* What was put in with `tag` is done with: delivered, or given up. */
typedef void webhook_done_fn(void *owner, uint64_t tag, bool delivered);

/* What is wrong with a URL as the end of a sentence, static; NULL: nothing. https, or http to this machine. */
const char *webhook_url_problem(const char *url);

/* Milliseconds to wait after so many failures in a row, which are at least one. */
uint64_t webhook_back_off(uint32_t retry_ms, unsigned failures);

/* NULL when memory is out. */
MUST_USE webhook_t *webhook_new(webhook_done_fn *done, void *owner, log_t *log);

/* Forgets what waits, without `done`. */
void webhook_free(webhook_t *webhook);

/* Copied. What is underway begins anew. With the first URL libcurl is loaded; when it is not there, a line in the log says so, and there
 * is no webhook. False when memory is out: the old ones stay. */
MUST_USE bool webhook_configure(webhook_t *webhook, const webhook_settings_t *settings);
bool webhook_is_configured(const webhook_t *webhook);

/* Takes `json` over, in any case. False when too many wait. */
MUST_USE bool webhook_put(webhook_t *webhook, char *json, uint64_t tag);

/* Lets libcurl go on, and begins what is due. `now_ms` is a clock that nobody sets. */
void webhook_run(webhook_t *webhook, uint64_t now_ms);

/* Milliseconds until the next try is due; -1 for none. */
int webhook_wait(const webhook_t *webhook, uint64_t now_ms);

/* As poll(), and ends when libcurl has something to do, too. */
void webhook_poll(const webhook_t *webhook, struct pollfd *fds, unsigned count, int wait_ms);

/* How many wait or are underway. */
size_t webhook_count(const webhook_t *webhook);

#endif
