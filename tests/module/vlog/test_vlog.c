/* The log as a whole: events from threads, through the queue, to a file and to the journal. */
#include "module/vlog/vlog.h"
#include "tests/module/vlog/logged.h"
#include "validator/name.h"

#include <pthread.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>

enum { THREADS = 4, EVENTS = 250 };

/* What the journal was sent: the test stands in for it. */
typedef struct journal {
	pthread_mutex_t lock;
	unsigned count;
	bool is_there;
	char message[256];
} journal_t;

static journal_t journal = { .lock = PTHREAD_MUTEX_INITIALIZER };

int __wrap_sd_journal_sendv(const struct iovec *fields, int count);
int __real_access(const char *path, int mode);
int __wrap_access(const char *path, int mode);

int __wrap_sd_journal_sendv(const struct iovec *fields, int count)
{
	pthread_mutex_lock(&journal.lock);
	assert_true(count > 5);
	journal.count++;
	snprintf(journal.message, sizeof(journal.message), "%.*s", (int)fields[0].iov_len,
		 (const char *)fields[0].iov_base);
	pthread_mutex_unlock(&journal.lock);
	return 0;
}

int __wrap_access(const char *path, int mode)
{
	if (strcmp(path, "/run/systemd/journal/socket") == 0)
		return journal.is_there ? 0 : -1;
	return __real_access(path, mode);
}

static vlog_settings_t settings_of(const folder_t *folder)
{
	return (vlog_settings_t){ .file = folder->file, .key_file = folder->key, .checkpoint_lines = 100 };
}

static vlog_t *log_of(const vlog_settings_t *settings)
{
	vlog_t *vlog = vlog_new(settings, NULL);

	assert_non_null(vlog);
	return vlog;
}

static void say(vlog_t *vlog, vlog_kind_t kind, unsigned count)
{
	name_t name;
	vlog_event_t event = { .kind = kind, .name = &name, .type = 1, .security = SECURITY_BOGUS, .ede = 6 };

	assert_true(name_from_text("example.org", &name));
	for (unsigned i = 0; i < count; i++)
		vlog_write(vlog, &event);
}

static void *talk(void *vlog)
{
	say(vlog, VLOG_REJECTED, EVENTS);
	return NULL;
}

static void writes_what_threads_say(void **state)
{
	folder_t folder = folder_make();
	vlog_settings_t settings = settings_of(&folder);
	vlog_t *vlog = log_of(&settings);
	pthread_t threads[THREADS];
	found_t found;

	(void)state;
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, talk, vlog), 0);
	for (size_t i = 0; i < 20; i++) {
		vlog_stats_t stats;

		vlog_reopen(vlog, &settings);
		vlog_stats(vlog, &stats);
		assert_int_equal(stats.lost, 0);
	}
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	vlog_free(vlog);
	found = logged_verify_one(&folder);
	assert_whole(&found);
	assert_int_equal(found.result.lines - found.result.checkpoints - found.result.lost, THREADS * EVENTS + 1);
	assert_int_equal(found.result.unsigned_lines, 0);
	folder_remove(&folder);
}

static void wants_hits_only_when_asked(void **state)
{
	folder_t folder = folder_make();
	vlog_settings_t settings = settings_of(&folder);
	vlog_t *vlog = log_of(&settings);
	found_t found;

	(void)state;
	assert_true(vlog_wants(vlog, VLOG_ASSESSMENT));
	assert_false(vlog_wants(vlog, VLOG_HIT));
	say(vlog, VLOG_HIT, 3);
	settings.hits = true;
	vlog_reopen(vlog, &settings);
	assert_true(vlog_wants(vlog, VLOG_HIT));
	say(vlog, VLOG_HIT, 2);
	vlog_free(vlog);
	found = logged_verify_one(&folder);
	assert_whole(&found);
	assert_int_equal(found.result.lines, 1 + 1 + 2 + 1); /* open, checkpoint, hits, checkpoint */
	folder_remove(&folder);
}

