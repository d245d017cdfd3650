#!/usr/bin/python3 -B
"""The trust anchor's state (RFC 5011): made from the static anchor where it can be kept, and done without where it cannot,
or where what is kept cannot be read. Whatever happens, answers are validated."""
import sys

import dns.flags
import dns.rcode

import asking
import daemon
from cases import Cases

SECURE, BOGUS = "rsa.lab.", "flipped.lab."


def _validates(cases, label):
    secure = asking.ask(daemon.ADDRESS, SECURE, "MX")
    good = not secure.failure and secure.reply.flags & dns.flags.AD
    cases.check(good, f"{label}: {SECURE} is secure", secure.failure or secure.reply)
    bogus = asking.ask(daemon.ADDRESS, BOGUS, "MX")
    good = not bogus.failure and bogus.reply.rcode() == dns.rcode.SERVFAIL
    cases.check(good, f"{label}: {BOGUS} is bogus", bogus.failure or bogus.reply)


def _state():
    return daemon.folder() / "anchor" / "root.key"


def _kept(cases):
    """Fresh, then with what is there by then."""
    for label, fresh in (("no state yet", True), ("state is there", False)):
        with daemon.Mxward(f"mxward-{'fresh' if fresh else 'kept'}", fresh=fresh) as mxward:
            _validates(cases, label)
            daemon.wait_until(lambda: "VALID" in _state().read_text(), "the state of the root's key", mxward.running)
            cases.check(True, f"{label}: the root's key is kept as valid")
            cases.check(" ended" not in mxward.log(), f"{label}: the first resolver process does")
            cases.check(mxward.stop() == 0, f"{label}: exit status 0")


def _unreadable(cases):
    _state().write_text("no DNSKEY at all\n")
    with daemon.Mxward("mxward-unreadable", fresh=False) as mxward:
        _validates(cases, "unreadable state")
        line = mxward.wait_log("warning: .*static trust anchor.*").group(0)
        cases.check(str(daemon.folder() / "anchor") in line, f"unreadable state: the log says so: {line}")


def _no_directory(cases):
    path = daemon.folder() / "nowhere" / "root.key"
    with daemon.Mxward("mxward-nowhere", {"resolver": {"auto-trust-anchor-file": str(path)}}) as mxward:
        _validates(cases, "no directory")
        line = mxward.wait_log(f"warning: .*{path.parent}.*").group(0)
        cases.check("5011" in line, f"no directory: the log says so: {line}")


def main():
    cases = Cases()
    _kept(cases)
    _unreadable(cases)
    _no_directory(cases)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
