/* The alerts as a whole: from a verdict to log, journal, command and webhook; across restarts; from threads. */
#include "module/alert/alerts.h"
#include "module/clock.h"
#include "tests/module/alert/receiver.h"
#include "tests/module/vlog/folder.h"
#include "tests/support.h"
#include "validator/name.h"

#include <poll.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>

enum {
	STEP_MS = 5,
	STEPS = 12000, /* a minute, on a busy machine */
	HOUR = 3600,
};

/* What the journal was sent: the test stands in for it. */
typedef struct journal {
	pthread_mutex_t lock;
	unsigned count;
	char fields[4096];
} journal_t;

static journal_t journal = { .lock = PTHREAD_MUTEX_INITIALIZER };

int __wrap_sd_journal_sendv(const struct iovec *fields, int count);
int __real_access(const char *path, int mode);
int __wrap_access(const char *path, int mode);

int __wrap_sd_journal_sendv(const struct iovec *fields, int count)
{
	size_t used = 0;

	pthread_mutex_lock(&journal.lock);
	journal.count++;
	for (int i = 0; i < count; i++)
		used += (size_t)snprintf(journal.fields + used, sizeof(journal.fields) - used, "%.*s\n",
					 (int)fields[i].iov_len, (const char *)fields[i].iov_base);
	pthread_mutex_unlock(&journal.lock);
	return 0;
}

int __wrap_access(const char *path, int mode)
{
	return strcmp(path, "/run/systemd/journal/socket") == 0 ? 0 : __real_access(path, mode);
}

static alerts_settings_t settings_of(const folder_t *folder)
{
	return (alerts_settings_t){ .log = true,
				    .webhook_url = "",
				    .webhook_token_file = "",
				    .webhook_ca_file = "",
				    .webhook_timeout_s = 10,
				    .webhook_retry_ms = 10,
				    .exec_timeout_s = 10,
				    .failing_after = 4 * HOUR,
				    .per_hour = 1000,
				    .file = folder->key };
}

static alerts_t *start(const alerts_settings_t *settings, log_t *log)
{
	alerts_t *alerts = alerts_new(settings, log);

	assert_non_null(alerts);
	return alerts;
}

static name_t name_of(const char *text)
{
	name_t name;

	assert_true(name_from_text(text, &name));
	return name;
}

static void note(alerts_t *alerts, const char *domain, const verdict_t *verdict, bool failure, uint64_t wall)
{
	name_t name = name_of(domain);

	alerts_note(alerts, &name, verdict, failure, wall);
}

/* Until the tellings that began have come to their end, and there were so many. */
static void wait_told(alerts_t *alerts, uint64_t count)
{
	alerts_stats_t stats;

	for (unsigned i = 0; i < STEPS; i++) {
		alerts_stats(alerts, &stats);
		if (stats.told >= count && stats.queued == 0)
			break;
		poll(NULL, 0, STEP_MS);
	}
	assert_int_equal(stats.told, count);
	assert_int_equal(stats.queued, 0);
}

/* With findings that alert, that do not, and two of one kind. */
static verdict_t *alarming(void)
{
	static const check_id_t checks[] = { CHECK_PIN_MISMATCH, CHECK_TARGET_IS_ALIAS, CHECK_TARGET_DOMAIN_MISSING,
					     CHECK_TARGET_DOMAIN_MISSING };
	verdict_t *verdict = calloc(1, sizeof(*verdict));

	assert_non_null(verdict);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		finding_t *finding = &verdict->findings[verdict->finding_count++];

		*finding = (finding_t){ .check = checks[i], .action = ACTION_LOG, .has_name = i > 0 };
		if (finding->has_name)
			finding->name = name_of("<mx>.example");
		snprintf(finding->detail, sizeof(finding->detail), "detail %zu", i);
	}
	return verdict;
}

static char *logged(const folder_t *folder)
{
	size_t size;

	return file_read(folder->file, &size);
}

static unsigned times_in(const char *text, const char *what)
{
	unsigned times = 0;

	for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what))
		times++;
	return times;
}

