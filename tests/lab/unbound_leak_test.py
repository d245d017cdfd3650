#!/usr/bin/python3 -B
"""An Unbound with the module that has answered much, been loaded again often, also with questions underway, and stops, has no
memory that nobody knows of any more: gcc's LeakSanitizer, which is put into the plain programs, counts what was allocated and got
lost. One lost octet fails the test."""
import ctypes.util
import pathlib
import socket
import sys

import asking
import lab
import manifest as manifests
from cases import Cases
from unbound_module import UnboundWithModule

SKIPPED = 77
AD, DO, CD = asking.VARIANTS[:3]
IMPATIENT = {"mx": {"corroborate-timeout": "300ms", "target-timeout": "300ms"}}  # time limits are a way to the end of their own
SETTINGS = {"plain": ("dynlib validator iterator", (AD, CD)), "subnetcache": ("dynlib subnetcache validator iterator", (DO,))}


def _questions():
    return [question for question in manifests.load().questions if question.for_module
            and question.status in ("secure", "insecure", "rejected", "bogus")]


def _ask_without_waiting(questions, variant):
    """What is underway when Unbound is loaded again, or stops, is given up."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for question in questions:
            client.sendto(variant.query(question.name, question.type).to_wire(), (lab.UNBOUND, asking.PORT))


def _ask(questions, variant):
    return sum(not answer.failure for _, answer in asking.ask_all(lab.UNBOUND, questions, variant))


def _loses_nothing(cases, name, modules, variants, sanitizer):
    questions = _questions()
    with UnboundWithModule(f"unbound-leak-{name}", IMPATIENT, threads=2, modules=modules, preload=sanitizer) as unbound:
        maps = pathlib.Path(f"/proc/{unbound.pid}/maps").read_text(encoding="utf-8")
        cases.check(sanitizer in maps, f"{name}: the sanitizer is at work")
        answered = 0
        for variant in variants:
            answered += _ask(questions, variant)
            unbound.control("flush_zone", ".")
            _ask_without_waiting(questions, variant)
            unbound.reload()
        answered += _ask(questions, AD)
        unbound.control("flush_zone", ".")
        _ask_without_waiting(questions, AD)
        cases.check(unbound.stop() == 0, f"{name}: nothing is lost after {answered} answers", unbound.log()[-3000:])
        cases.check(answered > len(questions), f"{name}: there were answers", answered)


def main():
    sanitizer = ctypes.util.find_library("lsan")
    if not sanitizer:
        print("skipped: there is no liblsan, which comes with gcc")
        return SKIPPED
    cases = Cases()
    for name, (modules, variants) in SETTINGS.items():
        _loses_nothing(cases, name, modules, variants, sanitizer)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
