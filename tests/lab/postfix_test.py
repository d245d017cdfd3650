#!/usr/bin/python3 -B
"""Debian's Postfix with mxward as its resolver: delivers where it can, keeps what is rejected in the queue instead of bouncing it,
never delivers to the forger, and verifies DANE. Exit status 77 where Postfix cannot run."""
import os
import pathlib
import sys

import daemon
import mail
import zones
from cases import Cases

SKIPPED = 77
SENDER = "sender@host.plain"
HONEST = ["25.25.0.1", "25.25.0.2", "25.25.20.5"]  # of typical zones, and of internal.plain.
DANE = "25.25.25.2"
FORGER = "25.25.66.66"
EVERYBODY = [*HONEST, DANE, FORGER, "10.1.2.3"]
FOLDER = pathlib.Path("/mnt")

DELIVERED = ["host.plain", "unsigned.lab", "spoofed.plain", "spoofed-null.plain", "spoofed-nodata.plain", "spoofed-nxdomain.plain",
             "injected.plain", "spoofed-address.plain", "customer.isp.plain", "internal.plain", "localhost-beside.plain",
             "null-beside.plain", "dane.lab"]
REJECTED = ["only-internal.plain", "only-address.plain", "only-no-hostname.plain", "only-short-rdata.plain", "above-zone.plain",
            "expired.lab", "spoofed.lab"]
FORGED = ["spoofed.plain", "injected.plain", "customer.isp.plain"]


def _sink(addresses):
    made = pathlib.Path(os.environ["LAB_ZONES"])
    return mail.Sink(addresses, made / zones.MAIL_CERTIFICATE, made / zones.MAIL_KEY)


def _send_all(postfix, domains):
    for domain in domains:
        postfix.send(SENDER, f"user@{domain}")
    return {domain: postfix.status(f"user@{domain}") for domain in domains}


def _with_mxward(cases, sink, folder):
    with daemon.Mxward("postfix-mxward"), mail.Postfix(folder) as postfix:
        lines = _send_all(postfix, DELIVERED + REJECTED)
        waiting = postfix.queue()
        for domain in DELIVERED:
            taken = [message for message in sink.taken if message.recipient == f"user@{domain}"]
            cases.check("status=sent" in lines[domain] and len(taken) == 1, f"{domain}: delivered", lines[domain])
        for domain in REJECTED:
            cases.check("status=deferred" in lines[domain] and "dsn=4." in lines[domain], f"{domain}: deferred", lines[domain])
            cases.check(waiting.get(f"user@{domain}") == "deferred", f"{domain}: stays in the queue", waiting)
        verified = "Verified TLS connection established to mx.dane.lab[" + DANE + "]:25"
        cases.check(verified in postfix.log(), "dane.lab: verified", [line for line in postfix.log().splitlines() if "TLS" in line])
        log = postfix.log()
    cases.check("status=bounced" not in log, "nothing bounced", log)
    cases.check(not [message for message in sink.taken if message.sender == ""], "no notice of non-delivery left", sink.taken)
    forged = [message for message in sink.taken if message.address == FORGER]
    cases.check(not forged, "nothing went to the forger", forged)
    internal = [message for message in sink.taken if message.address.startswith("10.")]
    cases.check(not internal, "nothing went to an internal address", internal)


def _without_judging(cases, sink, folder):
    """The same mail, believing what UDP says: else the tests above would prove nothing."""
    credulous = {"mx": {"corroborate": False, "mode": "monitor"}}
    with daemon.Mxward("postfix-credulous", credulous), mail.Postfix(folder) as postfix:
        _send_all(postfix, [*FORGED, "only-internal.plain"])
    got = {message.recipient for message in sink.taken if message.address == FORGER}
    cases.check(got == {f"user@{domain}" for domain in FORGED}, "without corroboration the forger gets mail", got)
    got = {message.recipient for message in sink.taken if message.address == "10.1.2.3"}
    cases.check(got == {"user@only-internal.plain"}, "without verdicts an internal address gets mail", got)


def main():
    if reason := mail.why_not():
        print(f"skipped: {reason}")
        return SKIPPED
    cases = Cases()
    mail.public_folder(FOLDER)
    for test in (_with_mxward, _without_judging):
        folder = FOLDER / test.__name__.strip("_")
        folder.mkdir()
        with _sink(EVERYBODY) as sink:
            test(cases, sink, folder)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
