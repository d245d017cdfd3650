/* test_history.c: the threads around the file: what is noted is in it, what went before is told, and what goes wrong with the file
 * costs no more than what it would have held. */
#include "module/history/history.h"
#include "tests/module/history/verdicts.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXT_MAX = 1 << 14, YEAR = 365 * 86400 };

typedef struct fixture {
	char folder[32];
	char file[64];
	char log_file[64];
	char text[TEXT_MAX];
	log_t *log;
	history_t *history;
} fixture_t;

static history_settings_t settings_of(const fixture_t *f)
{
	return (history_settings_t){ .enable = true, .file = f->file, .limits = { .max_rows = 1000, .max_age = YEAR } };
}

static int set_up(void **state)
{
	fixture_t *f = calloc(1, sizeof(*f));
	history_settings_t settings;

	assert_non_null(f);
	strcpy(f->folder, "history-test-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	snprintf(f->file, sizeof(f->file), "%s/history.db", f->folder);
	snprintf(f->log_file, sizeof(f->log_file), "%s/log", f->folder);
	f->log = log_new(f->log_file, LOG_LEVEL_DEBUG);
	assert_non_null(f->log);
	settings = settings_of(f);
	f->history = history_new(&settings, f->log);
	assert_non_null(f->history);
	*state = f;
	return 0;
}

static void remove_folder(const char *path)
{
	DIR *dir = opendir(path);

	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	assert_int_equal(rmdir(path), 0);
}

static int tear_down(void **state)
{
	fixture_t *f = *state;

	history_free(f->history);
	log_free(f->log);
	remove_folder(f->folder);
	free(f);
	return 0;
}

static void note(fixture_t *f, const char *domain, const char *verdict, uint64_t wall)
{
	made_t made;

	verdict_of(&made, domain, verdict, SECURITY_INSECURE);
	history_note(f->history, &made.name, &made.verdict, wall);
}

/* Ends the history, so that all is written, and the log with it. */
static void finish(fixture_t *f)
{
	history_free(f->history);
	f->history = NULL;
	log_free(f->log);
	f->log = NULL;
}

static const char *log_text(fixture_t *f)
{
	int fd = open(f->log_file, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	assert_true(fd >= 0);
	size = read(fd, f->text, sizeof(f->text) - 1);
	assert_true(size >= 0);
	f->text[size] = '\0';
	close(fd);
	return f->text;
}

static unsigned times(const char *text, const char *word)
{
	unsigned count = 0;

	for (; (text = strstr(text, word)) != NULL; text++)
		count++;
	return count;
}

/* How many sets the file has of the domain; they are as long as they are. */
static size_t sets_of(const fixture_t *f, const char *domain)
{
	history_err_t err;
	history_sets_t sets;
	history_store_t *reader = history_store_open_reader(f->file, &err);
	size_t count;

	assert_string_equal(history_strerror(err), history_strerror(HISTORY_OK));
	assert_int_equal(history_store_timeline(reader, domain, &sets), HISTORY_OK);
	count = sets.count;
	history_sets_free(&sets);
	history_store_close(reader);
	return count;
}

static void writes_what_is_noted(void **state)
{
	fixture_t *f = *state;

	for (unsigned i = 0; i < 700; i++) {
		char domain[32];

		snprintf(domain, sizeof(domain), "d%u.example", i);
		note(f, domain, "null", 1000);
	}
	note(f, "example.org", "10 mx1.example.net 192.0.2.1", 1000);
	note(f, "example.org", "rejected", 1100);
	note(f, "example.org", "10 mx2.example.net", 1200);
	finish(f);
	assert_int_equal(sets_of(f, "example.org."), 2);
	assert_int_equal(sets_of(f, "d0.example."), 1);
	assert_int_equal(sets_of(f, "d699.example."), 1);
	assert_string_equal(log_text(f), "");
}

/* ---- the past ---- */

typedef struct hearing {
	struct event_base *base;
	unsigned told;
	char past[256];
} hearing_t;

static void on_told(void *arg, const history_set_t *past)
{
	hearing_t *hearing = arg;

	hearing->told++;
	hearing->past[0] = '\0';
	for (size_t i = 0; past != NULL && i < past->count; i++)
		snprintf(hearing->past + strlen(hearing->past), sizeof(hearing->past) - strlen(hearing->past), "%u %s ",
			 past->exchanges[i].preference, past->exchanges[i].name);
	event_base_loopbreak(hearing->base);
}

static const char *past_of(fixture_t *f, hearing_t *hearing, const char *domain)
{
	const name_t name = name_of(domain);

	assert_non_null(history_past(f->history, &name, on_told, hearing));
	event_base_dispatch(hearing->base);
	return hearing->past;
}

/* The reader sees what is committed: asks until it is. */
static void wait_for_past(fixture_t *f, hearing_t *hearing, const char *domain, const char *past)
{
	while (strcmp(past_of(f, hearing, domain), past) != 0)
		usleep(1000);
}

static void tells_the_past(void **state)
{
	fixture_t *f = *state;
	hearing_t hearing = { .base = event_base_new() };

	assert_true(history_attach(f->history, hearing.base));
	assert_string_equal(past_of(f, &hearing, "unknown.example"), "");
	note(f, "example.org", "10 mx1.example.net,20 mx2.example.net", 1000);
	wait_for_past(f, &hearing, "example.org", "10 mx1.example.net. 20 mx2.example.net. ");
	note(f, "example.org", "none", 1100);
	note(f, "example.com", "10 mx.example.com", 1100);
	wait_for_past(f, &hearing, "example.com", "10 mx.example.com. ");
	assert_string_equal(past_of(f, &hearing, "example.org"), "10 mx1.example.net. 20 mx2.example.net. ");
	history_detach(f->history);
	event_base_free(hearing.base);
}

static void who_forgets_is_not_told(void **state)
{
	fixture_t *f = *state;
	hearing_t one = { .base = event_base_new() };
	hearing_t other = { .base = one.base };
	const name_t name = name_of("example.org");

	assert_true(history_attach(f->history, one.base));
	history_forget(history_past(f->history, &name, on_told, &one));
	past_of(f, &other, "example.org"); /* answered in their order */
	assert_int_equal(one.told, 0);
	assert_int_equal(other.told, 1);
	history_detach(f->history);
	event_base_free(one.base);
}

/* Questions that are out when the loop ends. */
static void nobody_waits_at_the_end(void **state)
{
	fixture_t *f = *state;
	hearing_t hearing = { .base = event_base_new() };
	const name_t name = name_of("example.org");
	unsigned asked = 0;

	assert_true(history_attach(f->history, hearing.base));
	while (history_past(f->history, &name, on_told, &hearing) != NULL)
		asked++;
	assert_true(asked >= HISTORY_QUESTIONS_MAX); /* bounded */
	history_detach(f->history);
	event_base_free(hearing.base);
	finish(f);
	assert_int_equal(hearing.told, 0);
}

/* ---- desks ---- */

enum { ASKERS = 4, QUESTIONS_EACH = 200, FORGOTTEN_EACH = 50 };

typedef struct asker {
	pthread_t thread;
	fixture_t *f;
	history_desk_t *desk; /* while it has questions out */
	unsigned open;
	unsigned told;
	unsigned known;
} asker_t;

/* The last question takes the desk away, from inside of history_desk_read(). */
static void on_told_at_desk(void *arg, const history_set_t *past)
{
	asker_t *asker = arg;

	asker->told++;
	asker->known += past != NULL && past->count == 2;
	if (--asker->open > 0)
		return;
	history_desk_free(asker->desk);
	asker->desk = NULL;
}

static void on_told_in_vain(void *arg, const history_set_t *past)
{
	(void)arg;
	(void)past;
	fail_msg("told what was forgotten");
}

static void *ask_at_desk(void *arg)
{
	asker_t *asker = arg;
	const name_t name = name_of("example.org");
	history_desk_t *left = history_desk_new();

	asker->desk = history_desk_new();
	assert_non_null(left);
	assert_non_null(asker->desk);
	for (; asker->open < QUESTIONS_EACH; asker->open++) {
		assert_non_null(history_past_to(asker->f->history, asker->desk, &name, on_told_at_desk, asker));
		if (asker->open < FORGOTTEN_EACH)
			history_forget(history_past_to(asker->f->history, asker->desk, &name, on_told_in_vain, NULL));
		if (asker->open < FORGOTTEN_EACH)
			assert_non_null(history_past_to(asker->f->history, left, &name, on_told_in_vain, NULL));
	}
	history_desk_free(left); /* with questions that are out */
	while (asker->desk != NULL) {
		struct pollfd wait = { .fd = history_desk_fd(asker->desk), .events = POLLIN };

		assert_int_equal(poll(&wait, 1, -1), 1);
		history_desk_read(asker->desk);
	}
	return NULL;
}

/* Threads, each with a desk, beside the one with a loop. */
static void tells_each_thread_its_own(void **state)
{
	fixture_t *f = *state;
	hearing_t hearing = { .base = event_base_new() };
	asker_t askers[ASKERS] = { 0 };

	assert_true(history_attach(f->history, hearing.base));
	note(f, "example.org", "10 mx1.example.net,20 mx2.example.net", 1000);
	wait_for_past(f, &hearing, "example.org", "10 mx1.example.net. 20 mx2.example.net. ");
	for (size_t i = 0; i < ASKERS; i++) {
		askers[i].f = f;
		assert_int_equal(pthread_create(&askers[i].thread, NULL, ask_at_desk, &askers[i]), 0);
	}
	for (size_t i = 0; i < ASKERS; i++) {
		assert_int_equal(pthread_join(askers[i].thread, NULL), 0);
		assert_int_equal(askers[i].told, QUESTIONS_EACH);
		assert_int_equal(askers[i].known, QUESTIONS_EACH);
	}
	history_detach(f->history);
	event_base_free(hearing.base);
}

/* ---- settings ---- */

static void switched_off_it_notes_nothing(void **state)
{
	fixture_t *f = *state;
	history_settings_t settings = settings_of(f);
	const name_t name = name_of("example.org");
	hearing_t hearing = { .base = NULL };
	history_stats_t stats;

	note(f, "before.example", "null", 1000);
	settings.enable = false;
	history_reopen(f->history, &settings);
	note(f, "example.org", "null", 1000);
	assert_null(history_past(f->history, &name, on_told, &hearing));
	settings.enable = true;
	history_reopen(f->history, &settings);
	note(f, "after.example", "null", 1000);
	finish(f);
	assert_int_equal(sets_of(f, "before.example."), 1);
	assert_int_equal(sets_of(f, "example.org."), 0);
	assert_int_equal(sets_of(f, "after.example."), 1);
	history_stats(NULL, &stats);
	assert_int_equal(stats.recorded + stats.lost + stats.rows + stats.octets + stats.waiting, 0);
}

static void goes_over_to_another_file(void **state)
{
	fixture_t *f = *state;
	history_settings_t settings = settings_of(f);
	hearing_t hearing = { .base = event_base_new() };
	char other[64];

	assert_true(history_attach(f->history, hearing.base));
	note(f, "example.org", "10 a.example", 1000);
	wait_for_past(f, &hearing, "example.org", "10 a.example. ");
	snprintf(other, sizeof(other), "%s/other.db", f->folder);
	settings.file = other;
	history_reopen(f->history, &settings);
	note(f, "example.com", "10 b.example", 1000);
	wait_for_past(f, &hearing, "example.com", "10 b.example. ");
	assert_string_equal(past_of(f, &hearing, "example.org"), "");
	history_detach(f->history);
	event_base_free(hearing.base);
	finish(f);
	assert_int_equal(sets_of(f, "example.org."), 1);
	assert_int_equal(sets_of(f, "example.com."), 0);
}

static void stays_within_its_limits(void **state)
{
	fixture_t *f = *state;
	history_settings_t settings = settings_of(f);
	history_stats_t stats;

	for (unsigned i = 0; i < 500; i++) {
		char domain[32];

		snprintf(domain, sizeof(domain), "d%u.example", i);
		note(f, domain, "10 mx.example.net", 86400 * (1 + (uint64_t)i / 100));
	}
	settings.limits.max_rows = 100;
	history_reopen(f->history, &settings); /* less room: drops of itself */
	do {
		usleep(1000);
		history_stats(f->history, &stats);
	} while (stats.recorded < 500 || stats.rows == 0 || stats.rows > 100);
	finish(f);
	assert_int_equal(sets_of(f, "d0.example."), 0);
	assert_int_equal(sets_of(f, "d499.example."), 1);
}

/* ---- what goes wrong ---- */

static void spoil(const char *file)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	char noise[8192];

	memset(noise, 'x', sizeof(noise));
	assert_true(fd >= 0);
	assert_int_equal(write(fd, noise, sizeof(noise)), sizeof(noise));
	close(fd);
}

static void a_damaged_file_is_begun_anew(void **state)
{
	fixture_t *f = *state;
	history_settings_t settings = settings_of(f);
	hearing_t hearing = { .base = event_base_new() };
	char aside[96];

	assert_true(history_attach(f->history, hearing.base));
	note(f, "example.org", "10 a.example", 1000);
	wait_for_past(f, &hearing, "example.org", "10 a.example. ");
	history_detach(f->history);
	history_free(f->history);
	spoil(f->file);
	f->history = history_new(&settings, f->log);
	assert_non_null(f->history);
	assert_true(history_attach(f->history, hearing.base));
	note(f, "example.com", "10 b.example", 1000);
	wait_for_past(f, &hearing, "example.com", "10 b.example. ");
	history_detach(f->history);
	event_base_free(hearing.base);
	finish(f);
	snprintf(aside, sizeof(aside), "%s.corrupt", f->file);
	assert_int_equal(access(aside, F_OK), 0);
	assert_int_equal(sets_of(f, "example.com."), 1);
	assert_int_equal(times(log_text(f), "is damaged"), 1);
	assert_int_equal(times(log_text(f), "and begun anew"), 1);
}

static void a_file_that_cannot_be_made_is_said_once(void **state)
{
	fixture_t *f = *state;
	history_settings_t settings = settings_of(f);
	history_stats_t stats;
	char folder[48];
	char file[80];

	snprintf(folder, sizeof(folder), "%s/absent", f->folder);
	snprintf(file, sizeof(file), "%s/history.db", folder);
	settings.file = file;
	history_reopen(f->history, &settings);
	for (unsigned i = 0; i < 3; i++)
		note(f, "example.org", "null", 1000);
	do {
		usleep(1000);
		history_stats(f->history, &stats);
	} while (stats.lost < 3);
	assert_int_equal(mkdir(folder, 0700), 0);
	do {
		note(f, "example.org", "null", 2000);
		usleep(1000);
		history_stats(f->history, &stats);
	} while (stats.recorded == 0);
	finish(f);
	assert_int_equal(times(log_text(f), "its directory does not exist"), 1);
	assert_int_equal(times(log_text(f), "the MX history goes on"), 1);
	remove_folder(folder);
}

static void nothing_may_be_there(void **state)
{
	const history_settings_t settings = { .enable = true, .file = "unused" };
	const name_t name = name_of("example.org");
	made_t made;

	(void)state;
	verdict_of(&made, "example.org", "null", SECURITY_INSECURE);
	history_note(NULL, &name, &made.verdict, 1000);
	history_reopen(NULL, &settings);
	assert_true(history_attach(NULL, NULL));
	history_detach(NULL);
	assert_null(history_past(NULL, &name, on_told, NULL));
	assert_null(history_past_to(NULL, NULL, &name, on_told, NULL));
	history_desk_free(NULL);
	history_forget(NULL);
	history_free(NULL);
}

int main(void)
{
#define FIXED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	static const struct CMUnitTest tests[] = {
		FIXED(writes_what_is_noted),
		FIXED(tells_the_past),
		FIXED(who_forgets_is_not_told),
		FIXED(nobody_waits_at_the_end),
		FIXED(tells_each_thread_its_own),
		FIXED(switched_off_it_notes_nothing),
		FIXED(goes_over_to_another_file),
		FIXED(stays_within_its_limits),
		FIXED(a_damaged_file_is_begun_anew),
		FIXED(a_file_that_cannot_be_made_is_said_once),
		cmocka_unit_test(nothing_may_be_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
