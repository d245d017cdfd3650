/* test_snapshot.c: a cache goes through restarts, and what must not come back does not. */
#include "module/snapshot/snapshot.h"

#include "module/inquiry/marks.h"
#include "tests/module/snapshot/desk.h"

#include <poll.h>

enum { FEW = 5, A = 1, TRIES = 12000, TRY_MS = 10 };

static snapshot_settings_t settings_of(const desk_t *desk)
{
	return (snapshot_settings_t){ .file = desk->file, .key = desk->key, .every = 3600 };
}

static snapshot_t *begin(const desk_t *desk, cache_t *cache, const snapshot_settings_t *settings)
{
	snapshot_t *snapshot = snapshot_new(settings, cache, NULL);

	(void)desk;
	assert_non_null(snapshot);
	assert_true(snapshot_start(snapshot));
	return snapshot;
}

static void fill(const desk_t *desk)
{
	for (unsigned i = 0; i < FEW; i++)
		desk_put(desk->from, i, i % 2 == 0 ? DESK_MX : A, 100, DESK_TTL);
}

/* One run of a server with what is in `from`; then another one with `to`. */
static snapshot_t *restart(const desk_t *desk, const snapshot_settings_t *before, const snapshot_settings_t *after)
{
	snapshot_free(begin(desk, desk->from, before));
	return begin(desk, desk->to, after);
}

static void all_comes_back_after_a_restart(void **state)
{
	const desk_t *desk = *state;
	const snapshot_settings_t settings = settings_of(desk);
	snapshot_stats_t stats;
	snapshot_t *snapshot;

	fill(desk);
	snapshot = restart(desk, &settings, &settings);
	for (unsigned i = 0; i < FEW; i++)
		assert_true(desk_has(desk->to, i, i % 2 == 0 ? DESK_MX : A));
	snapshot_stats(snapshot, &stats);
	assert_true(stats.on);
	assert_int_equal(stats.loaded, FEW);
	assert_int_equal(stats.entries, FEW);
	assert_in_range(clock_of_wall() - stats.written, 0, 60);
	assert_string_equal(stats.error, "");
	snapshot_free(snapshot);
}

static void of_marks_one_comes_back(void **state)
{
	const desk_t *desk = *state;
	const snapshot_settings_t settings = settings_of(desk);
	const name_t name = { .octets = "\3mx1", .size = 5 };
	snapshot_t *snapshot;

	marks_set(desk->from, &name, MARK_EXCHANGE, 600, clock_of_cache());
	marks_set(desk->from, &name, MARK_NO_TCP, 600, clock_of_cache());
	snapshot = restart(desk, &settings, &settings);
	assert_true(marks_has(desk->to, &name, MARK_EXCHANGE, clock_of_cache()));
	assert_false(marks_has(desk->to, &name, MARK_NO_TCP, clock_of_cache()));
	snapshot_free(snapshot);
}

static void switched_off_there_is_no_file(void **state)
{
	const desk_t *desk = *state;
	const snapshot_settings_t settings = { .file = "", .key = desk->key, .every = 3600 };
	snapshot_stats_t stats;
	snapshot_t *snapshot;

	fill(desk);
	snapshot = restart(desk, &settings, &settings);
	snapshot_stats(snapshot, &stats);
	assert_false(stats.on);
	assert_int_equal(desk_count(desk->to), 0);
	assert_int_equal(access(desk->key, F_OK), -1);
	snapshot_free(snapshot);
}

static void wait_written(snapshot_t *snapshot, uint64_t entries)
{
	snapshot_stats_t stats;

	for (unsigned i = 0; i < TRIES; i++) {
		snapshot_stats(snapshot, &stats);
		if (stats.entries == entries)
			return;
		poll(NULL, 0, TRY_MS);
	}
	fail_msg("nothing is written");
}

