"""Asks a resolver as clients of all kinds do, and compares what comes back with the manifest."""
import concurrent.futures
import dataclasses
import socket
import struct

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

import manifest as manifests

PORT = 53
UDP_SIZE = 1232
PLAIN_UDP_SIZE = 512
SECONDS = 40
CLIENTS_AT_ONCE = 48
CACHED_ERROR = 13  # beside the first code, when a failure comes from the cache (RFC 8914, 4.14)
SIGNATURES = (dns.rdatatype.RRSIG, dns.rdatatype.NSEC, dns.rdatatype.NSEC3)


@dataclasses.dataclass(frozen=True)
class Variant:
    """A kind of client."""
    name: str
    edns: bool = True
    ad: bool = False
    do: bool = False
    cd: bool = False

    def query(self, name, rdtype):
        query = dns.message.make_query(name, rdtype, use_edns=0 if self.edns else -1, payload=UDP_SIZE, want_dnssec=self.do)
        for wanted, flag in ((self.ad, dns.flags.AD), (self.cd, dns.flags.CD)):
            query.flags |= flag if wanted else 0
        return query

    @property
    def udp_size(self):
        return UDP_SIZE if self.edns else PLAIN_UDP_SIZE


VARIANTS = (
    Variant("AD", ad=True),  # `options edns0 trust-ad`
    Variant("DO", do=True),
    Variant("CD", ad=True, cd=True),
    Variant("DO+CD", do=True, cd=True),
    Variant("plain", edns=False),
)


@dataclasses.dataclass
class Answer:
    """A reply, or why there is none."""
    query: dns.message.Message
    reply: dns.message.Message = None
    truncated: bool = False  # over UDP; reply is then TCP's
    udp_octets: int = 0
    failure: str = ""

    def codes(self):
        """The extended errors (RFC 8914)."""
        return [option.code for option in self.reply.options if option.otype == dns.edns.OptionType.EDE]

    def texts(self):
        return [option.text or "" for option in self.reply.options if option.otype == dns.edns.OptionType.EDE]

    def records(self, signatures=False):
        """The ANSWER section in the manifest's form."""
        return frozenset(manifests.record(rrset.name, rrset.rdtype, rdata) for rrset in self.reply.answer for rdata in rrset
                         if signatures or rrset.rdtype != dns.rdatatype.RRSIG)

    def ttls(self):
        return {(rrset.name, rrset.rdtype, rrset.covers): rrset.ttl for rrset in self.reply.answer}

    def types(self, section):
        return {rrset.rdtype for rrset in section}


def _family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def _exchange_udp(address, query, seconds, source):
    with socket.socket(_family(address), socket.SOCK_DGRAM) as client:
        client.settimeout(seconds)
        if source:
            client.bind((source, 0))
        client.connect((address, PORT))
        client.send(query.to_wire())
        return client.recv(65535)


def _receive(client, size):
    octets = b""
    while len(octets) < size:
        part = client.recv(size - len(octets))
        if not part:
            raise EOFError("the connection ended early")
        octets += part
    return octets


def _exchange_tcp(address, query, seconds, source):
    with socket.create_connection((address, PORT), seconds, (source, 0) if source else None) as client:
        wire = query.to_wire()
        client.sendall(struct.pack("!H", len(wire)) + wire)
        return _receive(client, struct.unpack("!H", _receive(client, 2))[0])


def _read(query, octets):
    reply = dns.message.from_wire(octets)
    if reply.id != query.id or not reply.question:
        raise ValueError("a reply to something else")
    return reply


def ask(address, name, rdtype, variant=VARIANTS[0], tcp=False, seconds=SECONDS, source=None):
    """Asks once, over TCP again when the reply over UDP is truncated."""
    answer = Answer(variant.query(name, rdtype))
    try:
        if not tcp:
            octets = _exchange_udp(address, answer.query, seconds, source)
            answer.udp_octets = len(octets)
            answer.reply = _read(answer.query, octets)
            answer.truncated = bool(answer.reply.flags & dns.flags.TC)
        if tcp or answer.truncated:
            answer.reply = _read(answer.query, _exchange_tcp(address, answer.query, seconds, source))
    except (dns.exception.DNSException, OSError, EOFError, ValueError) as error:
        answer.failure = f"{type(error).__name__}: {error}"
    return answer


