#!/usr/bin/python3 -B
"""Answers that have ended are given while their servers are stopped (RFC 8767): MX, A and AAAA, for a day, and nothing that was
rejected since. mxward's clock is moved by libfaketime, while it runs; nobody waits for TTLs to end."""
import os
import re
import signal
import sys
import time

import dns.flags
import dns.rcode

import asking
import daemon
from cases import Cases
from faketime import Clock

STALE, STALE_NXDOMAIN, BLOCKED, FORGED = 3, 19, 15, 4
STALE_TTL = 30
FIRST_WAIT = 5  # seconds (RFC 9520, 3.2)
HOUR, DAY = 3600, 86400
AGAIN = 5
# What is asked while all is well; whether it is given once it has ended and nobody can be asked.
ASKED = [
    ("host.plain.", "MX", [STALE]),
    ("mx1.host.plain.", "A", [STALE]),
    ("mx1.host.plain.", "AAAA", [STALE]),
    ("rsa.lab.", "MX", [STALE]),
    ("localhost-beside.plain.", "MX", [FORGED, STALE]),
    ("nothing.host.plain.", "A", [STALE_NXDOMAIN]),
    ("nothing.host.plain.", "MX", None),
    ("_25._tcp.mx1.rsa.lab.", "TLSA", None),
    ("rsa.lab.", "TXT", None),
]


class Servers:
    """The name servers of the tested zones. Stopped ones take questions and answer none."""

    def __init__(self):
        self.pid = int((daemon.folder() / "nsd-hosting" / "nsd.pid").read_text(encoding="ascii"))

    def stop(self):
        os.killpg(os.getpgid(self.pid), signal.SIGSTOP)

    def go_on(self):
        os.killpg(os.getpgid(self.pid), signal.SIGCONT)


def _ask(name, rdtype):
    return asking.ask(daemon.ADDRESS, name, rdtype)


def _seen(answer):
    if answer.failure:
        return answer.failure
    return dns.rcode.to_text(answer.reply.rcode()), answer.codes(), set(answer.ttls().values()), len(answer.records())


def _fails(cases, name, rdtype, label):
    answer = _ask(name, rdtype)
    good = not answer.failure and answer.reply.rcode() == dns.rcode.SERVFAIL and not {STALE, STALE_NXDOMAIN} & set(answer.codes())
    cases.check(good, f"{label}: {name} {rdtype} is SERVFAIL", _seen(answer))
    return answer


def _is_stale(cases, before, answer, codes, label):
    """What it was, and says that it is stale; as authentic as it was."""
    name = f"{before.reply.question[0].name} {dns.rdatatype.to_text(before.reply.question[0].rdtype)}"
    if not cases.check(not answer.failure, f"{label}: {name} is answered", answer.failure):
        return
    cases.check(answer.codes() == codes and answer.reply.rcode() == before.reply.rcode(), f"{label}: {name} is stale and says so", _seen(answer))
    cases.check(answer.records() == before.records(), f"{label}: {name} is what it was", answer.records())
    cases.check(set(answer.ttls().values()) <= {STALE_TTL}, f"{label}: {name} has a TTL of {STALE_TTL}", answer.ttls())
    same = answer.reply.flags & dns.flags.AD == before.reply.flags & dns.flags.AD
    cases.check(same, f"{label}: {name} is as authentic as before", dns.flags.to_text(answer.reply.flags))


def _fill(cases):
    before = {}
    for name, rdtype, _ in ASKED:
        before[name, rdtype] = answer = _ask(name, rdtype)
        cases.check(not answer.failure and not {STALE, STALE_NXDOMAIN} & set(answer.codes()), f"{name} {rdtype} is answered", _seen(answer))
    return before


def _forget(mxward):
    """New resolver processes: libunbound's own caches hold nothing any more."""
    old = mxward.resolvers()
    seen = len(mxward.log())
    mxward.reload()
    mxward.wait_log("reloaded", seen)
    daemon.wait_until(lambda: mxward.resolvers() and not old & mxward.resolvers(), "new resolver processes", mxward.running)


def _tries(mxward, name, rdtype):
    """How often its refresh was tried in vain."""
    return len(re.findall(rf"could not resolve name={re.escape(name)} type={rdtype} ", mxward.log()))


def _counted(cases, mxward):
    """Stale answers are told apart from failures, for those that look on."""
    answers = mxward.told("stats")["answers"]
    want = {"stale": sum(codes is not None for *_, codes in ASKED) + AGAIN, "servfail": sum(codes is None for *_, codes in ASKED)}
    got = {name: answers[name] for name in want}
    cases.check(got == want, "they are counted", f"{got} instead of {want}")
    daemon.wait_until(lambda: len(re.findall("could not resolve .* given=stale$", mxward.log(), re.MULTILINE)) >= want["stale"] - AGAIN,
                      "a line for each", mxward.running)
    cases.check(True, "and logged")


