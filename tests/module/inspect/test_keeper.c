/* test_keeper.c: the inspection process is started, replaced when it ends, and ended. Usage: test_keeper FAKE_INSPECTION */
#include "module/inspect/keeper.h"

#include "tests/module/vlog/folder.h"

#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

enum { CONF_MAX = 2 * PATH_MAX, STOP_MS = 60000 };

typedef struct world {
	folder_t folder;
	struct event_base *base;
	unsigned port;
	conf_t *on;
	conf_t *off;
	log_t *log;
} world_t;

/* A port that nobody has just now; where somebody takes it, the keeper tries again until it is free. */
static unsigned free_port(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	close(fd);
	return ntohs(address.sin_port);
}

static conf_t *conf_of(const world_t *world, bool enable)
{
	char here[PATH_MAX];
	char text[CONF_MAX];
	char *error = NULL;
	conf_t *conf;

	assert_non_null(getcwd(here, sizeof(here)));
	snprintf(text, sizeof(text),
		 "inspection: {enable: %s, listen: [127.0.0.1@%u], log-index: '%s/%s/made/index.db'}\n",
		 enable ? "yes" : "no", world->port, here, world->folder.path);
	conf = conf_parse(text, strlen(text), "test", &error);
	if (conf == NULL)
		fail_msg("%s", error);
	return conf;
}

static const char *g_program; /* to start in place of the inspection process */

static int set_up(void **state)
{
	world_t *world = malloc(sizeof(*world));

	assert_non_null(world);
	*world = (world_t){ .folder = folder_make(), .base = event_base_new() };
	assert_non_null(world->base);
	world->port = free_port();
	world->on = conf_of(world, true);
	world->off = conf_of(world, false);
	world->log = log_new(world->folder.file, LOG_LEVEL_DEBUG);
	assert_non_null(world->log);
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	world_t *world = *state;
	char made[128];

	log_free(world->log);
	conf_free(world->on);
	conf_free(world->off);
	event_base_free(world->base);
	snprintf(made, sizeof(made), "%s/made", world->folder.path);
	rmdir(made);
	folder_remove(&world->folder);
	free(world);
	return 0;
}

/* Runs the loop until another process than this one answers; it. */
static pid_t wait_for_another(const world_t *world, const keeper_t *keeper, pid_t before)
{
	while (keeper_pid(keeper) == 0 || keeper_pid(keeper) == before)
		assert_int_equal(event_base_loop(world->base, EVLOOP_ONCE), 0);
	return keeper_pid(keeper);
}

static keeper_t *start(const world_t *world, const conf_t *conf)
{
	keeper_t *keeper = keeper_new(world->base, conf, g_program, world->log);

	assert_non_null(keeper);
	return keeper;
}

static void starts_and_ends(void **state)
{
	const world_t *world = *state;
	keeper_t *keeper = start(world, world->on);
	const pid_t pid = wait_for_another(world, keeper, 0);
	char made[128];

	snprintf(made, sizeof(made), "%s/made", world->folder.path);
	assert_int_equal(access(made, W_OK), 0); /* where the index is to be */
	assert_int_equal(kill(pid, 0), 0);
	keeper_free(keeper, STOP_MS);
	assert_int_equal(kill(pid, 0), -1);
}

static void starts_none(void **state)
{
	const world_t *world = *state;
	keeper_t *keeper = start(world, world->off);

	assert_int_equal(event_base_loop(world->base, EVLOOP_ONCE), 0); /* its tick */
	assert_int_equal(keeper_pid(keeper), 0);
	keeper_free(keeper, 0);
}

static void replaces_what_ends(void **state)
{
	const world_t *world = *state;
	keeper_t *keeper = start(world, world->on);
	const pid_t pid = wait_for_another(world, keeper, 0);

	assert_int_equal(kill(pid, SIGKILL), 0);
	(void)wait_for_another(world, keeper, pid);
	keeper_free(keeper, STOP_MS);
}

static void reloads(void **state)
{
	const world_t *world = *state;
	keeper_t *keeper = start(world, world->on);
	pid_t pid = wait_for_another(world, keeper, 0);

	assert_true(keeper_reload(keeper, world->on));
	pid = wait_for_another(world, keeper, pid);
	assert_true(keeper_reload(keeper, world->off));
	while (keeper_pid(keeper) != 0 || kill(pid, 0) == 0)
		assert_int_equal(event_base_loop(world->base, EVLOOP_ONCE), 0);
	assert_true(keeper_reload(keeper, world->on));
	(void)wait_for_another(world, keeper, pid);
	keeper_free(keeper, STOP_MS);
}

/* One that never gets ready is tried again and again, until one does. */
static void tries_again(void **state)
{
	const world_t *world = *state;
	keeper_t *keeper;
	size_t size;
	char *text = NULL;

	assert_int_equal(setenv("FAKE_INSPECTION", "die", 1), 0);
	keeper = start(world, world->on);
	do {
		free(text);
		assert_int_equal(event_base_loop(world->base, EVLOOP_ONCE), 0);
		text = file_read(world->folder.file, &size);
	} while (strstr(text, "inspection process") == NULL);
	free(text);
	assert_int_equal(keeper_pid(keeper), 0);
	assert_int_equal(unsetenv("FAKE_INSPECTION"), 0);
	(void)wait_for_another(world, keeper, 0);
	keeper_free(keeper, STOP_MS);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(starts_and_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(starts_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(replaces_what_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(reloads, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tries_again, set_up, tear_down),
	};

	if (argc != 2)
		return 1;
	g_program = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
