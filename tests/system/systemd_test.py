#!/usr/bin/python3
"""The files for systemd: the unit is as confined as it can be, lets the daemon do what it does, and the user and the state
directory come into being. Exits 77 (skipped) where systemd's tools are missing."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

MXWARD = SERVICE = SYSUSERS = TMPFILES = None
EXPOSURE_MOST = 2.0

# What the daemon and its resolver processes call beside reading, writing and the network. Missing ones would only be
# noticed on a machine that runs the unit.
NEEDED = """
    landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp prctl capset capget setpriority prlimit64
    execve clone clone3 vfork wait4 waitid pidfd_open pidfd_send_signal kill close_range dup2 memfd_create
    epoll_create1 epoll_ctl epoll_wait eventfd2 signalfd4 timerfd_create timerfd_settime poll ppoll
    socket socketpair bind listen accept4 connect sendmsg recvmsg sendmmsg recvmmsg sendto recvfrom setsockopt getsockopt
    openat rename unlink fsync fdatasync ftruncate umask access faccessat2 getdents64 newfstatat statx
    mmap mprotect munmap madvise membarrier rseq futex getrandom sched_getaffinity sched_yield sysinfo uname
""".split()


def run(*args, **kwargs):
    return subprocess.run(args, capture_output=True, text=True, timeout=60, check=False, **kwargs)


class Systemd(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(dir=".")
        self.addCleanup(directory.cleanup)
        self.root = os.path.abspath(directory.name)
        with open(SERVICE, encoding="utf-8") as unit:
            text = unit.read()
        self.assertNotRegex(text, r"@\w+@", "a variable was not replaced")
        # The program need not be installed yet.
        text = re.sub(r"^ExecStart=\S+", f"ExecStart={MXWARD}", text, flags=re.M)
        self.unit = os.path.join(self.root, "mxward.service")
        with open(self.unit, "w", encoding="utf-8") as unit:
            unit.write(text)
        self.text = text

    def test_is_understood(self):
        done = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", self.unit)
        self.assertNotIn("mxward.service", done.stdout + done.stderr)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_is_confined(self):
        done = run("systemd-analyze", "security", "--offline=true", "--no-pager", self.unit)
        found = re.search(r"Overall exposure level for mxward.service: ([0-9.]+)", done.stdout)
        self.assertIsNotNone(found, done.stdout + done.stderr)
        self.assertEqual(done.stderr, "")
        self.assertLessEqual(float(found[1]), EXPOSURE_MOST, done.stdout)

    def members(self, name):
        """The calls in a filter, groups taken apart."""
        if not name.startswith("@"):
            return {name}
        done = run("systemd-analyze", "--no-pager", "syscall-filter", name)
        self.assertEqual(done.returncode, 0, done.stderr)
        words = [word for line in done.stdout.splitlines() if "#" not in line for word in line.split()]
        return set().union(*(self.members(word) for word in words if word != name))

    def test_lets_the_daemon_work(self):
        allowed = set()
        for line in re.findall(r"^SystemCallFilter=(.*)$", self.text, flags=re.M):
            calls = set().union(*(self.members(word) for word in line.lstrip("~").split()))
            allowed = allowed - calls if line.startswith("~") else allowed | calls
        self.assertEqual(sorted(set(NEEDED) - allowed), [])
        for call in ("ptrace", "mount", "bpf", "keyctl", "setuid", "reboot", "init_module"):
            self.assertNotIn(call, allowed)

    def test_user_and_directories(self):
        if os.getuid() != 0:
            self.skipTest("only root can make users")
        os.mkdir(os.path.join(self.root, "etc"))
        done = run("systemd-sysusers", f"--root={self.root}", SYSUSERS)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(os.path.join(self.root, "etc/passwd"), encoding="utf-8") as users:
            fields = [line.rstrip("\n").split(":") for line in users]
        ours = [user for user in fields if user[0] == "mxward"]
        self.assertEqual(len(ours), 1)
        self.assertRegex(ours[0][5], "/lib/mxward$")
        self.assertEqual(ours[0][6], "/usr/sbin/nologin")

        done = run("systemd-tmpfiles", f"--root={self.root}", "--create", TMPFILES)
        self.assertEqual(done.returncode, 0, done.stderr)
        state = os.stat(self.root + ours[0][5])
        self.assertEqual(state.st_mode & 0o7777, 0o750)
        self.assertEqual(state.st_uid, int(ours[0][2]))
        logs = os.stat(self.root + ours[0][5].replace("/lib/", "/log/"))
        self.assertEqual((logs.st_mode & 0o7777, logs.st_uid), (0o750, int(ours[0][2])))


if __name__ == "__main__":
    MXWARD, SERVICE, SYSUSERS, TMPFILES = (os.path.abspath(path) for path in sys.argv[1:5])
    del sys.argv[1:5]
    if any(shutil.which(tool) is None for tool in ("systemd-analyze", "systemd-sysusers", "systemd-tmpfiles")):
        print("systemd's tools are not here")
        sys.exit(77)
    unittest.main()
