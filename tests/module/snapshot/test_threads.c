/* test_threads.c: snapshots are written while others find, put, flush and reload; ThreadSanitizer watches. Every file that is there
 * at any time is whole. */
#include "module/snapshot/file.h"
#include "module/snapshot/keyfile.h"
#include "module/snapshot/snapshot.h"

#include "tests/module/snapshot/desk.h"

#include <pthread.h>
#include <stdatomic.h>

enum { NAMES = 20000, ROUNDS = 400, SMALL = 1 << 20 };

typedef struct world {
	cache_t *cache;
	snapshot_t *snapshot;
	atomic_bool over;
} world_t;

static void *find_all(void *arg)
{
	world_t *world = arg;
	uint8_t out[256];
	cache_found_t found;
	desk_name_t name;

	cache_thread_begin();
	for (unsigned i = 0; !atomic_load(&world->over); i++)
		(void)!cache_find(world->cache, desk_key(&name, i % NAMES, DESK_MX), CACHE_FORM_DNSSEC,
				  clock_of_cache(), out, sizeof(out), &found);
	cache_thread_end();
	return NULL;
}

/* More than fits: answers make room all the time. */
static void *put_all(void *arg)
{
	world_t *world = arg;
	const cache_answer_t failed = { .failure = true, .ede = 22 };
	desk_name_t name;

	cache_thread_begin();
	for (unsigned i = 0; !atomic_load(&world->over); i++) {
		desk_put(world->cache, i % NAMES, DESK_MX, 100, DESK_TTL);
		if (i % 1000 == 0)
			cache_put_failure(world->cache, desk_key(&name, i / 2 % NAMES, DESK_MX), &failed,
					  clock_of_cache());
	}
	cache_thread_end();
	return NULL;
}

static void *flush_and_look(void *arg)
{
	world_t *world = arg;
	snapshot_stats_t stats;
	desk_name_t name;

	cache_thread_begin();
	for (unsigned i = 0; !atomic_load(&world->over); i++) {
		cache_flush(world->cache, desk_key(&name, i % NAMES, DESK_MX));
		snapshot_stats(world->snapshot, &stats);
		if (i % 64 == 0)
			cache_retract(world->cache);
	}
	cache_thread_end();
	return NULL;
}

/* What would be read after a crash at this moment. */
static void check_file(const desk_t *desk, const snapshot_settings_t *settings)
{
	uint8_t key[MAC_KEY_SIZE];
	char problem[KEYFILE_PROBLEM_MAX] = "";
	mac_t *mac = keyfile_open(desk->key, key, problem) ? mac_new(key) : NULL;
	const file_target_t target = { .cache = desk->to,
				       .mac = mac,
				       .settings = &settings->depends,
				       .now = moment_now(),
				       .judged_type = DESK_MX };
	file_read_t read;

	assert_non_null(mac);
	if (file_read(&target, desk->file, &read, problem) == FILE_REFUSED)
		assert_non_null(strstr(problem, "was made with other trust anchors"));
	cache_flush_all(desk->to);
	mac_free(mac);
}

static void files_are_whole_all_the_time(void **state)
{
	desk_t *desk = *state;
	snapshot_settings_t settings = { .file = desk->file, .key = desk->key, .every = 0 }; /* all the time */
	world_t world = { .cache = desk->from };
	void *(*const mains[])(void *) = { find_all, find_all, put_all, flush_and_look };
	enum { THREADS = sizeof(mains) / sizeof(mains[0]) };
	pthread_t threads[THREADS];
	snapshot_stats_t stats;

	cache_set_limit(world.cache, SMALL);
	world.snapshot = snapshot_new(&settings, world.cache, NULL);
	assert_non_null(world.snapshot);
	assert_true(snapshot_start(world.snapshot));
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, mains[i], &world), 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		settings.depends.judging[0] = (uint8_t)(i % 2);
		settings.depends.resolving[0] = (uint8_t)(i / 8 % 2);
		snapshot_reload(world.snapshot, &settings);
		cache_set_limit(world.cache, i % 2 == 0 ? SMALL : SMALL / 2);
		check_file(desk, &settings);
	}
	atomic_store(&world.over, true);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	snapshot_stats(world.snapshot, &stats);
	assert_string_equal(stats.error, "");
	snapshot_free(world.snapshot);
	check_file(desk, &settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(files_are_whole_all_the_time, desk_set_up, desk_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
