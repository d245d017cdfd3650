#!/usr/bin/python3 -B
"""The validation log: says what happened, in lines that no name from outside can trick; proves that nobody edited it, across
rotation, restart and kill; and a full disk stops no answers."""
import json
import os
import signal
import stat
import subprocess
import sys

import dns.rcode

import asking
import daemon
from cases import Cases

BROKEN = 1
EXPIRED = 7  # Signature Expired (RFC 8914, 4.8)
KEY_MODE = 0o600
DISK = 64 * 1024
HOSTILE = r"\027]0;evil\007\"},{\"verdict\":\"accept\010.plain."
QUESTIONS = [  # name, type, and what the log says of it
    ("rsa.lab.", "MX", "assessment", {"verdict": "accept", "security": "secure", "rcode": "NOERROR", "ede": None}),
    ("host.plain.", "MX", "assessment", {"verdict": "accept", "security": "insecure", "corroboration": "agreed"}),
    ("internal.plain.", "MX", "assessment", {"verdict": "strip", "reason": "mx: target-internal loopback.internal.plain"}),
    ("only-internal.plain.", "MX", "assessment", {"verdict": "reject", "rcode": "SERVFAIL", "reason": "mx: target-internal mx.only-internal.plain"}),
    ("expired.lab.", "MX", "assessment", {"verdict": "reject", "security": "bogus", "rcode": "SERVFAIL"}),
    ("nobody.plain.", "MX", "assessment", {"verdict": "accept", "rcode": "NXDOMAIN", "negative": True, "mx": []}),
    ("null.plain.", "MX", "assessment", {"verdict": "accept", "null_mx": True}),
    ("lame.lab.", "MX", "assessment", {"verdict": "failed", "rcode": "SERVFAIL"}),
    ("mx1.flipped-address.post.", "A", "rejected", {"verdict": "reject", "security": "bogus", "rcode": "SERVFAIL"}),
    ("hostile.plain.", "MX", "assessment", {"verdict": "strip"}),
    (HOSTILE, "MX", "assessment", {"rcode": "NXDOMAIN"}),
]


def _key():
    return daemon.folder() / "validation-log.key.pub"


def _verify(*files):
    """(exit status, faults) of mxward log verify."""
    command = [daemon.binary(), "log", "verify", "--json", "--key", _key(), *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)["faults"] if done.stdout else done.stderr


def _ask(name, rdtype="MX"):
    return asking.ask(daemon.ADDRESS, name, rdtype)


