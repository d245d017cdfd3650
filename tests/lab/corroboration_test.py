#!/usr/bin/python3 -B
"""Insecure answers are asked for again over TCP: what happens when the two differ, when TCP fails, and what is remembered. The
liar's log tells what it was asked, and how."""
import os
import pathlib
import sys

import dns.rcode

import asking
import daemon
from cases import Cases

BLOCKED = 15
EVIL = "mx.evil.plain."
SILENT = "tcp-silent.plain."
REFUSED = "tcp-refused.plain."
FORGED = {
    "spoofed.plain.": [(1, EVIL)],
    "spoofed-tcp-first.plain.": [(1, EVIL)],
    "spoofed-udp-first.plain.": [(1, EVIL)],
    "spoofed-null.plain.": [(0, ".")],
    "spoofed-nodata.plain.": [],
    "spoofed-nxdomain.plain.": [],
    "injected.plain.": [(1, EVIL), (10, "mx1.injected.plain."), (20, "mx2.injected.plain.")],
    "customer.isp.plain.": [(1, EVIL)],
}


def _asked(name, rdtype="MX"):
    """How often the liars were asked, by transport."""
    lines = [line.split() for line in pathlib.Path(os.environ["LAB_LIAR_LOG"]).read_text(encoding="utf-8").splitlines()]
    transports = [transport for _, transport, owner, kind in lines if owner.lower() == name and kind == rdtype]
    return {transport: transports.count(transport) for transport in ("udp", "tcp")}


def _mx(name):
    """What mxward says: (preference, exchange) in order, or the code of a rejection."""
    answer = asking.ask(daemon.ADDRESS, name, "MX")
    if answer.failure:
        return answer.failure
    if answer.reply.rcode() != dns.rcode.NOERROR:
        return answer.codes()[0] if answer.codes() else dns.rcode.to_text(answer.reply.rcode())
    return sorted((rdata.preference, rdata.exchange.to_text().lower()) for rrset in answer.reply.answer for rdata in rrset)


def _entry(mxward, name, after=0):
    return mxward.wait_validated(lambda entry: entry["question"]["name"] == name and entry["seq"] > after, f"an assessment of {name}")


def _set(entries):
    return [(entry["preference"], entry["exchange"]) for entry in entries]


def _checks(entry):
    return [finding["check"] for finding in entry["findings"]]


def _differing(cases):
    """TCP's answer is judged, sent, and cached; both are in the log."""
    with daemon.Mxward("mxward-mismatch") as mxward:
        for name, forged in FORGED.items():
            truth = [(10, f"mx1.{name}"), (20, f"mx2.{name}")]
            for which in ("miss", "hit"):
                got = _mx(name)
                cases.check(got == truth, f"{name}: TCP's set, {which}", got)
            entry = _entry(mxward, name)
            cases.check(entry["corroboration"] == "differed" and _checks(entry) == ["transport-mismatch"], f"{name}: a finding", _checks(entry))
            cases.check(_set(entry["other"]) == forged and _set(entry["mx"]) == truth, f"{name}: both sets are in the log", entry["other"])
            cases.check(entry["findings"][0]["severity"] == "alert", f"{name}: an alert")
    with daemon.Mxward("mxward-believes", {"mx": {"corroborate": False}}):
        for name in ("spoofed.plain.", "injected.plain.", "customer.isp.plain."):
            got = _mx(name)
            cases.check(got == FORGED[name], f"{name}: without corroboration the forger has his way", got)
    with daemon.Mxward("mxward-watches", {"mx": {"mode": "monitor"}}) as mxward:
        for name, forged in FORGED.items():
            got = _mx(name)
            cases.check(got == forged or (not forged and got in ([], "NXDOMAIN")), f"{name}: a monitor passes on what UDP says", got)
            entry = _entry(mxward, name)
            cases.check(_checks(entry) == ["transport-mismatch"] and _set(entry["mx"]) != forged, f"{name}: and knows better", entry["mx"])
    with daemon.Mxward("mxward-strict", {"mx": {"policy": {"transport-mismatch": "reject"}}}):
        cases.check(_mx("spoofed.plain.") == BLOCKED, "transport-mismatch: reject")


