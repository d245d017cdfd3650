#!/usr/bin/python3 -B
"""The cache goes through restarts: what was cached is answered without asking anybody, with the time that is left, in both forms;
what is forged, damaged, of another key or of no certain age is not, nor what was flushed or judged by other settings. A disk that
is full costs the snapshot and nothing else."""
import os
import re
import signal
import subprocess
import sys

import dns.flags
import dns.rcode

import asking
import daemon
from cases import Cases
from faketime import Clock

ASKED = [("rsa.lab.", "MX"), ("mx1.rsa.lab.", "A"), ("_25._tcp.mx1.rsa.lab.", "TLSA"), ("host.plain.", "MX"), ("nothing.host.plain.", "A"),
         ("rsa.lab.", "TXT"), ("localhost-beside.plain.", "MX")]
NAME = "snapshot"
DO = asking.VARIANTS[1]
LATER = 600  # seconds
OFTEN = {"cache": {"snapshot": {"every": 1}}}
DISK = 64 << 10


def _server(changes=None, environment=None):
    return daemon.Mxward(NAME, changes, environment, fresh=False)


def _ask(name, rdtype, variant=asking.VARIANTS[0]):
    return asking.ask(daemon.ADDRESS, name, rdtype, variant)


def _types(answer):
    return answer.types(answer.reply.answer), answer.types(answer.reply.authority)


def _seen(answer):
    return answer.failure or (dns.rcode.to_text(answer.reply.rcode()), answer.codes(), answer.ttls(), len(answer.records()))


def _fill(cases):
    before = {}
    for name, rdtype in ASKED:
        answer = _ask(name, rdtype)
        before[name, rdtype] = answer, _ask(name, rdtype, DO)
        cases.check(not answer.failure and answer.reply.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN), f"{name} {rdtype} is answered", _seen(answer))
    return before


def _counts(mxward):
    answers = mxward.told("stats")["answers"]
    return answers["hits"], answers["misses"]


def _is_kept(cases, mxward, before, label):
    """Everything is a hit, and is what it was."""
    for (name, rdtype), (was, was_signed) in before.items():
        answer = _ask(name, rdtype)
        if not cases.check(not answer.failure, f"{label}: {name} {rdtype} is answered", answer.failure):
            continue
        same = answer.records() == was.records() and answer.codes() == was.codes() and answer.reply.rcode() == was.reply.rcode()
        cases.check(same, f"{label}: {name} {rdtype} is what it was", _seen(answer))
        ad = answer.reply.flags & dns.flags.AD == was.reply.flags & dns.flags.AD
        cases.check(ad, f"{label}: {name} {rdtype} is as authentic as it was", dns.flags.to_text(answer.reply.flags))
        signed = _ask(name, rdtype, DO)
        good = not signed.failure and signed.records(True) == was_signed.records(True) and _types(signed) == _types(was_signed)
        cases.check(good, f"{label}: {name} {rdtype} has the signatures that it had", _seen(signed))
    hits, misses = _counts(mxward)
    cases.check((hits, misses) == (2 * len(before), 0), f"{label}: nobody was asked", f"{hits} hits, {misses} misses")


def _is_cold(cases, mxward, reason, label):
    """The log says why, the file is gone, and everything is asked for."""
    cases.check(reason in mxward.log(), f"{label}: the log says why", re.findall("snapshot.*", mxward.log())[:3])
    cases.check(mxward.told("status")["cache"]["entries"] == 0, f"{label}: nothing is cached", mxward.told("status")["cache"])
    answer = _ask("rsa.lab.", "MX")
    cases.check(not answer.failure and answer.reply.rcode() == dns.rcode.NOERROR, f"{label}: it answers", _seen(answer))
    cases.check(_counts(mxward) == (0, 1), f"{label}: by asking", _counts(mxward))


