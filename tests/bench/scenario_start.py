"""From exec to the first answer, and to the first cached one after a restart with a full cache.

Each resolver is started and asked for localhost until it says anything, which needs no network; processor cores are not shared
out, for that is how they start. Then those that keep their cache over a restart are filled with the MX of 200,000 names of one
signed zone, stopped, and started again: the time is that to a whole answer for one of these names. Who asks does so again as soon
as he hears that nobody listens, and else waits 2 ms for an answer."""
import random
import socket
import time

import dns.flags
import dns.message
import dns.rcode

import bigzone
import figures
import resolvers

FIRST = figures.Measure("From exec to the first answer", "ms")
HIT = figures.Measure("From exec to a hit out of 200,000 after a restart", "ms")
TARGETS = [figures.Target(FIRST, 50), figures.Target(HIT, 100)]
KEEPING = ("mxward", "knot-resolver")
CACHE_MB = 128
FILLING = ("-c", 4, "-o", 100, "-w", 10, "-s", 1200, "-1", "-d")
WAIT = 0.002  # seconds
MOST = 20


def _ask_until(server, query, good):
    """Milliseconds until a good reply, from now, when it is started."""
    wire = query.to_wire()
    began = time.monotonic()
    server.begin()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.connect((server.address, resolvers.PORT))
        client.settimeout(WAIT)
        while time.monotonic() - began < MOST:
            try:
                client.send(wire)
                if good(dns.message.from_wire(client.recv(65535))):
                    return (time.monotonic() - began) * 1000
            except ConnectionRefusedError:
                time.sleep(WAIT / 10)
            except TimeoutError:
                continue
    raise SystemExit(f"bench: {server.name} does not answer {query.question[0]}")


def _first(bench, data):
    query = dns.message.make_query("localhost.", "A")
    with bench.running(cores=bench.cores) as servers:
        for _ in range(bench.rounds):
            for server in servers.values():
                server.stop()
                data.add(FIRST, server.name, _ask_until(server, query, lambda reply: True))


def _is_whole(reply):
    return reply.rcode() == dns.rcode.NOERROR and len(reply.answer) > 0 and reply.flags & dns.flags.AD


def _restarted(bench, data, zones):
    file = bench.questions("all", [f"{name} MX" for name in bigzone.names()])
    changes = {"cache": {"snapshot": {"file": str(bench.folder / "snapshot")}}}
    for name in (name for name in bench.names if name in KEEPING):
        with bench.running([name], cores=bench.cores, zones=zones, cache_mb=CACHE_MB, changes=changes) as servers:
            server = servers[name]
            found = bench.load(server, file, *FILLING)
            if found["wrong"] or found["lost"]:
                raise SystemExit(f"bench: {name} gave {found['wrong']} wrong replies, and none to {found['lost']} questions")
            for _ in range(bench.rounds):
                server.stop()
                query = dns.message.make_query(random.choice(bigzone.names()), "MX", want_dnssec=True)
                data.add(HIT, name, _ask_until(server, query, _is_whole))


def run(bench):
    data = figures.Figures()
    _first(bench, data)
    with bigzone.served(bench) as zones:
        _restarted(bench, data, zones)
    return data
