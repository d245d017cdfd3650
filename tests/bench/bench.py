#!/usr/bin/python3 -B
"""Measures mxward beside the other resolvers that this machine has, and beside what the kernel allows. Runs inside the lab:
./dev bench [SCENARIO...]

Each scenario is a file scenario_NAME.py with a doc string (what is measured, and how), TARGETS, and run(bench), which returns
Figures. Rounds go over all resolvers in turn, so that what disturbs the machine disturbs each of them, and what is compared are
medians. Servers have one core, the load generator another one. Figures go to the build folder as JSON, and as a picture."""
import argparse
import contextlib
import importlib
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import plot  # noqa: E402 our own folder comes first
import resolvers  # noqa: E402

GENERATOR_FULL, SERVER_FULL = 0.95, 0.9  # shares of a core
WAIT_SECONDS = 3  # for a reply; other work on the machine must not make it a lost one
SETTLE_SECONDS = 0.3  # of load that is not measured: caches of the processor, and a clock that rises


def scenarios():
    """Their names."""
    return sorted(path.stem.removeprefix("scenario_") for path in HERE.glob("scenario_*.py"))


class Bench:
    """What a scenario works with."""

    def __init__(self, options):
        cores = sorted(os.sched_getaffinity(0))
        if len(cores) < 2:
            raise SystemExit("bench: needs two cores: one for the server, one for the load")
        self.rounds = options.rounds
        self.seconds = options.seconds
        self.cores = cores
        self.server_core, self.load_core = cores[:1], cores[1:2]
        self.build = pathlib.Path(os.environ["LAB_MXWARD"]).parent
        self.folder = pathlib.Path(os.environ["LAB_DIR"])
        self.names = [name for name, kind in resolvers.KINDS.items() if kind.is_there()]
        self.count = 0

    def say(self, text):
        print(text, flush=True)

    def new_folder(self, name):
        """A path of which there is nothing yet."""
        self.count += 1
        return self.folder / f"bench-{self.count}-{name}"

    @contextlib.contextmanager
    def running(self, names=None, cores=None, question=(".", "SOA"), **how):
        """Resolvers by name, started and answering `question`, stopped at the end. `how`: resolvers.start()."""
        servers = {}
        try:
            for name in names or self.names:
                servers[name] = resolvers.start(name, cores or self.server_core, self.new_folder(name), **how)
            for server in servers.values():
                server.wait_for(question)
            yield servers
        finally:
            for server in servers.values():
                server.stop()

    @contextlib.contextmanager
    def echo(self, reply):
        """The echo program, answering with `reply`."""
        server = resolvers.start_echo(self.build / "tests/bench/echo", reply, self.server_core, self.new_folder("echo"))
        try:
            yield server
        finally:
            server.stop()

    def questions(self, name, lines):
        """A file of questions for the load generator (load_questions.h)."""
        path = self.folder / f"questions-{name}"
        path.write_text("".join(line + "\n" for line in lines))
        return path

    def load_command(self, server, questions, *options, cores=None):
        return ["taskset", "-c", ",".join(map(str, cores or self.load_core)), str(self.build / "tests/bench/load"), "-w", str(WAIT_SECONDS),
                *map(str, options),
                server.address, str(resolvers.PORT), str(questions)]

    def load(self, server, questions, *options, cores=None):
        """What the load generator found: its JSON."""
        done = subprocess.run(self.load_command(server, questions, *options, cores=cores), stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout)

    def measure(self, figures, server, questions, *options, cores=None):
        """Load for some seconds; what the generator found, and `cpu_us`: processor time of all the server's threads for each
        answer. A wrong reply ends the run: it would not be the same work as the others'."""
        self.load(server, questions, *options, "-s", SETTLE_SECONDS, cores=cores)
        before = server.cpu_seconds()
        found = self.load(server, questions, *options, "-s", self.seconds, cores=cores)
        used = server.cpu_seconds() - before
        if found["wrong"] or not found["answered"]:
            raise SystemExit(f"bench: {server.name} gave {found['wrong']} wrong replies of {found['answered']}")
        found["cpu_us"] = used / found["answered"] * 1e6
        generator, busy = found["cpu_seconds"] / found["seconds"], used / found["seconds"]
        if generator > GENERATOR_FULL and busy < SERVER_FULL:
            figures.note(f"{server.name} had time left ({busy:.0%} of its core): the load generator was the bottleneck of its rate")
        if found["lost"]:
            figures.note(f"{server.name} lost replies")
        return found


def show(bench, name, module):
    """Runs a scenario; whether all its targets were met."""
    title = module.__doc__.strip().splitlines()[0].rstrip(".")
    bench.say(f"=== {name}: {title}")
    figures = module.run(bench)
    outcomes = [figures.outcome(target) for target in module.TARGETS]
    bench.say("\n" + figures.table() + "\n".join([outcome.text() for outcome in outcomes] + figures.notes))
    folder = bench.build / "bench"
    folder.mkdir(exist_ok=True)
    told = {"scenario": name, "title": title, "rounds": bench.rounds, "seconds": bench.seconds, **figures.as_json(module.TARGETS)}
    (folder / f"{name}.json").write_text(json.dumps(told, indent=1) + "\n")
    (folder / f"{name}.svg").write_text(plot.svg(title, figures, module.TARGETS))
    bench.say(f"all figures: {folder}/{name}.json, drawn: {folder}/{name}.svg\n")
    return all(outcome.met for outcome in outcomes)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", nargs="*", help=f"one or more of {', '.join(scenarios())} (default: all)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds over all resolvers (default 5)")
    parser.add_argument("--seconds", type=float, default=2, help="seconds for each measurement (default 2)")
    options = parser.parse_args()
    if unknown := set(options.scenario) - set(scenarios()):
        parser.error(f"there is no scenario {', '.join(sorted(unknown))}; there are: {', '.join(scenarios())}")
    return options


def main():
    options = arguments()
    bench = Bench(options)
    missing = [name for name, kind in resolvers.KINDS.items() if not kind.is_there()]
    if missing:
        bench.say(f"not installed, and left out: {', '.join(missing)}")
    try:
        met = [show(bench, name, importlib.import_module(f"scenario_{name}")) for name in options.scenario or scenarios()]
    except resolvers.CannotStart as error:
        raise SystemExit(f"bench: {error}") from error
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
