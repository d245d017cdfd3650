#!/usr/bin/python3 -B
"""Asks mxward every question of the manifest as clients of all kinds do, over UDP and TCP, from an empty cache and again from
the cache, and compares all that comes back. Each kind of client gets a fresh mxward, so that each once asks first."""
import sys

import asking
import daemon
import manifest as manifests
from cases import Cases


def _ask_twice(cases, questions, variant, tcp):
    """A miss, then a hit: the second answer is as the first, with TTLs that have not grown."""
    label = f"{variant.name} over {'TCP' if tcp else 'UDP'}"
    first = dict(asking.ask_all(daemon.ADDRESS, questions, variant, tcp))
    for question, again in asking.ask_all(daemon.ADDRESS, questions, variant, tcp):
        for answer, which in ((first[question], "miss"), (again, "hit")):
            found = list(asking.problems(question, variant, answer, which == "hit"))
            cases.check(not found, f"{question.text} {label}, {which}", "; ".join(found))
        if not first[question].failure and not again.failure:
            grown = _grown(first[question].ttls(), again.ttls())
            cases.check(not grown, f"{question.text} {label}, TTLs", f"{grown} grew")


def _grown(before, after):
    return [key for key, ttl in after.items() if ttl > before.get(key, ttl)]


def main():
    questions = manifests.load().questions
    quick = [question for question in questions if not question.slow]
    cases = Cases()
    for number, variant in enumerate(asking.VARIANTS):
        for tcp in (False, True):
            with daemon.Mxward(f"mxward-{variant.name}-{'tcp' if tcp else 'udp'}") as mxward:
                # What uses up its budget is a failure that all kinds of clients then find in the cache.
                _ask_twice(cases, questions if number == 0 else quick, variant, tcp)
                cases.check(mxward.running(), f"{mxward.name} still runs")
                cases.check(mxward.stop() == 0, f"{mxward.name} stops with exit status 0")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