static void writes_to_the_journal(void **state)
{
	folder_t folder = folder_make();
	vlog_settings_t settings = settings_of(&folder);
	vlog_t *vlog;

	(void)state;
	settings.file = "";
	settings.journal = true;
	journal.is_there = true;
	journal.count = 0;
	vlog = log_of(&settings);
	say(vlog, VLOG_REJECTED, 3);
	vlog_free(vlog);
	assert_int_equal(journal.count, 3);
	assert_string_equal(journal.message, "MESSAGE=A example.org.: reject (bogus)");
	journal.is_there = false;
	settings.file = folder.file;
	vlog = log_of(&settings);
	say(vlog, VLOG_REJECTED, 2);
	vlog_free(vlog);
	assert_int_equal(journal.count, 3);
	folder_remove(&folder);
}

/* A kilobyte each: more than the queue has room for, unless the writer is very fast. */
static void counts_what_does_not_fit(void **state)
{
	enum { MANY = 20000 };
	folder_t folder = folder_make();
	vlog_settings_t settings = settings_of(&folder);
	vlog_t *vlog = log_of(&settings);
	char reason[1000];
	name_t name;
	vlog_event_t event = { .kind = VLOG_REJECTED, .name = &name, .type = 1, .reason = reason };
	found_t found;

	(void)state;
	memset(reason, 'x', sizeof(reason) - 1);
	reason[sizeof(reason) - 1] = '\0';
	assert_true(name_from_text("example.org", &name));
	for (unsigned i = 0; i < MANY; i++)
		vlog_write(vlog, &event);
	vlog_free(vlog);
	found = logged_verify_one(&folder);
	assert_whole(&found);
	assert_int_equal(found.result.unsigned_lines, 0);
	assert_true(found.result.lines >= 2);
	assert_true(found.result.lost < MANY);
	folder_remove(&folder);
}

static void says_what_is_wrong(void **state)
{
	folder_t folder = folder_make();
	vlog_settings_t settings = settings_of(&folder);
	char path[128];
	log_t *log;
	vlog_t *vlog;
	char *said;
	size_t size;

	(void)state;
	snprintf(path, sizeof(path), "%s/said", folder.path);
	log = log_new(path, LOG_LEVEL_INFO);
	assert_non_null(log);
	settings.file = "/dev/full";
	vlog = vlog_new(&settings, log);
	assert_non_null(vlog);
	say(vlog, VLOG_REJECTED, 2);
	settings.file = "/dev/null/log";
	vlog_reopen(vlog, &settings);
	settings.file = folder.file;
	vlog_reopen(vlog, &settings);
	vlog_free(vlog);
	log_free(log);
	said = file_read(path, &size);
	assert_non_null(strstr(said, "lines of the validation log /dev/full are lost: No space left on device"));
	assert_non_null(strstr(said, "cannot write the validation log /dev/null/log: Not a directory"));
	assert_non_null(strstr(said, "2 lines of the validation log were lost: No space left on device"));
	free(said);
	folder_remove(&folder);
}

static void may_be_none(void **state)
{
	const vlog_settings_t settings = { .file = "", .key_file = "" };
	vlog_stats_t stats;
	vlog_t *vlog = log_of(&settings);

	(void)state;
	assert_false(vlog_wants(vlog, VLOG_ASSESSMENT));
	say(vlog, VLOG_REJECTED, 1);
	vlog_free(vlog);
	assert_false(vlog_wants(NULL, VLOG_ASSESSMENT));
	say(NULL, VLOG_REJECTED, 1);
	vlog_reopen(NULL, &settings);
	vlog_stats(NULL, &stats);
	assert_int_equal(stats.written + stats.lost + stats.checkpoints, 0);
	vlog_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_threads_say), cmocka_unit_test(wants_hits_only_when_asked),
		cmocka_unit_test(writes_to_the_journal),   cmocka_unit_test(counts_what_does_not_fit),
		cmocka_unit_test(says_what_is_wrong),      cmocka_unit_test(may_be_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
