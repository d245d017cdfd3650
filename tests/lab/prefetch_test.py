#!/usr/bin/python3 -B
"""Answers in use are renewed before they end: their servers are asked once more, which they count, and MX is judged again. mxward's
clock is moved; nobody waits for TTLs to end."""
import re
import sys
import time

import dns.flags
import dns.rcode
import dns.rdatatype

import asking
import daemon
from cases import Cases
from faketime import Clock
from moving import Moving

ADDRESS = "127.53.77.7"
ZONE, HOST, OTHER = "renewed.plain.", "mx1.renewed.plain.", "mx2.renewed.plain."
UNUSED = "unused.renewed.plain."
SIGNED, SIGNED_HOST = "rsa.lab.", "mx1.rsa.lab."
RECORDS = {(ZONE, "MX"): [f"10 {HOST}"], (HOST, "A"): ["25.25.77.1"], (HOST, "AAAA"): ["2a00::77"], (OTHER, "A"): ["25.25.77.2"],
           (UNUSED, "A"): ["25.25.77.3"], (ZONE, "TXT"): ['"v=spf1 -all"']}
TTL, WAIT = 3600, 3300  # seconds; after WAIT little is left of TTL
LEFT = TTL - WAIT
SHORT = 300  # what is renewed with this TTL is ending while the other context still has the longer one
SLACK = 120  # seconds that a slow machine may take for the steps between two moves of the clock
STALE, BLOCKED = 3, 15
TOGETHER = 20


def _server(ttl=TTL):
    return Moving(ZONE, ADDRESS, dict(RECORDS), ttl=ttl)


def _clock(name):
    """In the one folder where resolver processes, which have to see it move, may read."""
    return Clock(daemon.folder() / "anchor" / name)


def _mxward(name, server, clock, changes=None):
    changes = {"resolver": {"stub": [server.stub], "budget": "3s"}, **(changes or {})}
    return daemon.Mxward(f"prefetch-{name}", changes, clock.environment(), fresh=False)


def _ask(name, rdtype):
    return asking.ask(daemon.ADDRESS, name, rdtype)


def _seen(answer):
    if answer.failure:
        return answer.failure
    return dns.rcode.to_text(answer.reply.rcode()), answer.codes(), set(answer.ttls().values()), sorted(answer.records())


def _texts(answer):
    return sorted(rdata.to_text() for rrset in answer.reply.answer for rdata in rrset)


def _is(answer, texts, ttl):
    """It says this, and its TTL is this or, as time goes by, somewhat less."""
    return not answer.failure and _texts(answer) == texts and all(ttl - SLACK < seen <= ttl for seen in answer.ttls().values())


def _prefetch(mxward):
    return mxward.told("stats")["prefetch"]


def _wait_for(mxward, what, count):
    daemon.wait_until(lambda: _prefetch(mxward)[what] >= count, f"{count} {what}: {_prefetch(mxward)}", mxward.running)


def _asked(server, name, rdtype):
    return server.asked[name, rdtype, False], server.asked[name, rdtype, True]


def _is_asked(server, what, want):
    """So many times, and not for each of the hits. On a busy machine libunbound may find that an answer over UDP is late, and ask again."""
    udp, tcp = _asked(server, *what)
    return want[0] <= udp < want[0] + TOGETHER // 2 and tcp == want[1]


def _renews(cases):
    """Again and again, by turns of the two contexts, and each time the servers are asked once."""
    clock = _clock("clock-renews")
    with _server() as server, _mxward("renews", server, clock) as mxward:
        texts = RECORDS[ZONE, "MX"]
        cases.check(_is(_ask(ZONE, "MX"), texts, TTL), "resolved", _seen(_ask(ZONE, "MX")))
        _ask(ZONE, "TXT")
        _ask(UNUSED, "A")
        before = {what: _asked(server, *what) for what in ((ZONE, "MX"), (HOST, "AAAA"), (ZONE, "TXT"))}
        cases.check(_is_asked(server, (ZONE, "MX"), (1, 1)), "an insecure domain is asked for over UDP and TCP", before)
        unused = _asked(server, UNUSED, "A")
        _ask(ZONE, "MX")
        cases.check(_prefetch(mxward)["asked"] == 0, "what is young is not renewed", _prefetch(mxward))
        renewed = 0
        for time_round in range(1, 5):
            clock.move(WAIT)
            label = f"round {time_round}"
            for name, rdtype in ((ZONE, "MX"), (ZONE, "TXT"), (HOST, "AAAA")):
                answers = [_ask(name, rdtype) for _ in range(TOGETHER)]
                bad = [_seen(answer) for answer in answers if answer.failure or not answer.reply.answer]
                cases.check(not bad, f"{label}: {name} {rdtype} is answered meanwhile", bad)
            renewed += 2  # the exchange's address is renewed with the MX set, or by itself
            _wait_for(mxward, "renewed", renewed)
            renewed = _settled(mxward)
            cases.check(_is(_ask(ZONE, "MX"), texts, TTL), f"{label}: MX is young again", _seen(_ask(ZONE, "MX")))
            cases.check(_is(_ask(HOST, "AAAA"), RECORDS[HOST, "AAAA"], TTL), f"{label}: so is the exchange's address", _seen(_ask(HOST, "AAAA")))
            cases.check(_is(_ask(ZONE, "TXT"), RECORDS[ZONE, "TXT"], TTL), f"{label}: so is TXT", _seen(_ask(ZONE, "TXT")))
            for what, (_, tcp) in before.items():
                want = (time_round + 1, (time_round + 1) * tcp)
                cases.check(_is_asked(server, what, want), f"{label}: the servers are asked once for {' '.join(what)}",
                            f"{_asked(server, *what)} instead of {want}")
        told = _prefetch(mxward)
        cases.check(told["failed"] == told["afresh"] == 0, "none failed, and none had to be asked afresh", told)
        assessments = [entry for entry in mxward.validated() if entry["question"]["name"] == ZONE]
        clients = [entry["client"] for entry in assessments]
        cases.check(len(clients) == 5 and clients[0] and not any(clients[1:]), "MX is judged each time, for no client", clients)
        cases.check(_asked(server, UNUSED, "A") == unused, "what nobody uses is not renewed", _asked(server, UNUSED, "A"))


