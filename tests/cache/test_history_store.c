/* test_history_store.c: the file: made, brought up to date, refused, damaged, read by others while it is written, and what is left
 * of it when its writer is killed. */
#include "tests/cache/history_scene.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { NOBODY = 65534, ROOT = 0 };

/* ---- versions ---- */

/* What the first version made. */
static const char version_1[] =
	"CREATE TABLE domain (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
	"CREATE TABLE host (id INTEGER PRIMARY KEY, reversed TEXT NOT NULL UNIQUE) STRICT;"
	"CREATE TABLE mx_set (domain INTEGER NOT NULL, number INTEGER NOT NULL, kind INTEGER NOT NULL, "
	"security INTEGER NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, "
	"PRIMARY KEY (domain, number)) WITHOUT ROWID, STRICT;"
	"CREATE TABLE mx (host INTEGER NOT NULL, domain INTEGER NOT NULL, number INTEGER NOT NULL, "
	"preference INTEGER NOT NULL, PRIMARY KEY (host, domain, number, preference)) WITHOUT ROWID, STRICT;"
	"CREATE INDEX mx_by_set ON mx (domain, number);"
	"INSERT INTO domain VALUES (1, 'example.org.'), (2, 'null.example.');"
	"INSERT INTO host VALUES (1, 'net.example.mx1.'), (2, 'net.example.mx2.');"
	"INSERT INTO mx_set VALUES (1, 1, 0, 0, 86400, 86500), (1, 2, 0, 2, 172800, 172900), "
	"(2, 1, 1, 0, 259200, 259200);"
	"INSERT INTO mx VALUES (1, 1, 1, 10), (1, 1, 2, 10), (2, 1, 2, 20);"
	"PRAGMA user_version = 1; PRAGMA application_id = 1836603233;";

static void execute(const char *file, const char *sql)
{
	sqlite3 *db = NULL;
	char *error = NULL;

	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
		fail_msg("%s", error);
	sqlite3_close(db);
}

/* Instead of the one that the scene has made. */
static void make_file(scene_t *scene, const char *sql)
{
	history_store_close(scene->store);
	scene->store = NULL;
	assert_true(history_store_move_aside(scene->file));
	execute(scene->file, sql);
}

static void brings_version_1_up_to_date(void **state)
{
	scene_t *scene = *state;
	const history_limits_t limits = { .max_rows = 1000, .max_age = 86400 };
	history_counts_t counts;
	history_err_t err;
	bool more;

	make_file(scene, version_1);
	assert_null(history_store_open_reader(scene->file, &err));
	assert_history(err, HISTORY_TOO_OLD);
	scene->store = history_store_open(scene->file, &err);
	assert_history(err, HISTORY_OK);
	history_store_counts(scene->store, &counts);
	assert_int_equal(counts.rows, 6);
	assert_string_equal(scene_sets(scene, history_store_timeline, "example.org."),
			    "172800-172900<0 mx/2 10 mx1.example.net. 20 mx2.example.net.\n"
			    "86400-86500<172800 mx/0 10 mx1.example.net.\n");
	scene_visit(scene, "example.org.", "10 mx1.example.net. 192.0.2.1,20 mx2.example.net.", 2, 200000);
	assert_history(history_store_begin(scene->store), HISTORY_OK);
	assert_history(history_store_prune(scene->store, &limits, 3 * 86400, 100, &more), HISTORY_OK); /* by its day */
	assert_history(history_store_commit(scene->store), HISTORY_OK);
	assert_string_equal(scene_sets(scene, history_store_timeline, "example.org."),
			    "172800-200000<0 mx/2 10 mx1.example.net. 192.0.2.1@200000-200000 20 mx2.example.net.\n");
	assert_history(history_store_check(scene->store), HISTORY_OK);
}

