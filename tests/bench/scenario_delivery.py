"""What delivering to a domain waits for.

All that a mail server asks to deliver to a domain that nobody has asked for before, one after the other: MX, then A, AAAA and TLSA
of each of its two exchanges. The servers are 20 ms away (round trip, TCP's handshakes too), each domain's at an address of its own; the
root and the top-level domains are known. Measured once for signed domains, once for insecure ones, where mail servers ask for
no TLSA (RFC 7672, 2.2.2), and once for those with TLSA all the same. A figure is the median of a round's domains."""
import statistics
import time

import dns.message
import dns.query
import dns.rcode

import figures
import world

ROUND_TRIP_MS = 20
EACH_ROUND = 10
WARM = 4  # domains of each kind that are asked for before
WAIT_SECONDS = 10
KINDS = {  # top-level domain, and what is asked of each exchange
    "signed": ("signed", ("A", "AAAA", "TLSA")),
    "insecure": ("plain", ("A", "AAAA")),
    "insecure with TLSA": ("plain", ("A", "AAAA", "TLSA")),
}
TOOK = {kind: figures.Measure(f"Delivery to a cold domain, {kind}, 20 ms round trips", "ms") for kind in KINDS}
TARGETS = [figures.Target(TOOK[kind], bound, figures.BEST_OTHER)
           for kind, bound in (("signed", 0.55), ("insecure", 1.0), ("insecure with TLSA", 1.0))]


def _ask(address, name, kind):
    query = dns.message.make_query(name, kind, want_dnssec=True, use_edns=0, payload=1232)
    reply, _ = dns.query.udp_with_fallback(query, address, timeout=WAIT_SECONDS)
    if reply.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        raise SystemExit(f"bench: {address} says {dns.rcode.to_text(reply.rcode())} to {name} {kind}")
    return reply


def _deliver(address, number, top, kinds):
    """Milliseconds."""
    began = time.perf_counter()
    if not _ask(address, world.domain(number, top), "MX").answer:
        raise SystemExit(f"bench: {address} has no MX of {world.domain(number, top)}")
    for exchange in world.exchanges(number, top):
        for kind in kinds:
            _ask(address, f"_25._tcp.{exchange}" if kind == "TLSA" else exchange, kind)
    return (time.perf_counter() - began) * 1000


def run(bench):
    data = figures.Figures()
    internet = world.World(bench, WARM + bench.rounds * EACH_ROUND * 2)
    with internet.far_away(ROUND_TRIP_MS), bench.running(**internet.how()) as servers:
        for server in servers.values():
            for number in range(WARM):
                for top in world.TOPS:
                    _deliver(server.address, number, top, ("A",))
        for number in range(bench.rounds):
            bench.say(f"round {number + 1} of {bench.rounds}")
            for which, (kind, (top, kinds)) in enumerate(KINDS.items()):
                first = WARM + (number * 2 + which // 2) * EACH_ROUND
                for server in servers.values():
                    data.add(TOOK[kind], server.name, statistics.median(
                        _deliver(server.address, at, top, kinds) for at in range(first, first + EACH_ROUND)))
    return data
