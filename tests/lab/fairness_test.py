#!/usr/bin/python3 -B
"""Floods of questions whose zones hold a resolver up: none of them takes the room of other clients and zones, no trap stops a
resolver process, and afterwards all is as before. What is counted is answers: nothing here depends on how fast a machine is."""
import collections
import dataclasses
import os
import pathlib
import socket
import sys
import time

import dns.message
import dns.name
import dns.rcode

import asking
import daemon
import liar
from cases import Cases

ROOM = 400
ZONE_SHARE, SUFFIX_SHARE = ROOM * 20 // 100, ROOM * 50 // 100
BUDGET = 5
SLACK = 60  # seconds that a busy machine may take longer
FLOODER, OTHER = "127.0.0.66", "127.0.0.7"
HITS = 40
GROWN_MOST = 512 << 10  # KB of all processes, which sanitizers make larger: TSan three times
FAN_OUT_MOST = 100      # questions to the victim for one of a client: libunbound looks for 64 servers at most
HIT = "rsa.lab."
COLD = ("ecdsa.post.", "ed25519.mail.", "rsa512.post.", "p384.lab.", "host.plain.", "unsigned.lab.", "unsigned.post.", "island.lab.",
        "wildcard.plain.", "alias.post.")  # two for each flood, each with an MX set or none
ZONE_FULL, SUFFIX_FULL = "too many questions of this zone are waiting", "too many questions below this suffix are waiting"
DEEP = "a." * 20


@dataclasses.dataclass
class Flood:
    """Questions of one client, sent at once, and what came back by name."""
    names: list
    rdtype: str = "A"

    def __enter__(self):
        self.client = _client(FLOODER)
        self.answers = {}
        for name in self.names:
            self.client.sendto(asking.VARIANTS[0].query(dns.name.from_text(name), self.rdtype).to_wire(), (daemon.ADDRESS, asking.PORT))
        return self

    def __exit__(self, *_):
        self.client.close()

    def receive(self, number):
        """Waits until `number` answers are there, in all."""
        end = time.monotonic() + BUDGET + SLACK
        while len(self.answers) < number and time.monotonic() < end:
            self.client.settimeout(max(end - time.monotonic(), 0.001))
            try:
                reply = dns.message.from_wire(self.client.recv(65535))
            except TimeoutError:
                break
            self.answers[reply.question[0].name] = asking.Answer(None, reply)

    def rcodes(self):
        return collections.Counter(dns.rcode.to_text(answer.reply.rcode()) for answer in self.answers.values())

    def turned_away(self, text):
        return sum(text in answer.texts() for answer in self.answers.values())


def _client(address):
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    client.bind((address, 0))
    return client


def _ask(name, rdtype="MX", address=OTHER):
    with _client(address) as client:
        client.settimeout(BUDGET + SLACK)
        client.sendto(asking.VARIANTS[0].query(dns.name.from_text(name), rdtype).to_wire(), (daemon.ADDRESS, asking.PORT))
        try:
            return asking.Answer(None, dns.message.from_wire(client.recv(65535)))
        except TimeoutError:
            return asking.Answer(None, failure="no answer")


def _works(answer):
    return not answer.failure and answer.reply.rcode() == dns.rcode.NOERROR


def _others(cases, what, cold):
    """A quiet client's questions meanwhile: for what is cached, and for zones that were not asked before."""
    hits = sum(_works(_ask(HIT)) for _ in range(HITS))
    cases.check(hits == HITS, f"{what}: all {HITS} hits of another client are answered", hits)
    bad = [f"{name}: {answer.failure or answer.reply}" for name in cold if not _works(answer := _ask(name))]
    cases.check(not bad, f"{what}: other zones are resolved ({' '.join(cold)})", bad)


def _silent_zone(cases, mxward):
    names = [f"n{number}.silent.post." for number in range(ROOM)]
    before = mxward.told("stats")["turned_away"]["zone"]
    with Flood(names) as flood:
        flood.receive(ROOM - ZONE_SHARE)
        _others(cases, "a silent zone", COLD[:2])
        flood.receive(ROOM)
        cases.check(flood.rcodes() == {"SERVFAIL": ROOM}, f"each of {ROOM} questions to it is answered in the end", flood.rcodes())
        refused = flood.turned_away(ZONE_FULL)
        cases.check(refused == ROOM - ZONE_SHARE, f"all but {ZONE_SHARE} of them are turned away", refused)
    counted = mxward.told("stats")["turned_away"]["zone"] - before
    cases.check(counted == ROOM - ZONE_SHARE, "and counted", counted)
    mxward.wait_log("one zone has as many questions underway as it may.*zone=silent.post. underway=80")
    with Flood([f"later{number}.silent.post." for number in range(ZONE_SHARE)]) as flood:
        flood.receive(ZONE_SHARE)
        cases.check(flood.turned_away(ZONE_FULL) > 0, "what libunbound goes on with counts for the zone", flood.rcodes())


