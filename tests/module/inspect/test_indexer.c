/* test_indexer.c: the thread follows the log, and says so in the loop. */
#include "module/inspect/indexer.h"

#include "tests/module/inspect/world.h"

#include <sched.h>

static int set_up(void **state)
{
	world_t *world = malloc(sizeof(*world));

	assert_non_null(world);
	world_begin(world);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	world_end(*state);
	free(*state);
	return 0;
}

static void wait_until_grown(world_t *world)
{
	const unsigned before = world->grew;

	while (world->grew == before)
		assert_int_equal(event_base_loop(world->base, EVLOOP_ONCE), 0);
}

/* The sequence number of the newest entry, as a reader sees it; 0 without any. */
static uint64_t newest(const world_t *world)
{
	const logindex_settings_t settings = indexer_settings(world->conf);
	const logfilter_t all = { 0 };
	logindex_t *reader = logindex_new(&settings, false);
	const char *error = NULL;
	json_t *found;
	uint64_t seq;

	assert_non_null(reader);
	found = logindex_search(reader, &all, 0, 1, &error);
	if (found == NULL)
		fail_msg("%s", error);
	seq = (uint64_t)json_integer_value(
		json_object_get(json_array_get(json_object_get(found, "entries"), 0), "seq"));
	json_decref(found);
	logindex_free(reader);
	return seq;
}

static void follows_the_log(void **state)
{
	static const line_t line = { .time = 1795369981042 };
	world_t *world = *state;

	world_append(world, &line);
	world_index(world);
	wait_until_grown(world);
	assert_int_equal(newest(world), 1);
	world_append(world, &line);
	wait_until_grown(world);
	assert_int_equal(newest(world), 2);
}

/* Until it has looked it does not know; the log may be long. */
static void is_behind_at_first(void **state)
{
	world_t *world = *state;

	world_append(world, &(line_t){ .time = 1795369981042 });
	world_index(world);
	wait_until_grown(world);
	while (indexer_is_behind(world->indexer)) /* its thread looks once more, and finds nothing */
		sched_yield();
}

/* It ends at once, not after the time that it rests. */
static void ends_while_it_rests(void **state)
{
	world_t *world = *state;

	world_index(world);
	indexer_free(world->indexer);
	world->indexer = NULL;
	assert_int_equal(world->grew, 0);
}

static void settings_are_the_configurations(void **state)
{
	const world_t *world = *state;
	const logindex_settings_t settings = indexer_settings(world->conf);

	assert_string_equal(settings.file, world->conf->inspection.log_index);
	assert_string_equal(settings.log, world->conf->validation_log.file);
	assert_int_equal(settings.max_octets, world->conf->inspection.log_index_size);
	assert_int_equal(settings.max_age, world->conf->inspection.log_index_age * UINT64_C(1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(follows_the_log, set_up, tear_down),
		cmocka_unit_test_setup_teardown(is_behind_at_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ends_while_it_rests, set_up, tear_down),
		cmocka_unit_test_setup_teardown(settings_are_the_configurations, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
