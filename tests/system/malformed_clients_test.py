#!/usr/bin/python3 -B
"""Clients that send anything but DNS, over UDP and TCP: each with the exact reply that it gets, or that it gets none. A good
question follows each, and is answered."""
import pathlib
import random
import socket
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.rcode

import asking
import daemon
from cases import Cases

SECONDS = 20
ID = 0x4d58
GOOD_ID = 0x600d
RD, CD, AD, QR = 0x0100, 0x0010, 0x0020, 0x8000
NOERROR, FORMERR, NOTIMP, REFUSED, BADVERS = 0, 1, 4, 5, 16
MX, OPT, TSIG, AXFR, IXFR, MAILB, MAILA = 15, 41, 250, 252, 251, 253, 254
NOT_SUPPORTED = 21
CLIENT_COOKIE = b"mxclient"
NAME = b"\3rsa\3lab\0"
LONGEST = b"".join(b"\1a" for _ in range(127)) + b"\0"
PIPELINED = 1000
GARBAGE = 3000
SEED = 20261122


def header(flags=RD, qd=1, an=0, ns=0, ar=0, number=ID):
    return struct.pack("!6H", number, flags, qd, an, ns, ar)


def question(name=NAME, rdtype=MX, rdclass=1):
    return name + struct.pack("!2H", rdtype, rdclass)


def opt(options=b"", version=0, size=1232, owner=b"\0", flags=0, length=None):
    return owner + struct.pack("!2H2B2H", OPT, size, 0, version, flags, len(options) if length is None else length) + options


def option(code, octets=b"", length=None):
    return struct.pack("!2H", code, len(octets) if length is None else length) + octets


def cookie(octets):
    return option(10, octets)


def with_opt(*records, flags=RD):
    return header(flags, ar=len(records)) + question() + b"".join(records)


def record(name=NAME, rdtype=1, rdata=b"\x7f\0\0\1", length=None):
    return name + struct.pack("!2HIH", rdtype, 1, 60, len(rdata) if length is None else length) + rdata


class Want:
    """What the reply must be. echo: the question comes back; edns: an OPT record does; ede: its extended errors."""

    def __init__(self, rcode, echo=False, edns=False, ede=(), answered=False):
        self.rcode = rcode
        self.echo = echo
        self.edns = edns
        self.ede = list(ede)
        self.answered = answered

    def problems(self, sent, octets):
        try:
            reply = dns.message.from_wire(octets[:2] + bytes([octets[2] & 0x87]) + octets[3:])  # it reads no unknown opcode
        except dns.exception.DNSException as error:
            yield f"no DNS message: {error!r} {octets.hex()}"
            return
        flags = struct.unpack("!H", sent[2:4])[0]
        kept = flags & (0x7800 | RD | CD)
        if reply.id != ID:
            yield f"ID {reply.id:#x}"
        got = struct.unpack("!6H", octets[:12])
        if got[1] != QR | 0x80 | kept | self.rcode & 15:
            yield f"flags {got[1]:#06x}"
        if reply.rcode() != self.rcode:
            yield f"{dns.rcode.to_text(reply.rcode())} instead of {dns.rcode.to_text(self.rcode)}"
        if (got[2] == 1) != self.echo:
            yield f"QDCOUNT {got[2]}"
        if (got[3] > 0) != self.answered or got[4] != 0:
            yield f"{got[3]} answers, {got[4]} of authority"
        if (reply.edns == 0) != self.edns:
            yield f"EDNS {reply.edns}"
        codes = [each.code for each in reply.options if each.otype == dns.edns.OptionType.EDE]
        if codes != self.ede:
            yield f"extended errors {codes}"


SILENCE = None
MALFORMED = Want(FORMERR)
MALFORMED_ECHO = Want(FORMERR, echo=True)
MALFORMED_OPT = Want(FORMERR, echo=True, edns=True)
UNKNOWN_VERSION = Want(BADVERS, echo=True, edns=True)
FINE = Want(NOERROR, echo=True, edns=True, answered=True)
FINE_PLAIN = Want(NOERROR, echo=True, answered=True)

