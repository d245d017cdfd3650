"""The manifest as Python objects: what manifest.yaml says, with its defaults filled in. Read by everything in this folder."""
import dataclasses
import pathlib

import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import yaml

PATH = pathlib.Path(__file__).resolve().with_name("manifest.yaml")
STATUSES = ("secure", "insecure", "bogus", "failed", "rejected")
WORKING = ("secure", "insecure")
FORGED_ANSWER = 4  # RFC 8914: goes with what is left of a set
BREAKS = ("expired", "future", "wrong-key", "missing", "flipped", "no-denial", "no-zone-bit", "above-zone", "keytrap")
TYPICAL = """\
@           MX    10 mx1
@           MX    20 mx2
mx1         A     25.25.0.1
mx1         AAAA  3ffe:25::1
mx2         A     25.25.0.2
mx2         AAAA  3ffe:25::2
_25._tcp.mx1 TLSA 3 1 1 8d02536c887482bc34ff54e41d2ba659bf85b341a0a20afadb5813dcfbcf286d
_25._tcp.mx2 TLSA 3 1 1 8d02536c887482bc34ff54e41d2ba659bf85b341a0a20afadb5813dcfbcf286d
@           TXT   "v=spf1 mx -all"
"""


class ManifestError(Exception):
    """The manifest says something that it must not."""


@dataclasses.dataclass(frozen=True)
class Server:
    name: str
    at: tuple
    kind: str = "nsd"
    behind: str = ""
    tcp: bool = True


@dataclasses.dataclass(frozen=True)
class Zone:
    name: dns.name.Name
    servers: tuple = ("hosting",)
    ns: tuple = ()
    served: bool = True
    delegated: bool = True
    sign: str = ""
    keys: str = "one"
    denial: str = "nsec"
    iterations: int = 0
    ds: str = "right"
    broken: dict = dataclasses.field(default_factory=dict)
    records: str = TYPICAL
    many: dict = dataclasses.field(default_factory=dict)
    lie: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Question:
    """A question and what is to come out. Records are (owner, type, RDATA) in canonical form."""
    group: str
    text: str
    name: dns.name.Name
    type: int
    status: str
    rcode: int
    cd_rcode: int
    records: frozenset  # of the answer section; None: any
    ede: tuple
    extra_text: str
    checks: frozenset  # None: not told
    rejected_because: str
    after: tuple
    slow: bool
    ttl: int
    soa: bool
    unbound: frozenset  # what is not compared with unbound
    why: str

    @property
    def for_module(self):
        """It reaches the module in an Unbound, which answers as the daemon does."""
        return self.type == dns.rdatatype.MX and not self.slow and not {"AA", "tcp"} & self.unbound


@dataclasses.dataclass(frozen=True)
class Manifest:
    servers: dict
    zones: dict
    questions: tuple

    def zone_of(self, name):
        """The zone that a name lies in, or None."""
        while name not in self.zones or not self.zones[name].served:
            if name == dns.name.root:
                return None
            name = name.parent()
        return self.zones[name]

    def parent_of(self, zone):
        return None if zone.name == dns.name.root else self.zone_of(zone.name.parent())


def record(owner, rdtype, rdata):
    """One record in a form that compares: names are absolute and in lower case, RDATA canonical (RFC 4034, 6.2)."""
    return (owner.to_text().lower(), dns.rdatatype.to_text(rdtype), rdata.to_digestable().hex())


def parse_question(text):
    name, rdtype = text.split()
    return dns.name.from_text(name), dns.rdatatype.from_text(rdtype)


def _rdata(rdtype, text):
    return dns.rdata.from_text(dns.rdataclass.IN, rdtype, text, origin=dns.name.root, relativize=False)


def expand(many):
    """The texts that {count, text} stands for."""
    return [many["text"].replace("{}", str(number)) for number in range(1, many["count"] + 1)]


def _records(spec, name, rdtype):
    owner = name
    records = set()
    for line in spec.get("chain", []):
        alias, kind, target = line.split()
        link = dns.rdatatype.from_text(kind)
        records.add(record(dns.name.from_text(alias), link, _rdata(link, target)))
        if link == dns.rdatatype.CNAME:
            owner = dns.name.from_text(target)
    answer = spec.get("answer", [])
    if answer == "any":
        return None
    for text in expand(answer) if isinstance(answer, dict) else answer:
        records.add(record(owner, rdtype, _rdata(rdtype, str(text))))
    return frozenset(records)