def _settled(mxward):
    """Waits until nothing is asked any more; how many were renewed by then."""
    def over():
        told = _prefetch(mxward)
        return told["asked"] <= told["renewed"] + told["failed"] + told["dropped"] and mxward.told("stats")["queues"]["pending_questions"] == 0
    daemon.wait_until(over, "the end of all renewals", mxward.running)
    return _prefetch(mxward)["renewed"]


def _renewed_once(mxward, clock, by=WAIT):
    """A client asks when little is left; waits for the renewal. Its answer."""
    before = _prefetch(mxward)
    clock.move(by)
    answer = _ask(ZONE, "MX")
    daemon.wait_until(lambda: _prefetch(mxward)["asked"] > before["asked"], "a renewal", mxward.running)
    _settled(mxward)
    return answer


def _changes(cases):
    """What has changed is there before anything has ended."""
    clock = _clock("clock-changes")
    with _server() as server, _mxward("changes", server, clock) as mxward:
        _ask(ZONE, "MX")
        server.records = {**RECORDS, (ZONE, "MX"): [f"10 {OTHER}"]}
        answer = _renewed_once(mxward, clock)
        cases.check(_is(answer, [f"10 {HOST}"], LEFT), "changed: who asks meanwhile is answered at once", _seen(answer))
        cases.check(_is(_ask(ZONE, "MX"), [f"10 {OTHER}"], TTL), "changed: the next has the new set", _seen(_ask(ZONE, "MX")))
        del server.records[ZONE, "MX"]
        _renewed_once(mxward, clock)
        answer = _ask(ZONE, "MX")
        cases.check(not answer.failure and answer.reply.rcode() == dns.rcode.NOERROR and not answer.reply.answer, "gone: it is gone", _seen(answer))


def _forged(cases):
    """A forger who waits for the renewal gets no further than before."""
    clock = _clock("clock-forged")
    with _server() as server, _mxward("forged", server, clock) as mxward:
        _ask(ZONE, "MX")
        server.forged = {(ZONE, "MX"): ["10 mx.evil.plain."]}
        _renewed_once(mxward, clock)
        entry = [entry for entry in mxward.validated() if entry["question"]["name"] == ZONE][-1]
        answer = _ask(ZONE, "MX")
        checks = [finding["check"] for finding in entry["findings"]]
        cases.check("transport-mismatch" in checks and entry["client"] is None, "forged: it is found out", entry)
        cases.check(not answer.failure and not any("evil" in text for text in _texts(answer)), "forged: nobody is given it", _seen(answer))


def _rejected(cases):
    """What is rejected then is rejected at once, though the old answer had time left."""
    clock = _clock("clock-rejected")
    with _server() as server, _mxward("rejected", server, clock, {"mx": {"pin": {ZONE.rstrip("."): [HOST.rstrip(".")]}}}) as mxward:
        _ask(ZONE, "MX")
        server.records = {**RECORDS, (ZONE, "MX"): [f"10 {OTHER}"]}
        cases.check(_is(_renewed_once(mxward, clock), [f"10 {HOST}"], LEFT), "rejected: who asks meanwhile is answered")
        answer = _ask(ZONE, "MX")
        good = not answer.failure and answer.reply.rcode() == dns.rcode.SERVFAIL and BLOCKED in answer.codes()
        cases.check(good, "rejected: it takes effect", _seen(answer))
        count = len(re.findall("mx name=renewed.plain. check=pin", mxward.log()))
        cases.check(count == 1, "rejected: it is told once", count)


