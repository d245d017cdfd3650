#!/usr/bin/python3 -B
"""With the default policy no mail is lost: a domain whose MX Debian's unbound resolves, securely or not, is not rejected by
mxward unless the manifest says why, and what is signed is the same record by record."""
import sys

import dns.flags
import dns.rcode
import dns.rdatatype

import asking
import daemon
import lab
import manifest as manifests
from cases import Cases

AD = asking.VARIANTS[0]


def _resolves(answer):
    return not answer.failure and answer.reply.rcode() in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)


def _compare(cases, question, ours, theirs):
    """Whether unbound resolves it, which is worth counting."""
    if not _resolves(theirs) and "form" not in question.unbound:
        return False
    if question.rejected_because:
        cases.check(not _resolves(ours), f"{question.text} is rejected: {question.rejected_because}")
        return True
    cases.check(_resolves(ours), f"{question.text} is not rejected", ours.failure or ours.texts())
    if not theirs.failure and theirs.reply.flags & dns.flags.AD:
        same = not ours.failure and ours.records() == theirs.records() and ours.reply.rcode() == theirs.reply.rcode()
        cases.check(same, f"{question.text} is signed and comes whole", ours.failure or len(ours.records()))
    return True


def main():
    questions = [question for question in manifests.load().questions if question.type == dns.rdatatype.MX and not question.slow]
    cases = Cases()
    with daemon.Mxward() as mxward, daemon.Unbound() as unbound:
        theirs = dict(asking.ask_all(lab.UNBOUND, questions, AD))
        ours = dict(asking.ask_all(daemon.ADDRESS, questions, AD))
        resolved = sum(_compare(cases, question, ours[question], theirs[question]) for question in questions)
        cases.check(resolved > len(questions) / 2, "unbound resolves most of them", f"{resolved} of {len(questions)}")
        cases.check(mxward.running() and unbound.running(), "both still run")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
