#!/usr/bin/python3 -B
"""A name server that lies. Questions go on to an honest NSD, and what comes back is sent as the zone's `lie` in the manifest
says: a list of datagrams (or TCP messages) in order, each a name of the table LIES; an empty list is silence. It also plays
the servers that never answer, and the forger's own. Every question that comes in is a line in its log: server, transport,
name, type.

Usage: liar.py FOLDER    writes its log to FOLDER/liar.log and prints `ready` once it listens"""
import asyncio
import pathlib
import random
import socket
import struct
import sys

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset

import manifest as manifests

PORT = 53
UPSTREAM_SECONDS = 3
EVIL = "mx.evil.plain."
EVIL_ADDRESS = "25.25.66.66"
FAN = 40  # servers of each delegation of fan_out()
EVIL_SERVER = "127.53.66.66"  # the manifest's forger
HONESTLY = {"udp": ["honest"], "tcp": ["honest"], "delay": 0, "udp-delay": 0, "tcp-delay": 0}


def _reply(query, rcode=dns.rcode.NOERROR):
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.AA
    reply.set_rcode(rcode)
    return reply


def honest(query, truth):
    return truth


def forged(query, truth):
    """Another exchange for whoever asks for MX."""
    question = query.question[0]
    if question.rdtype != dns.rdatatype.MX:
        return truth
    reply = _reply(query)
    reply.answer.append(dns.rrset.from_text(question.name, 3600, "IN", "MX", f"1 {EVIL}"))
    return reply.to_wire()


def forged_once(query, truth, _told=set()):
    """Another exchange for the first who asks for the MX of a name; who asks again hears the truth."""
    question = query.question[0]
    if question.rdtype != dns.rdatatype.MX or question.name in _told:
        return truth
    _told.add(question.name)
    return forged(query, truth)


def _only(rdtype):
    """A lie that is told to those who ask for this type; others hear the truth."""
    def restrict(lie):
        return lambda query, truth: lie(query, truth) if query.question[0].rdtype == rdtype else truth
    return restrict


@_only(dns.rdatatype.MX)
def forged_null(query, _):
    reply = _reply(query)
    reply.answer.append(dns.rrset.from_text(query.question[0].name, 3600, "IN", "MX", "0 ."))
    return reply.to_wire()


def _negative(query, rcode):
    """An SOA of the zone that the name is the apex of."""
    reply = _reply(query, rcode)
    name = query.question[0].name
    reply.authority.append(dns.rrset.from_text(name.parent() if rcode else name, 3600, "IN", "SOA", "ns.evil.plain. forger.evil.plain. 1 1 1 1 300"))
    return reply.to_wire()


@_only(dns.rdatatype.MX)
def forged_nodata(query, _):
    return _negative(query, dns.rcode.NOERROR)


@_only(dns.rdatatype.MX)
def forged_nxdomain(query, _):
    return _negative(query, dns.rcode.NXDOMAIN)


@_only(dns.rdatatype.A)
def forged_address(query, _):
    reply = _reply(query)
    reply.answer.append(dns.rrset.from_text(query.question[0].name, 3600, "IN", "A", EVIL_ADDRESS))
    return reply.to_wire()


@_only(dns.rdatatype.MX)
def injected(query, truth):
    """The set with one more exchange."""
    reply = dns.message.from_wire(truth)
    reply.find_rrset(reply.answer, query.question[0].name, dns.rdataclass.IN, dns.rdatatype.MX).update(
        dns.rdataset.from_text("IN", "MX", 3600, f"1 {EVIL}"))
    return reply.to_wire()


def forged_referral(query, _):
    """What the parent says about the customer below it: a server of the forger's."""
    reply = dns.message.make_response(query)
    customer = dns.name.from_text("customer.isp.plain.")
    reply.authority.append(dns.rrset.from_text(customer, 3600, "IN", "NS", f"ns.{customer}"))
    reply.additional.append(dns.rrset.from_text(f"ns.{customer}", 3600, "IN", "A", EVIL_SERVER))
    return reply.to_wire()