def _logged(cases, mxward):
    """The validation log says what clients got, and what failed."""
    def stale():
        return [entry for entry in mxward.validated("rejected") if entry["question"] == {"name": "host.plain.", "type": "MX"} and entry["stale"]]

    daemon.wait_until(stale, "a stale answer in the validation log", mxward.running)
    entry = stale()[0]
    told = {key: entry[key] for key in ("verdict", "rcode", "security")}
    good = told == {"verdict": "failed", "rcode": "NOERROR", "security": "insecure"} and entry["ede"]["code"] == STALE and entry["reason"]
    cases.check(good, "and in the validation log it is what clients got, with the reason", entry)

    def hits():
        return [hit for hit in mxward.validated("hit") if hit["question"] == {"name": "host.plain.", "type": "MX"} and hit["stale"]]

    daemon.wait_until(hits, "a stale answer from the cache in the validation log", mxward.running)
    hit = hits()[0]
    good = (hit["verdict"], hit["rcode"], hit["ede"]["code"]) == ("accept", "NOERROR", STALE)
    cases.check(good, "also when it is given once more", hit)


def _unreachable(cases, servers):
    """Each refresh fails after a second."""
    clock = Clock(daemon.folder() / "clock-fails")
    with daemon.Mxward("stale-fails", {"resolver": {"budget": "1s"}, "validation-log": {"hits": True}}, clock.environment()) as mxward:
        before = _fill(cases)
        clock.move(2 * HOUR)
        _forget(mxward)
        servers.stop()
        began = time.monotonic()
        for name, rdtype, codes in ASKED:
            if codes is None:
                _fails(cases, name, rdtype, "unreachable")
            else:
                _is_stale(cases, before[name, rdtype], _ask(name, rdtype), codes, "unreachable")
        for _ in range(AGAIN):
            _is_stale(cases, before["host.plain.", "MX"], _ask("host.plain.", "MX"), [STALE], "soon after")
        _counted(cases, mxward)
        _logged(cases, mxward)
        tries = _tries(mxward, "host.plain.", "MX")
        most = 1 + int((time.monotonic() - began) / FIRST_WAIT)
        cases.check(1 <= tries <= most, "the servers are asked again no sooner than RFC 9520 allows", f"{tries} times, {most} at most")
        clock.move(HOUR)
        _is_stale(cases, before["host.plain.", "MX"], _ask("host.plain.", "MX"), [STALE], "an hour later")
        daemon.wait_until(lambda: _tries(mxward, "host.plain.", "MX") > tries, "they are asked again, though", mxward.running)
        clock.move(DAY)
        for name, rdtype, _ in ASKED:
            _fails(cases, name, rdtype, "a day later")
        servers.go_on()
        clock.move(HOUR)
        _forget(mxward)
        for name, rdtype, _ in ASKED:
            answer = _ask(name, rdtype)
            good = not answer.failure and answer.records() == before[name, rdtype].records() and STALE not in answer.codes()
            cases.check(good, f"the servers are back: {name} {rdtype}", _seen(answer))


def _late(cases, servers):
    """A refresh may take long: nobody waits for it for more than 1.8 seconds, and its answer counts when it comes."""
    clock = Clock(daemon.folder() / "clock-late")
    with daemon.Mxward("stale-late", {"resolver": {"budget": "60s"}}, clock.environment()) as mxward:
        before = _fill(cases)
        clock.move(2 * HOUR)
        _forget(mxward)
        servers.stop()
        for _ in range(2):
            _is_stale(cases, before["host.plain.", "MX"], _ask("host.plain.", "MX"), [STALE], "late")
        cases.check(_tries(mxward, "host.plain.", "MX") == 0, "the refresh goes on", _tries(mxward, "host.plain.", "MX"))
        assessed = len(mxward.validated())
        servers.go_on()
        daemon.wait_until(lambda: len(mxward.validated()) > assessed, "the end of the refresh", mxward.running)
        answer = _ask("host.plain.", "MX")
        fresh = not answer.failure and answer.codes() == [] and all(STALE_TTL < ttl <= HOUR for ttl in answer.ttls().values())
        cases.check(fresh, "the refresh has come", _seen(answer))


def _rejected(cases, servers):
    """What was rejected since is not given any more, not even when nobody answers then."""
    clock = Clock(daemon.folder() / "clock-rejected")
    changes = {"resolver": {"budget": "1s"}}
    with daemon.Mxward("stale-rejected", changes, clock.environment()) as mxward:
        _fill(cases)
        daemon.write_config(mxward.config, {**changes, "mx": {"pin": {"host.plain": ["mx.elsewhere.plain"]}}})
        clock.move(2 * HOUR)
        _forget(mxward)
        answer = _fails(cases, "host.plain.", "MX", "rejected")
        cases.check(BLOCKED in answer.codes(), "rejected: it says why", answer.codes())
        servers.stop()
        clock.move(HOUR)
        _forget(mxward)
        _fails(cases, "host.plain.", "MX", "rejected, then unreachable")
        servers.go_on()


def _off(cases, servers):
    clock = Clock(daemon.folder() / "clock-off")
    with daemon.Mxward("stale-off", {"resolver": {"budget": "1s"}, "cache": {"stale": 0}}, clock.environment()) as mxward:
        _fill(cases)
        clock.move(2 * HOUR)
        _forget(mxward)
        servers.stop()
        _fails(cases, "host.plain.", "MX", "cache.stale: 0")
        servers.go_on()


def main():
    cases = Cases()
    servers = Servers()
    for test in (_unreachable, _late, _rejected, _off):
        try:
            test(cases, servers)
        finally:
            servers.go_on()
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
