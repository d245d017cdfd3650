/* exec.c: see exec.h. */
#include "module/alert/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	SECOND = 1000,       /* milliseconds */
	FIRST_INHERITED = 3, /* what is not a standard stream is closed */
	VARIABLES_MAX = 32,
};

static char path_variable[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
static char lang_variable[] = "LANG=C.UTF-8";

/* One that waits for its turn. */
typedef struct waiting {
	char *environment;
	uint64_t tag;
} waiting_t;

typedef struct running {
	pid_t pid; /* 0: the place is free */
	int pidfd;
	int output; /* what it says; -1 at its end */
	uint64_t deadline;
	bool killed;
	uint64_t tag;
	size_t said_size;
	char said[EXEC_SAID_MAX];
} running_t;

struct exec {
	exec_done_fn *done;
	void *owner;
	log_t *log;
	char **argv; /* NULL: no command */
	unsigned timeout_s;
	running_t running[EXEC_RUNNING_MAX];
	size_t first; /* of those that wait: a ring */
	size_t count;
	waiting_t waiting[EXEC_WAITING_MAX];
};

/* ---- settings ---- */

static void free_argv(char **argv)
{
	for (size_t i = 0; argv != NULL && argv[i] != NULL; i++)
		free(argv[i]);
	free(argv);
}

static char **copy_argv(const char *const *argv)
{
	size_t count = 0;
	char **copy;

	while (argv[count] != NULL)
		count++;
	copy = calloc(count + 1, sizeof(*copy));
	for (size_t i = 0; copy != NULL && i < count; i++) {
		copy[i] = strdup(argv[i]);
		if (copy[i] == NULL) {
			free_argv(copy);
			copy = NULL;
		}
	}
	return copy;
}

bool exec_configure(exec_t *exec, const char *const *argv, unsigned timeout_s)
{
	char **copy = NULL;

	if (argv != NULL && argv[0] != NULL) {
		copy = copy_argv(argv);
		if (copy == NULL)
			return false;
	}
	free_argv(exec->argv);
	exec->argv = copy;
	exec->timeout_s = timeout_s;
	return true;
}

bool exec_is_configured(const exec_t *exec)
{
	return exec->argv != NULL;
}

exec_t *exec_new(exec_done_fn *done, void *owner, log_t *log)
{
	exec_t *exec = calloc(1, sizeof(*exec));

	if (exec == NULL)
		return NULL;
	exec->done = done;
	exec->owner = owner;
	exec->log = log;
	return exec;
}

/* ---- starting ---- */

/* The daemon ignores and blocks signals; the command does neither. A group of its own lets it be killed with its children. */
static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none;
	sigset_t all;
	int err;

	sigemptyset(&none);
	sigfillset(&all);
	err = posix_spawnattr_setsigmask(attributes, &none);
	if (err == 0)
		err = posix_spawnattr_setsigdefault(attributes, &all);
	if (err == 0)
		err = posix_spawnattr_setflags(attributes,
					       POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
	return err;
}

static int set_files(posix_spawn_file_actions_t *files, int output)
{
	int err = posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);

	if (err == 0)
		err = posix_spawn_file_actions_adddup2(files, output, STDOUT_FILENO);
	if (err == 0)
		err = posix_spawn_file_actions_adddup2(files, output, STDERR_FILENO);
	if (err == 0)
		err = posix_spawn_file_actions_addclosefrom_np(files, FIRST_INHERITED);
	return err;
}

static int spawn(char *const *argv, char *const *environment, int output, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	int err = posix_spawn_file_actions_init(&files);

	if (err != 0)
		return err;
	err = posix_spawnattr_init(&attributes);
	if (err != 0)
		goto no_attributes;
	err = set_attributes(&attributes);
	if (err == 0)
		err = set_files(&files, output);
	if (err == 0)
		err = posix_spawn(pid, argv[0], &files, &attributes, argv, environment);
	posix_spawnattr_destroy(&attributes);
no_attributes:
	posix_spawn_file_actions_destroy(&files);
	return err;
}

