#!/usr/bin/python3 -B
"""Runs `mxward lookup --explain` in the lab for every MX question of the manifest and compares the assessment with what the
manifest says: findings, verdict, exit status, extended error, what is left of the set. Then the tree for people: its form, its
last line, and what it must never print; and whether the daemon's own answers agree with what is explained."""
import concurrent.futures
import json
import os
import pathlib
import pty
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

import dns.name
import dns.rdatatype

import daemon
import manifest as manifests
from cases import Cases

ANSWER, NO_RECORD, BOGUS, FAILED, REJECTED, USAGE, SOFTWARE, CONFIG = 0, 1, 2, 3, 4, 64, 70, 78
STATUSES = {"bogus": BOGUS, "failed": FAILED, "rejected": REJECTED}
WORDS = {"bogus": "rejected", "failed": "failed", "rejected": "rejected"}
AT_ONCE = 4
WIDTH = 100
DEAD = "127.53.2.4"
ASCII = {"LC_ALL": "C"}
UTF8 = {"LC_ALL": "C.UTF-8"}


def explain(*words, **environment):
    return subprocess.run([daemon.binary(), "lookup", "--explain", *words], capture_output=True, text=True, check=False,
                          env={**os.environ, **environment})


def _object(ran):
    try:
        return json.loads(ran.stdout)
    except json.JSONDecodeError:
        return None


def _exit_problems(question, ran):
    wanted = (STATUSES[question.status],) if question.status in STATUSES else (ANSWER, NO_RECORD)
    if ran.returncode not in wanted:
        yield f"exit status {ran.returncode}, not one of {wanted}: {ran.stderr}"


def _left(found):
    """The MX records that are passed on, as (preference, exchange)."""
    return sorted((mx["preference"], mx["exchange"].lower()) for mx in found["mx"] if not mx["stripped"])


def _wanted(question):
    """The same out of the manifest, or None where it does not tell."""
    if question.records is None:
        return None
    rdatas = [bytes.fromhex(rdata) for _, rdtype, rdata in question.records if rdtype == "MX"]
    return sorted((int.from_bytes(rdata[:2]), dns.name.from_wire(rdata, 2)[0].to_text().lower()) for rdata in rdatas)


def _problems(question, ran):
    """What the assessment says otherwise than the manifest."""
    found = _object(ran)
    if found is None:
        yield f"no JSON but {ran.stdout!r} {ran.stderr!r}"
        return
    yield from _exit_problems(question, ran)
    if found["exit"] != ran.returncode:
        yield f"says exit status {found['exit']}"
    checks = frozenset(finding["check"] for finding in found.get("findings", ()))
    if question.checks is not None and checks != question.checks:
        yield f"finds {sorted(checks)} and not {sorted(question.checks)}"
    if any(not finding["sentence"] or not finding["source"] for finding in found.get("findings", ())):
        yield "a finding without sentence or source"
    code = found["ede"]["code"] if found["ede"] else None
    if (code is None) != (not question.ede) or (question.ede and code not in question.ede):
        yield f"extended error {code}, not one of {question.ede}"
    if question.extra_text and found["reason"] != question.extra_text:
        yield f"reason {found['reason']!r} and not {question.extra_text!r}"
    if question.status in manifests.WORKING and found["security"] != question.status:
        yield f"{found['security']}"
    wanted = _wanted(question)
    if question.status in manifests.WORKING and "mx" in found and wanted is not None and len(wanted) < 100 and _left(found) != wanted:
        yield f"passes {_left(found)} on, and not {wanted}"


def _tree_problems(question, ran):
    """What is wrong with the tree, in ASCII."""
    yield from _exit_problems(question, ran)
    lines = ran.stdout.splitlines()
    if not lines or not lines[0].endswith(" MX"):
        yield f"begins with {ran.stdout[:80]!r}"
        return
    last = [line for line in lines if re.match(r"`- ", line)]
    word = WORDS.get(question.status, "accepted")
    if len(last) != 1 or not last[0].startswith(f"`- {word}"):
        yield f"ends with {last}, and not with {word}"
    if not all(" " <= character <= "~" for line in lines for character in line):
        yield "prints what is not ASCII"
    if any(len(line) > WIDTH and " " in line.strip("|`- ") for line in lines):
        yield f"is wider than {WIDTH} columns"


def _each(cases, label, questions, run, problems):
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for question, ran in pool.map(lambda question: (question, run(question)), questions):
            found = list(problems(question, ran))
            cases.check(not found, f"{question.text} {label}", "; ".join(found))


def _agreement_problems(question, ran):
    found = _object(ran)
    if found is None or found["server"] is None:
        yield f"no JSON with a server but {ran.stdout!r} {ran.stderr!r}"
    elif not found["server"]["agrees"]:
        yield f"the server differs: {found['server']}"


def _check_words(cases, name, words, exit_status, *texts, **environment):
    ran = explain(*words, **environment)
    said = ran.stdout + ran.stderr
    missing = [text for text in texts if text not in said]
    cases.check(ran.returncode == exit_status and not missing, name, f"{ran.returncode}, without {missing}: {said}")