static void tells_by_every_way(void **state)
{
	static const reply_t script[] = { REPLY_500, REPLY_200 };
	folder_t folder = folder_make();
	verdict_t *verdict = alarming();
	verdict_t *good = calloc(1, sizeof(*good));
	alerts_settings_t settings = settings_of(&folder);
	log_t *log = log_new(folder.file, LOG_LEVEL_DEBUG);
	const char *const command[] = { "/bin/sh", "-c",
					"echo $MXWARD_ALERT_EVENT $MXWARD_ALERT_KIND $MXWARD_ALERT_HOST; exit 9",
					NULL };
	receiver_t receiver;
	alerts_t *alerts;
	json_t *json;
	char *text;

	(void)state;
	receiver_start(&receiver, script, 2);
	settings.journal = true;
	settings.exec = command;
	settings.webhook_url = receiver.url;
	alerts = start(&settings, log);
	note(alerts, "example.org", verdict, true, clock_of_wall());
	wait_told(alerts, 2);
	note(alerts, "example.org", verdict, true, clock_of_wall() + 1);
	json = alerts_json(alerts);
	assert_int_equal(json_array_size(json_object_get(json, "open")), 2);
	json_decref(json);
	note(alerts, "example.org", good, false, clock_of_wall() + 60);
	wait_told(alerts, 4);
	alerts_free(alerts);
	log_free(log);
	receiver_stop(&receiver);
	text = logged(&folder);
	assert_int_equal(times_in(text, "alert begin id="), 2);
	assert_int_equal(times_in(text, "alert end id="), 2);
	assert_non_null(strstr(text, "exit status 9; it said \"begin pin-mismatch\""));
	assert_non_null(strstr(text, "exit status 9; it said \"end target-domain-missing <mx>.example.\""));
	assert_int_equal(receiver.count, 5);
	assert_non_null(strstr(receiver.requests[1], "\"event\":\"begin\""));
	assert_non_null(strstr(receiver.requests[1], "\"host\":null"));
	assert_non_null(strstr(receiver.requests[2], "\\\\060mx\\\\062"));
	assert_non_null(strstr(receiver.requests[3], "\"event\":\"end\""));
	assert_int_equal(journal.count, 4);
	assert_non_null(strstr(journal.fields, "MXWARD_EVENT=alert-end\n"));
	assert_non_null(strstr(journal.fields, "MXWARD_DOMAIN=example.org.\n"));
	free(text);
	free(verdict);
	free(good);
	folder_remove(&folder);
}

/* R6, with restarts between: one alert, one end. */
static void a_restart_neither_forgets_nor_repeats(void **state)
{
	static const struct {
		uint64_t at;
		bool failure;
		uint64_t told;
		size_t open;
	} runs[] = {
		{ 0, true, 0, 0 },         { 4 * HOUR, true, 1, 1 }, { 5 * HOUR, true, 0, 1 },
		{ 6 * HOUR, false, 1, 0 }, { 7 * HOUR, true, 0, 0 },
	};
	folder_t folder = folder_make();
	alerts_settings_t settings = settings_of(&folder);
	verdict_t *verdict = calloc(1, sizeof(*verdict));
	const uint64_t now = clock_of_wall() - 7 * HOUR;

	(void)state;
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		alerts_t *alerts = start(&settings, NULL);
		alerts_stats_t stats;

		note(alerts, "example.org", verdict, runs[i].failure, now + runs[i].at);
		wait_told(alerts, runs[i].told);
		alerts_stats(alerts, &stats);
		assert_int_equal(stats.open, runs[i].open);
		alerts_free(alerts);
	}
	free(verdict);
	folder_remove(&folder);
}

/* What the webhook could not take before the stop it gets after the next start; the log does not get it again. */
static void what_was_underway_goes_on_after_a_restart(void **state)
{
	static const reply_t script[] = { REPLY_HANG, REPLY_200 };
	folder_t folder = folder_make();
	alerts_settings_t settings = settings_of(&folder);
	log_t *log = log_new(folder.file, LOG_LEVEL_DEBUG);
	receiver_t receiver;
	alerts_t *alerts;
	char *text;

	(void)state;
	receiver_start(&receiver, script, 2);
	settings.webhook_url = receiver.url;
	settings.webhook_timeout_s = 300;
	alerts = start(&settings, log);
	alerts_raise(alerts, "watch-rejected", "example.org.", NULL, "why", clock_of_wall());
	for (unsigned i = 0; i < STEPS && receiver_count(&receiver) == 0; i++)
		poll(NULL, 0, STEP_MS);
	assert_int_equal(receiver_count(&receiver), 1);
	alerts_free(alerts);
	settings.domains = (const char *const[]){ "example.org." };
	settings.domain_count = 1;
	alerts = start(&settings, log);
	wait_told(alerts, 1);
	alerts_end(alerts, "watch-rejected", "example.org.", NULL, clock_of_wall());
	wait_told(alerts, 2);
	alerts_free(alerts);
	log_free(log);
	receiver_stop(&receiver);
	text = logged(&folder);
	assert_int_equal(times_in(text, "alert begin"), 1);
	assert_int_equal(times_in(text, "alert end"), 1);
	assert_int_equal(receiver.count, 3);
	free(text);
	folder_remove(&folder);
}

