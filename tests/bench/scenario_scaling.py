"""Two workers against one.

Cached MX over UDP with DO=1, from 64 sockets, so that the kernel divides them among the workers. On a machine whose two cores have
the load generator beside the workers a rate cannot double; what can be told is what one answer costs when both
answer at once. Hits per second of processor time, times the workers, is what they could answer with a core each."""
import figures
import scenario_hits

ONE, TWO = "mxward, one worker", figures.OWN
CPU = figures.Measure("Processor time per cached MX, UDP, DO=1, 64 sockets", "µs")
CAPACITY = figures.Measure("Cached MX per second that the workers have processor time for", "1/s", more_is_better=True)
RATE = figures.Measure("Cached MX per second, the load generator on the same two cores", "1/s", more_is_better=True)
TARGETS = [figures.Target(CAPACITY, 1.8, ONE)]
OPTIONS = ("-d", "-c", 64, "-o", 400)


def run(bench):
    data = figures.Figures()
    workers = {ONE: 1, TWO: 2}
    own = [figures.OWN]
    with bench.running(own, cores=bench.cores[:2], changes={"threads": 2}, address="127.0.0.21") as two, \
            bench.running(own, cores=bench.server_core) as one:
        servers = {ONE: one[figures.OWN], TWO: two[figures.OWN]}
        files, _ = scenario_hits.agreed(bench, servers, scenario_hits.signed_domains())
        for number in range(bench.rounds):
            bench.say(f"round {number + 1} of {bench.rounds}")
            for name, server in servers.items():
                found = bench.measure(data, server, files["DO=1"], *OPTIONS, cores=bench.cores[:2])
                data.add(CPU, name, found["cpu_us"])
                data.add(CAPACITY, name, workers[name] * 1e6 / found["cpu_us"])
                data.add(RATE, name, found["per_second"])
    return data