def _says_what_happened(cases):
    with daemon.Mxward("vlog-says", {"validation-log": {"checkpoint": 5}}) as mxward:
        for name, rdtype, _, _ in QUESTIONS:
            _ask(name, rdtype)
        _ask("rsa.lab.")
        _ask("mx1.rsa.lab.", "A")
        cases.check(mxward.stop() == 0, "it stops with exit status 0")
    octets = mxward.validation.read_bytes()
    strange = {octet for octet in octets if octet != 10 and not 32 <= octet <= 126}
    cases.check(not strange, "the log is printable ASCII", strange)
    entries = [json.loads(line) for line in octets.splitlines()]
    cases.check([entry["seq"] for entry in entries] == list(range(1, len(entries) + 1)), "lines are numbered")
    for (name, rdtype, kind, wanted), entry in zip(QUESTIONS, (entry for entry in entries if "question" in entry)):
        got = {key: entry.get(key, "nothing") for key in wanted}
        cases.check(entry["type"] == kind and entry["question"]["type"] == rdtype and got == wanted, f"{name} {rdtype}: {wanted}", got)
        cases.check(entry["client"]["address"] == "127.0.0.1" and entry["client"]["transport"] == "udp", f"{name} {rdtype}: who asked", entry["client"])
    cases.check(sum("question" in entry for entry in entries) == len(QUESTIONS), "no line for what came from the cache, or was no MX and fine")
    cases.check(sum(entry["type"] == "checkpoint" for entry in entries) >= len(entries) // 6, "signed checkpoints")
    mode = stat.S_IMODE(os.stat(daemon.folder() / "validation-log.key").st_mode)
    cases.check(mode == KEY_MODE, "the key is its own", oct(mode))
    return mxward.validation


def _hits(cases):
    with daemon.Mxward("vlog-hits", {"validation-log": {"hits": True}}) as mxward:
        for name in ("rsa.lab.", "host.plain.", "expired.lab."):
            _ask(name)
            _ask(name)
        cases.check(mxward.stop() == 0, "with hits: it stops with exit status 0")
    keys = ("verdict", "security", "rcode", "stale")
    hits = {entry["question"]["name"]: entry for entry in mxward.validated("hit")}
    got = {name: tuple(entry[key] for key in keys) for name, entry in hits.items()}
    want = {"rsa.lab.": ("accept", "secure", "NOERROR", False), "host.plain.": ("accept", "insecure", "NOERROR", False),
            "expired.lab.": ("reject", "bogus", "SERVFAIL", False)}
    cases.check(got == want, "with hits: a line for each answer from the cache, as it was", got)
    cases.check(hits["expired.lab."]["ede"]["code"] == EXPIRED and hits["expired.lab."]["reason"], "with the reason of a failure")


def _change(lines, at):
    changed = lines[at].replace(b'"took_ms":', b'"took_ms":1', 1)
    return [*lines[:at], changed, *lines[at + 1:]]


# How a log is edited, given its lines and a place in it.
EDITS = {
    "changed": _change,
    "removed": lambda lines, at: lines[:at] + lines[at + 1:],
    "inserted": lambda lines, at: lines[:at] + [lines[at]] + lines[at:],
    "reordered": lambda lines, at: [*lines[:at], lines[at + 1], lines[at], *lines[at + 2:]],
    "cut off": lambda lines, at: [*lines[:at], lines[at][:-20]],
}


def _finds_tampering(cases, path):
    status, faults = _verify(path)
    cases.check(status == 0 and faults == [], "the log as it was written is whole", faults)
    lines = path.read_bytes().splitlines(keepends=True)
    edited = daemon.folder() / "edited.log"
    places = [at for at, line in enumerate(lines[:-2]) if b'"took_ms":' in line]
    for what, edit in EDITS.items():
        for at in (places[0], places[len(places) // 2], places[-1]):
            edited.write_bytes(b"".join(edit(lines, at)))
            status, faults = _verify(edited)
            named = [fault.get("line") for fault in faults] if isinstance(faults, list) else []
            good = status == BROKEN and any(line is not None and abs(line - (at + 1)) <= 1 for line in named)
            cases.check(good, f"{what} at line {at + 1}: found and named", faults)


def _rotates(cases):
    """The chain goes from one file to the next; after a kill it goes on behind the last whole line."""
    with daemon.Mxward("vlog-rotates") as mxward:
        current, old = mxward.validation, mxward.validation.with_suffix(".log.1")
        _ask("rsa.lab.")
        mxward.wait_validated(lambda entry: entry["question"]["name"] == "rsa.lab.", "rsa.lab.")
        current.rename(old)
        mxward.reload()
        daemon.wait_until(current.exists, str(current), mxward.running)
        _ask("host.plain.")
        mxward.wait_validated(lambda entry: entry["question"]["name"] == "host.plain.", "host.plain.")
        cases.check(b"host.plain." not in old.read_bytes(), "after SIGHUP the old file gets nothing more")
        cases.check(json.loads(old.read_bytes().splitlines()[-1])["type"] == "checkpoint", "it ends with a checkpoint")
        mxward.process.send_signal(signal.SIGKILL)
        mxward.process.wait()
        with open(current, "ab") as torn:
            torn.write(b'{"v":1,"seq":')  # as a crash leaves it
        mxward.start()
        _ask("null.plain.")
        mxward.wait_validated(lambda entry: entry["question"]["name"] == "null.plain.", "null.plain.")
        cases.check(mxward.stop() == 0, "it stops with exit status 0")
    status, faults = _verify(old, current)
    cases.check(status == 0, "both files are whole together, after rotation, kill and start", faults)
    cases.check(_verify(current, old)[0] == BROKEN, "and not the other way round")


def _full_disk(cases):
    """Answers go on; with room again lines do too, and one tells how many were lost."""
    disk = daemon.folder() / "vlog-disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", disk], check=True)
    try:
        (disk / "filler").write_bytes(bytes(DISK))
        with daemon.Mxward("vlog-disk", {"validation-log": {"file": str(disk / "validation.log")}}) as mxward:
            mxward.validation = disk / "validation.log"
            names = ("rsa.lab.", "ecdsa.post.", "host.plain.", "only-internal.plain.")
            answers = [_ask(name) for name in names]
            cases.check(not any(answer.failure for answer in answers), "a full disk: it answers", [answer.failure for answer in answers])
            cases.check(answers[0].reply.rcode() == dns.rcode.NOERROR and answers[3].codes()[:1] == [15], "and judges")
            (disk / "filler").unlink()
            number = iter(range(10000))
            daemon.wait_until(lambda: _ask(f"x{next(number)}.plain.") and mxward.validated("lost"), "a line about lost lines", mxward.running)
            cases.check(mxward.stop() == 0, "it stops with exit status 0")
        status, faults = _verify(disk / "validation.log")
        cases.check(status == 0, "what is there is whole", faults)
    finally:
        subprocess.run(["umount", disk], check=True)


def main():
    cases = Cases()
    _finds_tampering(cases, _says_what_happened(cases))
    for test in (_hits, _rotates, _full_disk):
        test(cases)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