def fan_out(query, truth):
    """Whatever is below the zone is delegated to many servers of somebody else, whose addresses the resolver has to find (NXNSAttack)."""
    zone = dns.name.from_text("fan-out.plain.")
    name = query.question[0].name
    if name == zone:
        return truth
    child = name.split(len(zone.labels) + 1)[1]
    reply = dns.message.make_response(query)
    label = child.labels[0].decode().lower()
    reply.authority.append(dns.rrset.from_text(child, 3600, "IN", "NS", *[f"ns{number}-{label}.prey.plain." for number in range(FAN)]))
    return reply.to_wire()


def forged_ns(query, truth):
    """The truth, and that the zone has moved."""
    zone = dns.name.from_text("forged-ns.plain.")
    return _with_extra(truth, dns.message.AUTHORITY, [(zone, "NS", f"ns.evil.{zone}")],
                       [(f"ns.evil.{zone}", "A", EVIL_SERVER)])


@_only(dns.rdatatype.TXT)
def mx_in_authority(query, truth):
    """CVE-2026-42960."""
    zone = query.question[0].name
    return _with_extra(truth, dns.message.AUTHORITY, [(zone, "MX", f"10 mx1.{zone}")], [(f"mx1.{zone}", "A", EVIL_ADDRESS)])


@_only(dns.rdatatype.MX)
def rotating(query, truth):
    """Another order and another TTL each time."""
    reply = dns.message.from_wire(truth)
    rdatas = list(reply.answer[0])
    random.shuffle(rdatas)
    reply.answer = [dns.rrset.from_rdata_list(query.question[0].name, random.randint(60, 3600), rdatas)]
    return reply.to_wire()


@_only(dns.rdatatype.MX)
def as_told(query, truth):
    """The MX set that a test has written into FOLDER/told/NAME, a record a line; the truth where there is no such file."""
    question = query.question[0].name
    told = pathlib.Path(sys.argv[1]) / "told" / question.to_text().lower()
    if not told.exists():
        return truth
    reply = _reply(query)
    records = told.read_text(encoding="utf-8").splitlines()
    if not records:
        return _negative(query, dns.rcode.NOERROR)
    reply.answer.append(dns.rrset.from_text(question, 300, "IN", "MX", *records))
    return reply.to_wire()


@_only(dns.rdatatype.MX)
def alias_beside(query, truth):
    reply = dns.message.from_wire(truth)
    reply.answer.append(dns.rrset.from_text(query.question[0].name, 3600, "IN", "CNAME", "mx1.host.plain."))
    return reply.to_wire()


def _mx_of_octets(query, rdatas):
    """MX records of any RDATA, well-formed or not: each a record of its own behind the question."""
    question = query.question[0].name.to_wire() + struct.pack("!HH", dns.rdatatype.MX, dns.rdataclass.IN)
    records = [b"\xc0\x0c" + struct.pack("!HHIH", dns.rdatatype.MX, dns.rdataclass.IN, 3600, len(rdata)) + rdata for rdata in rdatas]
    flags = dns.flags.QR | dns.flags.AA
    return struct.pack("!HHHHHH", query.id, flags, 1, len(records), 0, 0) + question + b"".join(records)


def _typical(query):
    """RDATA of the two exchanges that zones have when the manifest says nothing else."""
    return [struct.pack("!H", preference) + dns.name.from_text(label, query.question[0].name).to_wire()
            for preference, label in ((10, "mx1"), (20, "mx2"))]


SHORT_RDATA = b"\0\x05"  # a preference, and no name


@_only(dns.rdatatype.MX)
def short_rdata(query, _):
    return _mx_of_octets(query, [*_typical(query), SHORT_RDATA])


@_only(dns.rdatatype.MX)
def only_short_rdata(query, _):
    return _mx_of_octets(query, [SHORT_RDATA])


@_only(dns.rdatatype.MX)
def trailing(query, _):
    first, second = _typical(query)
    return _mx_of_octets(query, [first + b"\3bad", second])