static void is_written_now_and_then(void **state)
{
	const desk_t *desk = *state;
	snapshot_settings_t settings = settings_of(desk);
	snapshot_t *snapshot;

	settings.every = 1;
	snapshot = begin(desk, desk->from, &settings);
	fill(desk);
	wait_written(snapshot, FEW);
	assert_int_equal(access(desk->file, F_OK), 0);
	snapshot_free(snapshot);
}

/* ---- what must not come back ---- */

/* As after a crash: the file that is there now is what the next run would find. */
static size_t would_come_back(const desk_t *desk)
{
	const snapshot_settings_t settings = settings_of(desk);
	snapshot_t *snapshot = snapshot_new(&settings, desk->to, NULL); /* never started: it writes nothing */
	size_t count;

	assert_non_null(snapshot);
	count = desk_count(desk->to);
	snapshot_free(snapshot);
	cache_flush_all(desk->to);
	return count;
}

static snapshot_t *begin_with_a_file(const desk_t *desk)
{
	const snapshot_settings_t settings = settings_of(desk);

	fill(desk);
	snapshot_free(begin(desk, desk->from, &settings));
	cache_flush_all(desk->from);
	assert_int_equal(would_come_back(desk), FEW);
	return begin(desk, desk->from, &settings);
}

static void a_flush_makes_it_void(void **state)
{
	const desk_t *desk = *state;
	snapshot_t *snapshot = begin_with_a_file(desk);
	snapshot_stats_t stats;
	desk_name_t name;

	assert_true(cache_flush(desk->from, desk_key(&name, 0, DESK_MX)));
	snapshot_stats(snapshot, &stats);
	assert_int_equal(stats.written, 0);
	assert_int_equal(access(desk->file, F_OK), -1);
	assert_int_equal(would_come_back(desk), 0);
	snapshot_free(snapshot);
	assert_int_equal(would_come_back(desk), FEW - 1);
}

static void a_rejection_makes_it_void(void **state)
{
	const desk_t *desk = *state;
	snapshot_t *snapshot = begin_with_a_file(desk);
	const cache_answer_t rejected = { .failure = true, .ede = 15 };
	desk_name_t name;

	/* It is a failure that takes its place, once it is gone. */
	assert_true(cache_flush(desk->from, desk_key(&name, 0, DESK_MX)));
	assert_true(cache_put_failure(desk->from, &name.key, &rejected, clock_of_cache()));
	snapshot_free(snapshot);
	assert_int_equal(would_come_back(desk), FEW - 1);
}

static void other_answers_do_not(void **state)
{
	const desk_t *desk = *state;
	snapshot_t *snapshot = begin_with_a_file(desk);
	const cache_answer_t failed = { .failure = true, .ede = 22 };
	desk_name_t name;

	assert_true(cache_put_failure(desk->from, desk_key(&name, 1000, DESK_MX), &failed, clock_of_cache()));
	desk_put(desk->from, 1, DESK_MX, 100, DESK_TTL);
	desk_put(desk->from, 1001, DESK_MX, 100, DESK_TTL);
	assert_int_equal(would_come_back(desk), FEW);
	snapshot_free(snapshot);
}

/* What was refused may not be taken later: nobody has watched it. */
static void what_is_refused_is_removed(void **state)
{
	const desk_t *desk = *state;
	snapshot_settings_t settings = settings_of(desk);
	snapshot_stats_t stats;
	snapshot_t *snapshot;

	fill(desk);
	snapshot_free(begin(desk, desk->from, &settings));
	settings.depends.resolving[0] = 1;
	snapshot = begin(desk, desk->to, &settings);
	snapshot_stats(snapshot, &stats);
	assert_non_null(strstr(stats.error, "it is removed, and the cache starts empty"));
	assert_int_equal(stats.loaded, 0);
	assert_int_equal(access(desk->file, F_OK), -1);
	snapshot_free(snapshot);
}

