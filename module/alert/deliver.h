/* deliver.h: tells people: a line of the log, an entry of the journal, the administrator's command, the webhook. Internal to
 * the alert room, and to its thread. */
#ifndef MODULE_ALERT_DELIVER_H
#define MODULE_ALERT_DELIVER_H

#include "module/alert/book.h"
#include "module/alert/exec.h"
#include "module/alert/webhook.h"

typedef struct deliver deliver_t;

typedef struct deliver_settings {
	bool log;
	bool journal;            /* as structured fields, where there is one */
	const char *const *exec; /* ends with NULL */
	unsigned exec_timeout_s;
	webhook_settings_t webhook;
} deliver_settings_t;

/* A telling has come to its end by these ways; `lost` when one of them gave it up. */
typedef void deliver_told_fn(void *owner, uint64_t id, alert_event_t event, unsigned by, bool lost);

/* NULL when memory is out. */
MUST_USE deliver_t *deliver_new(deliver_told_fn *told, void *owner, log_t *log);
void deliver_free(deliver_t *deliver);

/* Copied. False when memory is out: some of the old ones may stay. */
MUST_USE bool deliver_configure(deliver_t *deliver, const deliver_settings_t *settings);

/* Takes the telling's alert over, in any case. `told` may be called from inside. */
void deliver_tell(deliver_t *deliver, const telling_t *telling);

/* One turn: starts and ends what is due. */
void deliver_run(deliver_t *deliver);

/* Waits for something to happen, `wait_ms` at most. */
void deliver_poll(deliver_t *deliver, int wait_ms);

/* From any thread: ends deliver_poll(). */
void deliver_wake(deliver_t *deliver);

/* Commands and webhooks that are underway, or wait. */
size_t deliver_count(const deliver_t *deliver);

#endif