def _repeated(cases):
    """Before a difference is a finding, the servers are asked over UDP once more: they, and nobody's cache."""
    with daemon.Mxward("mxward-repeats") as mxward:
        for name, corroboration in (("spoofed.plain.", "differed"), ("spoofed-once.plain.", "agreed")):
            before = _asked(name)
            got = _mx(name)
            cases.check(got == [(10, f"mx1.{name}"), (20, f"mx2.{name}")], f"{name}: TCP's set", got)
            entry = _entry(mxward, name)
            cases.check(entry["corroboration"] == corroboration, f"{name}: UDP and TCP {corroboration}", entry["corroboration"])
            checks = ["transport-mismatch"] if corroboration == "differed" else []
            cases.check(_checks(entry) == checks, f"{name}: findings", _checks(entry))
            asked = {transport: count - before[transport] for transport, count in _asked(name).items()}
            cases.check(asked["udp"] >= 2 and asked["tcp"] >= 1, f"{name}: the server is asked twice over UDP", asked)


def _at_once(cases):
    """TCP is asked without waiting for UDP, but in a zone that is known to be secure, where nobody needs it."""
    with daemon.Mxward("mxward-at-once", {"mx": {"corroborate-timeout": "500ms"}}) as mxward:
        for which in range(4):
            name = f"d{which}.distant.lab."
            before = _asked(name)["tcp"], _asked(f"mx.{name}", "A")["tcp"]
            _mx(name)
            asked = _asked(name)["tcp"] - before[0], _asked(f"mx.{name}", "A")["tcp"] - before[1]
            if which == 0:
                cases.check(asked[1] == 0, f"{name}: of a zone that has shown to be secure, no exchange is asked for over TCP", asked)
            else:
                cases.check(asked == (0, 0), f"{name}: nothing of it is asked over TCP", asked)
            cases.check(_entry(mxward, name)["corroboration"] == "none", f"{name}: not corroborated")
        name = "d1.distant.plain."
        _mx(name)
        cases.check(_entry(mxward, name)["corroboration"] == "agreed", f"{name}: an insecure zone is corroborated as ever")
        asked = _asked(name)["tcp"], _asked(f"mx.{name}", "A")["tcp"]
        cases.check(min(asked) >= 1, f"{name}: it and its exchange were asked over TCP", asked)


def _afresh(cases):
    """An explanation is of what is so now: the servers are asked, over UDP and TCP, though everybody has the answer cached."""
    name = "spoofed-address.plain."
    with daemon.Mxward("mxward-afresh") as mxward:
        _mx(name)
        for _ in range(2):
            before = _asked(name)
            mxward.told("explain", name)
            asked = {transport: count - before[transport] for transport, count in _asked(name).items()}
            cases.check(asked["udp"] >= 1 and asked["tcp"] >= 1, f"{name}: explained, the servers are asked over both", asked)
        before = _asked(name)
        _mx(name)
        cases.check(_asked(name) == before, f"{name}: a client is answered from the cache")


def _equal(cases):
    """Order and TTLs may differ."""
    with daemon.Mxward("mxward-rotating") as mxward:
        cases.check(len(_mx("rotating.plain.")) == 5, "rotating.plain.: five exchanges")
        entry = _entry(mxward, "rotating.plain.")
        cases.check(entry["corroboration"] == "agreed" and entry["other"] == [], "rotating.plain.: equal", entry["corroboration"])
        _mx("rsa.lab.")
        cases.check(_entry(mxward, "rsa.lab.")["corroboration"] == "none", "what is secure is not asked for again")
        _mx("tcp-only.plain.")
        cases.check(_entry(mxward, "tcp-only.plain.")["corroboration"] == "agreed", "a server with TCP only agrees with itself")