static void a_hostile_file_is_refused_whole(void **state)
{
	static const char hostile[] = "{\"v\":1,\"next_id\":1,\"alerts\":[{}],\"failing\":[]}";
	folder_t folder = folder_make();
	alerts_settings_t settings = settings_of(&folder);
	log_t *log = log_new(folder.file, LOG_LEVEL_DEBUG);
	alerts_t *alerts;
	char *text;

	(void)state;
	file_write(folder.key, hostile, strlen(hostile));
	alerts = start(&settings, log);
	alerts_free(alerts);
	log_free(log);
	text = logged(&folder);
	assert_non_null(strstr(text, "one of its alerts is none: beginning with no alerts"));
	free(text);
	folder_remove(&folder);
}

static void a_file_that_cannot_be_written_is_said_once(void **state)
{
	folder_t folder = folder_make();
	alerts_settings_t settings = settings_of(&folder);
	log_t *log = log_new(folder.file, LOG_LEVEL_DEBUG);
	alerts_t *alerts;
	char *text;

	(void)state;
	settings.file = "/nonexistent/folder/alerts.json";
	alerts = start(&settings, log);
	alerts_raise(alerts, "watch-rejected", "a.example.", NULL, "", clock_of_wall());
	wait_told(alerts, 1);
	alerts_raise(alerts, "watch-rejected", "b.example.", NULL, "", clock_of_wall());
	wait_told(alerts, 2);
	alerts_free(alerts);
	log_free(log);
	text = logged(&folder);
	assert_int_equal(times_in(text, "a restart would forget"), 1);
	free(text);
	folder_remove(&folder);
}

static void a_reload_changes_ways_and_domains(void **state)
{
	static const reply_t script[] = { REPLY_200 };
	static const char *const domains[] = { "example.org." };
	folder_t folder = folder_make();
	alerts_settings_t settings = settings_of(&folder);
	receiver_t receiver;
	alerts_t *alerts;

	(void)state;
	settings.domains = domains;
	settings.domain_count = 1;
	settings.file = "";
	alerts = start(&settings, NULL);
	alerts_raise(alerts, "watch-rejected", "example.org.", NULL, "", clock_of_wall());
	wait_told(alerts, 1);
	receiver_start(&receiver, script, 1);
	settings.webhook_url = receiver.url;
	assert_true(alerts_reload(alerts, &settings));
	settings.domain_count = 0;
	assert_true(alerts_reload(alerts, &settings));
	wait_told(alerts, 2);
	alerts_free(alerts);
	receiver_stop(&receiver);
	assert_non_null(strstr(receiver.requests[0], "\"outcome\":\"withdrawn\""));
	folder_remove(&folder);
}

static void *make_noise(void *arg)
{
	alerts_t *alerts = arg;
	verdict_t *verdict = alarming();

	for (unsigned i = 0; i < 300; i++) {
		char domain[64];
		alerts_stats_t stats;

		snprintf(domain, sizeof(domain), "d%u.example.org", i % 50);
		note(alerts, domain, verdict, i % 3 == 0, clock_of_wall() + i);
		alerts_raise(alerts, "watch-failing", "w.example.", NULL, "", clock_of_wall());
		alerts_end(alerts, "watch-failing", "w.example.", NULL, clock_of_wall());
		json_decref(alerts_json(alerts));
		alerts_stats(alerts, &stats);
	}
	free(verdict);
	return NULL;
}

static void threads_may_all_talk(void **state)
{
	enum { THREADS = 4 };
	folder_t folder = folder_make();
	alerts_settings_t settings = settings_of(&folder);
	alerts_t *alerts = start(&settings, NULL);
	pthread_t threads[THREADS];

	(void)state;
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, make_noise, alerts), 0);
	for (unsigned i = 0; i < 20; i++)
		assert_true(alerts_reload(alerts, &settings));
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	alerts_free(alerts);
	folder_remove(&folder);
}

static void nobody_need_be_there(void **state)
{
	alerts_stats_t stats = { .open = 1 };
	name_t name = name_of("example.org");

	(void)state;
	alerts_note(NULL, &name, NULL, true, clock_of_wall());
	alerts_raise(NULL, "x", "y", NULL, "", clock_of_wall());
	alerts_end(NULL, "x", "y", NULL, clock_of_wall());
	alerts_stats(NULL, &stats);
	assert_int_equal(stats.open, 0);
	assert_null(alerts_json(NULL));
	assert_true(alerts_reload(NULL, NULL));
	alerts_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_by_every_way),
		cmocka_unit_test(a_restart_neither_forgets_nor_repeats),
		cmocka_unit_test(what_was_underway_goes_on_after_a_restart),
		cmocka_unit_test(a_hostile_file_is_refused_whole),
		cmocka_unit_test(a_file_that_cannot_be_written_is_said_once),
		cmocka_unit_test(a_reload_changes_ways_and_domains),
		cmocka_unit_test(threads_may_all_talk),
		cmocka_unit_test(nobody_need_be_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