def _unreachable(cases):
    """Nobody answers: what is there stays to its end, and then is stale; it is tried again, and told when clients have to wait."""
    clock = _clock("clock-unreachable")
    with _server() as server, _mxward("unreachable", server, clock) as mxward:
        _ask(ZONE, "MX")
        server.silent = True
        clock.move(WAIT)
        left = LEFT
        for tries in (1, 2):
            for _ in range(TOGETHER):
                _ask(ZONE, "MX")
            _wait_for(mxward, "failed", tries)
            answer = _ask(ZONE, "MX")
            cases.check(_is(answer, RECORDS[ZONE, "MX"], left) and not answer.codes(), f"unreachable: it is as good as before, after {tries}", _seen(answer))
            cases.check(_prefetch(mxward)["asked"] == tries, "unreachable: it is tried once, until half of the rest is over", _prefetch(mxward))
            clock.move(left // 2)
            left -= left // 2
        cases.check("could not resolve" not in mxward.log(), "unreachable: nobody is told")
        entries = len(mxward.validated())
        cases.check(entries == 1, "unreachable: nor the validation log", entries)
        clock.move(left + 1)
        answer = _ask(ZONE, "MX")
        cases.check(not answer.failure and answer.codes() == [STALE] and _texts(answer) == RECORDS[ZONE, "MX"], "unreachable: then it is stale", _seen(answer))
        mxward.wait_log("could not resolve name=renewed.plain. type=MX ")
        server.silent = False
        clock.move(TTL)
        cases.check(_is(_ask(ZONE, "MX"), RECORDS[ZONE, "MX"], TTL), "unreachable: the servers are back", _seen(_ask(ZONE, "MX")))


def _shortened(cases):
    """The other context still has what the zone said before it shortened its TTLs: that does not come back."""
    clock = _clock("clock-shortened")
    with _server() as server, _mxward("shortened", server, clock) as mxward:
        _ask(ZONE, "MX")
        server.ttl = SHORT
        server.records = {**RECORDS, (ZONE, "MX"): [f"10 {OTHER}"]}
        _renewed_once(mxward, clock, TTL - 350)
        cases.check(_is(_ask(ZONE, "MX"), [f"10 {OTHER}"], SHORT), "shortened: it is new", _seen(_ask(ZONE, "MX")))
        before = _asked(server, ZONE, "MX")
        _renewed_once(mxward, clock, SHORT - 25)
        cases.check(_prefetch(mxward)["afresh"] == 1, "shortened: a fresh context is asked", _prefetch(mxward))
        cases.check(_is(_ask(ZONE, "MX"), [f"10 {OTHER}"], SHORT), "shortened: and it is the new set", _seen(_ask(ZONE, "MX")))
        after = _asked(server, ZONE, "MX")
        cases.check(_is_asked(server, (ZONE, "MX"), (before[0] + 1, before[1] + 1)), "shortened: the servers are asked once", (before, after))
        clock.move(SHORT)
        cases.check(_is(_ask(ZONE, "MX"), [f"10 {OTHER}"], SHORT), "shortened: when it has ended, too", _seen(_ask(ZONE, "MX")))


def _signed(cases):
    """With all that DNSSEC needs, and what an assessment asks besides."""
    clock = _clock("clock-signed")
    with _server() as server, _mxward("signed", server, clock) as mxward:
        asked = ((SIGNED, "MX"), (SIGNED_HOST, "A"), (SIGNED_HOST, "AAAA"), (f"_25._tcp.{SIGNED_HOST}", "TLSA"))
        before = {what: _ask(*what) for what in asked}
        for number in (1, 2, 3):
            clock.move(WAIT)
            for what in asked:
                answer = _ask(*what)
                cases.check(not answer.failure and _texts(answer) == _texts(before[what]), f"signed, round {number}: {' '.join(what)}", _seen(answer))
            _wait_for(mxward, "renewed", number)
            _settled(mxward)
            for what in asked:
                answer = _ask(*what)
                secure = not answer.failure and bool(answer.reply.flags & dns.flags.AD) == bool(before[what].reply.flags & dns.flags.AD)
                young = not answer.failure and (not answer.ttls() or min(answer.ttls().values()) > TTL - SLACK)
                cases.check(secure and young, f"signed, round {number}: {' '.join(what)} is young and as secure as before", _seen(answer))
        told = _prefetch(mxward)
        cases.check(told["failed"] == 0, "signed: none failed", told)


def _off(cases):
    clock = _clock("clock-off")
    with _server() as server, _mxward("off", server, clock, {"cache": {"prefetch": False}}) as mxward:
        _ask(ZONE, "MX")
        before = _asked(server, ZONE, "MX")
        clock.move(WAIT)
        for _ in range(TOGETHER):
            _ask(ZONE, "MX")
        cases.check(_prefetch(mxward)["asked"] == 0 and _asked(server, ZONE, "MX") == before, "cache.prefetch: no", _prefetch(mxward))
        clock.move(TTL)
        cases.check(_is(_ask(ZONE, "MX"), RECORDS[ZONE, "MX"], TTL), "it is asked for when it has ended")


def main():
    cases = Cases()
    for test in (_renews, _changes, _forged, _rejected, _unreachable, _shortened, _signed, _off):
        began = time.monotonic()
        test(cases)
        print(f"     {test.__name__}: {time.monotonic() - began:.1f} s", flush=True)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
