#!/usr/bin/python3 -B
"""What clients may expect beside the right answer: replies from the address that they asked, over a connection in the order
in which answers are ready, and a place in the queue whatever other clients do."""
import contextlib
import resource
import socket
import struct
import sys
import time

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

import asking
import daemon
from cases import Cases

WILDCARD_PORT = 5353
ASKED = ("127.0.0.1", "127.0.0.77", "127.99.0.1", "::1", "fd53::1")
SECONDS = 60
HIT, SLOW = "rsa.lab.", "late.plain."
FLOOD_FROM = ("127.0.1.1", "127.0.1.2", "127.0.1.3")
FLOOD_EACH = 400  # together more than tcp.max-connections, each fewer than tcp.max-per-client
ONE_MANY = 600    # more than tcp.max-per-client
PATIENCE = 3      # seconds; the idle time-out, until which a full table would stay full, is 10 s
GONE = 200
FILES = 2000      # that this test wants to have open


def _query(name, rdtype="MX", recursion=True):
    query = asking.VARIANTS[0].query(dns.name.from_text(name), rdtype)
    if not recursion:
        query.flags &= ~dns.flags.RD
    return query


def _family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _rcode(octets):
    return dns.rcode.to_text(dns.message.from_wire(octets).rcode())


def _frame(message):
    return struct.pack("!H", len(message)) + message


def _take(connection):
    """The next message of a connection."""
    size = struct.unpack("!H", _exactly(connection, 2))[0]
    return dns.message.from_wire(_exactly(connection, size))


def _exactly(connection, size):
    octets = b""
    while len(octets) < size:
        part = connection.recv(size - len(octets))
        if not part:
            raise EOFError("the connection ended early")
        octets += part
    return octets


def _wildcard(cases):
    """On a wildcard address the reply leaves from the address that was asked, for misses as for hits."""
    listen = {"listen": [f"0.0.0.0@{WILDCARD_PORT}", f"::@{WILDCARD_PORT}"], "allow": ["127.0.0.0/8", "::1", "fd53::/16"]}
    with daemon.Mxward("mxward-wildcard", listen) as mxward:
        for number, address in enumerate(ASKED):
            for name in (f"x{number}.wildcard.plain.", HIT, HIT):
                with socket.socket(_family(address), socket.SOCK_DGRAM) as client:
                    client.settimeout(SECONDS)
                    client.sendto(_query(name).to_wire(), (address, WILDCARD_PORT))
                    octets, peer = client.recvfrom(65535)
                cases.check(peer[:2] == (address, WILDCARD_PORT) and _rcode(octets) == "NOERROR", f"{name} asked of {address}", peer)
        cases.check(mxward.stop() == 0, "mxward stops with exit status 0")


def _out_of_order(cases):
    """Over TCP an answer that is ready does not wait for one that takes long (RFC 7766, 6.2.1.1)."""
    with socket.create_connection((daemon.ADDRESS, asking.PORT), SECONDS) as connection:
        slow, quick = _query(SLOW), _query(HIT)
        connection.sendall(_frame(slow.to_wire()) + _frame(quick.to_wire()))
        first, second = _take(connection), _take(connection)
    cases.check((first.id, second.id) == (quick.id, slow.id), "what is ready overtakes what is not", (first.id, second.id))
    cases.check({first.rcode(), second.rcode()} == {dns.rcode.NOERROR}, "and both are right")


def _without_recursion(cases):
    """RD=0 is answered from the cache alone."""
    for name, rcode in ((HIT, "NOERROR"), ("nobody-asked-this.wildcard.plain.", "REFUSED")):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(SECONDS)
            client.sendto(_query(name, recursion=False).to_wire(), (daemon.ADDRESS, asking.PORT))
            got = _rcode(client.recv(65535))
        cases.check(got == rcode, f"{name} with RD=0 is {rcode}", got)


def _any(cases):
    answer = asking.ask(daemon.ADDRESS, dns.name.from_text(HIT), "ANY")
    types = {dns.rdatatype.to_text(rrset.rdtype) for rrset in answer.reply.answer} if not answer.failure else answer.failure
    cases.check(types == {"HINFO"}, "ANY is HINFO (RFC 8482)", types)


def _gone(cases):
    """Clients that go away before the answer comes cost nothing."""
    for number in range(GONE):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.sendto(_query(f"gone-{number}.wildcard.plain.").to_wire(), (daemon.ADDRESS, asking.PORT))
        with socket.create_connection((daemon.ADDRESS, asking.PORT), SECONDS) as connection:
            connection.sendall(_frame(_query(f"gone-{number}.wildcard.plain.", "TXT").to_wire()))
    answer = asking.ask(daemon.ADDRESS, dns.name.from_text("after-them.wildcard.plain."), "MX")
    cases.check(not answer.failure and answer.reply.rcode() == dns.rcode.NOERROR, f"{GONE * 2} clients that went away", answer.failure)


def _is_served(cases, source, what):
    begin = time.monotonic()
    answer = asking.ask(daemon.ADDRESS, dns.name.from_text(HIT), "MX", tcp=True, seconds=SECONDS, source=source)
    took = time.monotonic() - begin
    good = not answer.failure and answer.reply.rcode() == dns.rcode.NOERROR and took < PATIENCE
    cases.check(good, f"{what}: a new TCP client from {source} is answered", f"{answer.failure} after {took:.1f} s")


def _hold(stack, source, number):
    """Idle connections; every other one has begun a message that it never ends."""
    for index in range(number):
        connection = stack.enter_context(socket.create_connection((daemon.ADDRESS, asking.PORT), SECONDS, (source, 0)))
        if index % 2:
            with contextlib.suppress(ConnectionError):
                connection.send(b"\0")


def _idle_flood(cases):
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most < FILES:
        print(f"skipped: a flood of connections wants {FILES} open files, and ulimit -Hn is {most}")
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with contextlib.ExitStack() as stack:
        for source in FLOOD_FROM:
            _hold(stack, source, FLOOD_EACH)
        _is_served(cases, "127.0.0.1", f"{len(FLOOD_FROM) * FLOOD_EACH} idle connections")
        _is_served(cases, FLOOD_FROM[0], f"{len(FLOOD_FROM) * FLOOD_EACH} idle connections")
    with contextlib.ExitStack() as stack:
        _hold(stack, FLOOD_FROM[0], ONE_MANY)
        _is_served(cases, "127.0.0.1", f"{ONE_MANY} idle connections of one client")
        _is_served(cases, FLOOD_FROM[0], f"{ONE_MANY} idle connections of one client")


def main():
    cases = Cases()
    _wildcard(cases)
    with daemon.Mxward() as mxward:
        asking.ask(daemon.ADDRESS, dns.name.from_text(HIT), "MX")
        _out_of_order(cases)
        _without_recursion(cases)
        _any(cases)
        _gone(cases)
        _idle_flood(cases)
        cases.check(mxward.running() and mxward.stop() == 0, "mxward stops with exit status 0")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
