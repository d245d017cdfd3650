"""A quiet client's cached questions while others ask twice as many new ones as can be resolved.

What each resolver can resolve is measured before and after: as many random names below a signed zone (MX of a wildcard: a
signature to validate for each) as it answers. Between the two such names come at twice that rate, with an eighth as many each
below a zone whose servers take 0.1 s and below one whose servers are silent, while a client of its own socket asks for what is
cached. What is counted: hits that are answered within a second, and when; random names that are resolved, of those that it could;
memory that this takes. As on a mail server, all questions come from one address."""
import json
import subprocess
import time

import figures
import scenario_hits

HITS = figures.Measure("Hits answered in a flood of misses", "%", more_is_better=True)
MEDIAN = figures.Measure("Time of a hit in a flood of misses, median", "ms")
P99 = figures.Measure("Time of a hit in a flood of misses, 99th percentile", "ms")
CAPACITY = figures.Measure("Random signed names resolved, alone", "1/s", more_is_better=True)
RESOLVED = figures.Measure("Random signed names resolved in a flood of twice as many, of what can be", "%", more_is_better=True)
MEMORY = figures.Measure("Memory that the flood takes", "MB")
TARGETS = [figures.Target(HITS, 99), figures.Target(P99, 5), figures.Target(RESOLVED, 80)]
SIGNED, SLOW, SILENT = "%.wildcard3.mail. MX", "%.distant.plain. A", "%.silent.post. A"
MIX = [SIGNED] * 8 + [SLOW, SILENT]
HIT_RATE = 500
FLOOD = 2
CAPACITY_OPEN = 256
CAPACITY_WAIT = 2  # a query that is lost must not hold its place up for long
WAIT = 5
LEAD = 1     # seconds of flood before hits are counted
NOERROR = "0"


class Names:
    """Numbers for names that nobody has asked for."""

    def __init__(self):
        self.next = 0

    def take(self, number):
        self.next += number
        return self.next - number


def resolve(bench, server, signed, names, seconds):
    """Names that are resolved in a second when as many are asked as it answers, for so long."""
    found = bench.load(server, signed, "-x", "question", "-o", CAPACITY_OPEN, "-w", CAPACITY_WAIT, "-s", seconds,
                       "-u", names.take(1 << 20))
    return found["rcodes"].get(NOERROR, 0) / max(found["replied_seconds"], seconds)


def capacity(bench, server, signed, names):
    """The same, once it is at it."""
    resolve(bench, server, signed, names, 0.5)
    return resolve(bench, server, signed, names, bench.seconds)


def _flood(bench, server, mix, hits, rate, names):
    """What the generators found: the flood's and the quiet client's."""
    seconds = bench.seconds + 2 * LEAD
    command = bench.load_command(server, mix, "-x", "question", "-c", 16, "-r", rate, "-s", seconds, "-w", WAIT, "-u",
                                 names.take(1 << 20))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as flood:
        time.sleep(LEAD)
        quiet = bench.load(server, hits, "-x", "question", "-c", 1, "-r", HIT_RATE, "-s", bench.seconds, "-w", 1)
        return json.load(flood.stdout), quiet, seconds


def _round(bench, data, server, files, names):
    before = capacity(bench, server, files["signed"], names)
    octets = server.resident_octets()
    rate = int(FLOOD * before * len(MIX) / MIX.count(SIGNED))
    flood, quiet, seconds = _flood(bench, server, files["mix"], files["hits"], rate, names)
    grown = server.resident_octets() - octets
    alone = (before + capacity(bench, server, files["signed"], names)) / 2
    data.add(CAPACITY, server.name, alone)
    data.add(HITS, server.name, 100 * quiet["rcodes"].get(NOERROR, 0) / quiet["sent"])
    data.add(MEDIAN, server.name, quiet["latency_us"]["p50"] / 1000)
    data.add(P99, server.name, quiet["latency_us"]["p99"] / 1000)
    data.add(RESOLVED, server.name, 100 * flood["rcodes"].get(NOERROR, 0) / seconds / alone)
    data.add(MEMORY, server.name, grown / 1e6)


def run(bench):
    data = figures.Figures()
    names = Names()
    files = {"signed": bench.questions("signed", [SIGNED]), "mix": bench.questions("mix", MIX)}
    for number in range(bench.rounds):
        bench.say(f"round {number + 1} of {bench.rounds}")
        for name in bench.names:
            with bench.running([name]) as servers:
                hits, _ = scenario_hits.agreed(bench, servers, scenario_hits.signed_domains())
                _round(bench, data, servers[name], {**files, "hits": hits["DO=0"]}, names)
    return data
