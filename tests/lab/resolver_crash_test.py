#!/usr/bin/python3 -B
"""Kills a resolver process under load, and stops one: answers from the cache flow on, questions in flight are answered in the
end, and the process is replaced."""
import os
import signal
import sys

import daemon
from cases import Cases
from load import Load

MORE = 100
KILLS_IN_A_ROW = 3


def _replaced(mxward, victims):
    found = mxward.resolvers()
    return found and not found & victims


def _harm(cases, mxward, load, number, label):
    victims = mxward.resolvers()
    cases.check(len(victims) == 1, f"{label}: there is one resolver process", victims)
    before = load.total["hit"]
    for pid in victims:
        os.kill(pid, number)
    load.wait_for_more(MORE, ("hit",))
    cases.check(load.total["hit"] >= before + MORE, f"{label}: hits flow on meanwhile")
    daemon.wait_until(lambda: _replaced(mxward, victims), f"{label}: another process", mxward.running)
    cases.check(True, f"{label}: the process is replaced")
    daemon.wait_until(lambda: not any(map(daemon.exists, victims)), f"{label}: the end of the old one")
    cases.check(True, f"{label}: the old one is gone")
    load.wait_for_more(MORE)
    cases.check(True, f"{label}: misses are answered again")


def _all_answered(cases, load, label, rcodes):
    for kind, counts in load.counts.items():
        cases.check(set(counts) <= rcodes[kind], f"{label}: every {kind} was answered {counts}")


def main():
    cases = Cases()
    good = {"hit": {"NOERROR"}, "miss": {"NOERROR"}}
    with daemon.Mxward() as mxward:
        for number, label in ((signal.SIGKILL, "killed"), (signal.SIGSTOP, "stopped")):
            with Load(label) as load:
                load.wait_for_more(MORE)
                _harm(cases, mxward, load, number, label)
            _all_answered(cases, load, label, good)
        # Lost twice, a question may fail; more may not happen, and in the end all is well.
        with Load("again") as load:
            for _ in range(KILLS_IN_A_ROW):
                _harm(cases, mxward, load, signal.SIGKILL, "killed again")
        _all_answered(cases, load, "killed again", {"hit": {"NOERROR"}, "miss": {"NOERROR", "SERVFAIL"}})
        with Load("after") as load:
            load.wait_for_more(MORE)
        _all_answered(cases, load, "afterwards", good)
        cases.check(mxward.running() and mxward.stop() == 0, "mxward stops with exit status 0")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