def ask_all(address, questions, variant, tcp=False):
    """Asks all questions, many at once; their `after` questions first. Yields (question, answer) in order."""
    def one(question):
        for name, rdtype in question.after:
            ask(address, name, rdtype, variant, tcp)
        return question, ask(address, question.name, question.type, variant, tcp)

    with concurrent.futures.ThreadPoolExecutor(CLIENTS_AT_ONCE) as pool:
        yield from pool.map(one, questions)


def _expected_rcode(question, variant):
    return question.cd_rcode if variant.cd and question.status == "bogus" else question.rcode


def problems(question, variant, answer, hit=False):
    """What is wrong with an answer, in sentences; nothing when all is as the manifest says. hit: asked before."""
    if answer.failure:
        yield f"no answer: {answer.failure}"
        return
    reply = answer.reply
    works = question.status in manifests.WORKING or (question.status == "bogus" and variant.cd)
    rcode = _expected_rcode(question, variant)
    if reply.rcode() != rcode:
        yield f"{dns.rcode.to_text(reply.rcode())} instead of {dns.rcode.to_text(rcode)}"
        return
    yield from _flag_problems(question, variant, reply)
    yield from _record_problems(question, variant, answer, works)
    yield from _ede_problems(question, variant, answer, hit)
    yield from _form_problems(question, variant, answer)


def _flag_problems(question, variant, reply):
    secure = question.status == "secure" and (variant.ad or variant.do) and not variant.cd
    wanted = {"QR": True, "AA": False, "TC": False, "RD": True, "RA": True, "AD": secure, "CD": variant.cd}
    for name, value in wanted.items():
        if bool(reply.flags & dns.flags.Flag[name]) != value:
            yield f"{name} is {int(not value)}"


def _record_problems(question, variant, answer, works):
    wanted = question.records if works else frozenset()
    if wanted is not None and answer.records() != wanted:
        lacks = sorted(wanted - answer.records())
        extra = sorted(answer.records() - wanted)
        yield f"records: {len(lacks)} missing {lacks[:3]}, {len(extra)} too many {extra[:3]}"
    signed = SIGNATURES if variant.do else ()
    for section in (answer.reply.answer, answer.reply.authority):
        if strangers := {rdtype for rdtype in answer.types(section) & set(SIGNATURES)} - {question.type} - set(signed):
            yield f"DNSSEC records without DO: {sorted(map(dns.rdatatype.to_text, strangers))}"
    if variant.do and question.status == "secure" and dns.rdatatype.RRSIG not in (
            answer.types(answer.reply.answer) | answer.types(answer.reply.authority)):
        yield "no signature for a client that sets DO"
    ttls = [rrset.ttl for rrset in answer.reply.answer]
    if ttls and max(ttls) > question.ttl:
        yield f"a TTL of {max(ttls)}, which was {question.ttl} at most"
    if works and question.soa and not _ends_in_data(question, answer) and question.rcode != dns.rcode.YXDOMAIN:
        if dns.rdatatype.SOA not in answer.types(answer.reply.authority):
            yield "a negative answer without SOA"


def _ends_in_data(question, answer):
    return question.type in answer.types(answer.reply.answer)


def _ede_problems(question, variant, answer, hit):
    codes = [code for code in answer.codes() if not (hit and question.ede and code == CACHED_ERROR)]
    if any(code not in question.ede for code in codes):
        yield f"EDE {codes} ({'; '.join(answer.texts())}), not one of {list(question.ede)}"
    if variant.cd or not variant.edns:
        return
    if question.ede and not codes:
        yield f"no EDE; one of {list(question.ede)} is due"
    if question.extra_text and question.extra_text not in answer.texts():
        yield f"EXTRA-TEXT {answer.texts()} instead of {question.extra_text!r}"


def _form_problems(question, variant, answer):
    reply = answer.reply
    if (reply.edns >= 0) != variant.edns:
        yield "OPT record" + (" for a client without EDNS" if reply.edns >= 0 else " is missing")
    if reply.question[0].name.to_wire() != question.name.to_wire():
        yield f"the question came back as {reply.question[0].name}"
    if answer.udp_octets > variant.udp_size:
        yield f"{answer.udp_octets} octets over UDP"
    if reply.additional:
        yield f"{len(reply.additional)} sets of records in ADDITIONAL"
