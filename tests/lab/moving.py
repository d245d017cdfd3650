"""A name server whose records a test changes while it runs, and which counts what it is asked. TTLs are 0 unless said otherwise, so that
each question comes to it; mxward finds it by a stub zone."""
import collections
import socketserver
import struct
import threading

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

PORT = 5300
SOA = "ns.{zone} hostmaster.{zone} 1 3600 900 604800 0"


class Moving:
    """Serves `zone` on `address`. records: {(name, type): [rdata as text]}; what is not there is NODATA, or NXDOMAIN for names in
    `absent`. `forged` are in their place over UDP. Replace them at any time. While it is `silent` it answers nothing."""

    def __init__(self, zone, address, records=None, ttl=0, port=PORT):
        self.zone = zone
        self.ttl = ttl
        self.records = records or {}
        self.absent = set()
        self.forged = {}
        self.silent = False
        self.asked = collections.Counter()  # (name, type, over TCP)
        handlers = ((socketserver.ThreadingUDPServer, _Datagram), (_Connections, _Stream))
        self.servers = [kind((address, port), handler) for kind, handler in handlers]
        for server in self.servers:
            server.moving = self
        self.stub = {"zone": zone.rstrip("."), "to": [f"{address}@{port}"]}

    def __enter__(self):
        for server in self.servers:
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def reply(self, octets, tcp):
        """What to say to a query; None: nothing, or it is none."""
        try:
            query = dns.message.from_wire(octets)
        except dns.exception.DNSException:
            return None
        question = query.question[0]
        name, rdtype = question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked[name, rdtype, tcp] += 1
        soa = SOA.format(zone=self.zone.removeprefix("."))
        if self.silent:
            return None
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.AA
        texts = [soa] if (name, rdtype) == (self.zone, "SOA") else self._texts(name, rdtype, tcp)
        if texts:
            reply.answer.append(dns.rrset.from_text(question.name, self.ttl, "IN", rdtype, *texts))
        else:
            reply.authority.append(dns.rrset.from_text(self.zone, 0, "IN", "SOA", soa))
            reply.set_rcode(dns.rcode.NXDOMAIN if name in self.absent else dns.rcode.NOERROR)
        return reply.to_wire()

    def _texts(self, name, rdtype, tcp):
        records = self.records if tcp else {**self.records, **self.forged}
        return records.get((name, rdtype), [])


class _Connections(socketserver.ThreadingTCPServer):
    allow_reuse_address = True


class _Datagram(socketserver.BaseRequestHandler):
    def handle(self):
        octets, socket = self.request
        reply = self.server.moving.reply(octets, False)
        if reply is not None:
            socket.sendto(reply, self.client_address)


class _Stream(socketserver.StreamRequestHandler):
    def handle(self):
        while len(size := self.rfile.read(2)) == 2:
            reply = self.server.moving.reply(self.rfile.read(struct.unpack("!H", size)[0]), True)
            if reply is None:
                return
            self.wfile.write(struct.pack("!H", len(reply)) + reply)
