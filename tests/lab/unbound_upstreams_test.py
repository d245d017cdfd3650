#!/usr/bin/python3 -B
"""The module in an Unbound that does not go to the authorities itself: behind a forwarder for all names, and with a stub for a
top-level domain. What is judged is the same."""
import os
import pathlib
import sys

import dns.rcode
import dns.rdatatype

import asking
import daemon
import lab
import manifest as manifests
from cases import Cases
from unbound_module import UnboundWithModule

FORWARDER = "127.0.0.77"
NAMES = ("rsa.lab.", "host.plain.", "null.plain.", "nobody.plain.", "internal.plain.", "only-internal.plain.", "null-beside.plain.")
BOGUS = "expired.lab."
STUBBED = "plain."
REMOTE = "remote-control:"
CLIENTS = [variant for variant in asking.VARIANTS if "CD" not in variant.name]  # with CD, AD is Unbound's own affair


class Forwarder(daemon.Process):
    """Debian's unbound at another address than the one with the module."""

    def __init__(self):
        text = pathlib.Path(os.environ["LAB_UNBOUND"]).read_text(encoding="utf-8")
        config = daemon.folder() / "forwarder.conf"
        config.write_text(text.replace(f"interface: {lab.UNBOUND}", f"interface: {FORWARDER}").replace("unbound.log", "forwarder.own.log")
                          .replace("unbound.pid", "forwarder.pid"), encoding="utf-8")
        super().__init__("forwarder", ["unbound", "-d", "-c", str(config)])

    def wait_ready(self):
        daemon.wait_until(lambda: asking.ask(FORWARDER, ".", "NS", seconds=1).failure == "", self.name, self.running)


def _questions():
    found = {str(question.name): question for question in manifests.load().questions if question.type == dns.rdatatype.MX}
    return [found[name] for name in NAMES]


def _judges(cases, what, clause):
    with UnboundWithModule(f"unbound-{what}", replace=(REMOTE, f"{clause}\n{REMOTE}")) as unbound:
        for round_of in ("miss", "hit"):
            for variant in CLIENTS:
                for question, answer in asking.ask_all(lab.UNBOUND, _questions(), variant):
                    found = list(asking.problems(question, variant, answer, round_of == "hit"))
                    cases.check(not found, f"{what}: {question.text} {variant.name}, {round_of}", "; ".join(found))
        answer = asking.ask(lab.UNBOUND, BOGUS, "MX")
        cases.check(answer.failure == "" and answer.reply.rcode() == dns.rcode.SERVFAIL, f"{what}: {BOGUS} stays bogus", answer.failure)
        dumped = unbound.control("dump_cache")
        cases.check("host.plain." in dumped and "mx.only-internal.plain.\n" not in "".join(
            f"{line}\n" for line in dumped.splitlines() if "\tMX\t" in line), f"{what}: what was rejected is not cached")
        cases.check(unbound.stop() == 0, f"{what}: stops with exit status 0")


def main():
    cases = Cases()
    with Forwarder():
        _judges(cases, "forwarded", f'forward-zone:\n    name: "."\n    forward-addr: {FORWARDER}')
        address = asking.ask(FORWARDER, f"ns1.{STUBBED}", "A").reply.answer[0][0].to_text()
    _judges(cases, "stub", f'stub-zone:\n    name: "{STUBBED}"\n    stub-addr: {address}')
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
