/* deliver.c: see deliver.h. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include "module/alert/deliver.h"

#include "module/alert/words.h"
#include "module/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

enum { FIELDS_MAX = 16 };

static_assert(EXEC_FDS_MAX + 1 <= WEBHOOK_FDS_MAX, "webhook_poll() takes all, and our own");

static const char journal_socket[] = "/run/systemd/journal/socket";

struct deliver {
	deliver_told_fn *told;
	void *owner;
	log_t *log;
	int wake; /* an eventfd */
	exec_t *exec;
	webhook_t *webhook;
	bool to_log;
	bool to_journal;
};

/* What the slow ways carry: whose telling it is. The number 0 is no alert's. */
static uint64_t tag_of(const telling_t *telling)
{
	return (telling->alert != NULL ? telling->alert->id : 0) * ALERT_EVENTS + telling->event;
}

static void finish(deliver_t *deliver, uint64_t tag, unsigned by, bool lost)
{
	deliver->told(deliver->owner, tag / ALERT_EVENTS, (alert_event_t)(tag % ALERT_EVENTS), by, lost);
}

static void on_exec_done(void *owner, uint64_t tag)
{
	finish(owner, tag, ALERT_BY_EXEC, false);
}

static void on_webhook_done(void *owner, uint64_t tag, bool delivered)
{
	finish(owner, tag, ALERT_BY_WEBHOOK, !delivered);
}

deliver_t *deliver_new(deliver_told_fn *told, void *owner, log_t *log)
{
	deliver_t *deliver = calloc(1, sizeof(*deliver));

	if (deliver == NULL)
		return NULL;
	deliver->told = told;
	deliver->owner = owner;
	deliver->log = log;
	deliver->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	deliver->exec = exec_new(on_exec_done, deliver, log);
	deliver->webhook = webhook_new(on_webhook_done, deliver, log);
	if (deliver->wake >= 0 && deliver->exec != NULL && deliver->webhook != NULL)
		return deliver;
	deliver_free(deliver);
	return NULL;
}

void deliver_free(deliver_t *deliver)
{
	if (deliver == NULL)
		return;
	webhook_free(deliver->webhook);
	exec_free(deliver->exec);
	if (deliver->wake >= 0)
		close(deliver->wake);
	free(deliver);
}

bool deliver_configure(deliver_t *deliver, const deliver_settings_t *settings)
{
	deliver->to_log = settings->log;
	deliver->to_journal = settings->journal;
	return exec_configure(deliver->exec, settings->exec, settings->exec_timeout_s) &&
	       webhook_configure(deliver->webhook, &settings->webhook);
}

/* ---- ways ---- */

static void tell_log(const deliver_t *deliver, const telling_t *telling)
{
	const alert_t *alert = telling->alert;
	log_level_t level = alert != NULL && telling->event == ALERT_END ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING;
	char text[ALERT_TEXT_MAX];

	words_text(telling, text);
	if (alert == NULL)
		log_write(deliver->log, level, "alert %s: %s", words_event(telling), text);
	else
		log_write(deliver->log, level, "alert %s id=%llu kind=%s domain=%s host=%s: %s", words_event(telling),
			  (unsigned long long)alert->id, alert->kind, alert->domain,
			  alert->host[0] != '\0' ? alert->host : "-", text);
}

/* Not every machine has one, and the log has said it already. */
static void tell_journal(const telling_t *telling)
{
	struct iovec field[FIELDS_MAX];
	size_t size = 0;
	char *fields = access(journal_socket, F_OK) == 0 ? words_fields(telling, &size) : NULL;
	int count = 0;

	for (size_t at = 0; fields != NULL && at < size && count < FIELDS_MAX; at += field[count++].iov_len + 1)
		field[count] = (struct iovec){ fields + at, strlen(fields + at) };
	if (count > 0)
		(void)sd_journal_sendv(field, count);
	free(fields);
}

/* Each says whether its way has it; else it is lost. */
static bool tell_exec(deliver_t *deliver, const telling_t *telling)
{
	return exec_put(deliver->exec, words_environment(telling), tag_of(telling));
}

static bool tell_webhook(deliver_t *deliver, const telling_t *telling)
{
	return webhook_put(deliver->webhook, words_json(telling), tag_of(telling));
}

void deliver_tell(deliver_t *deliver, const telling_t *telling)
{
	const uint64_t tag = tag_of(telling);
	unsigned wanted = 0;
	unsigned taken = 0; /* ways that will say what came of it */

	if (telling->by & ALERT_BY_LOG && deliver->to_log)
		tell_log(deliver, telling);
	if (telling->by & ALERT_BY_LOG && deliver->to_journal)
		tell_journal(telling);
	if (telling->by & ALERT_BY_EXEC && exec_is_configured(deliver->exec))
		wanted |= ALERT_BY_EXEC;
	if (telling->by & ALERT_BY_WEBHOOK && webhook_is_configured(deliver->webhook))
		wanted |= ALERT_BY_WEBHOOK;
	if (wanted & ALERT_BY_EXEC && tell_exec(deliver, telling))
		taken |= ALERT_BY_EXEC;
	if (wanted & ALERT_BY_WEBHOOK && tell_webhook(deliver, telling))
		taken |= ALERT_BY_WEBHOOK;
	free(telling->alert);
	finish(deliver, tag, ALERT_BY_ALL & ~taken, taken != wanted);
}

/* ---- turns ---- */

static uint64_t now_ms(void)
{
	return clock_milliseconds(CLOCK_MONOTONIC);
}

void deliver_run(deliver_t *deliver)
{
	exec_run(deliver->exec, now_ms());
	webhook_run(deliver->webhook, now_ms());
}

static int sooner(int one, int other)
{
	return one < 0 || (other >= 0 && other < one) ? other : one;
}

void deliver_poll(deliver_t *deliver, int wait_ms)
{
	struct pollfd fds[EXEC_FDS_MAX + 1];
	const uint64_t now = now_ms();
	unsigned count = exec_fds(deliver->exec, fds);
	uint64_t wakes;

	fds[count++] = (struct pollfd){ .fd = deliver->wake, .events = POLLIN };

	wait_ms = sooner(wait_ms, exec_wait(deliver->exec, now));
	wait_ms = sooner(wait_ms, webhook_wait(deliver->webhook, now));
	webhook_poll(deliver->webhook, fds, count, wait_ms);
	while (read(deliver->wake, &wakes, sizeof(wakes)) < 0 && errno == EINTR)
		;
}

void deliver_wake(deliver_t *deliver)
{
	const uint64_t one = 1;

	while (write(deliver->wake, &one, sizeof(one)) < 0 && errno == EINTR)
		;
}

size_t deliver_count(const deliver_t *deliver)
{
	return exec_count(deliver->exec) + webhook_count(deliver->webhook);
}