def of_the_forger(query):
    """What a server of the forger's own says to everything."""
    reply = _reply(query)
    question = query.question[0]
    lies = {dns.rdatatype.MX: f"1 {EVIL}", dns.rdatatype.A: EVIL_ADDRESS}
    if question.rdtype in lies:
        reply.answer.append(dns.rrset.from_text(question.name, 3600, "IN", question.rdtype, lies[question.rdtype]))
    return reply.to_wire()


def forged_wrong_id(query, truth):
    lie = forged(query, truth)
    return bytes([lie[0] ^ 0x55, lie[1] ^ 0x55]) + lie[2:]


def forged_wrong_question(query, truth):
    """All is well but the question, which is for a sibling of the name."""
    reply = _reply(query)
    name = dns.name.from_text("other", query.question[0].name)
    reply.question = [dns.rrset.RRset(name, query.question[0].rdclass, query.question[0].rdtype)]
    reply.answer.append(dns.rrset.from_text(name, 3600, "IN", "MX", f"1 {EVIL}"))
    return reply.to_wire()


def short(query, truth):
    return truth[:5]


def garbage(query, truth):
    """The header says one of everything, and nothing of it can be read."""
    return truth[:2] + b"\x84\x00\x00\x01\x00\x01\x00\x01\x00\x01" + b"\xff\xc0\x3f\x7f" * 16


def truncated(query, truth):
    reply = _reply(query)
    reply.flags |= dns.flags.TC
    return reply.to_wire()


def servfail(query, truth):
    return _reply(query, dns.rcode.SERVFAIL).to_wire()


def no_edns(query, truth):
    """What servers from before EDNS do: FORMERR, without OPT."""
    if query.edns < 0:
        return truth
    reply = _reply(query, dns.rcode.FORMERR)
    reply.use_edns(False)
    return reply.to_wire()


def lower_case(query, truth):
    """The question in lower case, whatever the client wrote; names in the answer point there."""
    end = 12 + len(query.question[0].name.to_wire())
    return truth[:12] + truth[12:end].lower() + truth[end:]


def wrong_owner(query, truth):
    """The answer's records belong to a sibling of the name."""
    reply = dns.message.from_wire(truth)
    if query.question[0].rdtype == dns.rdatatype.MX:
        for rrset in reply.answer:
            rrset.name = dns.name.from_text("other", rrset.name)
    return reply.to_wire()


def _with_extra(truth, section, records, additional=()):
    reply = dns.message.from_wire(truth)
    for where, what in ((section, records), (dns.message.ADDITIONAL, additional)):
        reply.sections[where] += [dns.rrset.from_text(owner, 3600, "IN", rdtype, rdata) for owner, rdtype, rdata in what]
    return reply.to_wire()


def extra_answer(query, truth):
    return _with_extra(truth, dns.message.ANSWER, [("victim.plain.", "MX", f"1 {EVIL}"), ("mx.victim.plain.", "A", EVIL_ADDRESS)])


def extra_authority(query, truth):
    return _with_extra(truth, dns.message.AUTHORITY, [
        ("victim.plain.", "NS", "ns.evil.plain."), ("plain.", "NS", "ns.evil.plain."), ("victim.plain.", "MX", f"1 {EVIL}")])


def extra_additional(query, truth):
    return _with_extra(truth, dns.message.ADDITIONAL, [("mx.victim.plain.", "A", EVIL_ADDRESS), ("victim.plain.", "MX", f"1 {EVIL}")])


LIES = {
    "honest": honest,
    "forged": forged,
    "forged-once": forged_once,
    "forged-wrong-id": forged_wrong_id,
    "forged-wrong-question": forged_wrong_question,
    "forged-wrong-port": forged,  # Datagrams sends it from elsewhere
    "short": short,
    "garbage": garbage,
    "truncated": truncated,
    "servfail": servfail,
    "no-edns": no_edns,
    "lower-case": lower_case,
    "wrong-owner": wrong_owner,
    "extra-answer": extra_answer,
    "extra-authority": extra_authority,
    "extra-additional": extra_additional,
    "forged-null": forged_null,
    "forged-nodata": forged_nodata,
    "forged-nxdomain": forged_nxdomain,
    "forged-address": forged_address,
    "injected": injected,
    "forged-referral": forged_referral,
    "fan-out": fan_out,
    "forged-ns": forged_ns,
    "mx-in-authority": mx_in_authority,
    "rotating": rotating,
    "as-told": as_told,
    "alias-beside": alias_beside,
    "short-rdata": short_rdata,
    "only-short-rdata": only_short_rdata,
    "trailing": trailing,
}


