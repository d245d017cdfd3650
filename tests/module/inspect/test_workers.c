/* test_workers.c: who works, what waits, and how many may wait for others. */
#include "module/inspect/workers.h"

#include "tests/support.h"

#include <semaphore.h>

enum { UNAVAILABLE = 503 };

typedef struct world {
	struct event_base *base;
	shared_t shared;
	workers_t *workers;
	sem_t begun; /* posted by each job that blocks */
	sem_t go;    /* lets one of them end */
} world_t;

typedef struct task {
	job_t job;
	world_t *world;
	bool blocks;
	unsigned done;
} task_t;

static int set_up(void **state)
{
	world_t *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	assert_int_equal(sem_init(&world->begun, 0, 0), 0);
	assert_int_equal(sem_init(&world->go, 0, 0), 0);
	world->base = event_base_new();
	assert_non_null(world->base);
	world->workers = workers_new(world->base, &world->shared);
	assert_non_null(world->workers);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	world_t *world = *state;

	workers_free(world->workers);
	event_base_free(world->base);
	sem_destroy(&world->begun);
	sem_destroy(&world->go);
	free(world);
	return 0;
}

static void work(sources_t *sources, job_t *job)
{
	task_t *task = (task_t *)(void *)job; /* its first member */

	assert_ptr_equal(sources->shared, &task->world->shared);
	if (task->blocks) {
		sem_post(&task->world->begun);
		sem_wait(&task->world->go);
	}
	job->answer.status = 200;
}

static void done(job_t *job)
{
	((task_t *)(void *)job)->done++;
}

static workers_err_t take(world_t *world, task_t *task, bool blocks, bool slow)
{
	*task = (task_t){ .job = { .work = work, .done = done, .slow = slow }, .world = world, .blocks = blocks };
	return workers_take(world->workers, &task->job);
}

static void wait_for(world_t *world, const task_t *task)
{
	while (task->done == 0)
		assert_int_equal(event_base_loop(world->base, EVLOOP_ONCE), 0);
	assert_int_equal(task->done, 1);
}

static void wait_begun(world_t *world, unsigned count)
{
	while (count-- > 0)
		sem_wait(&world->begun);
}

static void let_go(world_t *world, unsigned count)
{
	while (count-- > 0)
		sem_post(&world->go);
}

static void hands_back_in_the_loop(void **state)
{
	world_t *world = *state;
	task_t task;

	assert_int_equal(take(world, &task, true, false), WORKERS_TAKEN);
	wait_begun(world, 1);
	assert_int_equal(event_base_loop(world->base, EVLOOP_NONBLOCK), 0);
	assert_int_equal(task.done, 0);
	let_go(world, 1);
	wait_for(world, &task);
	assert_int_equal(task.job.answer.status, 200);
}

/* However many wait for others, some workers are left for the rest. */
static void bounds_the_slow(void **state)
{
	world_t *world = *state;
	task_t slow[WORKERS_SLOW_MAX];
	task_t more;
	task_t quick;

	for (unsigned i = 0; i < WORKERS_SLOW_MAX; i++)
		assert_int_equal(take(world, &slow[i], true, true), WORKERS_TAKEN);
	assert_int_equal(take(world, &more, true, true), WORKERS_SLOW_BUSY);
	assert_int_equal(take(world, &quick, false, false), WORKERS_TAKEN);
	wait_for(world, &quick);
	let_go(world, WORKERS_SLOW_MAX);
	for (unsigned i = 0; i < WORKERS_SLOW_MAX; i++)
		wait_for(world, &slow[i]);
	assert_int_equal(take(world, &more, false, true), WORKERS_TAKEN);
	wait_for(world, &more);
}

static void bounds_what_waits(void **state)
{
	world_t *world = *state;
	task_t blocked[WORKERS];
	task_t waiting[WORKERS_WAITING_MAX];
	task_t more;

	for (unsigned i = 0; i < WORKERS; i++)
		assert_int_equal(take(world, &blocked[i], true, false), WORKERS_TAKEN);
	wait_begun(world, WORKERS);
	for (unsigned i = 0; i < WORKERS_WAITING_MAX; i++)
		assert_int_equal(take(world, &waiting[i], false, i == 0), WORKERS_TAKEN);
	assert_int_equal(take(world, &more, false, false), WORKERS_BUSY);
	assert_int_equal(take(world, &more, false, true), WORKERS_BUSY); /* and counts as none */
	let_go(world, WORKERS);
	for (unsigned i = 0; i < WORKERS; i++)
		wait_for(world, &blocked[i]);
	for (unsigned i = 0; i < WORKERS_WAITING_MAX; i++)
		wait_for(world, &waiting[i]);
	assert_int_equal(take(world, &more, false, true), WORKERS_TAKEN);
	wait_for(world, &more);
}

/* At the end what has begun is done, and what has not is told to come back. */
static void ends(void **state)
{
	world_t *world = *state;
	task_t blocked[WORKERS];
	task_t waiting;

	for (unsigned i = 0; i < WORKERS; i++)
		assert_int_equal(take(world, &blocked[i], true, false), WORKERS_TAKEN);
	wait_begun(world, WORKERS);
	assert_int_equal(take(world, &waiting, true, false), WORKERS_TAKEN);
	let_go(world, WORKERS + 1); /* one of them may take it still */
	workers_free(world->workers);
	world->workers = NULL;
	for (unsigned i = 0; i < WORKERS; i++)
		assert_int_equal(blocked[i].job.answer.status, 200);
	assert_int_equal(waiting.done, 1);
	assert_true(waiting.job.answer.status == 200 || waiting.job.answer.status == UNAVAILABLE);
	answer_clear(&waiting.job.answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(hands_back_in_the_loop, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bounds_the_slow, set_up, tear_down),
		cmocka_unit_test_setup_teardown(bounds_what_waits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ends, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
