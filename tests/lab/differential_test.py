#!/usr/bin/python3 -B
"""Asks mxward and Debian's unbound, configured alike, every question of the manifest: RCODE, flags and answers must agree,
but for what the manifest says unbound does otherwise. Slow questions are left out: unbound has no
budget, and goes on for minutes."""
import sys

import dns.flags
import dns.rcode

import asking
import daemon
import lab
import manifest as manifests
from cases import Cases

FLAGS = ("QR", "AA", "TC", "RD", "RA", "AD", "CD")


def _view(answer):
    """What is compared, by the names that the manifest's `differs` uses."""
    flags = {name: bool(answer.reply.flags & dns.flags.Flag[name]) for name in FLAGS}
    return {
        **flags,
        "rcode": dns.rcode.to_text(answer.reply.rcode()),
        "answer": answer.records(signatures=True),
        "EDNS": answer.reply.edns >= 0,
        "question": answer.reply.question,
    }


def _left_out(question, variant):
    """AD for a client that sets CD: unbound shows what it once validated, mxward never does (RFC 4035, 3.2.2)."""
    return question.unbound | ({"AD"} if variant.cd else set())


def _compare(cases, question, variant, ours, theirs):
    name = f"{question.text} {variant.name}"
    if theirs.failure and "form" in question.unbound and not ours.failure:
        return
    if ours.failure or theirs.failure:
        cases.check(False, name, f"mxward: {ours.failure or 'answers'}; unbound: {theirs.failure or 'answers'}")
        return
    mine, other = _view(ours), _view(theirs)
    differing = [key for key in mine if mine[key] != other[key] and key not in _left_out(question, variant)]
    cases.check(not differing, name, "; ".join(f"{key}: mxward {mine[key]}, unbound {other[key]}" for key in differing))


def main():
    questions = [question for question in manifests.load().questions if not question.slow]
    cases = Cases()
    with daemon.Mxward() as mxward, daemon.Unbound() as unbound:
        for variant in asking.VARIANTS:
            theirs = dict(asking.ask_all(lab.UNBOUND, questions, variant))
            for question, ours in asking.ask_all(daemon.ADDRESS, questions, variant):
                _compare(cases, question, variant, ours, theirs[question])
        cases.check(mxward.running() and unbound.running(), "both still run")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