def _restart(cases):
    with _server() as mxward:
        before = _fill(cases)
        mxward.stop()
        cases.check(re.search("wrote the cache's snapshot .* answers=", mxward.log()) is not None, "it is written at the end", mxward.log()[-500:])
        cases.check(mxward.snapshot.stat().st_mode & 0o777 == 0o600, "for nobody else", oct(mxward.snapshot.stat().st_mode))
    with _server() as mxward:
        _is_kept(cases, mxward, before, "restarted")
        told = mxward.told("status")["snapshot"]
        cases.check(told["enabled"] and told["loaded"] >= len(ASKED) and told["error"] == "", "mxward status tells", told)
        shown = mxward.control("status").stdout
        cases.check(re.search(r"snapshot +\d+ answers, .* written .* ago", shown) is not None, "for people, too", shown)
        mxward.stop()
    return before


def _written(mxward):
    """Waits until all that was asked for is in the file. Who is killed then leaves it there."""
    daemon.wait_until(lambda: mxward.told("status")["snapshot"]["entries"] >= len(ASKED), "the snapshot", mxward.running)


def _later(cases):
    """TTLs have gone on while nobody was there; what had ended is asked for."""
    clock = Clock(daemon.folder() / "clock-snapshot")
    with _server(OFTEN, clock.environment()) as mxward:
        before = _fill(cases)
        _written(mxward)
    clock.move(LATER)
    with _server(None, clock.environment()) as mxward:
        was = before["rsa.lab.", "MX"][0].ttls()
        answer = _ask("rsa.lab.", "MX")
        off = {name: was[name] - ttl - LATER for name, ttl in answer.ttls().items()} if not answer.failure else answer.failure
        cases.check(not answer.failure and all(0 <= seconds < 60 for seconds in off.values()), "TTLs have gone on", off)
        cases.check(_counts(mxward) == (1, 0), "and it is a hit", _counts(mxward))
    clock.move(2 * max(was.values()))
    with _server(None, clock.environment()) as mxward:
        _ask("rsa.lab.", "MX")
        cases.check(_counts(mxward) == (0, 1), "what has ended is asked for", _counts(mxward))


