#!/usr/bin/python3 -B
"""What servers are shown of a name, as they see it themselves: root, registries and suffixes no more than the next part, and nobody
is asked what nobody needs. Servers that cannot cope with it keep no mail back. An Internet of the test's own, in which everyone
counts."""
import contextlib
import sys

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

import asking
import daemon
from cases import Cases
from moving import Moving

NET = "127.53.90."
TTL = 3600
TLSA = "3 1 1 " + "ab" * 32
DOMAIN, HOSTER, PTR = "example.co.uk.", "hoster.co.uk.", "4.3.2.25.in-addr.arpa."
EXCHANGES = (f"mx1.{DOMAIN}", f"mx.{HOSTER}")
BROKEN = ("servfail", "nxdomain", "silent")  # what servers of these domains say to A of the domain itself
HOSTS = 12  # of each of them
TRIES = 3  # for a machine so busy that servers on it are too late, for whom nobody waits
ZONES = {  # server, records; a zone's parent is the closest one above
    ".": (1, {}),
    "uk.": (2, {}),
    "co.uk.": (3, {}),
    DOMAIN: (4, {(DOMAIN, "MX"): [f"{which}0 {exchange}" for which, exchange in enumerate(EXCHANGES)],
                 (EXCHANGES[0], "A"): ["25.25.90.1"], (f"_25._tcp.{EXCHANGES[0]}", "TLSA"): [TLSA]}),
    HOSTER: (5, {(EXCHANGES[1], "A"): ["25.25.90.2"]}),
    "arpa.": (6, {}),
    "25.in-addr.arpa.": (7, {(PTR, "PTR"): [EXCHANGES[0]]}),
    **{f"{kind}.co.uk.": (10 + at, {(f"h{host}.{kind}.co.uk.", "A"): ["25.25.90.3"] for host in range(HOSTS)})
       for at, kind in enumerate(BROKEN)},
}
LABELS = {".": 1, "uk.": 2, "co.uk.": 3, "arpa.": 3}  # of the longest name that each of these needs to see


class Authority(Moving):
    """A zone's server, which refers to those of the zones below it, and may be broken for some questions."""

    def __init__(self, zone, number, records):
        super().__init__(zone, f"{NET}{number}", records, TTL, port=53)
        self.children = [child for child in ZONES if _parent(child) == zone]

    def reply(self, octets, tcp):
        query = dns.message.from_wire(octets)
        name, rdtype = query.question[0].name, query.question[0].rdtype
        for child in self.children:
            if name.is_subdomain(dns.name.from_text(child)):
                self.asked[name.to_text().lower(), dns.rdatatype.to_text(rdtype), tcp] += 1
                return _referral(query, child)
        kind = self.zone.split(".")[0]
        if kind not in BROKEN or name.to_text().lower() != self.zone or rdtype != dns.rdatatype.A:
            return super().reply(octets, tcp)
        self.asked[self.zone, "A", tcp] += 1
        if kind == "silent":
            return None
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA
        reply.set_rcode(getattr(dns.rcode, kind.upper()))
        return reply.to_wire()

    def types(self, name):
        return {rdtype for asked, rdtype, _ in self.asked if asked == name}


def _parent(zone):
    return max((other for other in ZONES if other != zone and (other == "." or zone.endswith(f".{other}"))), key=len, default=None)


def _referral(query, child):
    reply = dns.message.make_response(query)
    reply.authority.append(dns.rrset.from_text(child, TTL, "IN", "NS", f"ns.{child}"))
    reply.additional.append(dns.rrset.from_text(f"ns.{child}", TTL, "IN", "A", f"{NET}{ZONES[child][0]}"))
    return reply.to_wire()


@contextlib.contextmanager
def _internet():
    """The servers by zone, with nothing counted yet."""
    with contextlib.ExitStack() as stack:
        servers = {}
        for zone, (number, records) in ZONES.items():
            own = {(zone, "NS"): [f"ns.{zone.lstrip('.')}"], (f"ns.{zone.lstrip('.')}", "A"): [f"{NET}{number}"]}
            servers[zone] = stack.enter_context(Authority(zone, number, {**own, **records}))
        yield servers


def _mxward(name, changes=None, hardening=None):
    hints = daemon.folder() / "minimise.hints"
    hints.write_text(f". 3600 IN NS ns.\nns. 3600 IN A {NET}1\n", encoding="utf-8")
    resolver = {"root-hints": str(hints), "trust-anchor-file": [], "auto-trust-anchor-file": "", "hardening": hardening or {},
                **(changes or {})}
    return daemon.Mxward(f"minimise-{name}", {"resolver": resolver})


