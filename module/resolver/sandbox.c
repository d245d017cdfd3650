/* sandbox.c: limits and privileges; see sandbox.h. */
#include "module/resolver/sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NICENESS = 5 };

static bool refused(const char *what)
{
	fprintf(stderr, "error: cannot %s: %s\n", what, strerror(errno));
	return false;
}

static bool limit(int resource, rlim_t value)
{
	const struct rlimit limit = { .rlim_cur = value, .rlim_max = value };

	return setrlimit(resource, &limit) == 0;
}

/* The bounding set goes too, where we may change it, so that not even a set-uid program could bring a capability back. */
static bool drop_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { 0 };
	struct __user_cap_data_struct kept[_LINUX_CAPABILITY_U32S_3];

	for (unsigned long cap = 0; prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0; cap++)
		;
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &header, none) != 0 || syscall(SYS_capget, &header, kept) != 0)
		return false;
	errno = EPERM;
	return memcmp(kept, none, sizeof(none)) == 0;
}

void sandbox_rearm_cpu(void)
{
	struct rusage used;
	struct rlimit cpu;

	if (getrusage(RUSAGE_SELF, &used) != 0 || getrlimit(RLIMIT_CPU, &cpu) != 0)
		return;
	cpu.rlim_cur = (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + SANDBOX_CPU_SECONDS;
	if (cpu.rlim_cur > cpu.rlim_max)
		cpu.rlim_cur = cpu.rlim_max;
	(void)setrlimit(RLIMIT_CPU, &cpu);
}

size_t sandbox_open_files(size_t wanted)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return 0;
	if (files.rlim_cur < wanted) {
		const struct rlimit raised = { .rlim_cur = wanted < files.rlim_max ? wanted : files.rlim_max,
					       .rlim_max = files.rlim_max };

		if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
			files = raised;
	}
	return files.rlim_cur;
}

/* A terminal's Ctrl-C and the daemon's own signals are the parent's business: it ends us by closing the socket. */
static void ignore_signals(void)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2 };

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		(void)signal(ignored[i], SIG_IGN);
}

bool sandbox_limits(size_t memory, int first_fd)
{
	ignore_signals();
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
		return refused("ask to be ended with the daemon");
	closefrom(first_fd);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return refused("give up new privileges");
	if (!drop_capabilities())
		return refused("drop capabilities");
	if (!limit(RLIMIT_CORE, 0))
		return refused("forbid core dumps");
	if (memory > 0 && !SANDBOX_SANITIZED && !limit(RLIMIT_AS, memory))
		return refused("limit memory");
#ifdef MXWARD_SANDBOX
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return refused("forbid tracing");
#endif
	(void)!nice(NICENESS); /* on top of what the daemon was started with */
	sandbox_rearm_cpu();
	return true;
}

bool sandbox_enter(const sandbox_paths_t *paths)
{
#ifdef MXWARD_SANDBOX
	return sandbox_restrict_files(paths) && sandbox_restrict_calls(paths->kind, paths->writable != NULL);
#else
	(void)paths;
	fputs("notice: built without a sandbox: system calls and files are not restricted\n", stderr);
	return true;
#endif
}
