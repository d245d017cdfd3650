"""Memory for cached answers, and whether many of them are slower.

All resolvers are asked for the MX of 200,000 names of one signed zone. What the resident memory of all processes of one has grown
by from the first 2,000 names on, is divided by the number of the other names (once: it hardly differs). libunbound's own caches
in mxward are bounded to what delegations and keys need. Then mxward alone is asked for as many as a million names of an
unsigned zone, and its processor time per cached answer is measured at three sizes, names in no order."""
import bigzone
import figures

OCTETS = figures.Measure("Memory per cached MX of a signed zone", "octets")
SIZES = {"10,000": 10000, "200,000": 200000, "1,000,000": 1000000}
CPU = {size: figures.Measure(f"Processor time per hit with {size} names cached", "µs") for size in SIZES}
TARGETS = [figures.Target(OCTETS, 300), figures.Target(OCTETS, 1, figures.BEST_OTHER)]
FIRST = 2000
FILLING = ("-c", 4, "-o", 100, "-w", 10, "-s", 1200)
CACHE_MB = 512
OWN_CACHE_MB = 128  # ours has its own idea of how much of it becomes hash buckets
CHANGES = {"resolver": {"memory": "8M"}}


def _fill(bench, server, file, *options):
    found = bench.load(server, file, *FILLING, *options)
    if found["wrong"] or found["lost"]:
        raise SystemExit(f"bench: {server.name} gave {found['wrong']} wrong replies, and none to {found['lost']} questions")


def _memory(bench, data, zones):
    lines = [f"{name} MX" for name in bigzone.names()]
    first, rest = bench.questions("first", lines[:FIRST]), bench.questions("rest", lines[FIRST:])
    for name in bench.names:
        size = OWN_CACHE_MB if name == figures.OWN else CACHE_MB
        with bench.running([name], zones=zones, cache_mb=size, changes=CHANGES) as servers:
            server = servers[name]
            _fill(bench, server, first, "-1", "-d")
            before = server.resident_octets()
            _fill(bench, server, rest, "-1", "-d")
            octets = (server.resident_octets() - before) / (len(lines) - FIRST)
        bench.say(f"{name}: {octets:.0f} octets")
        data.add(OCTETS, name, octets)


def _flatness(bench, data, zones):
    file = bench.questions("wild", ["%.wild TXT 1"])
    filled = 0
    with bench.running([figures.OWN], zones=zones, cache_mb=CACHE_MB) as servers:
        server = servers[figures.OWN]
        for size, count in SIZES.items():
            _fill(bench, server, file, "-u", filled, "-n", count - filled)
            filled = count
            for _ in range(bench.rounds):
                data.add(CPU[size], figures.OWN, bench.measure(data, server, file, "-c", 8, "-o", 200, "-m", count)["cpu_us"])


def run(bench):
    data = figures.Figures()
    with bigzone.served(bench) as zones:
        _memory(bench, data, zones)
        _flatness(bench, data, zones)
    return data
