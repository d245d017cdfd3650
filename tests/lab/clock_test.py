#!/usr/bin/python3 -B
"""Sets mxward's clock, and no other's, by libfaketime: signatures that are valid today have expired for it in a month, and are
not yet valid a month ago. Both are SERVFAIL with the extended error that says so."""
import pathlib
import re
import subprocess
import sys

import dns.rcode

import asking
import daemon
from cases import Cases

LIBRARY = "libfaketimeMT.so.1"
NAMES = ("rsa.lab.", "ecdsa.post.", "ed25519.mail.")
CLOCKS = (
    ("30 days later", "+30d", 7),
    ("30 days earlier", "-30d", 8),
)


def _preload():
    """libfaketime, behind the sanitizer's library where the binary has one, which must come first."""
    found = [str(path) for path in pathlib.Path("/usr/lib").glob(f"*/faketime/{LIBRARY}")]
    linked = subprocess.run(["ldd", daemon.binary()], capture_output=True, text=True, check=True).stdout
    return ":".join(re.findall(r"=> (\S*lib[at]san\S*)", linked) + found[:1])


def main():
    cases = Cases()
    for label, offset, code in CLOCKS:
        clock = {"LD_PRELOAD": _preload(), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
        with daemon.Mxward(f"mxward{offset}", environment=clock) as mxward:
            for name in NAMES:
                answer = asking.ask(daemon.ADDRESS, name, "MX")
                got = answer.failure or (dns.rcode.to_text(answer.reply.rcode()), answer.codes(), answer.texts())
                good = not answer.failure and answer.reply.rcode() == dns.rcode.SERVFAIL and answer.codes() == [code]
                cases.check(good, f"{name} MX {label} is SERVFAIL with EDE {code}", got)
                again = asking.ask(daemon.ADDRESS, name, "MX", asking.VARIANTS[2])
                cases.check(not again.failure and len(again.records()) == 2, f"{name} MX {label} with CD is the data",
                            again.failure or again.reply)
            cases.check(mxward.running() and mxward.stop() == 0, f"mxward {label} runs and stops with exit status 0")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
