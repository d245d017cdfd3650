/* launch.c: see launch.h. posix_spawn() and not fork(): other threads may hold locks, and the caches need not be mapped twice. */
#include "module/resolver/launch.h"

#include "module/newfile.h"
#include "module/resolver/process.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	FD_ABOVE = 32, /* our copies are above the numbers that the process inherits, so that none overwrites another */
	SOCKET_BUFFER = 1 << 20,
};

static const struct {
	const char *name;    /* for people */
	const char *command; /* the subcommand that it runs */
} kinds[] = {
	[LAUNCH_RESOLVER] = { "resolver", "resolver" },
	[LAUNCH_INSPECTION] = { "inspection", "inspect" },
};

const char *launch_kind_name(launch_kind_t kind)
{
	return kinds[kind].name;
}

/* What the process inherits. */
typedef struct inherited {
	int socket;
	int config;
	int log;
	size_t socket_count;
	int sockets[LAUNCH_SOCKETS_MAX];
} inherited_t;

static_assert(PROCESS_FD_FIRST_FREE + LAUNCH_SOCKETS_MAX <= FD_ABOVE, "no copy is in the way");

static void close_if_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* The same file at a number that is out of the way; closes fd. */
static int move_up(int fd)
{
	int moved = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, FD_ABOVE) : -1;

	close_if_open(fd);
	return moved;
}

/* The text in memory, sealed: no process can change what another reads. */
static int config_file(const char *text)
{
	int fd = memfd_create("process-config", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 && newfile_put(fd, text, strlen(text)) &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0)
		return move_up(fd);
	close_if_open(fd);
	return -1;
}

static bool make_socket(int *ours, int *theirs)
{
	const int size = SOCKET_BUFFER;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
		return false;
	for (int i = 0; i < 2; i++) /* as much as the system grants; one message fits in any case */
		(void)setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	*ours = pair[0];
	*theirs = move_up(pair[1]);
	return *theirs >= 0;
}

/* Our end does not block; the process' end does, so that none of its lines is lost. */
static bool make_log(int *ours, int *theirs)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	*ours = ends[0];
	*theirs = move_up(ends[1]);
	return *theirs >= 0 && fcntl(*ours, F_SETFL, O_NONBLOCK) == 0;
}

/* Copies, which are closed here when the process has its own. */
static bool copy_sockets(const launch_request_t *request, inherited_t *files)
{
	assert(request->socket_count <= LAUNCH_SOCKETS_MAX);
	for (; files->socket_count < request->socket_count; files->socket_count++) {
		const int copy = fcntl(request->sockets[files->socket_count], F_DUPFD_CLOEXEC, FD_ABOVE);

		if (copy < 0)
			return false;
		files->sockets[files->socket_count] = copy;
	}
	return true;
}

/* No signal is blocked or ignored, and no terminal is theirs. */
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

static int set_actions(posix_spawn_file_actions_t *actions, const inherited_t *files)
{
	int err = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDWR, 0);

	if (err == 0)
		err = posix_spawn_file_actions_adddup2(actions, STDIN_FILENO, STDOUT_FILENO);
	if (err == 0)
		err = posix_spawn_file_actions_adddup2(actions, files->log, STDERR_FILENO);
	if (err == 0)
		err = posix_spawn_file_actions_adddup2(actions, files->socket, PROCESS_FD_SOCKET);
	if (err == 0)
		err = posix_spawn_file_actions_adddup2(actions, files->config, PROCESS_FD_CONFIG);
	for (size_t i = 0; i < files->socket_count && err == 0; i++)
		err = posix_spawn_file_actions_adddup2(actions, files->sockets[i], PROCESS_FD_FIRST_FREE + (int)i);
	return err;
}

/* The program to run: /proc/self/exe is the one that runs now even after an upgrade; without /proc, the path that it was
 * started by. */
static int spawn_program(const char *program, pid_t *pid, const posix_spawn_file_actions_t *actions,
			 const posix_spawnattr_t *attributes, char *const *argv)
{
	int err;

	if (program != NULL)
		return posix_spawn(pid, program, actions, attributes, argv, environ);
	err = posix_spawn(pid, "/proc/self/exe", actions, attributes, argv, environ);
	if (err == ENOENT)
		err = posix_spawnp(pid, program_invocation_name, actions, attributes, argv, environ);
	return err;
}

static int start(const launch_request_t *request, const inherited_t *files, pid_t *pid)
{
	char name[] = "mxward";
	char memory[24];
	char *command = strdup(kinds[request->kind].command);
	char *anchor_dir = strdup(request->anchor_dir != NULL ? request->anchor_dir : "");
	char sockets[24];
	char labels[] = "labels";
	char *const argv[] = { name,
			       command,
			       memory,
			       request->kind == LAUNCH_RESOLVER ? anchor_dir : sockets,
			       request->labels ? labels : NULL,
			       NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int err = command != NULL && anchor_dir != NULL ? posix_spawn_file_actions_init(&actions) : ENOMEM;

	if (err != 0)
		goto no_actions;
	err = posix_spawnattr_init(&attributes);
	if (err != 0)
		goto no_attributes;
	snprintf(memory, sizeof(memory), "%zu", request->memory);
	snprintf(sockets, sizeof(sockets), "%zu", request->socket_count);
	err = set_attributes(&attributes);
	if (err == 0)
		err = set_actions(&actions, files);
	if (err == 0)
		err = spawn_program(request->program, pid, &actions, &attributes, argv);
	posix_spawnattr_destroy(&attributes);
no_attributes:
	posix_spawn_file_actions_destroy(&actions);
no_actions:
	free(anchor_dir);
	free(command);
	return err;
}

bool launch_process(const launch_request_t *request, launched_t *launched)
{
	inherited_t files = { .socket = -1, .config = -1, .log = -1 };
	int err;

	*launched = (launched_t){ .pid = -1, .pidfd = -1, .socket = -1, .log = -1 };
	files.config = config_file(request->config);
	if (files.config >= 0 && copy_sockets(request, &files) && make_socket(&launched->socket, &files.socket) &&
	    make_log(&launched->log, &files.log))
		err = start(request, &files, &launched->pid);
	else
		err = errno;
	close_if_open(files.config);
	close_if_open(files.socket);
	close_if_open(files.log);
	for (size_t i = 0; i < files.socket_count; i++)
		close(files.sockets[i]);
	if (err == 0) {
		launched->pidfd = (int)syscall(SYS_pidfd_open, launched->pid, 0);
		return true;
	}
	close_if_open(launched->socket);
	close_if_open(launched->log);
	errno = err;
	return false;
}
