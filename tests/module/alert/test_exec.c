/* The administrator's command: what it gets, and all the ways in which it can fail. */
#include "module/alert/exec.h"
#include "module/clock.h"
#include "tests/module/vlog/folder.h"
#include "tests/support.h"

#include <signal.h>

enum { TURN_MS = 5000 };

typedef struct bench {
	folder_t folder;
	char path[128]; /* of the command */
	char output[128];
	log_t *log;
	exec_t *exec;
	size_t done;
	uint64_t tag;
} bench_t;

static void on_done(void *owner, uint64_t tag)
{
	bench_t *bench = owner;

	bench->done++;
	bench->tag = tag;
}

static void begin(bench_t *bench)
{
	*bench = (bench_t){ .folder = folder_make() };
	snprintf(bench->path, sizeof(bench->path), "%s/command", bench->folder.path);
	snprintf(bench->output, sizeof(bench->output), "%s/output", bench->folder.path);
	bench->log = log_new(bench->folder.file, LOG_LEVEL_DEBUG);
	bench->exec = exec_new(on_done, bench, bench->log);
	assert_non_null(bench->exec);
}

/* What is in the log, to be freed. */
static char *end(bench_t *bench)
{
	size_t size;
	char *log;

	exec_free(bench->exec);
	log_free(bench->log);
	log = file_read(bench->folder.file, &size);
	folder_remove(&bench->folder);
	return log;
}

static void write_command(const bench_t *bench, const char *text, mode_t mode)
{
	file_write(bench->path, text, strlen(text));
	assert_int_equal(chmod(bench->path, mode), 0);
}

static void configure(bench_t *bench, const char *argument, unsigned timeout_s)
{
	const char *const argv[] = { bench->path, argument, NULL };

	assert_true(exec_configure(bench->exec, argv, timeout_s));
	assert_true(exec_is_configured(bench->exec));
}

static void put(bench_t *bench, uint64_t tag)
{
	static const char variables[] = "MXWARD_ALERT_KIND=x y\0MXWARD_ALERT_DETAIL=$(id) `id` ;\n\0";
	char *environment = malloc(sizeof(variables));

	assert_non_null(environment);
	memcpy(environment, variables, sizeof(variables));
	assert_true(exec_put(bench->exec, environment, tag));
}

static void run_until(bench_t *bench, size_t count)
{
	while (bench->done < count) {
		struct pollfd fds[EXEC_FDS_MAX];
		uint64_t now = clock_milliseconds(CLOCK_MONOTONIC);
		unsigned fd_count;

		exec_run(bench->exec, now);
		fd_count = exec_fds(bench->exec, fds);
		if (bench->done < count)
			poll(fds, fd_count, exec_wait(bench->exec, now) < 0 ? TURN_MS : exec_wait(bench->exec, now));
	}
}

/* Arguments as they are; of the environment the alert, PATH and LANG alone; no descriptor of ours, no blocked signal. */
static void gets_the_alert_and_nothing_else(void **state)
{
	char command[512];
	bench_t bench;
	size_t size;
	char *output;
	char *log;

	(void)state;
	begin(&bench);
	snprintf(command, sizeof(command),
		 "#!/bin/sh\nexec >%s\necho \"[$1]\"\n/usr/bin/env | grep -v -e ^PWD= -e ^_= -e ^SHLVL= | sort\n"
		 "cd /proc/self/fd && echo fds * \ngrep SigBlk /proc/self/status\n",
		 bench.output);
	write_command(&bench, command, 0700);
	configure(&bench, "a b; $HOME", 60);
	signal(SIGPIPE, SIG_IGN);
	put(&bench, 5);
	assert_int_equal(exec_count(bench.exec), 1);
	run_until(&bench, 1);
	assert_int_equal(bench.tag, 5);
	output = file_read(bench.output, &size);
	assert_non_null(strstr(output, "[a b; $HOME]\n"));
	assert_non_null(strstr(output, "MXWARD_ALERT_DETAIL=$(id) `id` ;\n"));
	assert_non_null(strstr(output, "MXWARD_ALERT_KIND=x y\n"));
	assert_non_null(strstr(output, "LANG=C.UTF-8\n"));
	assert_non_null(strstr(output, "PATH=/usr/local/sbin:"));
	assert_null(strstr(output, "HOME="));
	assert_non_null(strstr(output, "SigBlk:\t0000000000000000\n"));
	free(output);
	log = end(&bench);
	assert_non_null(strstr(log, "exit status 0"));
	free(log);
}