MESSAGES = [
    *((f"{size} octets of a header", header()[:size], SILENCE) for size in range(12)),
    ("a response", header(QR | RD) + question(), SILENCE),
    ("a response with an error", header(QR | RD | FORMERR) + question(), SILENCE),
    ("a response that is cut", header(QR), SILENCE),
    *((f"a response of opcode {opcode}", header(QR | opcode << 11) + question(), SILENCE) for opcode in (1, 4, 5, 15)),

    ("no question", header(qd=0), MALFORMED),
    ("no question, but OPT", header(qd=0, ar=1) + opt(), Want(FORMERR, edns=True)),
    ("no question, but a cookie (RFC 7873, 5.4)", header(qd=0, ar=1) + opt(cookie(CLIENT_COOKIE)), Want(NOERROR, edns=True)),
    ("two questions (RFC 9619)", header(qd=2) + question() + question(), MALFORMED),
    ("65535 questions", header(qd=65535) + question(), MALFORMED),
    ("a question that is missing", header(), MALFORMED),
    ("a name that points to itself", header() + b"\xc0\x0c" + question(b""), MALFORMED),
    ("a name that points into the header", header() + b"\xc0\x00" + question(b""), MALFORMED),
    ("a name that points forward", header() + b"\xc0\x20" + question(b""), MALFORMED),
    ("a label and a pointer to it", header() + b"\1a\xc0\x0c" + question(b""), MALFORMED),
    ("half a pointer", header() + b"\xc0", MALFORMED),
    ("a label of type 01", header() + question(b"\x41\0"), MALFORMED),
    ("a label of type 10", header() + question(b"\x81\0"), MALFORMED),
    ("a label that runs over the end", header() + b"\x3frsa", MALFORMED),
    ("a name without an end", header() + b"\3rsa\3lab", MALFORMED),
    ("a name of 256 octets", header() + question(b"\2aa" + LONGEST[2:]), MALFORMED),
    ("a name of 300 octets", header() + question(b"\1a" * 150 + b"\0"), MALFORMED),
    ("a question without a type", header() + NAME, MALFORMED),
    ("a question without a class", header() + NAME + b"\0\x0f", MALFORMED),
    ("half a class", header() + question()[:-1], MALFORMED),
    ("a record as an answer", header(an=1) + question() + record(), MALFORMED_ECHO),
    ("a record of authority", header(ns=1) + question() + record(), MALFORMED_ECHO),
    ("65535 answers", header(an=65535) + question(), MALFORMED_ECHO),
    ("a record that is missing", header(ar=1) + question(), MALFORMED_ECHO),
    ("65535 records that are missing", header(ar=65535) + question(), MALFORMED_ECHO),
    ("a record that is cut", header(ar=1) + question() + record(length=5), MALFORMED_ECHO),
    ("a record with half a header", header(ar=1) + question() + record()[:12], MALFORMED_ECHO),

    ("two OPT records (RFC 6891, 6.1.1)", with_opt(opt(), opt()), MALFORMED_OPT),
    ("two OPT records, one of version 1", with_opt(opt(version=1), opt()), MALFORMED_OPT),
    ("an OPT record that is not the root's", with_opt(opt(owner=NAME)), MALFORMED_ECHO),
    ("OPT whose RDLENGTH runs over the end", with_opt(opt(length=1)), MALFORMED_ECHO),
    ("an option without a length", with_opt(opt(b"\0\x0a")), MALFORMED_OPT),
    ("an option that runs over the end", with_opt(opt(option(65001, b"abc", length=4))), MALFORMED_OPT),
    ("an option of 65535 octets that are missing", with_opt(opt(option(65001, length=65535))), MALFORMED_OPT),
    *((f"a cookie of {size} octets", with_opt(opt(cookie(b"c" * size))), MALFORMED_OPT) for size in (0, 1, 7, 9, 15, 41)),
    ("keepalive with a time-out", with_opt(opt(option(11, b"\0\1"))), MALFORMED_OPT),
    ("EDNS version 1 (RFC 6891, 6.1.3)", with_opt(opt(version=1)), UNKNOWN_VERSION),
    ("EDNS version 255", with_opt(opt(version=255)), UNKNOWN_VERSION),
    ("EDNS version 1 with options that are none", with_opt(opt(b"abc", version=1)), UNKNOWN_VERSION),

    *((f"opcode {opcode}", header(RD | opcode << 11) + question(), Want(NOTIMP)) for opcode in range(1, 16)),
    ("an update without anything", header(5 << 11, qd=0), Want(NOTIMP)),
    *((f"class {number}", header(ar=1) + question(rdclass=number) + opt(), Want(REFUSED, echo=True, edns=True, ede=[NOT_SUPPORTED]))
      for number in (0, 2, 3, 4, 254, 255, 65535)),
    *((f"type {number}", header(ar=1) + question(rdtype=number) + opt(), Want(REFUSED, echo=True, edns=True, ede=[NOT_SUPPORTED]))
      for number in (AXFR, IXFR)),
    *((f"type {number}", header(ar=1) + question(rdtype=number) + opt(), Want(NOTIMP, echo=True, edns=True, ede=[NOT_SUPPORTED]))
      for number in (MAILA, MAILB)),
    *((f"type {number}, which is no data", header() + question(rdtype=number), MALFORMED_ECHO) for number in (0, OPT, 128, TSIG)),

    # What looks odd and is fine.
    ("an unknown option", with_opt(opt(option(65001, b"abc"))), FINE),
    ("an unknown option without octets", with_opt(opt(option(65001))), FINE),
    ("unknown EDNS flags", with_opt(opt(flags=0x7fff)), FINE),
    ("a UDP size of 0", with_opt(opt(size=0)), FINE),
    ("a UDP size of 65535", with_opt(opt(size=65535)), FINE),
    ("a cookie", with_opt(opt(cookie(CLIENT_COOKIE))), FINE),
    ("a cookie that we did not make", with_opt(opt(cookie(CLIENT_COOKIE + b"s" * 16))), FINE),
    ("the bit Z, AA, TC and an RCODE", header(RD | 0x0040 | 0x0400 | 0x0200 | 7) + question(), FINE_PLAIN),
    ("a record beside OPT", with_opt(opt(), record()), FINE),
]


