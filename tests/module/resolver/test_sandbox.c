/* test_sandbox.c: what a confined process can still do. Each attempt is made in a process of its own, which ends with the
 * errno of the attempt as its status (0: it succeeded), or is killed for it. */
#include "module/resolver/sandbox.h"
#include "tests/support.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST_FD = 32, KILLED = 1000 };

static char g_directory[] = "test-sandbox-XXXXXX"; /* with the file "known" */

static int failed_if(bool failed)
{
	return failed ? errno : 0;
}

static char *path_to(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "%s/%s", g_directory, name);
	return path;
}

static int try_open(const char *path, int flags)
{
	int fd = open(path, flags, 0600);
	int status = failed_if(fd < 0);

	if (fd >= 0)
		close(fd);
	return status;
}

static int read_known(void)
{
	return try_open(path_to("known"), O_RDONLY);
}

static int read_elsewhere(void)
{
	return try_open("/etc/passwd", O_RDONLY);
}

static int write_known(void)
{
	return try_open(path_to("known"), O_WRONLY);
}

static int truncate_known(void)
{
	return try_open(path_to("known"), O_WRONLY | O_TRUNC);
}

static int create_beside(void)
{
	return try_open(path_to("fresh"), O_WRONLY | O_CREAT);
}

static int create_elsewhere(void)
{
	return try_open("./test-sandbox-elsewhere", O_WRONLY | O_CREAT);
}

static int replace_known(void)
{
	char fresh[64];

	if (create_beside() != 0)
		return EBADMSG;
	snprintf(fresh, sizeof(fresh), "%s", path_to("fresh"));
	return failed_if(rename(fresh, path_to("known")) != 0);
}

static int make_directory(void)
{
	return failed_if(mkdir(path_to("folder"), 0700) != 0);
}

static int make_link(void)
{
	return failed_if(symlink("/etc/passwd", path_to("link")) != 0);
}

static int change_mode(void)
{
	return failed_if(chmod(path_to("known"), 0777) != 0);
}

static int run_program(void)
{
	char name[] = "true";
	char *const argv[] = { name, NULL };

	return failed_if(execv("/bin/true", argv) != 0);
}

static int trace(void)
{
	return failed_if(ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0);
}

static int read_parent(void)
{
	char octet;
	struct iovec here = { &octet, 1 };

	return failed_if(syscall(SYS_process_vm_readv, getppid(), &here, 1, &here, 1, 0) < 0);
}

static int load_bpf(void)
{
	return failed_if(syscall(SYS_bpf, 0, NULL, 0) < 0);
}

static int mount_something(void)
{
	return failed_if(syscall(SYS_mount, "none", g_directory, "tmpfs", 0, NULL) < 0);
}

static int make_namespace(void)
{
	return failed_if(syscall(SYS_unshare, 0x10000000) < 0); /* CLONE_NEWUSER */
}

static int use_io_uring(void)
{
	return failed_if(syscall(SYS_io_uring_setup, 1, NULL) < 0);
}

static int fork_once(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return failed_if(pid < 0);
}

static int kill_parent(void)
{
	return failed_if(kill(getppid(), 0) != 0);
}

static int make_socket(int family, int type)
{
	/* cppcheck-suppress leakReturnValNotUsed ; the process ends now */
	return failed_if(socket(family, type, 0) < 0);
}

static int make_inet(void)
{
	return make_socket(AF_INET, SOCK_DGRAM);
}

static int make_inet6(void)
{
	return make_socket(AF_INET6, SOCK_STREAM);
}

static int make_packet(void)
{
	return make_socket(AF_PACKET, SOCK_RAW);
}

static int make_unix(void)
{
	return make_socket(AF_UNIX, SOCK_STREAM);
}

static int make_netlink(void)
{
	return make_socket(AF_NETLINK, SOCK_RAW);
}

static int bind_port(void)
{
	const struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		return EBADMSG;
	/* cppcheck-suppress leakReturnValNotUsed ; the process ends now */
	return failed_if(bind(fd, (const struct sockaddr *)&any, sizeof(any)) != 0);
}

static int listen_somewhere(void)
{
	const int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		return EBADMSG;
	/* cppcheck-suppress leakReturnValNotUsed ; the process ends now */
	return failed_if(listen(fd, 1) != 0);
}

static int map_code(void)
{
	/* cppcheck-suppress leakReturnValNotUsed ; the process ends now */
	return failed_if(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED);
}

static int make_code(void)
{
	void *data = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return failed_if(mprotect(data, 4096, PROT_READ | PROT_EXEC) != 0);
}

static int raise_files(void)
{
	return failed_if(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 16, 16 }) != 0);
}

static int rearm_cpu(void)
{
	sandbox_rearm_cpu();
	return failed_if(getrlimit(RLIMIT_CPU, &(struct rlimit){ 0 }) != 0);
}

static int abort_itself(void)
{
	signal(SIGABRT, SIG_DFL);
	abort();
}