static const struct row {
	const char *name;
	const char *text; /* of the command; NULL: there is none */
	mode_t mode;
	unsigned timeout_s;
	const char *logged;
} rows[] = {
	{ "is not there", NULL, 0, 60, "No such file or directory" },
	{ "is not executable", "#!/bin/sh\n", 0600, 60, "Permission denied" },
	{ "is no program", "nonsense", 0700, 60, "Exec format error" },
	{ "fails and says why", "#!/bin/sh\necho first >&2\necho second\nexit 3\n", 0700, 60,
	  "exit status 3; it said \"first\"" },
	{ "kills itself", "#!/bin/sh\nkill -9 $$\n", 0700, 60, "signal 9 (Killed)" },
	{ "hangs, with a child", "#!/bin/sh\necho begun\nsleep 1000 &\nsleep 1000\n", 0700, 1,
	  "took longer than 1 s (alerts.exec-timeout) and was killed; it said \"begun\"" },
	{ "says much", "#!/bin/sh\nhead -c 1000000 /dev/zero | tr '\\0' x\n", 0700, 60,
	  "exit status 0; it said \"xxxx" },
	{ "closes what it may write to", "#!/bin/sh\nexec >&- 2>&-\nexit 4\n", 0700, 60,
	  "exit status 4; it said \"\"" },
};

static void is_looked_after(void **state)
{
	const struct row *row = *state;
	bench_t bench;
	char *log;

	begin(&bench);
	if (row->text != NULL)
		write_command(&bench, row->text, row->mode);
	configure(&bench, "", row->timeout_s);
	put(&bench, 1);
	run_until(&bench, 1);
	assert_int_equal(exec_count(bench.exec), 0);
	log = end(&bench);
	if (strstr(log, row->logged) == NULL)
		fail_msg("%s is not in %s", row->logged, log);
	free(log);
}

/* A named pipe holds those that run until they are counted. */
static void only_a_few_run_at_once(void **state)
{
	enum { PUT = 3 * EXEC_RUNNING_MAX };
	struct pollfd fds[EXEC_FDS_MAX];
	char command[512];
	bench_t bench;
	int gate;

	(void)state;
	begin(&bench);
	assert_int_equal(mkfifo(bench.output, 0600), 0);
	snprintf(command, sizeof(command), "#!/bin/sh\nread line <%s\n", bench.output);
	write_command(&bench, command, 0700);
	configure(&bench, "", 60);
	for (unsigned i = 0; i < PUT; i++)
		put(&bench, i);
	exec_run(bench.exec, clock_milliseconds(CLOCK_MONOTONIC));
	assert_true(exec_fds(bench.exec, fds) <= EXEC_FDS_MAX);
	assert_int_equal(exec_count(bench.exec), PUT);
	assert_int_equal(bench.done, 0);
	gate = open(bench.output, O_RDWR | O_CLOEXEC);
	assert_true(gate >= 0);
	for (unsigned i = 0; i < PUT; i++)
		assert_int_equal(write(gate, "x\n", 2), 2);
	run_until(&bench, PUT);
	close(gate);
	free(end(&bench));
}

static void is_bounded_and_lets_go(void **state)
{
	bench_t bench;

	(void)state;
	begin(&bench);
	assert_false(exec_is_configured(bench.exec));
	assert_true(exec_configure(bench.exec, NULL, 1));
	write_command(&bench, "#!/bin/sh\nsleep 1000\n", 0700);
	configure(&bench, "", 60);
	for (unsigned i = 0; i < EXEC_WAITING_MAX; i++)
		put(&bench, i);
	assert_false(exec_put(bench.exec, strdup(""), 1));
	assert_false(exec_put(bench.exec, NULL, 1));
	exec_run(bench.exec, clock_milliseconds(CLOCK_MONOTONIC));
	free(end(&bench)); /* some run, and some wait */
}

/* Those that wait for a command that a reload took away are done with. */
static void a_command_may_be_taken_away(void **state)
{
	bench_t bench;

	(void)state;
	begin(&bench);
	configure(&bench, "", 60);
	put(&bench, 1);
	assert_true(exec_configure(bench.exec, NULL, 60));
	run_until(&bench, 1);
	free(end(&bench));
}

int main(void)
{
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };
	struct CMUnitTest tests[ROWS + 8] = { 0 };
	size_t count = 0;

	for (; count < ROWS; count++)
		tests[count] = (struct CMUnitTest){ rows[count].name, is_looked_after, NULL, NULL,
						    (void *)(uintptr_t)&rows[count] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(gets_the_alert_and_nothing_else);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(only_a_few_run_at_once);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(is_bounded_and_lets_go);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_command_may_be_taken_away);
	return _cmocka_run_group_tests("exec", tests, count, NULL, NULL);
}
