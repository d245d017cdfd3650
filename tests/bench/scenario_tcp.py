"""Cached MX answers on TCP connections that are kept.

The same questions as over UDP, with DO=1, by two kinds of client: one that asks the next question on a connection when it has
the answer to the last one (32 connections), and one that has ten questions open on each (8 connections, RFC 7766, 6.2.1.1)."""
import figures
import scenario_hits

CLIENTS = {"one at a time": ("-c", 32, "-o", 32), "ten at a time": ("-c", 8, "-o", 80)}
CPU = {client: figures.Measure(f"Processor time per cached MX, TCP, {client}", "µs") for client in CLIENTS}
RATE = {client: figures.Measure(f"Cached MX per second, TCP, {client}", "1/s", more_is_better=True) for client in CLIENTS}
TARGETS = [figures.Target(measure, 0.7, figures.BEST_OTHER) for measure in CPU.values()]


def run(bench):
    data = figures.Figures()
    with bench.running() as servers:
        files, _ = scenario_hits.agreed(bench, servers, scenario_hits.signed_domains())
        for number in range(bench.rounds):
            bench.say(f"round {number + 1} of {bench.rounds}")
            for client, options in CLIENTS.items():
                for server in servers.values():
                    found = bench.measure(data, server, files["DO=1"], "-t", "-d", *options)
                    data.add(CPU[client], server.name, found["cpu_us"])
                    data.add(RATE[client], server.name, found["per_second"])
    return data
