/* test_file.c: what was written is read; of what was cut off, changed or written by another key, nothing is. */
#include "module/snapshot/file.h"

#include "tests/module/snapshot/desk.h"

enum { FEW = 5, LARGE = 60, LARGE_SIZE = 30000 }; /* the large ones fill more than SLOTS sections */

static const uint8_t a_key[MAC_KEY_SIZE] = { 1, 2, 3 };
static const uint8_t another_key[MAC_KEY_SIZE] = { 1, 2, 4 };
static const layout_settings_t settings = { .resolving = { 1 }, .exempted = { 2 }, .judging = { 3 } };

static bool all(void *arg, const cache_seen_t *seen)
{
	(void)arg;
	(void)seen;
	return true;
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static bool at_once(void *arg)
{
	(void)arg;
	return true;
}

static bool write_to(const desk_t *desk, bool (*stop)(void *), file_written_t *written, char *problem)
{
	mac_t *mac = mac_new(a_key);
	const file_source_t source = { .cache = desk->from,
				       .mac = mac,
				       .settings = &settings,
				       .moment = moment_now(),
				       .wanted = all,
				       .stop = stop };
	bool done;

	assert_non_null(mac);
	cache_snapshot_begin(desk->from);
	done = file_write(&source, desk->file, written, problem);
	cache_snapshot_end(desk->from, done);
	mac_free(mac);
	return done;
}

static void write_file(const desk_t *desk)
{
	char problem[FILE_PROBLEM_MAX] = "";
	file_written_t written;

	assert_true(write_to(desk, never, &written, problem));
	assert_true(file_commit(desk->file, problem));
	assert_int_equal(written.entries, desk_count(desk->from));
}

static file_result_t read_with(const desk_t *desk, const uint8_t *key, const layout_settings_t *with, moment_t now,
			       file_read_t *read, char *problem)
{
	mac_t *mac = mac_new(key);
	const file_target_t target = {
		.cache = desk->to, .mac = mac, .settings = with, .now = now, .judged_type = DESK_MX
	};
	file_result_t result;

	assert_non_null(mac);
	result = file_read(&target, desk->file, read, problem);
	mac_free(mac);
	return result;
}

static file_result_t read_file(const desk_t *desk, char *problem)
{
	file_read_t read;

	return read_with(desk, a_key, &settings, moment_now(), &read, problem);
}

static void refuses(const desk_t *desk, const char *why)
{
	char problem[FILE_PROBLEM_MAX] = "";

	assert_int_equal(read_file(desk, problem), FILE_REFUSED);
	if (why != NULL)
		assert_non_null(strstr(problem, why));
	assert_int_equal(desk_count(desk->to), 0);
}

static void fill(const desk_t *desk, unsigned count, uint16_t size)
{
	for (unsigned i = 0; i < count; i++)
		desk_put(desk->from, i, DESK_MX, size, DESK_TTL);
}

/* ---- whole files ---- */

static void comes_back(void **state)
{
	const desk_t *desk = *state;
	char problem[FILE_PROBLEM_MAX] = "";
	struct stat st;

	fill(desk, LARGE, LARGE_SIZE);
	write_file(desk);
	assert_int_equal(stat(desk->file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_true(st.st_size > 3 * CACHE_SNAPSHOT_SECTION);
	assert_int_equal(read_file(desk, problem), FILE_READ);
	assert_int_equal(desk_count(desk->to), LARGE);
	for (unsigned i = 0; i < LARGE; i++)
		assert_true(desk_has(desk->to, i, DESK_MX));
}

static void an_empty_cache_comes_back(void **state)
{
	const desk_t *desk = *state;
	char problem[FILE_PROBLEM_MAX] = "";

	write_file(desk);
	assert_int_equal(read_file(desk, problem), FILE_READ);
	assert_int_equal(desk_count(desk->to), 0);
}

static void no_file_is_no_problem(void **state)
{
	char problem[FILE_PROBLEM_MAX] = "";

	assert_int_equal(read_file(*state, problem), FILE_NONE);
}

static void what_is_stopped_leaves_the_former_file(void **state)
{
	const desk_t *desk = *state;
	char problem[FILE_PROBLEM_MAX] = "?";
	file_written_t written;

	fill(desk, FEW, 100);
	write_file(desk);
	desk_put(desk->from, FEW, DESK_MX, 100, DESK_TTL);
	assert_false(write_to(desk, at_once, &written, problem));
	assert_string_equal(problem, "");
	assert_int_equal(read_file(desk, problem), FILE_READ);
	assert_int_equal(desk_count(desk->to), FEW);
}

/* As when the process is killed while it writes. */
static void half_a_new_file_is_overwritten(void **state)
{
	const desk_t *desk = *state;
	char fresh[2 * DESK_PATH];
	char problem[FILE_PROBLEM_MAX] = "";
	int fd;

	snprintf(fresh, sizeof(fresh), "%s.new", desk->file);
	fd = open(fresh, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "half", 4), 4);
	close(fd);
	fill(desk, FEW, 100);
	write_file(desk);
	assert_int_equal(read_file(desk, problem), FILE_READ);
	assert_int_equal(access(fresh, F_OK), -1);
}

static void where_it_cannot_be_written_it_says_so(void **state)
{
	desk_t desk = *(desk_t *)*state;
	const size_t size = strlen(desk.file);
	char problem[FILE_PROBLEM_MAX] = "";
	file_written_t written;

	snprintf(desk.file + size, sizeof(desk.file) - size, "/in/it");
	assert_false(write_to(&desk, never, &written, problem));
	assert_string_equal(problem, "No such file or directory");
}

/* ---- what it depends on ---- */

static void changed_settings(void **state)
{
	const desk_t *desk = *state;
	layout_settings_t with = settings;
	char problem[FILE_PROBLEM_MAX] = "";
	file_read_t read;

	fill(desk, FEW, 100);
	desk_put(desk->from, FEW, 1, 100, DESK_TTL);
	write_file(desk);
	with.resolving[31] = 1;
	assert_int_equal(read_with(desk, a_key, &with, moment_now(), &read, problem), FILE_REFUSED);
	assert_non_null(strstr(problem, "other trust anchors"));
	with = settings;
	with.exempted[31] = 1;
	assert_int_equal(read_with(desk, a_key, &with, moment_now(), &read, problem), FILE_REFUSED);
	assert_int_equal(desk_count(desk->to), 0);
	with = settings;
	with.judging[31] = 1;
	assert_int_equal(read_with(desk, a_key, &with, moment_now(), &read, problem), FILE_READ);
	assert_true(read.rejudge);
	assert_int_equal(read.counts.unwanted, FEW);
	assert_int_equal(desk_count(desk->to), 1);
	assert_true(desk_has(desk->to, FEW, 1));
}

static void a_clock_that_was_set(void **state)
{
	const desk_t *desk = *state;
	moment_t now = moment_now();
	char problem[FILE_PROBLEM_MAX] = "";
	file_read_t read;

	fill(desk, FEW, 100);
	write_file(desk);
	now.boot[0] ^= 1;
	now.wall -= 60;
	assert_int_equal(read_with(desk, a_key, &settings, now, &read, problem), FILE_REFUSED);
	assert_non_null(strstr(problem, "has no certain age: the clock is"));
	now.wall += 60 + DESK_TTL;
	now.up = 1;
	assert_int_equal(read_with(desk, a_key, &settings, now, &read, problem), FILE_READ);
	assert_int_equal(read.counts.ended, FEW);
	assert_int_equal(desk_count(desk->to), 0);
}

/* ---- damage ---- */

static void another_key_is_refused(void **state)
{
	const desk_t *desk = *state;
	char problem[FILE_PROBLEM_MAX] = "";
	file_read_t read;

	fill(desk, FEW, 100);
	write_file(desk);
	assert_int_equal(read_with(desk, another_key, &settings, moment_now(), &read, problem), FILE_REFUSED);
	assert_non_null(strstr(problem, "another key, is damaged or forged"));
	assert_int_equal(desk_count(desk->to), 0);
}

static void every_truncation_is_refused(void **state)
{
	const desk_t *desk = *state;
	struct stat st;

	fill(desk, FEW, 40);
	write_file(desk);
	assert_int_equal(stat(desk->file, &st), 0);
	for (off_t size = st.st_size - 1; size >= 0; size--) {
		assert_int_equal(truncate(desk->file, size), 0);
		refuses(desk, size == st.st_size - 1 ? "cut off" : NULL);
	}
}

static void flip(const desk_t *desk, off_t at, uint8_t mask)
{
	const int fd = open(desk->file, O_RDWR);
	uint8_t octet;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &octet, 1, at), 1);
	octet ^= mask;
	assert_int_equal(pwrite(fd, &octet, 1, at), 1);
	close(fd);
}