static const struct {
	const char *name;
	const char *sql;
	history_err_t writer;
	history_err_t reader;
} strangers[] = {
	{ "another program's", "CREATE TABLE notes (text TEXT)", HISTORY_FOREIGN, HISTORY_FOREIGN },
	{ "another program's, with a version", "PRAGMA user_version = 1", HISTORY_FOREIGN, HISTORY_FOREIGN },
	{ "a later version's", "PRAGMA user_version = 3; PRAGMA application_id = 1836603233", HISTORY_TOO_NEW,
	  HISTORY_TOO_NEW },
	{ "nothing yet", "", HISTORY_OK, HISTORY_NO_FILE },
};

static void knows_whose_it_is(void **state)
{
	scene_t *scene = *state;
	history_err_t err;

	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
		make_file(scene, strangers[i].sql);
		assert_null(history_store_open_reader(scene->file, &err));
		assert_history(err, strangers[i].reader);
		scene->store = history_store_open(scene->file, &err);
		assert_history(err, strangers[i].writer);
		assert_int_equal(scene->store != NULL, err == HISTORY_OK);
		if (scene->store == NULL)
			execute(scene->file, "PRAGMA integrity_check"); /* and left alone */
		else
			scene_visit(scene, "example.org.", "10 mx.example.org.", 0, 100);
	}
}

/* ---- no file, no right, no place ---- */

static void says_why_it_cannot_be_opened(void **state)
{
	static const struct {
		const char *path; /* in the folder */
		history_err_t writer;
		history_err_t reader;
	} rows[] = {
		{ "absent.db", HISTORY_OK, HISTORY_NO_FILE },
		{ "absent/history.db", HISTORY_NO_FILE, HISTORY_NO_FILE },
		{ "link", HISTORY_DENIED, HISTORY_DENIED },
		{ "history.db/history.db", HISTORY_NO_FILE, HISTORY_NO_FILE },
		{ ".", HISTORY_FAILED, HISTORY_FAILED },
	};
	scene_t *scene = *state;
	char path[128];
	history_err_t err;

	snprintf(path, sizeof(path), "%s/link", scene->folder);
	assert_int_equal(symlink("history.db", path), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", scene->folder, rows[i].path);
		assert_null(history_store_open_reader(path, &err));
		assert_history(err, rows[i].reader);
		history_store_close(history_store_open(path, &err));
		assert_history(err, rows[i].writer);
	}
}

static void every_error_has_its_words(void **state)
{
	(void)state;
	for (history_err_t err = HISTORY_OK; err <= HISTORY_FAILED; err++)
		for (history_err_t other = HISTORY_OK; other < err; other++)
			assert_string_not_equal(history_strerror(err), history_strerror(other));
}

static void only_who_may_can_read_it(void **state)
{
	scene_t *scene = *state;
	struct stat st;

	assert_int_equal(stat(scene->file, &st), 0);
	assert_int_equal(st.st_mode & 0137, 0);
}

/* ---- readers ---- */

static void reads_while_it_is_written(void **state)
{
	scene_t *scene = *state;
	history_err_t err;
	history_sets_t sets;
	history_store_t *reader = history_store_open_reader(scene->file, &err);

	assert_history(err, HISTORY_OK);
	assert_history(history_store_begin(scene->store), HISTORY_OK);
	assert_history(scene_record(scene->store, "example.org.", "10 mx.example.org.", 0, 100), HISTORY_OK);
	assert_string_not_equal(scene_sets(scene, history_store_timeline, "example.org."), "");
	assert_history(history_store_timeline(reader, "example.org.", &sets), HISTORY_OK);
	assert_int_equal(sets.count, 0);
	history_sets_free(&sets);
	assert_history(history_store_commit(scene->store), HISTORY_OK);
	assert_history(history_store_timeline(reader, "example.org.", &sets), HISTORY_OK);
	assert_int_equal(sets.count, 1);
	history_sets_free(&sets);
	history_store_close(reader);
}

