#!/usr/bin/python3 -B
"""In monitor mode nothing is rejected for what its exchanges are and nothing is left out, whatever the domain, and everything
else is as ever: what DNSSEC disproves stays bogus. For the findings see verdict_test.py."""
import sys

import dns.rcode
import dns.rdatatype

import asking
import daemon
import manifest as manifests
from cases import Cases

AD = asking.VARIANTS[0]
JUDGED = {manifests.FORGED_ANSWER, 15}
FORGED_ADDRESSES = ("mx1.spoofed-address.plain. A", "mx1.customer.isp.plain. A")
EVIL_ADDRESS = "25.25.66.66"


def _is_changed(question):
    """By default it is not answered as its servers do."""
    return question.status == "rejected" or manifests.FORGED_ANSWER in question.ede


def _check(cases, question, answer):
    if answer.failure:
        cases.check(False, question.text, answer.failure)
    elif "transport-mismatch" in (question.checks or ()):
        good = answer.reply.rcode() != dns.rcode.SERVFAIL and not answer.codes() and answer.records() != question.records
        cases.check(good, f"{question.text} is what UDP says", answer.texts() or answer.records())
    elif question.text in FORGED_ADDRESSES:
        got = {rdata.address for rrset in answer.reply.answer for rdata in rrset}
        cases.check(got == {EVIL_ADDRESS}, f"{question.text} is what UDP says", got)
    elif not _is_changed(question):
        found = list(asking.problems(question, AD, answer))
        cases.check(not found, question.text, "; ".join(found))
    elif "rdata-malformed" in question.checks:
        cases.check(not JUDGED & set(answer.codes()), f"{question.text}: only what can be read", answer.texts())
    else:
        lacks = question.records - answer.records() if question.status != "rejected" else set()
        more = len(answer.records()) > (len(question.records) if question.status != "rejected" else 0)
        good = answer.reply.rcode() == dns.rcode.NOERROR and not answer.codes() and more and not lacks
        cases.check(good, f"{question.text} comes whole", answer.texts() or len(answer.records()))


def main():
    questions = [question for question in manifests.load().questions if not question.slow]
    cases = Cases()
    with daemon.Mxward("mxward-monitor", {"mx": {"mode": "monitor"}}) as mxward:
        for question, answer in asking.ask_all(daemon.ADDRESS, questions, AD):
            _check(cases, question, answer)
        cases.check(mxward.stop() == 0, "it stops with exit status 0")
    changed = {question.name.to_text() for question in questions if _is_changed(question) and question.type == dns.rdatatype.MX}
    would = {entry["question"]["name"] for entry in mxward.validated() if entry["would"]}
    cases.check(would == changed, "the log knows what enforcing would change", sorted(would ^ changed))
    verdicts = {entry["verdict"] for entry in mxward.validated() if entry["security"] != "bogus"}
    cases.check(not {"reject", "strip"} & verdicts, "nothing was rejected or stripped", verdicts)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