def _set_clock(cases):
    """Somebody sets the wall clock, and nothing else."""
    clock = Clock(daemon.folder() / "clock-set")
    environment = {**clock.environment(), "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
    with _server(OFTEN, environment) as mxward:
        _fill(cases)
        _written(mxward)
    clock.move(LATER)
    with _server(None, environment) as mxward:
        _is_cold(cases, mxward, "has no certain age: the clock was set since, by +", "the clock was set")


def _bad_files(cases, before):
    def damage(path):
        octets = bytearray(path.read_bytes())
        octets[len(octets) // 2] ^= 1
        path.write_bytes(octets)

    def cut(path):
        path.write_bytes(path.read_bytes()[:-100])

    def forge(path):
        path.write_bytes(b"mxward\nS" + bytes(4096))

    key = daemon.folder() / f"{NAME}.snapshot.key"
    for name, spoil, reason in (("damaged", damage, "is damaged or forged; it is removed"), ("cut off", cut, "it was cut off"), ("forged", forge, "is of another version"),
                                ("another key", lambda path: key.write_bytes(os.urandom(32)), "was written with another key")):
        with _server() as mxward:
            _fill(cases)
            mxward.stop()
        spoil(mxward.snapshot)
        with _server() as mxward:
            _is_cold(cases, mxward, reason, name)
            mxward.stop()
    key.chmod(0o644)
    with _server() as mxward:
        _is_cold(cases, mxward, "may be used by others: give it mode 0600", "a key that others may read")
        told = mxward.told("status")["snapshot"]
        cases.check(not told["enabled"] and "0600" in told["error"], "mxward status says so", told)
        mxward.stop()
    key.chmod(0o600)
    with _server() as mxward:
        mxward.stop()
    with _server() as mxward:
        _fill(cases)
        mxward.stop()
    with _server() as mxward:
        _is_kept(cases, mxward, before, "with the key as it should be")
        mxward.stop()


def _settings(cases):
    """What was judged by other rules is not trusted."""
    with _server() as mxward:
        _fill(cases)
        mxward.stop()
    with _server({"mx": {"pin": {"host.plain": ["mx.elsewhere.plain"]}}}) as mxward:
        cases.check("MX answers were judged by other settings" in mxward.log(), "another policy: the log says what is left out", mxward.log()[:800])
        answer = _ask("host.plain.", "MX")
        cases.check(not answer.failure and answer.reply.rcode() == dns.rcode.SERVFAIL, "another policy: it is judged anew", _seen(answer))
        answer = _ask("mx1.rsa.lab.", "A")
        cases.check(_counts(mxward) == (1, 1), "another policy: addresses are kept", _counts(mxward))
        mxward.stop()
    with _server() as mxward:  # what was rejected does not come back either, and MX answers are judged again
        cases.check("MX answers were judged by other settings" in mxward.log(), "the policy is back: likewise", mxward.log()[:800])
        _fill(cases)
        mxward.stop()
    with _server({"resolver": {"domain-insecure": ["rsa.lab"]}}) as mxward:
        _is_cold(cases, mxward, "was made with other trust anchors, resolver settings or versions", "not validated any more")
        mxward.stop()


def _flushed(cases):
    """Not even after a crash does it come back."""
    with _server() as mxward:
        _fill(cases)
        mxward.stop()
    with _server() as mxward:
        done = mxward.control("flush", "rsa.lab", "MX")
        cases.check(done.returncode == 0, "it is flushed", done.stderr)
        mxward.send(signal.SIGKILL)
        mxward.process.wait()
    with _server() as mxward:
        _ask("rsa.lab.", "MX")
        cases.check(_counts(mxward) == (0, 1), "flushed, then killed: it is asked for", _counts(mxward))
        mxward.stop()
    with _server() as mxward:
        _fill(cases)
        mxward.control("flush", "rsa.lab", "MX")
        mxward.stop()
    with _server() as mxward:
        _ask("rsa.lab.", "MX")
        _ask("host.plain.", "MX")
        cases.check(_counts(mxward) == (1, 1), "flushed, then stopped: it is asked for, and others are not", _counts(mxward))
        mxward.stop()


def _killed(cases, before):
    """The file of a while ago is there."""
    with _server(OFTEN) as mxward:
        _fill(cases)
        _written(mxward)
        mxward.send(signal.SIGKILL)
        mxward.process.wait()
    with _server() as mxward:
        _is_kept(cases, mxward, before, "killed")
        mxward.stop()


def _full_disk(cases):
    disk = daemon.folder() / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(disk)], check=True)
    (disk / "filler").write_bytes(bytes(DISK - 8192))
    changes = {"cache": {"snapshot": {"file": str(disk / "snapshot"), "key": str(disk / "key"), "every": 1}}}
    with daemon.Mxward("snapshot-full", changes) as mxward:
        _fill(cases)
        mxward.wait_log("the cache's snapshot .* cannot be written: No space left on device; it is tried again every 1 s")
        answer = _ask("rsa.lab.", "MX")
        cases.check(not answer.failure and answer.reply.rcode() == dns.rcode.NOERROR, "with a full disk it answers", _seen(answer))
        cases.check({path.name for path in disk.iterdir()} <= {"filler", "key", "snapshot"}, "and nothing is left behind", list(disk.iterdir()))
        (disk / "filler").unlink()
        _written(mxward)
        cases.check(mxward.told("status")["snapshot"]["error"] == "", "with room again, it is written", mxward.told("status")["snapshot"])
        mxward.stop()
    subprocess.run(["umount", str(disk)], check=True)


def main():
    cases = Cases()
    before = _restart(cases)
    _bad_files(cases, before)
    _later(cases)
    _set_clock(cases)
    _settings(cases)
    _flushed(cases)
    _killed(cases, before)
    _full_disk(cases)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