struct row {
	const char *name;
	int (*attempt)(void);
	int without; /* what comes of it without a directory to write to */
	int with;    /* and with one */
	bool landlock;
};

static const struct row rows[] = {
	{ "reads what it needs", read_known, 0, 0, false },
	{ "reads nothing else", read_elsewhere, EACCES, EACCES, true },
	{ "writes to a file", write_known, EPERM, 0, false },
	{ "empties a file", truncate_known, EPERM, 0, false },
	{ "creates a file", create_beside, EPERM, 0, false },
	{ "replaces a file", replace_known, EBADMSG, 0, false },
	{ "creates a file elsewhere", create_elsewhere, EPERM, EACCES, true },
	{ "makes a directory", make_directory, EPERM, EPERM, false },
	{ "makes a link", make_link, EPERM, EPERM, false },
	{ "changes a mode", change_mode, EPERM, EPERM, false },
	{ "runs a program", run_program, KILLED + SIGSYS, KILLED + SIGSYS, false },
	{ "is traced", trace, KILLED + SIGSYS, KILLED + SIGSYS, false },
	{ "reads another process", read_parent, KILLED + SIGSYS, KILLED + SIGSYS, false },
	{ "loads code into the kernel", load_bpf, KILLED + SIGSYS, KILLED + SIGSYS, false },
	{ "mounts", mount_something, KILLED + SIGSYS, KILLED + SIGSYS, false },
	{ "makes a namespace", make_namespace, KILLED + SIGSYS, KILLED + SIGSYS, false },
	{ "uses io_uring", use_io_uring, KILLED + SIGSYS, KILLED + SIGSYS, false },
	{ "forks", fork_once, EPERM, EPERM, false },
	{ "signals another process", kill_parent, EPERM, EPERM, false },
	{ "makes an IPv4 socket", make_inet, 0, 0, false },
	{ "makes an IPv6 socket", make_inet6, 0, 0, false },
	{ "makes a packet socket", make_packet, EPERM, EPERM, false },
	{ "makes a unix socket", make_unix, EPERM, EPERM, false },
	{ "makes a netlink socket", make_netlink, EPERM, EPERM, false },
	{ "binds a port", bind_port, 0, 0, false },
	{ "listens", listen_somewhere, EPERM, EPERM, false },
	{ "maps code", map_code, EPERM, EPERM, false },
	{ "makes data code", make_code, EPERM, EPERM, false },
	{ "changes another limit", raise_files, EPERM, EPERM, false },
	{ "rearms its CPU limit", rearm_cpu, 0, 0, false },
	{ "aborts", abort_itself, KILLED + SIGABRT, KILLED + SIGABRT, false },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* What an inspection process may, as against a resolver process, or not even that; it has a directory to write to. */
static const struct row inspection_rows[] = {
	{ "inspection: makes a unix socket", make_unix, .with = 0 },
	{ "inspection: makes an IPv4 socket", make_inet, .with = 0 },
	{ "inspection: binds a port", bind_port, .with = EPERM },
	{ "inspection: listens", listen_somewhere, .with = EPERM },
	{ "inspection: runs a program", run_program, .with = KILLED + SIGSYS },
	{ "inspection: forks", fork_once, .with = EPERM },
};

enum { INSPECTION_ROWS = sizeof(inspection_rows) / sizeof(inspection_rows[0]) };

static int outcome_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? KILLED + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Confined, then the attempt; sanitizers' handlers for signals would only write reports. */
static int confined(sandbox_kind_t kind, int (*attempt)(void), bool writable)
{
	const char *known = path_to("known");
	char file[64];
	const char *const readable[] = { file };
	pid_t pid = fork();

	snprintf(file, sizeof(file), "%s", known);
	if (pid == 0) {
		const sandbox_paths_t paths = { writable ? g_directory : NULL, 1, readable, .kind = kind };

		if (!sandbox_limits(0, FIRST_FD) || !sandbox_restrict_files(&paths) ||
		    !sandbox_restrict_calls(kind, writable))
			_exit(200);
		_exit(attempt());
	}
	return outcome_of(pid);
}

static bool has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) > 0;
}

static void put_known(void)
{
	FILE *out = fopen(path_to("known"), "we");

	assert_non_null(out);
	fputs("known\n", out);
	fclose(out);
}

static void clean(void)
{
	unlink(path_to("known"));
	unlink(path_to("fresh"));
}

static void without_directory(void **state)
{
	const struct row *row = *state;

	put_known();
	assert_int_equal(confined(SANDBOX_RESOLVER, row->attempt, false), row->without);
	clean();
}

static void with_directory(void **state)
{
	const struct row *row = *state;

	put_known();
	assert_int_equal(confined(SANDBOX_RESOLVER, row->attempt, true), row->with);
	clean();
}

static void as_inspection(void **state)
{
	const struct row *row = *state;

	put_known();
	assert_int_equal(confined(SANDBOX_INSPECTION, row->attempt, true), row->with);
	clean();
}