static void a_bad_key_switches_it_off(void **state)
{
	const desk_t *desk = *state;
	const snapshot_settings_t settings = settings_of(desk);
	snapshot_stats_t stats;
	snapshot_t *snapshot;

	fill(desk);
	snapshot_free(begin(desk, desk->from, &settings));
	assert_int_equal(chmod(desk->key, 0644), 0);
	snapshot = begin(desk, desk->to, &settings);
	snapshot_stats(snapshot, &stats);
	assert_false(stats.on);
	assert_non_null(strstr(stats.error, "give it mode 0600"));
	assert_int_equal(desk_count(desk->to), 0);
	snapshot_free(snapshot);
}

static void what_cannot_be_written_is_said_and_counted(void **state)
{
	const desk_t *desk = *state;
	snapshot_settings_t settings = settings_of(desk);
	snapshot_stats_t stats;
	snapshot_t *snapshot;
	char file[2 * DESK_PATH];

	snprintf(file, sizeof(file), "%s/no/where", desk->folder);
	settings.file = file;
	settings.every = 1;
	fill(desk);
	snapshot = begin(desk, desk->from, &settings);
	for (unsigned i = 0; i < TRIES; i++) {
		snapshot_stats(snapshot, &stats);
		if (stats.failures > 1)
			break;
		poll(NULL, 0, TRY_MS);
	}
	assert_true(stats.failures > 1);
	assert_non_null(strstr(stats.error, "cannot be written: No such file or directory"));
	snapshot_free(snapshot);
}

/* ---- reload ---- */

static void after_a_reload_older_answers_are_left_out(void **state)
{
	const desk_t *desk = *state;
	snapshot_settings_t settings = settings_of(desk);
	snapshot_t *snapshot = begin_with_a_file(desk);

	settings.depends.judging[0] = 1;
	settings.linger = 60; /* so that what was put a moment ago is older for sure */
	snapshot_reload(snapshot, &settings);
	assert_int_equal(access(desk->file, F_OK), -1);
	snapshot_free(snapshot);
	snapshot = begin(desk, desk->to, &settings);
	assert_int_equal(desk_count(desk->to), FEW / 2); /* no MX */
	snapshot_free(snapshot);
}

static void after_a_reload_of_the_resolver_all_are(void **state)
{
	const desk_t *desk = *state;
	snapshot_settings_t settings = settings_of(desk);
	snapshot_t *snapshot = begin_with_a_file(desk);

	settings.depends.resolving[0] = 1;
	settings.linger = 60;
	snapshot_reload(snapshot, &settings);
	snapshot_free(snapshot);
	snapshot = begin(desk, desk->to, &settings);
	assert_int_equal(desk_count(desk->to), 0);
	snapshot_free(snapshot);
}

static void a_reload_moves_it(void **state)
{
	const desk_t *desk = *state;
	snapshot_settings_t settings = settings_of(desk);
	snapshot_t *snapshot = begin_with_a_file(desk);
	char other[2 * DESK_PATH];

	snprintf(other, sizeof(other), "%s/other", desk->folder);
	settings.file = other;
	snapshot_reload(snapshot, &settings);
	assert_int_equal(access(desk->file, F_OK), -1);
	snapshot_free(snapshot);
	assert_int_equal(access(other, F_OK), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(all_comes_back_after_a_restart, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(of_marks_one_comes_back, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(switched_off_there_is_no_file, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(is_written_now_and_then, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(a_flush_makes_it_void, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(a_rejection_makes_it_void, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(other_answers_do_not, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(what_is_refused_is_removed, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(a_bad_key_switches_it_off, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_written_is_said_and_counted, desk_set_up,
						desk_tear_down),
		cmocka_unit_test_setup_teardown(after_a_reload_older_answers_are_left_out, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(after_a_reload_of_the_resolver_all_are, desk_set_up, desk_tear_down),
		cmocka_unit_test_setup_teardown(a_reload_moves_it, desk_set_up, desk_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
