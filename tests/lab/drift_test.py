#!/usr/bin/python3 -B
"""Domains whose mail goes elsewhere from one question to the next. The daemon is started anew for each, so that nothing is cached;
what it remembers is its history's."""
import json
import subprocess
import sys

import asking
import daemon
from cases import Cases

NAME = "moving.plain."
SIGNED = "moving.lab."
BLOCKED = 15
GOOGLE = ["1 aspmx.l.google.com.", "5 alt1.aspmx.l.google.com."]
ROTATED = ["1 aspmx2.googlemail.com.", "5 alt2.aspmx.l.google.com."]
MICROSOFT = ["0 moving-plain.mail.protection.outlook.com."]
CHECKS = {"mx-drift", "mx-changed"}
REJECT = {"mx": {"policy": {"mx-drift": "reject"}}}
PINNED = {"mx": {"policy": {"mx-drift": "reject"}, "pin": {NAME: ["*.google.com", "*.googlemail.com"]}}}


def _tell(name, records):
    """What the domain's servers say from now on; None: the truth."""
    path = daemon.folder() / "told" / name
    path.parent.mkdir(exist_ok=True)
    if records is None:
        path.unlink()
    else:
        path.write_text("".join(f"{record}\n" for record in records), encoding="utf-8")


class Assessed:
    """One question to a resolver of its own: what the client got, and the validation log's entry."""

    def __init__(self, server, address, name):
        before = len(server.validated())
        with server:
            self.answer = asking.ask(address, name, "MX")
            daemon.wait_until(lambda: len(server.validated()) > before, f"an assessment of {name}", server.running)
            self.entry = server.validated()[-1]
            server.stop()

    def checks(self):
        return {finding["check"] for finding in self.entry["findings"]} & CHECKS

    def finding(self, check):
        return next((finding for finding in self.entry["findings"] if finding["check"] == check), None)

    def drift(self):
        return self.entry["past"] and self.entry["past"]["drift"]

    def passed(self):
        return self.entry["verdict"] in ("accept", "log", "strip") and bool(self.answer.reply.answer)

    def rejected(self):
        return self.entry["verdict"] == "reject" and BLOCKED in self.answer.codes() and not self.answer.reply.answer


def _by_daemon(which, name, changes=None):
    return Assessed(daemon.Mxward(which, changes), daemon.ADDRESS, name)


def moves(cases, assess):
    """Each row: what the servers say, and what is found then."""
    steps = (
        ("the first time", GOOGLE, set(), None),
        ("the same", list(reversed(GOOGLE)), set(), "none"),
        ("other hosts of the provider", ROTATED, {"mx-changed"}, "changed"),
        ("another provider", MICROSOFT, {"mx-drift"}, "moved"),
        ("still there", MICROSOFT, set(), "none"),
        ("hosts of one's own", ["10 mx1.host.plain."], {"mx-drift"}, "moved"),
        ("another host below one registrable domain", ["10 mx2.host.plain."], {"mx-changed"}, "changed"),
        ("another preference", ["20 mx2.host.plain."], {"mx-changed"}, "changed"),
        ("no mail any more", ["0 ."], {"mx-changed"}, "changed"),
        ("still none", ["0 ."], set(), "none"),
        ("mail again, elsewhere", GOOGLE, {"mx-drift"}, "moved"),
        ("to the domain's own address", [], {"mx-drift"}, "moved"),
    )
    for what, records, checks, drift in steps:
        _tell(NAME, records)
        got = assess("drift", NAME)
        cases.check(got.checks() == checks and got.drift() == drift, f"{what}: {checks or 'nothing'}", (got.checks(), got.entry["past"]))
        cases.check(got.entry["verdict"] != "reject" and not got.answer.failure, f"{what}: it passes", got.entry["verdict"])
        if what == "another provider":
            finding = got.finding("mx-drift")
            cases.check(finding["severity"] == "alert" and finding["detail"].startswith("from Google Workspace to Microsoft 365; "),
                        f"{what}: an alert that says so", finding)
            cases.check([mx["exchange"] for mx in got.entry["past"]["mx"]] == [record.split()[1] for record in ROTATED],
                        f"{what}: the log has what was before", got.entry["past"])


def rejected(cases, assess):
    """A move that is rejected is not remembered, until a pin accepts it."""
    steps = (
        ("before", MICROSOFT, REJECT, True),
        ("a move", GOOGLE, REJECT, False),
        ("the move, asked again", GOOGLE, REJECT, False),
        ("back", MICROSOFT, REJECT, True),
        ("a move that is pinned", GOOGLE, PINNED, True),
        ("the move, without the pin", GOOGLE, REJECT, True),
    )
    for what, records, changes, passes in steps:
        _tell(NAME, records)
        got = assess("drift-reject", NAME, changes)
        cases.check(got.passed() if passes else got.rejected(), f"rejecting, {what}: {'passes' if passes else 'SERVFAIL'}", got.entry["verdict"])
        if not passes:
            cases.check(got.answer.texts() == ["mx: mx-drift moving.plain"], f"rejecting, {what}: says why", got.answer.texts())


def signed(cases, assess):
    """What was accepted unsigned is elsewhere in the signed set: noted, and no alert, nor a rejection."""
    _tell(SIGNED, GOOGLE)
    got = assess("drift-signed", SIGNED, {"resolver": {"domain-insecure": [SIGNED]}})
    cases.check(got.passed() and got.entry["security"] == "insecure", "signed: at first without its signatures", got.entry["verdict"])
    _tell(SIGNED, None)
    got = assess("drift-signed", SIGNED, REJECT)
    cases.check(got.passed() and got.entry["security"] == "secure", "signed: it passes", got.entry["verdict"])
    cases.check(got.checks() == {"mx-changed"} and got.drift() == "moved", "signed: only noted", got.entry["findings"])


def without_history(cases, assess):
    _tell(NAME, GOOGLE)
    assess("drift-off", NAME, {"history": {"enable": False}})
    _tell(NAME, MICROSOFT)
    got = assess("drift-off", NAME, {"history": {"enable": False}})
    cases.check(got.checks() == set() and got.entry["past"] is None, "without a history there is nothing to find", got.entry["past"])


def _explain(config):
    done = subprocess.run([daemon.binary(), "lookup", "--explain", NAME, "-c", str(config), "--json"], capture_output=True, text=True,
                          timeout=daemon.COMMAND_SECONDS, check=False)
    return json.loads(done.stdout)


def _explained(cases):
    """A lookup reads what the daemon has written."""
    _tell(NAME, GOOGLE)
    server = daemon.Mxward("drift-explain")
    with server:
        asking.ask(daemon.ADDRESS, NAME, "MX")
        server.stop()
    cases.check(_explain(server.config)["past"]["drift"] == "none", "lookup --explain: since when it is so")
    _tell(NAME, MICROSOFT)
    past = _explain(server.config)["past"]
    cases.check(past["drift"] == "moved" and [mx["exchange"] for mx in past["mx"]] == [record.split()[1] for record in GOOGLE],
                "lookup --explain: what was before", past)
    words = subprocess.run([daemon.binary(), "lookup", "--explain", NAME, "-c", str(server.config)], capture_output=True, text=True,
                           timeout=daemon.COMMAND_SECONDS, check=False).stdout
    cases.check("history: before, " in words and "mx-drift" in words and "(Microsoft 365)" in words, "lookup --explain: in words", words)
    server.history.unlink()
    cases.check(_explain(server.config)["past"] is None, "lookup --explain: without the file nothing is known")


def main():
    cases = Cases()
    for test in (moves, rejected, signed, without_history):
        test(cases, _by_daemon)
    _explained(cases)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