class _Once(asyncio.DatagramProtocol):
    """Waits for one datagram."""

    def __init__(self):
        self.received = asyncio.get_running_loop().create_future()

    def datagram_received(self, data, addr):
        if not self.received.done():
            self.received.set_result(data)


async def _ask_udp(address, octets):
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(_Once, remote_addr=(address, PORT))
    try:
        transport.sendto(octets)
        return await asyncio.wait_for(protocol.received, UPSTREAM_SECONDS)
    finally:
        transport.close()


async def _ask_tcp(address, octets):
    reader, writer = await asyncio.open_connection(address, PORT)
    try:
        writer.write(struct.pack("!H", len(octets)) + octets)
        return await reader.readexactly(struct.unpack("!H", await reader.readexactly(2))[0])
    finally:
        writer.close()


class Operator:
    """One server of the manifest: what it answers on its addresses."""

    def __init__(self, server, manifest, log):
        self.server = server
        self.manifest = manifest
        self.log = log
        self.upstream = manifest.servers[server.behind].at[0] if server.behind else None

    async def messages(self, octets, transport):
        """The names and octets of the messages that answer this one."""
        try:
            query = dns.message.from_wire(octets)
            question = query.question[0]
        except (dns.exception.DNSException, IndexError):
            return
        self.log.write(f"{self.server.name} {transport} {question.name} {dns.rdatatype.to_text(question.rdtype)}\n")
        if self.server.kind == "silent":
            return
        if self.server.kind == "forger":
            yield "forger", of_the_forger(query)
            return
        lie = {**HONESTLY, **self.manifest.zone_of(question.name).lie}
        await asyncio.sleep(lie["delay"] + lie[f"{transport}-delay"])
        ask = _ask_udp if transport == "udp" else _ask_tcp
        for name in lie[transport]:
            yield name, LIES[name](query, await ask(self.upstream, octets))


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, operator, address):
        self.operator = operator
        self.address = address
        self.tasks = set()

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        task = asyncio.ensure_future(self._answer(data, addr))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _answer(self, octets, peer):
        async for name, message in self.operator.messages(octets, "udp"):
            if name == "forged-wrong-port":
                family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
                with socket.socket(family, socket.SOCK_DGRAM) as elsewhere:
                    elsewhere.bind((self.address, 0))
                    elsewhere.sendto(message, peer)
            else:
                self.transport.sendto(message, peer)


async def _answer_stream(operator, octets, writer):
    try:
        async for _, message in operator.messages(octets, "tcp"):
            writer.write(struct.pack("!H", len(message)) + message)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the honest server, or the client, has gone: this question has no answer


async def _serve_connection(operator, reader, writer):
    """Slow answers do not hold up those behind them (RFC 7766, 6.2.1.1)."""
    tasks = set()
    try:
        while True:
            octets = await reader.readexactly(struct.unpack("!H", await reader.readexactly(2))[0])
            task = asyncio.ensure_future(_answer_stream(operator, octets, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the client has gone
    finally:
        for task in tasks:
            task.cancel()
        writer.close()


async def main(folder):
    manifest = manifests.load()
    loop = asyncio.get_running_loop()
    with open(folder / "liar.log", "w", buffering=1, encoding="utf-8") as log:
        listening = []
        for server in manifest.servers.values():
            if server.kind not in ("liar", "silent", "forger"):
                continue
            operator = Operator(server, manifest, log)
            for address in server.at:
                listening.append(await loop.create_datagram_endpoint(
                    lambda operator=operator, address=address: Datagrams(operator, address), local_addr=(address, PORT)))
                if server.tcp:
                    listening.append(await asyncio.start_server(
                        lambda reader, writer, operator=operator: _serve_connection(operator, reader, writer), address, PORT))
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(pathlib.Path(sys.argv[1])))
