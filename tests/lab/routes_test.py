#!/usr/bin/python3 -B
"""Where an administrator sends questions: a zone that only its own servers know (stub), everything to another resolver
(forward), a domain that is not validated (domain-insecure), and text for libunbound, list options included."""
import sys

import dns.flags
import dns.name
import dns.rcode

import asking
import daemon
import lab
from cases import Cases

MAILER = "127.53.1.2"  # of the manifest's servers
INSIDE = "inside.plain."


def _outcome(name, rdtype="MX"):
    """What came, in a word: secure, insecure, or an RCODE."""
    answer = asking.ask(daemon.ADDRESS, dns.name.from_text(name), rdtype)
    if answer.failure:
        return answer.failure
    if answer.reply.rcode() != dns.rcode.NOERROR or not answer.records():
        return dns.rcode.to_text(answer.reply.rcode())
    return "secure" if answer.reply.flags & dns.flags.AD else "insecure"


def _expect(cases, label, wanted):
    for (name, rdtype), outcome in wanted.items():
        got = _outcome(name, rdtype)
        cases.check(got == outcome, f"{label}: {name} {rdtype} is {outcome}", got)


def _stub(cases):
    with daemon.Mxward("mxward-stub", {"resolver": {"stub": [{"zone": INSIDE, "to": [f"{MAILER}@53"]}]}}):
        _expect(cases, "stub", {(INSIDE, "MX"): "insecure", (f"nothing.{INSIDE}", "MX"): "NXDOMAIN", ("rsa.lab.", "MX"): "secure"})


def _forward(cases):
    """The forwarder is the only way: without it nothing new is resolved."""
    changes = {"resolver": {"forward": [{"zone": ".", "to": [lab.UNBOUND]}], "budget": "3s"}}
    with daemon.Unbound() as unbound, daemon.Mxward("mxward-forward", changes):
        _expect(cases, "forward", {("rsa.lab.", "MX"): "secure", ("unsigned.lab.", "MX"): "insecure", ("flipped.lab.", "MX"): "SERVFAIL",
                                   ("nobody.post.", "MX"): "NXDOMAIN"})
        cases.check(unbound.stop() == 0, "the forwarder stops")
        _expect(cases, "without the forwarder", {("ecdsa.post.", "MX"): "SERVFAIL", ("rsa.lab.", "MX"): "secure"})


def _insecure(cases):
    with daemon.Mxward("mxward-insecure", {"resolver": {"domain-insecure": ["flipped.lab"]}}):
        _expect(cases, "domain-insecure", {("flipped.lab.", "MX"): "insecure", ("expired.lab.", "MX"): "SERVFAIL",
                                           ("rsa.lab.", "MX"): "secure"})


def _text(cases):
    text = 'local-zone: "blocked.plain." static\nlocal-data: "here.blocked.plain. A 25.25.14.1"\n'
    with daemon.Mxward("mxward-text", {"resolver": {"libunbound": text}}):
        _expect(cases, "libunbound", {("here.blocked.plain.", "A"): "insecure", ("nothing.blocked.plain.", "MX"): "NXDOMAIN",
                                      ("rsa.lab.", "MX"): "secure"})


def main():
    cases = Cases()
    for test in (_stub, _forward, _insecure, _text):
        test(cases)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