def _without_tcp(cases):
    """By default UDP's answer counts; the strict reject it."""
    only = [(10, "mx1.host.plain.")]
    short = {"corroborate-timeout": "500ms"}
    with daemon.Mxward("mxward-uncorroborated", {"mx": short}) as mxward:
        for name in (REFUSED, SILENT):
            cases.check(_mx(name) == only, f"{name}: UDP's answer")
            entry = _entry(mxward, name)
            cases.check(entry["corroboration"] == "unavailable" and _checks(entry) == ["uncorroborated"], f"{name}: a finding", _checks(entry))
    with daemon.Mxward("mxward-uncorroborated-strict", {"mx": {**short, "policy": {"uncorroborated": "reject"}}}):
        for name in (REFUSED, SILENT):
            cases.check(_mx(name) == BLOCKED, f"{name}: rejected")
        cases.check(_mx("spoofed.plain.") == [(10, "mx1.spoofed.plain."), (20, "mx2.spoofed.plain.")], "who has TCP is not")


LONG_BUDGET = 60
LEAST_MS = 490  # timers and clocks need not agree to the millisecond
BOUND_MS = 20000  # libunbound alone would try for longer, up to the budget


def _timeout(cases):
    """The wait for TCP ends by itself, long before the budget does."""
    changes = {"mx": {"corroborate-timeout": "500ms"}, "resolver": {"budget": f"{LONG_BUDGET}s"}}
    with daemon.Mxward("mxward-timeout", changes) as mxward:
        cases.check(_mx(SILENT) == [(10, "mx1.host.plain.")], f"{SILENT}: an answer")
        took = _entry(mxward, SILENT)["took_ms"]
        cases.check(LEAST_MS <= took < BOUND_MS, f"{SILENT}: corroborate-timeout ends the wait", f"{took} ms")


def _remembered(cases):
    """Who has no TCP is not asked over TCP again: the answer's TTL is one second, so that it is soon asked for again."""
    with daemon.Mxward("mxward-remembers", {"mx": {"corroborate-timeout": "500ms"}}) as mxward:
        _mx(SILENT)
        first = _entry(mxward, SILENT)
        before = _asked(SILENT)
        cases.check(before["tcp"] > 0, f"{SILENT}: was asked over TCP", before)
        daemon.wait_until(lambda: _mx(SILENT) and _asked(SILENT)["udp"] > before["udp"], f"another question for {SILENT}", mxward.running)
        again = _entry(mxward, SILENT, first["seq"])
        cases.check(_asked(SILENT)["tcp"] == before["tcp"], f"{SILENT}: not over TCP again", _asked(SILENT))
        cases.check(again["corroboration"] == "unavailable", f"{SILENT}: and the log says so", again["corroboration"])


def _addresses(cases):
    """An exchange's address comes over TCP, also when a client asks for it later; other names' do not."""
    name = "mx1.spoofed-address.plain."
    with daemon.Mxward("mxward-address") as mxward:
        before = asking.ask(daemon.ADDRESS, "www.spoofed-address.plain.", "A")
        cases.check([rdata.address for rdata in before.reply.answer[0]] == ["25.25.66.66"], "other names are as UDP says", before.records())
        _mx("spoofed-address.plain.")
        answer = asking.ask(daemon.ADDRESS, name, "A")
        cases.check([rdata.address for rdata in answer.reply.answer[0]] == ["25.25.0.1"], f"{name} is as TCP says", answer.records())
        entry = _entry(mxward, "spoofed-address.plain.")
        addresses = {address["address"] for target in entry["mx"] for address in target["addresses"]}
        cases.check(addresses == {"25.25.0.1", "25.25.0.2", "3ffe:25::1", "3ffe:25::2"}, "and so is what was judged", addresses)


def main():
    cases = Cases()
    for test in (_differing, _repeated, _at_once, _afresh, _equal, _without_tcp, _timeout, _remembered, _addresses):
        test(cases)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
