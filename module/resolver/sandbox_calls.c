/* sandbox_calls.c: the system calls that libunbound, libevent, libmicrohttpd, SQLite and the C library need once everything
 * is read; see sandbox.h.
 * Calls are named, not numbered: those that an architecture or a libseccomp does not know are left out. */
#include "module/resolver/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Whoever asks for these is no process of ours any more. */
static const char *const deadly[] = {
	"execve",
	"execveat",
	"ptrace",
	"process_vm_readv",
	"process_vm_writev",
	"kexec_load",
	"bpf",
	"kexec_file_load",
	"mount",
	"umount2",
	"move_mount",
	"open_tree",
	"fsopen",
	"fsmount",
	"fsconfig",
	"fspick",
	"mount_setattr",
	"pivot_root",
	"chroot",
	"init_module",
	"finit_module",
	"delete_module",
	"setns",
	"unshare",
	"keyctl",
	"add_key",
	"request_key",
	"perf_event_open",
	"userfaultfd",
	"io_uring_setup",
	"pidfd_getfd",
	"reboot",
	"open_by_handle_at",
};

static const char *const allowed[] = {
	/* memory; PROT_EXEC is looked at below */
	"brk",
	"munmap",
	"mremap",
	"madvise",
	/* files: what may be opened is Landlock's business, how it may be opened is looked at below */
	"read",
	"readv",
	"pread64",
	"write",
	"writev",
	"close",
	"fstat",
	"newfstatat",
	"fstatat64",
	"statx",
	"lseek",
	"fcntl",
	"getcwd",
	/* network; socket() is looked at below */
	"connect",
	"getsockname",
	"getpeername",
	"getsockopt",
	"setsockopt",
	"sendto",
	"sendmsg",
	"sendmmsg",
	"recvfrom",
	"recvmsg",
	"recvmmsg",
	"shutdown",
	/* loop */
	"epoll_create1",
	"epoll_ctl",
	"epoll_wait",
	"epoll_pwait",
	"epoll_pwait2",
	"poll",
	"ppoll",
	"select",
	"pselect6",
	"eventfd2",
	"timerfd_create",
	"timerfd_settime",
	/* time, random numbers, ourselves */
	"clock_gettime",
	"clock_getres",
	"clock_nanosleep",
	"nanosleep",
	"gettimeofday",
	"time",
	"getrandom",
	"getpid",
	"gettid",
	"getuid",
	"geteuid",
	"getgid",
	"getegid",
	"getrusage",
	"sched_yield",
	"futex",
	"membarrier",
	"rseq",
	"restart_syscall",
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigreturn",
	"sigaltstack",
	"exit",
	"exit_group",
#if SANDBOX_SANITIZED
	/* what sanitizers need to report (harmless: they change nothing outside) */
	"readlink",
	"readlinkat",
	"prctl",
	"set_robust_list",
	"sched_getaffinity",
#endif
};

/* libunbound writes the RFC 5011 state to a file beside the real one, and renames it. */
static const char *const writing[] = { "open",      "openat", "rename",   "renameat",
				       "renameat2", "unlink", "unlinkat", "fsync" };

/* Questions leave from ports of libunbound's choice. */
static const char *const resolving[] = { "bind" };

/* What SQLite, threads and connections need beside all this. Sockets to listen on come from the keeper: no other is bound. */
static const char *const inspecting[] = {
	"accept4",          "access",   "faccessat",     "faccessat2",
	"fallocate",        "fchmod",   "fdatasync",     "ftruncate",
	"getdents64",       "open",     "openat",        "pipe2",
	"pwrite64",         "readlink", "readlinkat",    "sched_getaffinity",
	"set_robust_list",  "sysinfo",  "inotify_init1", "inotify_add_watch",
	"inotify_rm_watch",
};

/* What a kind of process may call beside `allowed`; `writing` comes with a directory to write to. */
static const struct {
	const char *const *names;
	size_t count;
} kinds[] = {
	[SANDBOX_RESOLVER] = { resolving, sizeof(resolving) / sizeof(resolving[0]) },
	[SANDBOX_INSPECTION] = { inspecting, sizeof(inspecting) / sizeof(inspecting[0]) },
};

