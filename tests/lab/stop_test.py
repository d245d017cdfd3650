#!/usr/bin/python3 -B
"""Stops mxward under load by SIGTERM and SIGINT: it ends with exit status 0 and leaves no process. What it tells systemd, and
what it says and does when an address is in use, are looked at here too."""
import os
import signal
import socket
import subprocess
import sys

import dns.rcode

import asking
import daemon
from cases import Cases
from load import Load

SECONDS = 5
TAKEN = "127.0.0.9"
MORE = 50


class Notified:
    """A service manager's socket (sd_notify(3)), in the abstract namespace, which is the lab's own."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(f"\0mxward-lab-{os.getpid()}")
        self.socket.settimeout(daemon.STOP_SECONDS)
        self.environment = {"NOTIFY_SOCKET": f"@mxward-lab-{os.getpid()}"}

    def next(self):
        return self.socket.recv(4096).decode().split("\n")


def _stop_under_load(cases, number):
    label = signal.Signals(number).name
    with daemon.Mxward(f"mxward-{label}") as mxward, Load(label, seconds=SECONDS) as load:
        load.wait_for_more(MORE)
        processes = {mxward.pid} | mxward.resolvers()
        mxward.send(number)
        try:
            status = mxward.process.wait(daemon.STOP_SECONDS)
        except subprocess.TimeoutExpired:
            status = f"still running after {daemon.STOP_SECONDS} s"
        cases.check(status == 0, f"{label} under load: exit status 0", status)
        daemon.wait_until(lambda: not any(map(daemon.exists, processes)), f"{label}: the end of {processes}")
        cases.check(True, f"{label} under load: no process is left")
        load.end()
        rcodes = {what for counts in load.counts.values() for what in counts if what.isupper()}
        cases.check(rcodes == {"NOERROR"}, f"{label} under load: no wrong answer before the end", load.counts)


def _tells_systemd(cases):
    manager = Notified()
    with daemon.Mxward("mxward-notify", environment=manager.environment) as mxward:
        first = manager.next()
        cases.check("READY=1" in first, "READY=1 when it answers", first)
        cases.check(any(line.startswith("STATUS=") and daemon.ADDRESS in line for line in first), "with its addresses", first)
        mxward.reload()
        reloading = manager.next()
        cases.check("RELOADING=1" in reloading, "RELOADING=1 at a reload", reloading)
        cases.check(any(line.startswith("MONOTONIC_USEC=") for line in reloading), "with the time", reloading)
        again = manager.next()
        cases.check("READY=1" in again, "READY=1 after it", again)
        mxward.send(signal.SIGTERM)
        last = manager.next()
        cases.check("STOPPING=1" in last, "STOPPING=1 at the end", last)


def _address_in_use(cases):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((TAKEN, asking.PORT))
        with daemon.Mxward("mxward-taken", {"listen": [f"{TAKEN}@53", f"{daemon.ADDRESS}@53"]}) as mxward:
            line = mxward.wait_log(f".*{TAKEN}.*").group(0)
            cases.check("another program listens there" in line, f"an address in use is a sentence in the log: {line}")
            answer = asking.ask(daemon.ADDRESS, "rsa.lab.", "MX")
            cases.check(answer.failure == "" and answer.reply.rcode() == dns.rcode.NOERROR, "the other address answers", answer.failure)
            ready = mxward.wait_log(".*ready on.*").group(0)
            cases.check(TAKEN not in ready, f"and is the only one that it calls ready: {ready}")
        config = daemon.write_config(daemon.folder() / "none.yaml", {"listen": [f"{TAKEN}@53"]})
        only = subprocess.run([daemon.binary(), "serve", "-c", config], capture_output=True, text=True, timeout=daemon.COMMAND_SECONDS, check=False)
        cases.check(only.returncode == 1 and TAKEN in only.stderr, "with no address at all it ends with exit status 1 and says why",
                    (only.returncode, only.stderr))


def main():
    cases = Cases()
    for number in (signal.SIGTERM, signal.SIGINT):
        _stop_under_load(cases, number)
    _tells_systemd(cases)
    _address_in_use(cases)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