def _good(number=GOOD_ID, name=NAME):
    return header(number=number) + question(name)


def _is_good(octets, number=GOOD_ID):
    reply = dns.message.from_wire(octets)
    return reply.id == number and reply.rcode() == NOERROR and len(reply.answer) == 1


def _udp_client():
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.settimeout(SECONDS)
    client.connect((daemon.ADDRESS, asking.PORT))
    return client


def _udp(message, want):
    """Sends the message and a good one; replies to one client leave in the order in which they came."""
    with _udp_client() as client:
        client.send(message)
        client.send(_good())
        if want is not SILENCE:
            yield from want.problems(message, client.recv(65535))
        last = client.recv(65535)
        if not _is_good(last):
            yield f"a reply too many: {last.hex()}"


class Tcp:
    """A connection."""

    def __enter__(self):
        self.socket = socket.create_connection((daemon.ADDRESS, asking.PORT), SECONDS)
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, octets):
        self.socket.sendall(octets)

    def ask(self, message):
        self.send(struct.pack("!H", len(message)) + message)

    def _receive(self, size):
        octets = b""
        while len(octets) < size:
            part = self.socket.recv(size - len(octets))
            if not part:
                raise EOFError("the connection ended early")
            octets += part
        return octets

    def take(self):
        return self._receive(struct.unpack("!H", self._receive(2))[0])

    def ended(self):
        """Whether mxward ends the connection without another octet."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def end_writing(self):
        self.socket.shutdown(socket.SHUT_WR)

    def reset(self):
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


def _tcp(message, want):
    """What is no query at all ends the connection; after everything else it goes on."""
    with Tcp() as tcp:
        tcp.ask(message)
        if want is SILENCE:
            if not tcp.ended():
                yield "the connection goes on"
            return
        yield from want.problems(message, tcp.take())
        tcp.ask(_good())
        if not _is_good(tcp.take()):
            yield "the good question after it is not answered"


def _check_messages(cases):
    for how, send in (("UDP", _udp), ("TCP", _tcp)):
        for name, message, want in MESSAGES:
            try:
                found = list(send(message, want))
            except (OSError, EOFError, dns.exception.DNSException) as error:
                found = [repr(error)]
            cases.check(not found, f"{name}, {how}", "; ".join(found))


def _check_endings(cases):
    """Connections that end in the middle of something."""
    good = _good()
    framed = struct.pack("!H", len(good)) + good
    for name, octets in (("nothing", b""), ("half a length", b"\0"), ("a length", b"\0\x20"), ("half a message", framed[:20]),
                         ("a length of 65535", b"\xff\xff"), ("a length of 65535 and a question", b"\xff\xff" + good)):
        with Tcp() as tcp:
            tcp.send(octets)
            tcp.end_writing()
            cases.check(tcp.ended(), f"{name}, then the end")
        with Tcp() as tcp:
            tcp.send(octets)
            tcp.reset()
        with Tcp() as tcp:
            tcp.send(framed + octets)
            tcp.end_writing()
            cases.check(_is_good(tcp.take()) and tcp.ended(), f"a question and {name}, then the end: it is answered")
    with Tcp() as tcp:
        tcp.ask(header(number=GOOD_ID) + question(b"\6resets\x08wildcard\5plain\0"))
        tcp.reset()
    with Tcp() as tcp:
        for octet in framed:
            tcp.send(bytes([octet]))
        cases.check(_is_good(tcp.take()), "octet by octet")
    with Tcp() as tcp:
        tcp.ask(good + b"\0" * (65535 - len(good)))
        reply = dns.message.from_wire(tcp.take())
        tcp.ask(good)
        cases.check(reply.id == GOOD_ID and _is_good(tcp.take()), "a message of 65535 octets")


def _pipelined_name(number):
    label = f"pipelined-{number}".encode()
    return bytes([len(label)]) + label + b"\x08wildcard\5plain\0"


def _check_pipelining(cases):
    for what, name in (("hits", lambda _: NAME), ("questions that nobody asked before", _pipelined_name)):
        with Tcp() as tcp:
            tcp.send(b"".join(struct.pack("!H", len(message)) + message
                              for message in (_good(number, name(number)) for number in range(PIPELINED))))
            tcp.end_writing()
            rcodes = {}
            for _ in range(PIPELINED):
                reply = dns.message.from_wire(tcp.take())
                rcodes[reply.id] = reply.rcode()
            good = set(rcodes) == set(range(PIPELINED)) and set(rcodes.values()) == {NOERROR}
            cases.check(good and tcp.ended(), f"{PIPELINED} pipelined {what}", f"{len(rcodes)} replies, {set(rcodes.values())}")


def _check_garbage(cases):
    """Octets by chance, and good messages with some octets changed: replies go to what can be a query, and only there."""
    chance = random.Random(SEED)
    bases = [message for _, message, _ in MESSAGES]
    replies = 0
    with _udp_client() as client:
        for number in range(GARBAGE):
            message = bytearray(chance.randbytes(chance.randrange(80)) if number % 2 else chance.choice(bases))
            for _ in range(chance.randrange(4)):
                if message:
                    message[chance.randrange(len(message))] = chance.randrange(256)
            if len(message) > 2:
                message[2] |= 0x80 if number % 3 == 0 else 0
                message[2] &= 0xfe  # without RD nothing is resolved, so that every reply comes at once
            client.send(message)
            client.send(_good())
            expected = len(message) >= 12 and not message[2] & 0x80
            replies += expected
            if expected and message[:2] != struct.pack("!H", GOOD_ID) and client.recv(65535)[:2] != message[:2]:
                cases.check(False, "garbage", f"no reply to {message.hex()}")
                return
            if not _is_good(client.recv(65535)):
                cases.check(False, "garbage", f"a reply too many to {message.hex()}")
                return
    cases.check(replies > 0, f"{GARBAGE} pieces of garbage with seed {SEED}: {replies} got a reply each, the others none")


def main():
    cases = Cases()
    with daemon.Mxward("mxward-malformed") as mxward:
        warm = asking.ask(daemon.ADDRESS, "rsa.lab.", "MX")
        cases.check(warm.failure == "" and warm.reply.rcode() == NOERROR, "a good question", warm.failure)
        _check_messages(cases)
        _check_endings(cases)
        _check_pipelining(cases)
        _check_garbage(cases)
        after = asking.ask(daemon.ADDRESS, "ecdsa.post.", "MX")
        cases.check(after.failure == "" and after.reply.rcode() == NOERROR, "a good question after all that", after.failure)
        cases.check(mxward.stop() == 0, "mxward stops with exit status 0")
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
