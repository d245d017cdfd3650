#!/usr/bin/python3 -B
"""Every client that says EDNS is told why an MX answer was rejected, or sent without some of its records (RFC 8914): whatever its
flags, over UDP and TCP, from Unbound's cache, joined to another's question, and whether or not Unbound tells its own reasons."""
import concurrent.futures
import sys

import dns.edns
import dns.rcode
import dns.rdatatype

import asking
import lab
from cases import Cases
from unbound_module import UnboundWithModule

REJECTED = ("only-internal.plain.", dns.rcode.SERVFAIL, dns.edns.EDECode.BLOCKED, "mx: target-internal mx.only-internal.plain")
STRIPPED = ("null-beside.plain.", dns.rcode.NOERROR, dns.edns.EDECode.FORGED_ANSWER, "mx: null-mx-not-alone null-beside.plain")
LEVELS = {"quiet": ("val-log-level: 2", "val-log-level: 0"), "telling": None}
AT_ONCE = 8


def _is_told(answer, want):
    _, rcode, code, text = want
    return (not answer.failure and answer.reply.rcode() == rcode and answer.codes() == [code]
            and answer.texts() == [text])


def _is_not_told(answer, want):
    return not answer.failure and answer.reply.rcode() == want[1] and answer.codes() == []


def _shown(answer):
    return answer.failure or (dns.rcode.to_text(answer.reply.rcode()), answer.codes(), answer.texts())


def _every_client(cases, level, want):
    """The first of them has it asked; the others get what is cached."""
    for variant in asking.VARIANTS:
        right = _is_told if variant.edns else _is_not_told
        for tcp in (False, True):
            answer = asking.ask(lab.UNBOUND, want[0], "MX", variant, tcp=tcp)
            cases.check(right(answer, want), f"{level}: {want[0]} {variant.name}, {'TCP' if tcp else 'UDP'}", _shown(answer))


def _joined(cases, level, want):
    """Many ask before there is an answer: Unbound resolves it once."""
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        kinds = [asking.VARIANTS[number % 4] for number in range(AT_ONCE)]
        answers = list(pool.map(lambda variant: asking.ask(lab.UNBOUND, want[0], "MX", variant), kinds))
    wrong = [_shown(answer) for answer in answers if not _is_told(answer, want)]
    cases.check(not wrong, f"{level}: {want[0]}, {AT_ONCE} at once", wrong)


def main():
    cases = Cases()
    for level, replaced in LEVELS.items():
        with UnboundWithModule(f"unbound-ede-{level}", replace=replaced) as unbound:
            for want in (REJECTED, STRIPPED):
                _joined(cases, level, want)
                _every_client(cases, level, want)
                unbound.reload()
                _every_client(cases, level, want)
            cases.check(unbound.stop() == 0, f"unbound-ede-{level} stops with exit status 0")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
