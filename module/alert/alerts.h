/* alerts.h: tells the administrator what needs an eye, once when it begins and once when it ends: in the log and the journal, by
 * a command, by a webhook. docs/alerts.md has the kinds, and what each way is told.
 *
 *	pending thread ─ alerts_note()  ─┐                    ┌─ log, journal
 *	watch ─ alerts_raise(), _end()  ─┴→ book.h → thread ──┼─ exec
 *	                                      ⇅ file          └─ webhook
 *
 * What is noted is in the book when the call returns; the thread keeps it in a file and tells it. All that grows is bounded
 * (book.h), and nothing here waits for a command, a network or a disk but the thread. All functions may be called from any
 * thread, and NULL for `alerts` is allowed: alerts are switched off. */
#ifndef MODULE_ALERT_ALERTS_H
#define MODULE_ALERT_ALERTS_H

#include "module/log/log.h"
#include "validator/assessment.h"

#include <jansson.h>
#include <stdint.h>

typedef struct alerts alerts_t;

enum { ALERTS_SETTLE_MAX = 100 }; /* causes of one kind that a domain can have; more are left out */

/* What a reload may change. Copied. */
typedef struct alerts_settings {
	bool log;
	bool journal;            /* as structured fields, where there is one */
	const char *const *exec; /* command and arguments, ends with NULL; NULL: none */
	unsigned exec_timeout_s;
	const char *webhook_url; /* "": none */
	const char *webhook_token_file;
	const char *webhook_ca_file;
	unsigned webhook_timeout_s;
	uint32_t webhook_retry_ms; /* until the second try; doubles from there */
	uint32_t failing_after;    /* seconds of SERVFAIL that raise mx-failing (hard rule R6) */
	unsigned per_hour;         /* how many are told in an hour */
	const char *file;          /* "": none, and a restart forgets */
	const char *const
		*domains; /* that the configuration names (watch, mx.pin): no others' alerts crowd theirs out. In
				     * lower case with the final dot */
	size_t domain_count;
} alerts_settings_t;

typedef struct alerts_stats {
	size_t open;
	size_t failing;    /* domains with a streak of failures */
	uint64_t queued;   /* tellings that are underway */
	uint64_t told;     /* tellings that came to an end */
	uint64_t lost;     /* that were given up by one of the ways */
	uint64_t left_out; /* alerts that were never told: too many */
} alerts_stats_t;

/* Reads the file and starts the thread, to which no signal is delivered. A file that cannot be used is no error: `log`, which must
 * outlive the result, says so, and the book begins empty. NULL when memory or threads are out. */
MUST_USE alerts_t *alerts_new(const alerts_settings_t *settings, log_t *log);

/* Gives what is underway a second, writes the file, and frees. What was not told by then is told after the next start. */
void alerts_free(alerts_t *alerts);

/* False when memory is out: the old settings stay. `file` needs a restart. */
bool alerts_reload(alerts_t *alerts, const alerts_settings_t *settings);

/* Every finished MX question. `failure`: clients get SERVFAIL. Findings of severity alert open, and end with the first accepted
 * verdict without them. `wall` is seconds since 1970. Never blocks for long. */
void alerts_note(alerts_t *alerts, const name_t *name, const verdict_t *verdict, bool failure, uint64_t wall);

/* For others than verdicts. `kind` is a row of alert.c's table. `host` NULL: it is about the domain; alerts_end() takes it for
 * any host. `detail` is for people, printable ASCII. */
void alerts_raise(alerts_t *alerts, const char *kind, const char *domain, const char *host, const char *detail,
		  uint64_t wall);
void alerts_end(alerts_t *alerts, const char *kind, const char *domain, const char *host, uint64_t wall);

/* All causes of one kind that a domain has now: raises these, and ends what is open beside them. `hosts` and `details` have
 * `count` elements each, and no NULL. */
void alerts_settle(alerts_t *alerts, const char *kind, const char *domain, const char *const *hosts,
		   const char *const *details, size_t count, uint64_t wall);

/* {"open": [A…], "ended": [A…], "left_out": n, "waiting": n}: open ones by domain, and the last 200 that ended, newest first.
 * A = {"id", "kind", "domain", "host"|null, "detail", "sentence", "began", "seen", "ended"|null, "outcome", "told"}; times are
 * milliseconds since 1970. To be released by the caller; NULL for no alerts_t, and when memory is out. */
MUST_USE json_t *alerts_json(alerts_t *alerts);

void alerts_stats(alerts_t *alerts, alerts_stats_t *stats);

#endif
