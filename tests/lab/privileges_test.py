#!/usr/bin/python3 -B
"""What mxward keeps of root's powers (nothing), and what it does when its log cannot be written."""
import os
import pathlib
import pwd
import shutil
import subprocess
import sys

import dns.rcode

import asking
import daemon
from cases import Cases

USER = "nobody"
NO_CAPABILITY = "0000000000000000"
CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
SECCOMP_FILTER = "2"
DISK = 64 * 1024
PUBLIC = pathlib.Path("/mnt")


def _answers(name="rsa.lab."):
    answer = asking.ask(daemon.ADDRESS, name, "MX")
    return not answer.failure and answer.reply.rcode() == dns.rcode.NOERROR


def _has_nothing(cases, pid, label, user):
    status = daemon.status(pid)
    cases.check(set(status["Uid"].split()) == {str(user.pw_uid)}, f"{label}: all user IDs are {USER}'s", status["Uid"])
    cases.check(set(status["Gid"].split()) == {str(user.pw_gid)}, f"{label}: all group IDs are", status["Gid"])
    cases.check(status["Groups"] == "", f"{label}: no other groups", status["Groups"])
    for capability in CAPABILITIES:
        cases.check(status[capability] == NO_CAPABILITY, f"{label}: {capability} is empty", status[capability])
    cases.check(status["NoNewPrivs"] == "1", f"{label}: cannot gain privileges", status["NoNewPrivs"])
    cases.check(_limit(pid, "Max core file size") == ["0", "0"], f"{label}: no core dumps", _limit(pid, "Max core file size"))
    cases.check(status["Umask"] == "0077", f"{label}: files are its own", status["Umask"])


def _limit(pid, name):
    """[soft, hard] of a row of /proc/PID/limits."""
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text().splitlines()
    return next(line for line in limits if line.startswith(name))[len(name):].split()[:2]


def _public_files():
    """What the daemon reads and writes, where any user can: the checkout may be below a directory that is root's alone. Other
    than a real /mnt, this one is seen by the lab only."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "none", PUBLIC], check=True)
    for name in ("root.hints", "root.key"):
        shutil.copy(pathlib.Path(os.environ["LAB_ZONES"]) / name, PUBLIC / name)
    (PUBLIC / "anchor").mkdir()
    shutil.chown(PUBLIC / "anchor", USER)
    return {
        "root-hints": str(PUBLIC / "root.hints"),
        "trust-anchor-file": [str(PUBLIC / "root.key")],
        "auto-trust-anchor-file": str(PUBLIC / "anchor" / "root.key"),
    }


def _drops_privileges(cases):
    user = pwd.getpwnam(USER)
    with daemon.Mxward("mxward-user", {"user": USER, "resolver": _public_files()}) as mxward:
        _has_nothing(cases, mxward.pid, "front", user)
        soft, hard = _limit(mxward.pid, "Max open files")
        cases.check(soft == hard, "as many open files as may be", (soft, hard))
        cases.check(len(mxward.resolvers()) == 1, "there is a resolver process")
        for pid in mxward.resolvers():
            _has_nothing(cases, pid, "resolver", user)
        cases.check(_answers(), "and it answers")
        state = PUBLIC / "anchor" / "root.key"
        cases.check(state.stat().st_uid == user.pw_uid, "it keeps the trust anchor's state as that user", state.stat())
        cases.check(mxward.stop() == 0, "and stops with exit status 0")


def _confines_resolver(cases):
    with daemon.Mxward("mxward-sandbox") as mxward:
        cases.check(_answers(), "it answers")
        for pid in mxward.resolvers():
            seccomp = daemon.status(pid)["Seccomp"]
            cases.check(seccomp == SECCOMP_FILTER, "the resolver process has a system call filter", seccomp)


def _full_disk(cases):
    disk = daemon.folder() / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", disk], check=True)
    try:
        (disk / "filler").write_bytes(bytes(DISK))
        with daemon.Mxward("mxward-disk", {"log": {"to": str(disk / "mxward.log"), "level": "debug"}}) as mxward:
            cases.check(all(_answers(name) for name in ("rsa.lab.", "ecdsa.post.", "host.plain.")), "a full disk: it answers")
            (disk / "filler").unlink()
            daemon.wait_until(lambda: _logged(disk / "mxward.log"), "a line in the log", mxward.running)
            cases.check(True, "with room again, it writes again")
            cases.check(mxward.stop() == 0, "a full disk: it stops with exit status 0")
    finally:
        subprocess.run(["umount", disk], check=True)


_number = iter(range(1000))


def _logged(path):
    asking.ask(daemon.ADDRESS, f"x{next(_number)}.lame.lab.", "MX")
    return path.exists() and path.stat().st_size > 0


def _no_directory(cases):
    path = daemon.folder() / "nowhere" / "mxward.log"
    with daemon.Mxward("mxward-nowhere", {"log": {"to": str(path)}}) as mxward:
        line = mxward.wait_log(f".*{path}.*").group(0)
        cases.check("No such file" in line, f"a log without a directory is a sentence on stderr: {line}")
        cases.check(_answers(), "and it answers")


def _is_root():
    """Really, not just in a namespace of users, where nobody else is."""
    return os.geteuid() == 0 and pathlib.Path("/proc/self/uid_map").read_text().split()[2] == "4294967295"


def main():
    cases = Cases()
    if os.environ.get("LAB_SANDBOX") != "no":
        _confines_resolver(cases)
    _full_disk(cases)
    _no_directory(cases)
    if _is_root():
        _drops_privileges(cases)
    else:
        print("skipped: only root has privileges that mxward could drop")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