static void every_changed_octet_is_refused(void **state)
{
	const desk_t *desk = *state;
	char problem[FILE_PROBLEM_MAX] = "";
	struct stat st;

	fill(desk, FEW, 40);
	write_file(desk);
	assert_int_equal(stat(desk->file, &st), 0);
	for (off_t at = 0; at < st.st_size; at++) {
		flip(desk, at, (uint8_t)(1U << at % 8));
		refuses(desk, NULL);
		flip(desk, at, (uint8_t)(1U << at % 8));
	}
	assert_int_equal(read_file(desk, problem), FILE_READ);
}

/* The first sections are in the cache by then: they go, too. */
static void damage_in_the_last_section_costs_all(void **state)
{
	const desk_t *desk = *state;
	struct stat st;

	fill(desk, LARGE, LARGE_SIZE);
	write_file(desk);
	assert_int_equal(stat(desk->file, &st), 0);
	flip(desk, st.st_size - 1000, 1);
	refuses(desk, "damaged or forged");
}

static void something_added_is_refused(void **state)
{
	const desk_t *desk = *state;
	struct stat st;

	fill(desk, FEW, 40);
	write_file(desk);
	assert_int_equal(stat(desk->file, &st), 0);
	assert_int_equal(truncate(desk->file, st.st_size + 1), 0);
	refuses(desk, "something was added");
}

static void other_files_are_refused(void **state)
{
	const desk_t *desk = *state;
	int fd;

	assert_int_equal(mkdir(desk->file, 0700), 0);
	refuses(desk, "is no file");
	assert_int_equal(rmdir(desk->file), 0);
	assert_int_equal(symlink("elsewhere", desk->file), 0);
	refuses(desk, "symbolic link");
	assert_int_equal(unlink(desk->file), 0);
	fd = open(desk->file, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(ftruncate(fd, 4096), 0);
	close(fd);
	refuses(desk, "is no snapshot");
}

static void another_version_is_refused(void **state)
{
	const desk_t *desk = *state;

	fill(desk, FEW, 40);
	write_file(desk);
	flip(desk, 8, 2);
	refuses(desk, "another version");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(comes_back, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(an_empty_cache_comes_back, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(no_file_is_no_problem, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(what_is_stopped_leaves_the_former_file, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(half_a_new_file_is_overwritten, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(where_it_cannot_be_written_it_says_so, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(changed_settings, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(a_clock_that_was_set, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(another_key_is_refused, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(every_truncation_is_refused, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(every_changed_octet_is_refused, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(damage_in_the_last_section_costs_all, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(something_added_is_refused, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(other_files_are_refused, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(another_version_is_refused, desk_set_up, desk_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