def _silent_registry(cases, mxward):
    number = SUFFIX_SHARE + 60
    before = mxward.told("stats")["turned_away"]["suffix"]
    with Flood([f"n{index}.quiet." for index in range(number)]) as flood:
        flood.receive(60)
        _others(cases, "a silent registry", COLD[2:4])
        flood.receive(number)
        cases.check(flood.rcodes() == {"SERVFAIL": number}, f"each of {number} questions is answered in the end", flood.rcodes())
        cases.check(flood.turned_away(SUFFIX_FULL) == 60, f"all but {SUFFIX_SHARE} are turned away", flood.turned_away(SUFFIX_FULL))
    counted = mxward.told("stats")["turned_away"]["suffix"] - before
    cases.check(counted == 60, "and counted", counted)


def _trap(cases, mxward, names, what, cold, want):
    """Nothing of this flood stops others or ends a process; each question gets one of the RCODEs in `want`."""
    processes = {process["pid"] for process in mxward.told("stats")["resolvers"]}
    with Flood(names, "MX") as flood:
        _others(cases, what, cold)
        flood.receive(len(names))
        rcodes = flood.rcodes()
        cases.check(set(rcodes) <= want and rcodes.total() == len(names), f"{what}: each of {len(names)} questions is answered", rcodes)
    still = {process["pid"] for process in mxward.told("stats")["resolvers"]}
    cases.check(processes == still, f"{what}: no resolver process had to be replaced", (processes, still))


def _victims_questions():
    lines = pathlib.Path(os.environ["LAB_LIAR_LOG"]).read_text(encoding="utf-8").lower().splitlines()
    return sum(line.split()[2].endswith("prey.plain.") for line in lines)


def _fan_out(cases, mxward):
    number = ZONE_SHARE // 2
    _trap(cases, mxward, [f"n{index}.fan-out.plain." for index in range(number)], "delegations that fan out", COLD[8:10], {"SERVFAIL"})
    asked = _victims_questions()
    cases.check(liar.FAN < asked <= number * FAN_OUT_MOST, f"{number} questions cost the victim no more than {FAN_OUT_MOST} each", asked)


def _memory(mxward):
    pids = {mxward.pid, *mxward.resolvers()}
    return sum(int(daemon.status(pid)["VmRSS"].split()[0]) for pid in pids)


def main():
    cases = Cases()
    changes = {"resolver": {"max-questions": ROOM, "budget": f"{BUDGET}s"}, "log": {"level": "info"}}
    with daemon.Mxward(changes=changes) as mxward:
        cases.check(_works(_ask(HIT)), f"{HIT} MX is answered")
        memory = _memory(mxward)
        _silent_zone(cases, mxward)
        _silent_registry(cases, mxward)
        _trap(cases, mxward, [f"n{index}.keytrap.lab." for index in range(ZONE_SHARE)], "keys of one tag", COLD[4:6], {"SERVFAIL"})
        _trap(cases, mxward, [f"{DEEP}n{index}.depths.mail." for index in range(ZONE_SHARE)], "deep names below NSEC3 with iterations",
              COLD[6:8], {"NXDOMAIN", "SERVFAIL"})  # the latter where the machine is too slow for all of them
        _fan_out(cases, mxward)
        daemon.wait_until(lambda: mxward.told("stats")["queues"]["pending_questions"] == 0, "an end of all questions", mxward.running)
        waiting = mxward.told("stats")["queues"]["waiting_clients"]
        cases.check(waiting == 0, "nobody waits any more", waiting)
        grown = _memory(mxward) - memory
        cases.check(grown < GROWN_MOST, f"memory has grown by less than {GROWN_MOST >> 10} MB", f"{grown} KB")
        cases.check(mxward.running() and mxward.stop() == 0, "mxward stops with exit status 0")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