static void a_reader_cannot_write(void **state)
{
	scene_t *scene = *state;
	history_err_t err;
	history_store_t *reader = history_store_open_reader(scene->file, &err);

	assert_history(err, HISTORY_OK);
	assert_history(history_store_begin(reader), HISTORY_DENIED);
	assert_string_not_equal(history_store_reason(reader), "");
	history_store_close(reader);
}

/* What a process without any right to write sees: the number of example.org.'s sets, or 100 and the error. */
static int sets_seen_by_stranger(const scene_t *scene)
{
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		history_err_t err = HISTORY_OK;
		history_sets_t sets = { 0 };
		history_store_t *reader = NULL;

		if (geteuid() == ROOT &&
		    (setresgid(NOBODY, NOBODY, NOBODY) != 0 || setresuid(NOBODY, NOBODY, NOBODY) != 0))
			_exit(99);
		reader = history_store_open_reader(scene->file, &err);
		if (reader != NULL)
			err = history_store_timeline(reader, "example.org.", &sets);
		status = err == HISTORY_OK ? (int)sets.count : 100 + (int)err;
		history_sets_free(&sets);
		history_store_close(reader);
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void set_modes(const scene_t *scene, mode_t file, mode_t folder)
{
	static const char *const companions[] = { "", "-wal", "-shm" };

	for (size_t i = 0; i < 3; i++) {
		char path[96];

		snprintf(path, sizeof(path), "%s%s", scene->file, companions[i]);
		assert_int_equal(chmod(path, file), 0);
	}
	assert_int_equal(chmod(scene->folder, folder), 0);
}

/* With the writer at work, and after it has gone: neither the file nor its folder can be written. Who is not root loses the right
 * for himself. */
static void reads_without_the_right_to_write(void **state)
{
	scene_t *scene = *state;
	history_err_t err;

	scene_visit(scene, "example.org.", "10 mx1.example.org.", 0, 100);
	set_modes(scene, 0444, 0555);
	assert_int_equal(sets_seen_by_stranger(scene), 1);
	scene_visit(scene, "example.org.", "10 mx2.example.org.", 0, 200);
	assert_int_equal(sets_seen_by_stranger(scene), 2);
	history_store_close(scene->store);
	scene->store = NULL;
	assert_int_equal(sets_seen_by_stranger(scene), 2);
	set_modes(scene, 0640, 0755);
	scene->store = history_store_open(scene->file, &err);
	assert_history(err, HISTORY_OK);
	scene_visit(scene, "example.org.", "10 mx3.example.org.", 0, 300);
	set_modes(scene, 0444, 0555);
	assert_int_equal(sets_seen_by_stranger(scene), 3);
	set_modes(scene, 0000, 0555);
	assert_int_equal(sets_seen_by_stranger(scene), 100 + HISTORY_DENIED);
	set_modes(scene, 0640, 0755);
}

static void one_writer_at_a_time(void **state)
{
	scene_t *scene = *state;
	history_err_t err;
	history_store_t *other = history_store_open(scene->file, &err);

	assert_history(err, HISTORY_OK);
	assert_history(history_store_begin(scene->store), HISTORY_OK);
	assert_history(history_store_begin(other), HISTORY_BUSY);
	assert_history(history_store_commit(scene->store), HISTORY_OK);
	assert_history(history_store_begin(other), HISTORY_OK);
	history_store_close(other);
}

/* ---- damage ---- */

static void overwrite(const char *file, off_t at, size_t size)
{
	static char noise[1 << 16];
	int fd = open(file, O_WRONLY | O_CLOEXEC);

	memset(noise, 0xa5, sizeof(noise));
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, noise, size, at), size);
	close(fd);
}

