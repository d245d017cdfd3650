#!/usr/bin/python3 -B
"""Whether memory stays flat: mixed load on mxward in the lab for some minutes, and what its processes take meanwhile.

Usage: tests/lab/lab.py run -- tests/bench/soak.py [SECONDS]    (600)

All the time: hits over UDP and over TCP, names that nobody has asked for (signed, insecure, slow, silent), and traps (keys of one tag,
NSEC3 with iterations, delegations that fan out). Now and then: a flood of many times as many new names, a reload, a flush of all.
The caches are small, so that they are full before half of the time is over. Prints resident memory every minute and ends with exit
status 1 when that of the last quarter is more than that of the third, or descriptors are left over, or mxward does not stop."""
import dataclasses
import json
import pathlib
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lab"))

import asking  # noqa: E402
import daemon  # noqa: E402
from cases import Cases  # noqa: E402

SECONDS = 600
SAMPLE_SECONDS = 1
GROWTH = 1.05         # what the last quarter may take of the third
GROWTH_KB = 4 << 10   # and this much more
FILES_MORE = 16       # descriptors: sockets of questions under way come and go
CACHES = {"cache": {"size": "16M"}, "resolver": {"memory": "32M", "processes": 1}, "log": {"level": "error"}}
HITS = ["rsa.lab. MX", "lab. NS", "rsa.lab. A"]
MISSES = ["%.wildcard3.mail. MX"] * 4 + ["%.wildcard.plain. MX"] * 4 + ["%.distant.plain. A", "%.silent.post. A"]
TRAPS = ["%.keytrap.lab. A", "%.depths.mail. A", "%.fan-out.plain. A"]


@dataclasses.dataclass(frozen=True)
class Stream:
    """What the load generator asks all the time, or for `burst` seconds every `every` seconds."""
    name: str
    questions: list
    rate: int
    options: tuple = ()
    every: int = 0
    burst: int = 0


STREAMS = (
    Stream("hits", HITS, 500),
    Stream("tcp-hits", HITS, 200, ("-t", "-c", 8)),
    Stream("misses", MISSES, 150),
    Stream("traps", TRAPS, 3),
    Stream("flood", MISSES, 2000, (), 20, 2),
)
RELOAD_SECONDS, FLUSH_SECONDS = 45, 60


class Load:
    """Load generators that run, each with numbers for names that no other has."""

    def __init__(self):
        self.program = pathlib.Path(daemon.binary()).parent / "tests/bench/load"
        self.running = []  # pairs of a stream's name and a process
        self.numbers = 0

    def start(self, stream, seconds):
        path = daemon.folder() / f"soak-{stream.name}"
        path.write_text("".join(f"{line}\n" for line in stream.questions))
        self.numbers += 1 << 20
        command = [self.program, *stream.options, "-x", "question", "-r", stream.rate, "-s", seconds, "-u", self.numbers, daemon.ADDRESS,
                   asking.PORT, path]
        self.running.append((stream.name, subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True)))

    def results(self):
        """Of each stream, once all have ended: queries, and those that were answered."""
        sums = {}
        for name, process in self.running:
            found = json.loads(process.communicate()[0])
            before = sums.get(name, (0, 0))
            sums[name] = (before[0] + found["sent"], before[1] + found["answered"])
        return sums

    def stop(self):
        for _, process in self.running:
            process.kill()
            process.wait()


@dataclasses.dataclass(frozen=True)
class Sample:
    """Kilobytes of resident memory that is no file's, and descriptors of the front process."""
    front: int
    resolvers: int
    inspections: int
    files: int

    def all(self):
        return self.front + self.resolvers + self.inspections


def _anonymous(pids):
    total = 0
    for pid in pids:
        try:
            total += int(daemon.status(pid)["RssAnon"].split()[0])
        except (FileNotFoundError, ProcessLookupError, KeyError):  # it has just ended
            continue
    return total


def _sample(mxward):
    return Sample(_anonymous({mxward.pid}), _anonymous(mxward.resolvers()), _anonymous(mxward.inspections()),
                  len(list(pathlib.Path(f"/proc/{mxward.pid}/fd").iterdir())))


def _disturb(mxward, load, second):
    """What does not happen all the time."""
    for stream in STREAMS:
        if stream.every > 0 and second % stream.every == stream.every // 2:
            load.start(stream, stream.burst)
    if second % RELOAD_SECONDS == RELOAD_SECONDS - 1:
        mxward.reload()
    if second % FLUSH_SECONDS == FLUSH_SECONDS - 1:
        mxward.control("flush", "--all")


def _soak(mxward, seconds):
    """A sample for each second, and what came of the load."""
    load = Load()
    samples = []
    began = time.monotonic()
    try:
        for stream in STREAMS:
            if stream.every == 0:
                load.start(stream, seconds)
        while (took := time.monotonic() - began) < seconds and mxward.running():
            second = len(samples)
            _disturb(mxward, load, second)
            samples.append(_sample(mxward))
            if second % 60 == 0:
                last = samples[-1]
                print(f"{took:6.0f} s  front {last.front >> 10:4} MB  resolvers {last.resolvers >> 10:4} MB  "
                      f"inspection {last.inspections >> 10:3} MB  descriptors {last.files}", flush=True)
            time.sleep(max(0, began + (second + 1) * SAMPLE_SECONDS - time.monotonic()))
        return samples, load.results()
    finally:
        load.stop()


def _flat(cases, samples):
    """Medians: a reload has two generations of resolver processes for some seconds."""
    quarter = len(samples) // 4
    third, last = samples[2 * quarter:3 * quarter], samples[3 * quarter:]
    for what in ("front", "resolvers", "inspections"):
        before, after = (statistics.median(getattr(sample, what) for sample in part) for part in (third, last))
        cases.check(after <= before * GROWTH + GROWTH_KB, f"memory of {what} is flat: {before / 1024:.1f} MB, then {after / 1024:.1f} MB")
    before, after = (statistics.median(sample.files for sample in part) for part in (third, last))
    cases.check(after <= before + FILES_MORE, f"descriptors do not get more: {before:.0f}, then {after:.0f}")


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    cases = Cases()
    with daemon.Mxward(changes=CACHES) as mxward:
        samples, results = _soak(mxward, seconds)
        cases.check(mxward.running(), "mxward runs")
        for name, (sent, answered) in results.items():
            print(f"{name:9} {sent:8} queries, {100 * answered / max(sent, 1):5.1f} % answered within a second")
        print(f"most memory of all processes: {max(sample.all() for sample in samples) >> 10} MB")
        _flat(cases, samples)
        cases.check(mxward.stop() == 0, "mxward stops with exit status 0")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
