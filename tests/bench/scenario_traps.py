"""What zones that are made to be expensive do to the rest.

Three traps at once, 20 new names of each in a second: a zone with many keys of one tag and as many signatures (CVE-2023-50387), deep
names below a zone whose NSEC3 has iterations (CVE-2023-50868), and delegations that fan out. Meanwhile a quiet client asks for what is
cached, and another for as many random names below a signed zone as are resolved, which is compared with how many these are without
traps, before and after it."""
import json
import subprocess

import figures
import scenario_flood
import scenario_hits

HITS = figures.Measure("Hits answered beside traps", "%", more_is_better=True)
P99 = figures.Measure("Time of a hit beside traps, 99th percentile", "ms")
RESOLVED = figures.Measure("Random signed names resolved beside traps, of what can be without", "%", more_is_better=True)
MEMORY = figures.Measure("Memory that traps take", "MB")
TARGETS = [figures.Target(HITS, 99), figures.Target(P99, 5), figures.Target(RESOLVED, 80)]
TRAPS = ["%.keytrap.lab. A", "a.b.c.d.e.f.g.h.%.depths.mail. A", "%.fan-out.plain. A"]
RATE = 20


def _start(bench, server, questions, *options):
    return subprocess.Popen(bench.load_command(server, questions, "-x", "question", "-c", 1, *options), stdout=subprocess.PIPE, text=True)


def _beside(bench, server, files, names):
    """Names resolved in a second, and what the quiet client found."""
    seconds = bench.seconds
    with _start(bench, server, files["traps"], "-r", RATE * len(TRAPS), "-s", seconds, "-w", scenario_flood.WAIT,
                "-u", names.take(1 << 20)) as traps, \
            _start(bench, server, files["hits"], "-r", scenario_flood.HIT_RATE, "-s", seconds, "-w", 1) as quiet:
        resolved = scenario_flood.resolve(bench, server, files["signed"], names, seconds)
        traps.communicate()
        return resolved, json.loads(quiet.communicate()[0])


def _round(bench, data, server, files, names):
    before = scenario_flood.capacity(bench, server, files["signed"], names)
    octets = server.resident_octets()
    resolved, quiet = _beside(bench, server, files, names)
    grown = server.resident_octets() - octets
    alone = (before + scenario_flood.capacity(bench, server, files["signed"], names)) / 2
    data.add(HITS, server.name, 100 * quiet["rcodes"].get(scenario_flood.NOERROR, 0) / quiet["sent"])
    data.add(P99, server.name, quiet["latency_us"]["p99"] / 1000)
    data.add(RESOLVED, server.name, 100 * resolved / alone)
    data.add(MEMORY, server.name, grown / 1e6)


def run(bench):
    data = figures.Figures()
    names = scenario_flood.Names()
    files = {"signed": bench.questions("signed", [scenario_flood.SIGNED]), "traps": bench.questions("traps", TRAPS)}
    for number in range(bench.rounds):
        bench.say(f"round {number + 1} of {bench.rounds}")
        for name in bench.names:
            with bench.running([name]) as servers:
                hits, _ = scenario_hits.agreed(bench, servers, scenario_hits.signed_domains())
                _round(bench, data, servers[name], {**files, "hits": hits["DO=0"]}, names)
    return data
