#!/usr/bin/python3 -B
"""By default mxward never asks 127.0.0.0/8, whatever a zone says of its servers. The lab's configuration allows it, since
that is where its servers are; here it does not."""
import os
import pathlib
import sys

import dns.rcode

import asking
import daemon
from cases import Cases

LOCAL = "silent.post."  # its only server is at 127.53.2.2; its parents have IPv6 addresses as well
OTHER = "six.post."


def _asked():
    """Whether a question for LOCAL has come to the server."""
    return LOCAL in pathlib.Path(os.environ["LAB_LIAR_LOG"]).read_text(encoding="utf-8").lower()


def main():
    cases = Cases()
    for allowed in (False, True):
        changes = {"resolver": {"budget": "3s", "hardening": {"do-not-query-localhost": not allowed}}}
        with daemon.Mxward(f"mxward-{'allowed' if allowed else 'default'}", changes):
            answer = asking.ask(daemon.ADDRESS, LOCAL, "MX")
            failed = not answer.failure and answer.reply.rcode() == dns.rcode.SERVFAIL
            cases.check(failed, f"{LOCAL} MX is SERVFAIL", answer.failure or answer.reply)
            cases.check(_asked() == allowed, f"do-not-query-localhost {'no: a' if allowed else 'yes: no'} server on loopback is asked")
            other = asking.ask(daemon.ADDRESS, OTHER, "MX")
            cases.check(not other.failure and len(other.records()) == 2, "a server elsewhere is asked", other.failure or other.reply)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