def _on_a_terminal(*words, **environment):
    """What is written to a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([daemon.binary(), "lookup", "--explain", *words], stdout=theirs, stderr=theirs,
                               env={**os.environ, **environment})
    os.close(theirs)
    written = b""
    try:
        while more := os.read(ours, 4096):
            written += more
    except OSError:  # EIO: the other end is closed
        pass
    os.close(ours)
    process.wait()
    return written.decode()


def _write(name, changes):
    return str(daemon.write_config(daemon.folder() / name, changes))


def _explain_the_daemon(cases, config, questions):
    with daemon.Mxward("mxward-explain"):
        _each(cases, "beside the daemon", questions,
              lambda question: explain(question.name.to_text(), "-c", config, "-s", daemon.ADDRESS, "--json"), _agreement_problems)
        _check_words(cases, "the daemon's answer beside it", ["rsa.lab", "-c", config, "-s", daemon.ADDRESS], ANSWER,
                     "stands beside it\n", f"server {daemon.ADDRESS}@53 agrees: NOERROR, AD", **ASCII)
        other = _write("pinned.yaml", {"mx": {"pin": {"rsa.lab": ["mx.elsewhere.plain"]}}})
        _check_words(cases, "a daemon with another policy", ["rsa.lab", "-c", other, "-s", daemon.ADDRESS], REJECTED,
                     f"server {daemon.ADDRESS}@53 differs: NOERROR, AD", "its RCODE is another one",
                     "rejected: SERVFAIL, extended error 15 (Blocked): mx: pin-mismatch", **ASCII)
        ran = explain("rsa.lab", "-c", other, "-s", daemon.ADDRESS, "--json")
        server = (_object(ran) or {"server": None})["server"]
        cases.check(server is not None and server["differences"] == ["rcode", "extended-error"] and server["lookup"]["rcode"] == "NOERROR",
                    "what differs, for programs", ran.stdout)


def _explain_the_rest(cases, config):
    _check_words(cases, "box drawing where it can be shown", ["rsa.lab", "-c", config], ANSWER, "├─ 10 mx1.rsa.lab. (rsa.lab)\n│  ├─ 25.25.0.1 secure\n",
                 "TLSA secure: DANE", "\n└─ accepted\n", **UTF8)
    _check_words(cases, "ASCII where not", ["rsa.lab", "-c", config], ANSWER, "|- 10 mx1.rsa.lab. (rsa.lab)\n|  |- 25.25.0.1 secure\n", "\n`- accepted\n", **ASCII)
    monitor = _write("monitor.yaml", {"mx": {"mode": "monitor"}})
    _check_words(cases, "monitor mode rejects nothing", ["only-address.plain", "-c", monitor], ANSWER,
                 "monitored: would have been rejected: mx: target-is-address", **ASCII)
    _check_words(cases, "monitor mode leaves nothing out", ["address.plain", "-c", monitor], ANSWER,
                 "monitored: records would have been left out: mx: target-is-address", "10 25.25.20.3.", **ASCII)
    _check_words(cases, "a server that is not there", ["rsa.lab", "-c", config, "-s", DEAD], ANSWER, f"server {DEAD}@53: no reply", "accepted", **ASCII)
    _check_words(cases, "no time", ["silent.post", "-c", config, "--timeout", "1"], FAILED, "no answer within 1 s", **ASCII)
    ran = explain("silent.post", "-c", config, "--timeout", "1", "--json")
    cases.check((_object(ran) or {}).get("verdict") == "failed" and ran.returncode == FAILED, "no time, for programs", ran.stdout)
    bad = _write("bad.yaml", {"mx": {"policy": {"no-such-check": "reject"}}})
    _check_words(cases, "a policy of unknown checks", ["rsa.lab", "-c", bad], CONFIG, "no-such-check")
    _check_words(cases, "another type", ["rsa.lab", "A", "-c", config], USAGE, "--explain is about MX answers")
    plain = subprocess.run([daemon.binary(), "lookup", "only-address.plain", "-c", config], capture_output=True, text=True, check=False)
    cases.check(plain.returncode == REJECTED and "rejected: policy" in plain.stdout and "mx: target-is-address 25.25.20.3" in plain.stdout,
                "a lookup without --explain says that it was rejected", plain.stdout)
    terminal = _on_a_terminal("rsa.lab", "-c", config, NO_COLOR="")
    cases.check("\033[32maccepted\033[0m" in terminal, "colours on a terminal", repr(terminal))
    terminal = _on_a_terminal("rsa.lab", "-c", config, NO_COLOR="1")
    cases.check("accepted" in terminal and "\033" not in terminal, "no colours when NO_COLOR is set", repr(terminal))
    with open("/dev/full", "wb") as full:
        for form in ([], ["--json"]):
            ran = subprocess.run([daemon.binary(), "lookup", "--explain", "rsa.lab", "-c", config, *form], stdout=full,
                                 stderr=subprocess.PIPE, text=True, check=False)
            cases.check(ran.returncode == SOFTWARE and "could not be printed" in ran.stderr, f"a full disk {form}", f"{ran.returncode}: {ran.stderr}")


def main():
    cases = Cases()
    config = os.environ["LAB_CONFIG"]
    questions = [question for question in manifests.load().questions if question.type == dns.rdatatype.MX and not question.slow]
    judged = [question for question in questions if question.checks is not None]
    _each(cases, "explained for programs", questions, lambda question: explain(question.name.to_text(), "-c", config, "--json"), _problems)
    _each(cases, "explained for people", judged, lambda question: explain(question.name.to_text(), "-c", config, **ASCII), _tree_problems)
    _explain_the_daemon(cases, config, judged)
    _explain_the_rest(cases, config)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
