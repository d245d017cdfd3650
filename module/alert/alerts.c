/* alerts.c: see alerts.h. The lock is for the book and for what the thread is asked to do; it is held for moments only. The
 * thread alone tells and writes. */
#include "module/alert/alerts_inside.h"

#include "module/alert/book_file.h"
#include "module/clock.h"
#include "module/thread.h"

#include <stdlib.h>
#include <string.h>

enum {
	SECOND = 1000,             /* milliseconds */
	TICK = 60 * SECOND,        /* the longest that the thread sleeps */
	SAVE_LESSER = 60 * SECOND, /* how late changes that are no alert's may be in the file */
	SAVE_AGAIN = 10 * SECOND,  /* after a failure */
	STOP_WAIT = 1 * SECOND,
};

static uint64_t monotonic(void)
{
	return clock_milliseconds(CLOCK_MONOTONIC);
}

/* ---- settings ---- */

static book_settings_t book_settings(const alerts_settings_t *settings)
{
	return (book_settings_t){ .failing_after = settings->failing_after, .per_hour = settings->per_hour };
}

/* The part of the settings that the thread's ways of telling want. */
static bool configure_ways(alerts_t *alerts, const alerts_settings_t *settings)
{
	const deliver_settings_t ways = {
		.log = settings->log,
		.journal = settings->journal,
		.exec = settings->exec,
		.exec_timeout_s = settings->exec_timeout_s,
		.webhook = { .url = settings->webhook_url,
			     .token_file = settings->webhook_token_file,
			     .ca_file = settings->webhook_ca_file,
			     .timeout_s = settings->webhook_timeout_s,
			     .retry_ms = settings->webhook_retry_ms,
			     .tries = WEBHOOK_TRIES },
	};

	return deliver_configure(alerts->deliver, &ways);
}

static void take_settings(alerts_t *alerts)
{
	alerts_settings_t *fresh;

	pthread_mutex_lock(&alerts->lock);
	fresh = alerts->fresh;
	alerts->fresh = NULL;
	pthread_mutex_unlock(&alerts->lock);
	if (fresh != NULL && !configure_ways(alerts, fresh))
		log_write(alerts->log, LOG_LEVEL_ERROR, "memory is out: alerts may go the old ways; reload again");
	alerts_settings_free(fresh);
}

/* ---- the thread: telling ---- */

/* Of deliver.h: in the thread, without the lock. */
static void on_told(void *owner, uint64_t id, alert_event_t event, unsigned by, bool lost)
{
	alerts_t *alerts = owner;

	pthread_mutex_lock(&alerts->lock);
	book_told(alerts->book, id, event, by);
	alerts->stats.lost += lost;
	pthread_mutex_unlock(&alerts->lock);
}

static bool next_telling(alerts_t *alerts, telling_t *telling)
{
	bool found;

	pthread_mutex_lock(&alerts->lock);
	found = !alerts->stopping && book_next(alerts->book, clock_of_wall(), telling);
	alerts->stats.told += found;
	pthread_mutex_unlock(&alerts->lock);
	return found;
}

static void tell(alerts_t *alerts)
{
	telling_t telling;

	while (next_telling(alerts, &telling))
		deliver_tell(alerts->deliver, &telling);
	deliver_run(alerts->deliver);
	pthread_mutex_lock(&alerts->lock);
	alerts->stats.queued = deliver_count(alerts->deliver);
	pthread_mutex_unlock(&alerts->lock);
}

/* ---- the thread: the file ---- */

static void say_save_failed(alerts_t *alerts, const char *problem)
{
	if (!alerts->save_failed)
		log_write(alerts->log, LOG_LEVEL_ERROR,
			  "alerts.file: %s: a restart would forget what is open and tell it again", problem);
	alerts->save_failed = true;
	alerts->save_after = monotonic() + SAVE_AGAIN;
}

/* The text is made under the lock, and written without it. */
static void save(alerts_t *alerts)
{
	char problem[BOOK_FILE_PROBLEM_MAX] = "memory is out";
	uint64_t changes;
	uint64_t at_all;
	char *text;

	pthread_mutex_lock(&alerts->lock);
	changes = book_changes(alerts->book);
	at_all = book_changes_at_all(alerts->book);
	text = book_file_text(alerts->book);
	pthread_mutex_unlock(&alerts->lock);
	if (text == NULL || book_file_write(alerts->file, text, problem) != BOOK_FILE_OK) {
		say_save_failed(alerts, problem);
	} else {
		alerts->saved = changes;
		alerts->saved_at_all = at_all;
		alerts->save_failed = false;
	}
	alerts->saved_at = monotonic();
	free(text);
}

/* Milliseconds until the file is to be written; -1 when it is as it should be. */
static int save_wait(alerts_t *alerts)
{
	const uint64_t now = monotonic();
	uint64_t due;
	bool alert_changed;
	bool changed;

	if (alerts->file[0] == '\0')
		return -1;
	pthread_mutex_lock(&alerts->lock);
	alert_changed = book_changes(alerts->book) != alerts->saved;
	changed = book_changes_at_all(alerts->book) != alerts->saved_at_all;
	pthread_mutex_unlock(&alerts->lock);
	if (!changed)
		return -1;
	due = alert_changed ? 0 : alerts->saved_at + SAVE_LESSER;
	due = due > alerts->save_after ? due : alerts->save_after;
	return due > now ? (int)(due - now) : 0;
}