/* Hundreds of domains, all in the file itself. */
static off_t fill(scene_t *scene)
{
	history_err_t err;
	struct stat st;

	assert_history(history_store_begin(scene->store), HISTORY_OK);
	for (unsigned i = 0; i < 2000; i++) {
		char domain[32];

		snprintf(domain, sizeof(domain), "d%u.example.", i);
		assert_history(scene_record(scene->store, domain, "10 mx.example.net. 192.0.2.1", 0, 100), HISTORY_OK);
	}
	assert_history(history_store_commit(scene->store), HISTORY_OK);
	history_store_close(scene->store);
	scene->store = NULL;
	execute(scene->file, "PRAGMA wal_checkpoint(TRUNCATE)");
	assert_int_equal(stat(scene->file, &st), 0);
	scene->store = history_store_open(scene->file, &err);
	assert_history(err, HISTORY_OK);
	assert_history(history_store_check(scene->store), HISTORY_OK);
	history_store_close(scene->store);
	scene->store = NULL;
	return st.st_size;
}

static void a_damaged_head_is_found_at_once(void **state)
{
	scene_t *scene = *state;
	history_err_t err;

	fill(scene);
	overwrite(scene->file, 0, 100);
	assert_null(history_store_open(scene->file, &err));
	assert_history(err, HISTORY_CORRUPT);
	assert_null(history_store_open_reader(scene->file, &err));
	assert_history(err, HISTORY_CORRUPT);
	assert_true(history_store_move_aside(scene->file));
	scene->store = history_store_open(scene->file, &err);
	assert_history(err, HISTORY_OK);
	assert_string_equal(scene_sets(scene, history_store_timeline, "d1.example."), "");
	scene_visit(scene, "d1.example.", "10 mx.example.net.", 0, 100);
}

static void damage_inside_is_found_by_reading(void **state)
{
	scene_t *scene = *state;
	const off_t size = fill(scene);
	unsigned corrupt = 0;
	history_err_t err;

	overwrite(scene->file, 16 * 4096, (size_t)size - 16 * 4096 < 1 << 16 ? (size_t)size - 16 * 4096 : 1 << 16);
	scene->store = history_store_open(scene->file, &err);
	assert_history(err, HISTORY_OK);
	assert_history(history_store_check(scene->store), HISTORY_CORRUPT);
	assert_string_not_equal(history_store_reason(scene->store), "");
	for (unsigned i = 0; i < 2000; i++) {
		history_sets_t sets;
		char domain[32];

		snprintf(domain, sizeof(domain), "d%u.example.", i);
		err = history_store_timeline(scene->store, domain, &sets);
		assert_true(err == HISTORY_OK || err == HISTORY_CORRUPT);
		corrupt += err == HISTORY_CORRUPT;
		history_sets_free(&sets);
	}
	assert_true(corrupt > 0);
}

static void moves_aside_what_there_is(void **state)
{
	scene_t *scene = *state;
	char path[96];

	history_store_close(scene->store);
	scene->store = NULL;
	assert_true(history_store_move_aside(scene->file));
	assert_false(history_store_move_aside(scene->file));
	for (unsigned i = 0; i < 3; i++) {
		static const char *const gone[] = { "", "-wal", "-shm" };

		snprintf(path, sizeof(path), "%s%s", scene->file, gone[i]);
		assert_int_equal(access(path, F_OK), -1);
	}
	snprintf(path, sizeof(path), "%s.corrupt", scene->file);
	assert_int_equal(access(path, F_OK), 0);
}

/* ---- killed ---- */

/* Commits visit after visit and says so, until it is killed. */
static void write_for_ever(history_store_t *store, int told)
{
	for (unsigned i = 0;; i++) {
		char domain[32];

		snprintf(domain, sizeof(domain), "d%u.example.", i);
		if (history_store_begin(store) != HISTORY_OK ||
		    scene_record(store, domain, "10 mx1.example.net. 192.0.2.1,20 mx2.example.net.", 0, i) !=
			    HISTORY_OK ||
		    history_store_commit(store) != HISTORY_OK || write(told, &i, sizeof(i)) != sizeof(i))
			_exit(1);
	}
}

