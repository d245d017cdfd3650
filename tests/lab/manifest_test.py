#!/usr/bin/python3 -B
"""Asks mxward every question of the manifest as clients of all kinds do, over UDP and TCP, from an empty cache and again from
the cache, and compares all that comes back. Each kind of client gets a fresh mxward, so that each once asks first."""
import sys

import dns.name

import asking
import daemon
import manifest as manifests
from cases import Cases

EARLY = "rsa.lab."
LEAST_SECONDS = 5  # half the budget, which the slow questions use up meanwhile
ADDRESSES = {False: daemon.ADDRESS, True: "::1"}  # for UDP and TCP


def _ask_twice(cases, questions, variant, tcp):
    """A miss, then a hit: the second answer is as the first, with TTLs that have not grown."""
    label = f"{variant.name} over {'TCP' if tcp else 'UDP'}"
    first = dict(asking.ask_all(ADDRESSES[tcp], questions, variant, tcp))
    for question, again in asking.ask_all(ADDRESSES[tcp], questions, variant, tcp):
        for answer, which in ((first[question], "miss"), (again, "hit")):
            found = list(asking.problems(question, variant, answer, which == "hit"))
            cases.check(not found, f"{question.text} {label}, {which}", "; ".join(found))
        if not first[question].failure and not again.failure:
            grown = _grown(first[question].ttls(), again.ttls())
            cases.check(not grown, f"{question.text} {label}, TTLs", f"{grown} grew")


def _grown(before, after):
    return [key for key, ttl in after.items() if ttl > before.get(key, ttl)]


def _ttl_of(name):
    answer = asking.ask(daemon.ADDRESS, dns.name.from_text(name), "MX")
    return max(answer.ttls().values(), default=0) if not answer.failure else 0


def _ask_slow_ones(cases, questions):
    """What uses up its budget is a failure that all kinds of clients then find in the cache; and time goes by."""
    before = _ttl_of(EARLY)
    _ask_twice(cases, questions, asking.VARIANTS[0], tcp=False)
    after = _ttl_of(EARLY)
    cases.check(0 < after <= before - LEAST_SECONDS, f"TTLs of {EARLY} MX count down", f"{before}, then {after}")


def main():
    questions = manifests.load().questions
    quick = [question for question in questions if not question.slow]
    cases = Cases()
    for variant in asking.VARIANTS:
        for tcp in (False, True):
            with daemon.Mxward(f"mxward-{variant.name}-{'tcp' if tcp else 'udp'}") as mxward:
                _ask_twice(cases, quick, variant, tcp)
                if variant == asking.VARIANTS[0] and not tcp:
                    _ask_slow_ones(cases, [question for question in questions if question.slow])
                cases.check(mxward.running(), f"{mxward.name} still runs")
                cases.check(mxward.stop() == 0, f"{mxward.name} stops with exit status 0")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