/* Adds one rule for the named call, with at most one condition. */
static int rule(scmp_filter_ctx filter, uint32_t action, const char *name, unsigned conditions,
		struct scmp_arg_cmp condition)
{
	int number = seccomp_syscall_resolve_name(name);
	int err;

	if (number == __NR_SCMP_ERROR)
		return 0;
	err = seccomp_rule_add_array(filter, action, number, conditions, &condition);
	return err == -EDOM ? 0 : err; /* not on this architecture */
}

static int rules(scmp_filter_ctx filter, uint32_t action, const char *const *names, size_t count)
{
	int err = 0;

	for (size_t i = 0; i < count && err == 0; i++)
		err = rule(filter, action, names[i], 0, (struct scmp_arg_cmp){ 0 });
	return err;
}

/* Calls that are allowed for some values of one argument. */
static int conditional_rules(scmp_filter_ctx filter)
{
	const int not_reading = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC;
	const struct {
		const char *name;
		struct scmp_arg_cmp condition;
	} table[] = {
		{ "mmap", SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) },
		{ "mprotect", SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0) },
		{ "open", SCMP_A1(SCMP_CMP_MASKED_EQ, (scmp_datum_t)not_reading, 0) },
		{ "openat", SCMP_A2(SCMP_CMP_MASKED_EQ, (scmp_datum_t)not_reading, 0) },
		{ "socket", SCMP_A0(SCMP_CMP_EQ, AF_INET) },
		{ "socket", SCMP_A0(SCMP_CMP_EQ, AF_INET6) },
		{ "ioctl", SCMP_A1(SCMP_CMP_EQ, 0x5421) }, /* FIONBIO */
		{ "prlimit64", SCMP_A1(SCMP_CMP_EQ, RLIMIT_CPU) },
		{ "getrlimit", SCMP_A0(SCMP_CMP_EQ, RLIMIT_CPU) },
		{ "setrlimit", SCMP_A0(SCMP_CMP_EQ, RLIMIT_CPU) },
		{ "tgkill", SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()) }, /* abort() */
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]) && err == 0; i++)
		err = rule(filter, SCMP_ACT_ALLOW, table[i].name, 1, table[i].condition);
	return err;
}

/* Threads, but no processes: the flags of clone3() cannot be looked at, and without it the C library uses clone(). */
static int inspection_rules(scmp_filter_ctx filter)
{
	int err = rule(filter, SCMP_ACT_ALLOW, "socket", 1, SCMP_A0(SCMP_CMP_EQ, AF_UNIX));

	if (err == 0)
		err = rule(filter, SCMP_ACT_ALLOW, "clone", 1, SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (err == 0)
		err = rule(filter, SCMP_ACT_ERRNO(ENOSYS), "clone3", 0, (struct scmp_arg_cmp){ 0 });
	return err;
}

#define RULES(filter, action, names) rules(filter, action, names, sizeof(names) / sizeof((names)[0]))

bool sandbox_restrict_calls(sandbox_kind_t kind, bool may_write_files)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err = filter != NULL ? 0 : -ENOMEM;

	if (err == 0)
		err = RULES(filter, SCMP_ACT_KILL_PROCESS, deadly);
	if (err == 0)
		err = RULES(filter, SCMP_ACT_ALLOW, allowed);
	if (err == 0 && may_write_files)
		err = RULES(filter, SCMP_ACT_ALLOW, writing);
	if (err == 0)
		err = rules(filter, SCMP_ACT_ALLOW, kinds[kind].names, kinds[kind].count);
	if (err == 0)
		err = conditional_rules(filter);
	if (err == 0 && kind == SANDBOX_INSPECTION)
		err = inspection_rules(filter);
	if (err == 0)
		err = seccomp_load(filter);
	if (err != 0)
		fprintf(stderr, "error: cannot restrict system calls with seccomp: %s\n", strerror(-err));
	if (filter != NULL)
		seccomp_release(filter);
	return err == 0;
}