/* The number of the last visit that it said it had committed. */
static unsigned write_and_kill(const scene_t *scene, unsigned visits)
{
	unsigned last = 0;
	int told[2];
	int status;
	pid_t pid;

	assert_int_equal(pipe2(told, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		history_err_t err;
		history_store_t *store = history_store_open(scene->file, &err);

		if (store == NULL)
			_exit(2);
		write_for_ever(store, told[1]);
	}
	close(told[1]);
	for (unsigned i = 0; i < visits; i++)
		assert_int_equal(read(told[0], &last, sizeof(last)), sizeof(last));
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	for (unsigned more; read(told[0], &more, sizeof(more)) == sizeof(more);)
		last = more;
	close(told[0]);
	return last;
}

static void loses_nothing_when_it_is_killed(void **state)
{
	scene_t *scene = *state;

	for (unsigned visits = 1; visits <= 1000; visits *= 10) {
		history_err_t err;
		unsigned last;

		history_store_close(scene->store);
		scene->store = NULL;
		last = write_and_kill(scene, visits);
		assert_true(last + 1 >= visits);
		scene->store = history_store_open(scene->file, &err);
		assert_history(err, HISTORY_OK);
		assert_history(history_store_check(scene->store), HISTORY_OK);
		for (unsigned i = 0; i <= last; i++) {
			char domain[32];

			snprintf(domain, sizeof(domain), "d%u.example.", i);
			assert_string_not_equal(scene_sets(scene, history_store_timeline, domain), "");
		}
	}
}

/* ---- a full disk: files that may not grow any further (the lab has a real one) ---- */

static void limit_files(rlim_t size)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Visits in transactions of 10, until one fails; those that were committed. */
static unsigned fill_the_disk(history_store_t *store)
{
	history_err_t err = HISTORY_OK;
	unsigned committed = 0;

	while (err == HISTORY_OK) {
		err = history_store_begin(store);
		for (unsigned i = 0; i < 10 && err == HISTORY_OK; i++) {
			char domain[32];

			snprintf(domain, sizeof(domain), "d%u.example.", committed + i);
			err = scene_record(store, domain, "10 mx.example.net. 192.0.2.1", 0, 100);
		}
		if (err == HISTORY_OK)
			err = history_store_commit(store);
		committed += err == HISTORY_OK ? 10 : 0;
	}
	assert_history(err, HISTORY_FULL);
	return committed;
}

static void loses_no_more_than_a_transaction_to_a_full_disk(void **state)
{
	scene_t *scene = *state;
	void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
	unsigned committed;
	char domain[32];

	limit_files(1 << 20);
	committed = fill_the_disk(scene->store);
	limit_files(RLIM_INFINITY);
	assert_true(committed > 0);
	assert_history(history_store_check(scene->store), HISTORY_OK);
	snprintf(domain, sizeof(domain), "d%u.example.", committed - 1);
	assert_string_not_equal(scene_sets(scene, history_store_timeline, domain), "");
	snprintf(domain, sizeof(domain), "d%u.example.", committed);
	assert_string_equal(scene_sets(scene, history_store_timeline, domain), "");
	scene_visit(scene, "after.example.", "10 mx.example.net.", 0, 200);
	signal(SIGXFSZ, before);
}

int main(void)
{
#define SCENE(test) cmocka_unit_test_setup_teardown(test, scene_set_up, scene_tear_down)
	static const struct CMUnitTest tests[] = {
		SCENE(brings_version_1_up_to_date),
		SCENE(knows_whose_it_is),
		SCENE(says_why_it_cannot_be_opened),
		cmocka_unit_test(every_error_has_its_words),
		SCENE(only_who_may_can_read_it),
		SCENE(reads_while_it_is_written),
		SCENE(a_reader_cannot_write),
		SCENE(reads_without_the_right_to_write),
		SCENE(one_writer_at_a_time),
		SCENE(a_damaged_head_is_found_at_once),
		SCENE(damage_inside_is_found_by_reading),
		SCENE(moves_aside_what_there_is),
		SCENE(loses_nothing_when_it_is_killed),
		SCENE(loses_no_more_than_a_transaction_to_a_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