static void missing_paths_are_no_failure(void **state)
{
	const char *const readable[] = { "/nonexistent/file", "./test-sandbox-missing" };
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit(sandbox_limits(0, FIRST_FD) && sandbox_enter(&(sandbox_paths_t){ "/nonexistent", 2, readable })
			      ? 0
			      : 1);
	assert_int_equal(outcome_of(pid), 0);
}

/* A process that may write everywhere ends as any other: what it does at its end (measuring coverage, for one) works. */
static void a_confined_process_ends_in_order(void **state)
{
	const char *const readable[] = { "/etc/hostname" };
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		const sandbox_paths_t paths = { "/", 1, readable };

		if (!sandbox_limits(0, FIRST_FD) || !sandbox_restrict_files(&paths) ||
		    !sandbox_restrict_calls(SANDBOX_RESOLVER, true))
			_exit(200);
		if (SANDBOX_SANITIZED) /* a leak check would have to trace */
			_exit(0);
		exit(0);
	}
	assert_int_equal(outcome_of(pid), 0);
}

/* ---- limits ---- */

static bool has_no_capability(void)
{
	char line[128];
	FILE *status = fopen("/proc/self/status", "re");
	bool none = status != NULL;

	while (status != NULL && fgets(line, sizeof(line), status) != NULL)
		if (strncmp(line, "CapPrm:", 7) == 0 || strncmp(line, "CapEff:", 7) == 0 ||
		    strncmp(line, "CapInh:", 7) == 0)
			none = none && strtoull(line + 7, NULL, 16) == 0;
	if (status != NULL)
		fclose(status);
	return none;
}

static bool is_limited(void)
{
	struct rlimit core;
	struct rlimit cpu;
	struct rlimit memory;
	int death = 0;

	return getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0 && getrlimit(RLIMIT_CPU, &cpu) == 0 &&
	       cpu.rlim_cur >= SANDBOX_CPU_SECONDS && cpu.rlim_cur < SANDBOX_CPU_SECONDS + 60 &&
	       getrlimit(RLIMIT_AS, &memory) == 0 && (SANDBOX_SANITIZED || memory.rlim_max == (rlim_t)1 << 30) &&
	       prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && prctl(PR_GET_PDEATHSIG, &death) == 0 &&
	       death == SIGKILL && fcntl(FIRST_FD, F_GETFD) == -1;
}

static void limits_hold(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		if (dup2(STDERR_FILENO, FIRST_FD) != FIRST_FD || !sandbox_limits((size_t)1 << 30, FIRST_FD))
			_exit(1);
		_exit(is_limited() && has_no_capability() ? 0 : 2);
	}
	assert_int_equal(outcome_of(pid), 0);
}

/* A process that spins uses its CPU time up and is ended by the kernel; here the limit is brought near. */
static void a_spinning_process_is_ended(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		struct rlimit cpu;

		if (!sandbox_limits(0, FIRST_FD) || getrlimit(RLIMIT_CPU, &cpu) != 0)
			_exit(1);
		cpu.rlim_cur = 1;
		if (setrlimit(RLIMIT_CPU, &cpu) != 0)
			_exit(2);
		for (volatile unsigned spin = 0;; spin++)
			;
	}
	assert_int_equal(outcome_of(pid), KILLED + SIGXCPU);
}

static void files_are_raised_as_far_as_possible(void **state)
{
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		if (setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 20, 40 }) != 0)
			_exit(1);
		_exit(sandbox_open_files(10) == 20 && sandbox_open_files(30) == 30 && sandbox_open_files(1000) == 40
			      ? 0
			      : 2);
	}
	assert_int_equal(outcome_of(pid), 0);
}

int main(void)
{
	struct CMUnitTest tests[2 * ROWS + INSPECTION_ROWS + 5];
	size_t count = 0;
	int failures;

	for (size_t i = 0; i < ROWS; i++) {
		void *row = (void *)(uintptr_t)&rows[i];

		if (rows[i].landlock && !has_landlock())
			continue;
		tests[count++] = (struct CMUnitTest){ rows[i].name, without_directory, NULL, NULL, row };
		tests[count++] = (struct CMUnitTest){ rows[i].name, with_directory, NULL, NULL, row };
	}
	for (size_t i = 0; i < INSPECTION_ROWS; i++)
		tests[count++] = (struct CMUnitTest){ inspection_rows[i].name, as_inspection, NULL, NULL,
						      (void *)(uintptr_t)&inspection_rows[i] };
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(missing_paths_are_no_failure);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_confined_process_ends_in_order);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(limits_hold);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(a_spinning_process_is_ended);
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(files_are_raised_as_far_as_possible);
	if (mkdtemp(g_directory) == NULL)
		return 1;
	failures = _cmocka_run_group_tests("sandbox", tests, count, NULL, NULL);
	rmdir(g_directory);
	return failures;
}
