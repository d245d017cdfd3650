#!/usr/bin/python3 -B
"""More questions than mxward takes on, a server that holds clients up, and many clients with the same question."""
import collections
import concurrent.futures
import os
import pathlib
import socket
import sys
import time

import dns.flags
import dns.message
import dns.name
import dns.rcode

import asking
import daemon
from cases import Cases

LIMIT = 40
MORE = 30
BUDGET = 4
SLACK = 8
SAME_CLIENTS = 100
TRIES_OF_LIBUNBOUND = 3  # it asks again when an answer takes long, which on a busy machine it may
SILENT = dns.name.from_text("silent.post.")
PAUSE = "pause.plain."


def _send_flood(client, names):
    for name in names:
        client.sendto(asking.VARIANTS[0].query(name, "MX").to_wire(), (daemon.ADDRESS, asking.PORT))


def _receive(client, number, seconds):
    """RCODEs by name of up to `number` replies."""
    client.settimeout(seconds)
    rcodes = {}
    try:
        while len(rcodes) < number:
            reply = dns.message.from_wire(client.recv(65535))
            rcodes[reply.question[0].name] = dns.rcode.to_text(reply.rcode())
    except TimeoutError:
        pass
    return rcodes


def _too_many(cases):
    """LIMIT questions wait for a silent server; MORE are turned away at once, and hits go on."""
    hit = dns.name.from_text("rsa.lab.")
    asking.ask(daemon.ADDRESS, hit, "MX")
    names = [dns.name.from_text(f"flood-{number}", SILENT) for number in range(LIMIT + MORE)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        _send_flood(client, names)
        early = _receive(client, MORE, BUDGET + SLACK)
        answer = asking.ask(daemon.ADDRESS, hit, "MX")
        cases.check(set(early.values()) == {"SERVFAIL"} and len(early) == MORE, f"{MORE} questions too many are SERVFAIL",
                    collections.Counter(early.values()))
        cases.check(not answer.failure and answer.reply.rcode() == dns.rcode.NOERROR, "hits go on", answer.failure)
        late = _receive(client, LIMIT, BUDGET + SLACK)
        cases.check(set(late.values()) == {"SERVFAIL"} and len(late) == LIMIT, f"the {LIMIT} before them are answered in the end",
                    collections.Counter(late.values()))
        cases.check(not set(early) & set(late), "each is answered once")
    after = asking.ask(daemon.ADDRESS, dns.name.from_text("ecdsa.post."), "MX")
    cases.check(not after.failure and after.reply.rcode() == dns.rcode.NOERROR, "then there is room again", after.failure or after.reply)


def _held_up(cases):
    for name, what in (("truncates-silent.plain.", "a truncating server with silent TCP"), ("silent.lab.", "silent servers")):
        begin = time.monotonic()
        answer = asking.ask(daemon.ADDRESS, dns.name.from_text(name), "MX")
        took = time.monotonic() - begin
        good = not answer.failure and answer.reply.rcode() == dns.rcode.SERVFAIL and took < BUDGET + SLACK
        cases.check(good, f"{what}: SERVFAIL after the budget of {BUDGET} s", f"{answer.failure or answer.reply} after {took:.1f} s")


def _upstream_questions(name):
    lines = pathlib.Path(os.environ["LAB_LIAR_LOG"]).read_text(encoding="utf-8").lower().splitlines()
    return sum(line.split()[2] == name for line in lines)


def _all_the_same(cases):
    name = f"mx1.{PAUSE}"
    with concurrent.futures.ThreadPoolExecutor(SAME_CLIENTS) as pool:
        answers = list(pool.map(lambda _: asking.ask(daemon.ADDRESS, dns.name.from_text(name), "A"), range(SAME_CLIENTS)))
    good = sum(not answer.failure and len(answer.records()) == 1 for answer in answers)
    asked = _upstream_questions(name)
    cases.check(good == SAME_CLIENTS, f"{SAME_CLIENTS} clients with the same question are answered", good)
    cases.check(1 <= asked <= TRIES_OF_LIBUNBOUND, f"and one question goes to the server ({asked} with repetitions)", asked)


def main():
    cases = Cases()
    with daemon.Mxward(changes={"resolver": {"max-questions": LIMIT, "zone-share": 100, "client-share": 100, "budget": f"{BUDGET}s"}}) as mxward:
        _all_the_same(cases)
        _held_up(cases)
        _too_many(cases)
        cases.check(mxward.running() and mxward.stop() == 0, "mxward stops with exit status 0")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
