#!/usr/bin/python3 -B
"""A name server that lies. Questions go on to an honest NSD, and what comes back is sent as the zone's `lie` in the manifest
says: a list of datagrams (or TCP messages) in order, each a name of the table LIES; an empty list is silence. It also plays
the servers that never answer. Every question that comes in is a line in its log: address, transport, name, type.

Usage: liar.py FOLDER    writes its log to FOLDER/liar.log and prints `ready` once it listens"""
import asyncio
import pathlib
import socket
import struct
import sys

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

import manifest as manifests

PORT = 53
UPSTREAM_SECONDS = 3
EVIL = "mx.evil.plain."
EVIL_ADDRESS = "25.25.66.66"
HONESTLY = {"udp": ["honest"], "tcp": ["honest"], "delay": 0}


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


def _with_extra(truth, section, records):
    reply = dns.message.from_wire(truth)
    reply.sections[section] += [dns.rrset.from_text(owner, 3600, "IN", rdtype, rdata) for owner, rdtype, rdata in records]
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
        lie = {**HONESTLY, **self.manifest.zone_of(question.name).lie}
        await asyncio.sleep(lie["delay"])
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


async def _serve_connection(operator, reader, writer):
    try:
        while True:
            octets = await reader.readexactly(struct.unpack("!H", await reader.readexactly(2))[0])
            async for _, message in operator.messages(octets, "tcp"):
                writer.write(struct.pack("!H", len(message)) + message)
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass  # the client has gone
    finally:
        writer.close()


async def main(folder):
    manifest = manifests.load()
    loop = asyncio.get_running_loop()
    with open(folder / "liar.log", "w", buffering=1, encoding="utf-8") as log:
        listening = []
        for server in manifest.servers.values():
            if server.kind not in ("liar", "silent"):
                continue
            operator = Operator(server, manifest, log)
            for address in server.at:
                listening.append(await loop.create_datagram_endpoint(
                    lambda operator=operator, address=address: Datagrams(operator, address), local_addr=(address, PORT)))
                listening.append(await asyncio.start_server(
                    lambda reader, writer, operator=operator: _serve_connection(operator, reader, writer), address, PORT))
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(pathlib.Path(sys.argv[1])))