static void fill_environment(char *strings, char *variables[VARIABLES_MAX])
{
	size_t count = 0;

	variables[count++] = path_variable;
	variables[count++] = lang_variable;
	for (char *at = strings; *at != '\0' && count < VARIABLES_MAX - 1; at += strlen(at) + 1)
		variables[count++] = at;
	variables[count] = NULL;
}

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* False with errno. */
static bool launch(const exec_t *exec, char *strings, running_t *place)
{
	char *variables[VARIABLES_MAX];
	int ends[2] = { -1, -1 };
	int err;

	fill_environment(strings, variables);
	if (pipe2(ends, O_CLOEXEC) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
		err = errno;
	else
		err = spawn(exec->argv, variables, ends[1], &place->pid);
	close_if_open(ends[1]);
	if (err != 0) {
		close_if_open(ends[0]);
		errno = err;
		return false;
	}
	place->output = ends[0];
	place->pidfd = (int)syscall(SYS_pidfd_open, place->pid, 0);
	return true;
}

static void start(exec_t *exec, running_t *place, uint64_t now_ms)
{
	waiting_t next = exec->waiting[exec->first];

	exec->first = (exec->first + 1) % EXEC_WAITING_MAX;
	exec->count--;
	*place = (running_t){ .tag = next.tag, .deadline = now_ms + (uint64_t)exec->timeout_s * SECOND };
	if (exec->argv == NULL || !launch(exec, next.environment, place)) {
		if (exec->argv != NULL)
			log_write(exec->log, LOG_LEVEL_ERROR,
				  "cannot run alerts.exec: %s: %s; see that user and sandbox may run it", exec->argv[0],
				  strerror(errno));
		*place = (running_t){ .pid = 0 };
		exec->done(exec->owner, next.tag);
	}
	free(next.environment);
}

bool exec_put(exec_t *exec, char *environment, uint64_t tag)
{
	if (environment == NULL || exec->count == EXEC_WAITING_MAX) {
		free(environment);
		return false;
	}
	exec->waiting[(exec->first + exec->count) % EXEC_WAITING_MAX] = (waiting_t){ environment, tag };
	exec->count++;
	return true;
}

/* ---- what runs ---- */

/* Keeps the first line, and lets the rest go. */
static void hear(running_t *place)
{
	char octets[4096];
	ssize_t got;

	while (place->output >= 0 && (got = read(place->output, octets, sizeof(octets))) != 0) {
		size_t room = sizeof(place->said) - 1 - place->said_size;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return;
		memcpy(place->said + place->said_size, octets, (size_t)got < room ? (size_t)got : room);
		place->said_size += (size_t)got < room ? (size_t)got : room;
	}
	close_if_open(place->output);
	place->output = -1;
}

static const char *first_line(running_t *place)
{
	place->said[place->said_size] = '\0';
	place->said[strcspn(place->said, "\r\n")] = '\0';
	return place->said;
}

static void log_end(const exec_t *exec, running_t *place, int status)
{
	const char *said = first_line(place);

	if (place->killed)
		log_write(exec->log, LOG_LEVEL_ERROR,
			  "alerts.exec: %s took longer than %u s (alerts.exec-timeout) and was killed; it said \"%s\"",
			  exec->argv != NULL ? exec->argv[0] : "the command", exec->timeout_s, said);
	else if (WIFSIGNALED(status))
		log_write(exec->log, LOG_LEVEL_ERROR, "alerts.exec: ended by signal %d (%s); it said \"%s\"",
			  WTERMSIG(status), strsignal(WTERMSIG(status)), said);
	else
		log_write(exec->log, WEXITSTATUS(status) == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR,
			  "alerts.exec: exit status %d; it said \"%s\"", WEXITSTATUS(status), said);
}

static void dispose(running_t *place)
{
	close_if_open(place->output);
	close_if_open(place->pidfd);
	*place = (running_t){ .pid = 0 };
}

static void look_after(exec_t *exec, running_t *place, uint64_t now_ms)
{
	const uint64_t tag = place->tag;
	int status = 0;

	hear(place);
	if (waitpid(place->pid, &status, WNOHANG) == 0) {
		if (!place->killed && now_ms >= place->deadline) {
			place->killed = true;
			kill(-place->pid, SIGKILL);
		}
		return;
	}
	hear(place);
	log_end(exec, place, status);
	dispose(place);
	exec->done(exec->owner, tag);
}

void exec_run(exec_t *exec, uint64_t now_ms)
{
	for (size_t i = 0; i < EXEC_RUNNING_MAX; i++) {
		running_t *place = &exec->running[i];

		if (place->pid != 0)
			look_after(exec, place, now_ms);
		while (place->pid == 0 && exec->count > 0)
			start(exec, place, now_ms);
	}
}

unsigned exec_fds(const exec_t *exec, struct pollfd fds[EXEC_FDS_MAX])
{
	unsigned count = 0;

	for (size_t i = 0; i < EXEC_RUNNING_MAX; i++) {
		const running_t *place = &exec->running[i];

		if (place->pid == 0)
			continue;
		if (place->output >= 0)
			fds[count++] = (struct pollfd){ .fd = place->output, .events = POLLIN };
		if (place->pidfd >= 0)
			fds[count++] = (struct pollfd){ .fd = place->pidfd, .events = POLLIN };
	}
	return count;
}

int exec_wait(const exec_t *exec, uint64_t now_ms)
{
	int wait = -1;

	for (size_t i = 0; i < EXEC_RUNNING_MAX; i++) {
		const running_t *place = &exec->running[i];
		uint64_t left = place->deadline > now_ms ? place->deadline - now_ms : 0;

		if (place->pid == 0 || place->killed) /* the kernel tells when a killed one is gone */
			continue;
		if (place->pidfd < 0 && left > SECOND) /* a kernel that cannot tell */
			left = SECOND;
		if (wait < 0 || left < (uint64_t)wait)
			wait = (int)left;
	}
	return wait;
}

size_t exec_count(const exec_t *exec)
{
	size_t count = exec->count;

	for (size_t i = 0; i < EXEC_RUNNING_MAX; i++)
		count += exec->running[i].pid != 0;
	return count;
}

void exec_free(exec_t *exec)
{
	if (exec == NULL)
		return;
	for (size_t i = 0; i < EXEC_RUNNING_MAX; i++) {
		running_t *place = &exec->running[i];

		if (place->pid == 0)
			continue;
		kill(-place->pid, SIGKILL);
		while (waitpid(place->pid, NULL, 0) < 0 && errno == EINTR)
			;
		dispose(place);
	}
	for (; exec->count > 0; exec->count--) {
		free(exec->waiting[exec->first].environment);
		exec->first = (exec->first + 1) % EXEC_WAITING_MAX;
	}
	free_argv(exec->argv);
	free(exec);
}
