#!/usr/bin/python3 -B
"""Runs `mxward lookup` in the lab for every question of the manifest, by itself and through the daemon, and compares what it
says with the manifest; then what it does with servers that do not answer, and with output that nobody takes."""
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype

import daemon
import manifest as manifests
from cases import Cases

ANSWER, NO_RECORD, BOGUS, FAILED, REJECTED, USAGE, SOFTWARE, CONFIG = 0, 1, 2, 3, 4, 64, 70, 78
STATUSES = {"bogus": BOGUS, "failed": FAILED, "rejected": REJECTED}
AT_ONCE = 4
DNSSEC_BOGUS = 6
NOT_ASKED = (dns.rdatatype.ANY,)
NSD = "127.53.1.1"
ROOT_SERVER = "127.53.0.1"
SILENT = "127.53.2.2"
DEAD = "127.53.2.4"


def lookup(*words, **more):
    return subprocess.run([daemon.binary(), "lookup", *words], capture_output=True, text=True, check=False, **more)


def _found(ran):
    try:
        return json.loads(ran.stdout)
    except json.JSONDecodeError:
        return {"status": f"no JSON but {ran.stdout!r} {ran.stderr!r}"}


def _record(record):
    rdtype = dns.rdatatype.from_text(record["type"])
    rdata = dns.rdata.from_text(dns.rdataclass.IN, rdtype, record["data"], origin=dns.name.root, relativize=False)
    return manifests.record(dns.name.from_text(record["owner"]), rdtype, rdata)


def _records(found):
    return frozenset(_record(record) for record in found["chain"] + found["records"])


def _expected_exit(question, found):
    if question.status in STATUSES:
        return STATUSES[question.status]
    return ANSWER if found["records"] else NO_RECORD


def _in_order(records):
    preferences = [record.get("preference", 0) for record in records]
    return preferences == sorted(preferences)


def _codes(question, again):
    """Extended errors that may come. Libunbound may have forgotten by the second time why it holds a key for bad."""
    return set(question.ede) | ({DNSSEC_BOGUS} if again and question.status == "bogus" else set())


def _problems(question, ran, show_bogus):
    """What is not as the manifest says."""
    found = _found(ran)
    if "exit" not in found:
        yield found["status"]
        return
    if ran.returncode != found["exit"] or ran.returncode != _expected_exit(question, found):
        yield f"exit status {ran.returncode}, {found['status']}: {found['why']}"
    security = "unknown" if question.status == "failed" else question.status
    if question.status != "rejected" and found["security"] != security:
        yield f"{found['security']} and not {security}: {found['why']}"
    if question.status != "failed" and question.ede and not {error["code"] for error in found["extended_errors"]} & _codes(question, show_bogus):
        yield f"extended errors {found['extended_errors']}, none of {question.ede}"
    if question.extra_text and question.extra_text not in {error["text"] for error in found["extended_errors"]}:
        yield f"extended errors {found['extended_errors']}, none says {question.extra_text!r}"
    if question.status in STATUSES and not found["why"]:
        yield "no word on why"
    if question.status == "rejected" and found["records"] or question.status == "bogus" and not show_bogus and found["records"]:
        yield "shows what it rejects"
    shows = question.status in ("secure", "insecure") or (show_bogus and question.status == "bogus")
    if shows and question.records is not None and _records(found) != question.records:
        yield f"answers {sorted(_records(found))}"
    if not _in_order(found["records"]):
        yield "is not in order of preference"


def _ask_all(cases, label, questions, *options):
    def one(question):
        for name, rdtype in question.after:
            lookup(name.to_text(), dns.rdatatype.to_text(rdtype), *options)
        words = [question.name.to_text(), dns.rdatatype.to_text(question.type), "--json", *options]
        return question, lookup(*words)

    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for question, ran in pool.map(one, questions):
            found = list(_problems(question, ran, "--cd" in options))
            cases.check(not found, f"{question.text} {label}", "; ".join(found))


def _check_words(cases, name, words, exit_status, *texts, **more):
    """A line for people, and what it must say."""
    ran = lookup(*words, **more)
    said = ran.stdout + ran.stderr
    cases.check(ran.returncode == exit_status and all(text in said for text in texts), name, f"{ran.returncode}: {said}")


def _full(words):
    with open("/dev/full", "wb") as full:
        return subprocess.run([daemon.binary(), "lookup", *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False)


def main():
    cases = Cases()
    config = os.environ["LAB_CONFIG"]
    questions = [question for question in manifests.load().questions if question.type not in NOT_ASKED]
    quick = [question for question in questions if not question.slow]
    _ask_all(cases, "by itself", [question for question in questions if not question.after], "-c", config)
    _ask_all(cases, "by itself, bogus data too", [question for question in quick if question.status == "bogus"], "-c", config, "--cd")
    with daemon.Mxward("mxward-lookup"):
        server = ("-s", daemon.ADDRESS)
        _ask_all(cases, "through the daemon", quick, *server)
        _ask_all(cases, "through the daemon over TCP, bogus data too", quick, *server, "--tcp", "--cd")
        _check_words(cases, "an address by -x", ["-x", "25.25.0.1", *server], ANSWER, "mx1.rsa.lab.", "secure")
        _check_words(cases, "who was asked, and how", ["rsa.lab", *server, "--tcp"], ANSWER, "     10  mx1.rsa.lab.", f"asked {daemon.ADDRESS}@53 over TCP")
        _check_words(cases, "no colour without a terminal", ["rsa.lab", *server], ANSWER, "\nsecure: ")
    _check_words(cases, "a server that does not validate", ["rsa.lab", "-s", NSD], ANSWER, "unchecked")
    _check_words(cases, "a server that is not asked for this name", ["rsa.lab", "-s", NSD.replace("1.1", "2.1")], FAILED, "REFUSED")
    _check_words(cases, "a server without recursion", ["rsa.lab", "-s", ROOT_SERVER], FAILED, "only refers")
    _check_words(cases, "a silent server", ["rsa.lab", "-s", SILENT, "--timeout", "1"], FAILED, "no reply in time")
    _check_words(cases, "no server", ["rsa.lab", "-s", DEAD], FAILED, "Connection refused")
    _check_words(cases, "no time", ["silent.post", "-c", config, "--timeout", "1"], FAILED, "no answer within 1 s")
    _check_words(cases, "by itself over TCP", ["rsa.lab", "-c", config, "--tcp"], ANSWER, "secure")
    for name, resolver, text in (("no trust anchor", {"trust-anchor-file": []}, "there is no trust anchor"),
                                 ("a negative trust anchor", {"domain-insecure": ["lab"]}, "resolver.domain-insecure has lab")):
        path = str(daemon.write_config(daemon.folder() / "insecure.yaml", {"resolver": resolver}))
        _check_words(cases, name, ["rsa.lab", "-c", path], ANSWER, "insecure: ", f"why: {text}")
    _check_words(cases, "no configuration", ["rsa.lab", "-c", "/nonexistent"], CONFIG, "/nonexistent")
    _check_words(cases, "a mail address", ["user@rsa.lab"], USAGE, "is a mail address")
    _check_words(cases, "help", ["--help"], 0, "Exit status:")
    for form in ([], ["--json"]):
        ran = _full(["rsa.lab", "-s", DEAD, *form])
        cases.check(ran.returncode == SOFTWARE and "could not be printed" in ran.stderr, f"a full disk {form}", f"{ran.returncode}: {ran.stderr}")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