def _differences(spec):
    """What unbound has otherwise: it judges no exchanges, so that it rejects nothing and leaves nothing out."""
    unbound = spec.get("unbound", {"differs": [], "because": "it does not"})
    if not unbound.get("because") or not set(unbound["differs"]) <= {"AA", "AD", "rcode", "answer", "form", "tcp"}:
        raise ManifestError(f"question {spec['ask']}: unbound needs differs (AA, AD, rcode, answer, form, tcp) and because")
    judged = {"rcode", "answer"} if spec["status"] == "rejected" else {"answer"} if FORGED_ANSWER in spec.get("ede", ()) else set()
    return frozenset(unbound["differs"]) | judged


def _examine(spec):
    """Raises ManifestError when a question does not say what it must."""
    known = {"ask", "status", "rcode", "cd_rcode", "chain", "answer", "ede", "text", "checks", "rejected_because", "after", "slow", "ttl",
             "soa", "unbound", "why"}
    if not known >= spec.keys() or spec["status"] not in STATUSES or "why" not in spec:
        raise ManifestError(f"question {spec}: an unknown key or status, or no reason why")
    codes = spec.get("ede", [])
    if spec["status"] in WORKING and codes not in ([], [FORGED_ANSWER]) or spec["status"] not in WORKING and not codes:
        raise ManifestError(f"question {spec['ask']}: ede belongs to bogus, failed and rejected, and 4 to a set that lacks something")
    if (spec["status"] == "rejected") != ("rejected_because" in spec):
        raise ManifestError(f"question {spec['ask']}: rejected_because belongs to rejected")


def _question(group, spec):
    _examine(spec)
    name, rdtype = parse_question(spec["ask"])
    works = spec["status"] in WORKING
    return Question(
        group=group,
        text=spec["ask"],
        name=name,
        type=rdtype,
        status=spec["status"],
        rcode=dns.rcode.from_text(spec.get("rcode", "NOERROR" if works else "SERVFAIL")),
        cd_rcode=dns.rcode.from_text(spec.get("cd_rcode", "NOERROR")),
        records=_records(spec, name, rdtype),
        ede=tuple(spec.get("ede", ())),
        extra_text=spec.get("text", ""),
        checks=frozenset(spec["checks"]) if "checks" in spec else None,
        rejected_because=spec.get("rejected_because", ""),
        after=tuple(parse_question(text) for text in spec.get("after", ())),
        slow=spec.get("slow", False),
        ttl=spec.get("ttl", 3600),
        soa=spec.get("soa", True),
        unbound=_differences(spec),
        why=spec["why"],
    )


def _zone(name, spec, servers):
    known = {field.name for field in dataclasses.fields(Zone)} - {"name"}
    fields = {key: value for key, value in spec.items() if key != "questions"}
    if not known >= fields.keys():
        raise ManifestError(f"zone {name}: what is {', '.join(fields.keys() - known)}?")
    for key in ("servers", "ns"):
        if key in fields:
            fields[key] = tuple(fields[key])
    zone = Zone(name=dns.name.from_text(name), **fields)
    if not all(server in servers for server in zone.servers):
        raise ManifestError(f"zone {name}: a server that the table of servers does not have")
    if zone.broken and zone.broken["how"] not in BREAKS:
        raise ManifestError(f"zone {name}: broken how? One of {', '.join(BREAKS)}")
    return zone


def load(path=PATH):
    """Reads the manifest; raises ManifestError when it contradicts itself."""
    with open(path, encoding="utf-8") as file:
        text = yaml.safe_load(file)
    servers = {
        name: Server(name=name, **{**spec, "at": tuple(spec["at"])}) for name, spec in text["servers"].items()
    }
    zones = {}
    questions = []
    for group in text["groups"]:
        for name, spec in group["zones"].items():
            zone = _zone(name, spec, servers)
            if zone.name in zones:
                raise ManifestError(f"zone {name} is there twice")
            zones[zone.name] = zone
            questions += [_question(group["title"], question) for question in spec.get("questions", [])]
    return Manifest(servers=servers, zones=zones, questions=tuple(questions))