def _ask(cases, label, name, rdtype):
    """Asks, and wants an answer."""
    answer = asking.ask(daemon.ADDRESS, name, rdtype)
    good = not answer.failure and answer.reply.rcode() == dns.rcode.NOERROR and bool(answer.reply.answer)
    cases.check(good, f"{label}: {name} {rdtype} has an answer", answer.failure or answer.reply)


def _deliver(cases, label):
    """What a mail server asks, and the reverse name of one that comes."""
    exchanges = [(exchange, "A") for exchange in EXCHANGES]
    for name, rdtype in ((DOMAIN, "MX"), *exchanges, (f"_25._tcp.{EXCHANGES[0]}", "TLSA"), (PTR, "PTR")):
        _ask(cases, label, name, rdtype)


def _shown(servers):
    """What servers have seen and did not need."""
    return [(zone, name) for zone, most in LABELS.items() for name, _, _ in servers[zone].asked
            if len(dns.name.from_text(name)) - 1 > most]


def _minimised(cases, label, check, *how):
    """Delivers until nothing is shown; then check(servers)."""
    for attempt in range(1, TRIES + 1):
        with _internet() as servers, _mxward(label, *how):
            _deliver(cases, label)
            if attempt < TRIES and _shown(servers):
                continue
            cases.check(not _shown(servers), f"{label}: servers see no more than they need", _shown(servers))
            check(servers)
            return


def _by_domains(cases):
    step = f"_tcp.{EXCHANGES[0]}"

    def check(servers):
        own = servers[DOMAIN]
        suffix = servers["co.uk."]
        cases.check(suffix.types(HOSTER) == {"A"}, "domains: a suffix sees A of the domain that exchanges are in", suffix.asked)
        cases.check(own.types(f"_25.{step}") == {"TLSA"}, "domains: the domain's own servers are asked for TLSA", own.asked)
        cases.check(not own.types(step), "domains: and for nothing on the way there", own.asked)
        cases.check(own.types(DOMAIN) == {"MX"}, "domains: but not for A of its apex, where MX was asked for", own.asked)
        before = {zone: set(server.asked) for zone, server in servers.items()}
        _ask(cases, "domains", f"ns.{DOMAIN}", "A")
        cases.check(set(own.asked) > before[DOMAIN], "domains: a new name is asked for", own.asked)
        others = {zone: set(server.asked) for zone, server in servers.items() if zone != DOMAIN}
        cases.check(others == {zone: before[zone] for zone in others}, "domains: and nobody above hears of it", others)
    _minimised(cases, "domains", check)


def _broken(cases):
    """Where the domain itself cannot be asked for, what is below it is found all the same, and that is tried once."""
    with _internet() as servers, _mxward("broken"):
        for kind in BROKEN:
            zone = f"{kind}.co.uk."
            _ask(cases, kind, f"h0.{zone}", "A")
            before = servers[zone].asked[zone, "A", False]
            cases.check(before > 0, f"{kind}: the domain was asked for")
            for host in range(1, HOSTS):
                _ask(cases, kind, f"h{host}.{zone}", "A")
            again = servers[zone].asked[zone, "A", False] - before
            if kind != "silent":  # of which libunbound goes on asking
                cases.check(again < HOSTS // 2, f"{kind}: and is not asked for each time", again)


def _by_labels(cases):
    """libunbound's own way, for who wants it, or wants it strict."""
    for label, changes, hardening in (("labels", {"minimise": "labels"}, {}), ("strict", {}, {"qname-minimisation-strict": True})):
        def check(servers, label=label):
            step = servers[DOMAIN].types(f"_tcp.{EXCHANGES[0]}")
            cases.check(step == {"A"}, f"{label}: each label is a question", servers[DOMAIN].asked)
        _minimised(cases, label, check, changes, hardening)


def _off(cases):
    with _internet() as servers, _mxward("off", {}, {"qname-minimisation": False}):
        _deliver(cases, "off")
        cases.check(servers["."].types(DOMAIN) == {"MX"}, "off: the root sees everything", servers["."].asked)


def _forwarded(cases):
    """Whom all is asked has nothing to be hidden from it."""
    records = {key: value for _, own in ZONES.values() for key, value in own.items()}
    forwarder = Moving(".", f"{NET}53", records, TTL)
    with forwarder, _mxward("forwarded", {"forward": [{"zone": ".", "to": [f"{NET}53@5300"]}]}):
        _deliver(cases, "forwarded")
        asked = {(name, rdtype) for name, rdtype, _ in forwarder.asked}
        stops = {(name, "A") for name in ("uk.", "co.uk.", DOMAIN, HOSTER, "arpa.", "in-addr.arpa.")}
        cases.check(not asked & stops, "forwarded: a forwarder is asked for what is wanted alone", sorted(asked))


def main():
    cases = Cases()
    for test in (_by_domains, _broken, _by_labels, _off, _forwarded):
        test(cases)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
