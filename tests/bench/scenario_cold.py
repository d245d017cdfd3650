"""Processor time of cold questions: signed domains that nobody has asked for before.

First the MX of each domain, then A, AAAA and TLSA of its two exchanges: what a mail server asks to deliver to it. mxward asks
for all of it when it is asked for the MX, the others for each when it is asked for; so the figure that compares is of the whole
delivery, and that of the MX alone is shown beside it. Servers are beside the resolvers, each domain's at an address of its own; root
and top-level domains are known. Processor time is of all processes of a resolver, until a moment after the last reply."""
import time

import figures
import world

EACH_ROUND = 100
WARM = 8
SETTLE_SECONDS = 0.5  # for what a resolver writes behind its answers
TOP = "signed"
OPTIONS = ("-1", "-c", 4, "-o", 8, "-d")  # each question once, eight at a time
MX = figures.Measure("Processor time of a cold signed MX", "µs")
DELIVERY = figures.Measure("Processor time of all that a delivery to a cold signed domain asks (7 questions)", "µs")
TARGETS = [figures.Target(DELIVERY, 1.15, "unbound")]


def _questions(bench, name, numbers):
    """Files for MX, and for all that follows."""
    mx = [f"{world.domain(number, TOP)} MX 3" for number in numbers]
    rest = [f"{'_25._tcp.' if kind == 'TLSA' else ''}{exchange} {kind} 2"
            for number in numbers for exchange in world.exchanges(number, TOP) for kind in ("A", "AAAA", "TLSA")]
    return bench.questions(f"{name}-mx", mx), bench.questions(f"{name}-rest", rest)


def _used(bench, server, questions):
    """Seconds of processor time for these questions."""
    before = server.cpu_seconds()
    found = bench.load(server, questions, *OPTIONS)
    time.sleep(SETTLE_SECONDS)
    if found["wrong"] or found["lost"]:
        raise SystemExit(f"bench: {server.name} gave {found['wrong']} wrong replies, and {found['lost']} none")
    return server.cpu_seconds() - before


def _idle(server):
    """Seconds of processor time that it uses in as long without questions."""
    before = server.cpu_seconds()
    time.sleep(SETTLE_SECONDS)
    return server.cpu_seconds() - before


def run(bench):
    data = figures.Figures()
    internet = world.World(bench, WARM + bench.rounds * EACH_ROUND, (TOP,))
    with internet.beside(), bench.running(**internet.how()) as servers:
        for server in servers.values():
            for questions in _questions(bench, "warm", range(WARM)):
                _used(bench, server, questions)
        for number in range(bench.rounds):
            bench.say(f"round {number + 1} of {bench.rounds}")
            first = WARM + number * EACH_ROUND
            files = _questions(bench, str(number), range(first, first + EACH_ROUND))
            for server in servers.values():
                idle = _idle(server)
                mx, rest = (max(_used(bench, server, questions) - idle, 0) for questions in files)
                data.add(MX, server.name, mx / EACH_ROUND * 1e6)
                data.add(DELIVERY, server.name, (mx + rest) / EACH_ROUND * 1e6)
    return data