/* ---- the thread ---- */

static bool is_stopping(alerts_t *alerts)
{
	bool stopping;

	pthread_mutex_lock(&alerts->lock);
	stopping = alerts->stopping;
	pthread_mutex_unlock(&alerts->lock);
	return stopping;
}

/* Seconds as milliseconds that fit an int, and TICK at most. */
static int tick_or(uint64_t seconds)
{
	return seconds < TICK / SECOND ? (int)seconds * SECOND : TICK;
}

static int look_after_book(alerts_t *alerts)
{
	const uint64_t wall = clock_of_wall();
	uint64_t wait;

	pthread_mutex_lock(&alerts->lock);
	book_tick(alerts->book, wall);
	wait = book_wait(alerts->book, wall);
	pthread_mutex_unlock(&alerts->lock);
	return tick_or(wait);
}

static void turn(alerts_t *alerts)
{
	int wait;
	int save_due;

	take_settings(alerts);
	tell(alerts);
	if (save_wait(alerts) == 0)
		save(alerts);
	wait = look_after_book(alerts);
	save_due = save_wait(alerts);
	if (!is_stopping(alerts))
		deliver_poll(alerts->deliver, save_due >= 0 && save_due < wait ? save_due : wait);
}

/* What is underway has a moment to come to its end. */
static void come_to_an_end(alerts_t *alerts)
{
	const uint64_t until = monotonic() + STOP_WAIT;

	for (uint64_t now = monotonic(); now < until && deliver_count(alerts->deliver) > 0; now = monotonic()) {
		deliver_poll(alerts->deliver, (int)(until - now));
		deliver_run(alerts->deliver);
	}
	if (alerts->file[0] != '\0')
		save(alerts);
}

static void *thread_main(void *arg)
{
	alerts_t *alerts = arg;

	while (!is_stopping(alerts))
		turn(alerts);
	come_to_an_end(alerts);
	return NULL;
}

/* ---- start and end ---- */

/* The book of the file, or an empty one. NULL when memory is out. */
static book_t *open_book(const alerts_t *alerts, const alerts_settings_t *settings)
{
	const book_settings_t wanted = book_settings(settings);
	char problem[BOOK_FILE_PROBLEM_MAX];
	book_t *book = book_new(&wanted);

	if (book == NULL || settings->file[0] == '\0' ||
	    book_file_read(book, settings->file, clock_of_wall(), problem) != BOOK_FILE_BAD)
		return book;
	log_write(alerts->log, LOG_LEVEL_ERROR,
		  "alerts.file: %s: beginning with no alerts; those that are still there are told again", problem);
	book_free(book);
	return book_new(&wanted);
}

static bool prepare(alerts_t *alerts, const alerts_settings_t *settings)
{
	alerts->file = strdup(settings->file);
	alerts->deliver = deliver_new(on_told, alerts, alerts->log);
	alerts->book = open_book(alerts, settings);
	if (alerts->file == NULL || alerts->deliver == NULL || alerts->book == NULL)
		return false;
	alerts->saved = book_changes(alerts->book);
	alerts->saved_at_all = book_changes_at_all(alerts->book);
	alerts->saved_at = monotonic();
	return book_watch(alerts->book, settings->domains, settings->domain_count, clock_of_wall()) &&
	       configure_ways(alerts, settings);
}

static void destroy(alerts_t *alerts)
{
	deliver_free(alerts->deliver);
	book_free(alerts->book);
	alerts_settings_free(alerts->fresh);
	pthread_mutex_destroy(&alerts->lock);
	free(alerts->file);
	free(alerts);
}

alerts_t *alerts_new(const alerts_settings_t *settings, log_t *log)
{
	alerts_t *alerts = calloc(1, sizeof(*alerts));

	if (alerts == NULL)
		return NULL;
	alerts->log = log;
	pthread_mutex_init(&alerts->lock, NULL);
	if (prepare(alerts, settings) && thread_start(&alerts->thread, thread_main, alerts, "alerts"))
		return alerts;
	destroy(alerts);
	return NULL;
}

void alerts_free(alerts_t *alerts)
{
	if (alerts == NULL)
		return;
	pthread_mutex_lock(&alerts->lock);
	alerts->stopping = true;
	pthread_mutex_unlock(&alerts->lock);
	deliver_wake(alerts->deliver);
	pthread_join(alerts->thread, NULL);
	destroy(alerts);
}

bool alerts_reload(alerts_t *alerts, const alerts_settings_t *settings)
{
	alerts_settings_t *copy = alerts != NULL ? alerts_settings_copy(settings) : NULL;
	book_settings_t wanted;
	bool done = false;

	if (alerts == NULL)
		return true;
	if (copy == NULL)
		return false;
	wanted = book_settings(settings);
	pthread_mutex_lock(&alerts->lock);
	done = book_watch(alerts->book, settings->domains, settings->domain_count, clock_of_wall());
	if (done) {
		book_configure(alerts->book, &wanted);
		alerts_settings_free(alerts->fresh);
		alerts->fresh = copy;
	}
	pthread_mutex_unlock(&alerts->lock);
	if (done)
		deliver_wake(alerts->deliver);
	else
		alerts_settings_free(copy);
	return done;
}
