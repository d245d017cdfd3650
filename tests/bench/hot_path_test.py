#!/usr/bin/python3 -B
"""A hit takes no lock and allocates nothing: what the workers ask of the allocator and of locks is counted (count_calls.c) while
they answer thousands of hits over UDP and TCP; that misses do allocate shows that the counting works."""
import json
import os
import pathlib
import socket
import struct
import subprocess
import sys

import dns.message
import dns.rcode

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lab"))
import asking  # noqa: E402 the lab's folder comes first
import daemon  # noqa: E402
from cases import Cases  # noqa: E402

COUNTERS = ("allocations", "blocks freed", "locks", "futexes")
NAME = "rsa.lab."
HITS, MISSES = 5000, 20
CONNECTIONS, ROUNDS, TOGETHER = 4, 50, 20


def _counters(path):
    return dict(zip(COUNTERS, struct.unpack(f"={len(COUNTERS)}Q", path.read_bytes())))


def _grown(path, work):
    """By how much work() lets the counters grow."""
    before = _counters(path)
    work()
    return {name: count - before[name] for name, count in _counters(path).items()}


def _ask_by_udp():
    """5000 questions, of which several are there at once; each is answered."""
    questions = daemon.folder() / "questions"
    questions.write_text(f"{NAME} MX\n", encoding="utf-8")
    for form in ([], ["-d"]):
        done = subprocess.run([os.environ["LAB_LOAD"], *form, "-w", "30", "-s", "60", "-n", str(HITS // 2), daemon.ADDRESS,
                               str(asking.PORT), questions], stdout=subprocess.PIPE, text=True, check=True)
        found = json.loads(done.stdout)
        if found["answered"] != HITS // 2 or found["wrong"]:
            raise RuntimeError(f"hits over UDP: {found}")


class _Connections:
    """Kept connections, each with many questions at once."""

    def __init__(self):
        wire = dns.message.make_query(NAME, "MX").to_wire()
        self.frames = (struct.pack("!H", len(wire)) + wire) * TOGETHER
        self.streams = []
        for _ in range(CONNECTIONS):
            connection = socket.create_connection((daemon.ADDRESS, asking.PORT), timeout=60)
            self.streams.append((connection, connection.makefile("rb")))

    def ask(self, rounds=ROUNDS):
        for _ in range(rounds):
            for connection, _ in self.streams:
                connection.sendall(self.frames)
            for _, stream in self.streams:
                for _ in range(TOGETHER):
                    reply = dns.message.from_wire(stream.read(struct.unpack("!H", stream.read(2))[0]))
                    if reply.rcode() != dns.rcode.NOERROR or not reply.answer:
                        raise RuntimeError(f"a hit over TCP: {reply}")

    def close(self):
        for connection, stream in self.streams:
            stream.close()
            connection.close()


def _miss():
    for number in range(MISSES):
        asking.ask(daemon.ADDRESS, f"miss{number}.lab.", "A")


def main():
    cases = Cases()
    counts = daemon.folder() / "counts"
    watched = {"LD_PRELOAD": os.environ["LAB_COUNT_CALLS"], "COUNT_CALLS_FILE": str(counts), "COUNT_CALLS_THREADS": "worker-"}
    with daemon.Mxward("mxward", {"log": {"level": "warning"}}, watched) as mxward:
        answer = asking.ask(daemon.ADDRESS, NAME, "MX")
        cases.check(not answer.failure and answer.records(), f"{NAME} MX is answered, and cached", answer.failure)
        connections = _Connections()
        connections.ask(1)
        _ask_by_udp()
        for what, work in ((f"{HITS} hits over UDP", _ask_by_udp),
                           (f"{CONNECTIONS * ROUNDS * TOGETHER} hits over TCP", connections.ask)):
            grown = _grown(counts, work)
            cases.check(not any(grown.values()), f"{what}: nothing is allocated, freed or locked", grown)
        connections.close()
        grown = _grown(counts, _miss)
        cases.check(grown["allocations"] >= MISSES, f"{MISSES} misses: each allocates, so that counting works", grown)
        cases.check(mxward.running() and mxward.stop() == 0, "mxward stops with exit status 0")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
