"""Starts, configures and stops mxward and the resolvers that it is compared with, and reads what they take from the machine.
Each has one thread that answers, validates, and has room for all that it is asked."""
import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys
import time

import dns.exception
import dns.message
import dns.query
import dns.rcode

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lab"))
import daemon  # noqa: E402 the lab's folder comes first
import lab  # noqa: E402

PORT = 53
START_TRIES = 600
ANSWER_SECONDS = 1
STOP_SECONDS = 10

UNBOUND = """\
server:
    interface: {address}
    access-control: 127.0.0.0/8 allow
    num-threads: 1
    do-daemonize: no
    use-syslog: no
    logfile: "{folder}/log"
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: "{folder}/pid"
    do-not-query-localhost: no
    module-config: "validator iterator"
    trust-anchor-file: "{zones}/root.key"
    root-hints: "{zones}/root.hints"
    msg-cache-size: {cache_mb}m
    rrset-cache-size: {cache_mb}m
    incoming-num-tcp: 100
remote-control:
    control-enable: no
"""

BIND = """\
options {{
    directory "{folder}";
    pid-file "{folder}/pid";
    session-keyfile "{folder}/session.key";
    listen-on {{ {address}; }};
    listen-on-v6 {{ none; }};
    allow-query {{ any; }};
    recursion yes;
    dnssec-validation yes;
    max-cache-size {cache_mb}m;
}};
controls {{ }};
zone "." {{ type hint; file "{zones}/root.hints"; }};
trust-anchors {{ {anchors} }};
"""

KNOT = """\
net.listen('{address}', 53, {{ kind = 'dns' }})
modules = {{ 'hints > iterate' }}
hints.root_file('{zones}/root.hints')
trust_anchors.remove('.')
trust_anchors.add_file('{zones}/root.key', true)
cache.open({cache_mb} * MB, 'lmdb://{folder}/cache')
log_level('err')
"""

POWERDNS = """\
local-address={address}
local-port=53
allow-from=127.0.0.0/8
dont-query=
threads=1
pdns-distributes-queries=no
socket-dir={folder}
hint-file={zones}/root.hints
lua-config-file={folder}/anchors.lua
dnssec=validate
security-poll-suffix=
max-tcp-per-client=0
max-tcp-queries-per-connection=0
quiet=yes
loglevel=3
"""


class CannotStart(Exception):
    """A server does not come up; says why."""


@dataclasses.dataclass(frozen=True)
class Places:
    """What a configuration is written for."""
    folder: pathlib.Path
    address: str
    zones: str  # folder with root.hints and root.key
    cache_mb: int
    changes: dict  # to mxward's configuration, nested like the file

    def fill(self, template, **more):
        return template.format(folder=self.folder, address=self.address, zones=self.zones, cache_mb=self.cache_mb, **more)


def _ds_records(places):
    """The trust anchor's DS or DNSKEY records, each as a list of its RDATA's words."""
    for line in pathlib.Path(places.zones, "root.key").read_text().splitlines():
        words = line.split(";")[0].split()
        for kind in ("DS", "DNSKEY"):
            if kind in words:
                yield kind, words[words.index(kind) + 1:]


def _mxward(places):
    changes = {
        "listen": [f"{places.address}@{PORT}"],
        "threads": 1,
        "log": {"level": "warning", "to": "stderr"},
        "cache": {"size": f"{places.cache_mb}M", "snapshot": {"file": "", "key": f"{places.folder}/snapshot.key"}},
        "resolver": {"root-hints": f"{places.zones}/root.hints", "trust-anchor-file": [f"{places.zones}/root.key"],
                     "auto-trust-anchor-file": ""},
        "validation-log": {"file": f"{places.folder}/validation.log", "key": f"{places.folder}/validation.key"},
        "alerts": {"file": f"{places.folder}/alerts.json"},
        "history": {"file": f"{places.folder}/history.db"},
        "control": {"socket": "", "nta-file": f"{places.folder}/nta.json"},
    }
    daemon.merge(changes, places.changes)
    daemon.write_config(places.folder / "conf", changes)
    return [os.environ["LAB_MXWARD"], "serve", "-c", places.folder / "conf"]


def _unbound(places):
    (places.folder / "conf").write_text(places.fill(UNBOUND))
    return ["unbound", "-d", "-c", places.folder / "conf"]


def _bind(places):
    kinds = {"DS": "static-ds", "DNSKEY": "static-key"}
    anchors = "".join(f'. {kinds[kind]} {" ".join(words[:3])} "{"".join(words[3:])}";' for kind, words in _ds_records(places))
    (places.folder / "conf").write_text(places.fill(BIND, anchors=anchors))
    return ["named", "-g", "-n", "1", "-c", places.folder / "conf"]


def _knot(places):
    (places.folder / "conf").write_text(places.fill(KNOT))
    return ["kresd", "-n", "-q", "-c", places.folder / "conf", places.folder]


def _powerdns(places):
    anchors = "".join(f"addTA('.', \"{' '.join(words)}\")\n" for kind, words in _ds_records(places) if kind == "DS")
    (places.folder / "anchors.lua").write_text("clearTA()\n" + anchors)
    (places.folder / "recursor.conf").write_text(places.fill(POWERDNS))
    return ["pdns_recursor", f"--config-dir={places.folder}", "--daemon=no"]


@dataclasses.dataclass(frozen=True)
class Kind:
    """A program that resolves."""
    program: str
    address: str
    configure: object  # function Places -> command line

    def is_there(self):
        return self.program == "mxward" or shutil.which(self.program) is not None


KINDS = {
    "mxward": Kind("mxward", "127.0.0.11", _mxward),
    "unbound": Kind("unbound", "127.0.0.12", _unbound),
    "bind9": Kind("named", "127.0.0.13", _bind),
    "knot-resolver": Kind("kresd", "127.0.0.14", _knot),
    "pdns-recursor": Kind("pdns_recursor", "127.0.0.15", _powerdns),
}
ECHO_ADDRESS = "127.0.0.16"


def ask(address, name, kind, dnssec_ok=True):
    """A whole answer with NOERROR, or None."""
    query = dns.message.make_query(name, kind, want_dnssec=dnssec_ok, use_edns=0, payload=1232)
    try:
        reply = dns.query.udp(query, address, timeout=ANSWER_SECONDS)
    except (dns.exception.DNSException, OSError):
        return None
    return reply if reply.rcode() == dns.rcode.NOERROR and not reply.flags & dns.flags.TC else None


def processes_of(root):
    """The process and all its descendants."""
    children = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:  # it has just ended
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


class Server:
    """A process that answers at an address, with what it has started."""

    def __init__(self, name, address, command, output, cores):
        self.name = name
        self.address = address
        self.output = output
        self.core_count = len(cores)
        self.command = ["taskset", "-c", ",".join(map(str, cores)), *map(str, command)]
        subprocess.run(["ip", "addr", "replace", f"{address}/32", "dev", "lo"], check=True)  # BIND wants to see it there
        self.begin()

    def begin(self):
        """Starts it; again with all that it has kept, if it was stopped."""
        with open(self.output, "ab") as out:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def wait_for(self, question=(".", "SOA")):
        """Returns once it answers."""
        for _ in range(START_TRIES):
            if ask(self.address, *question):
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        end = self.output.read_text(errors="replace")[-1000:].strip()
        raise CannotStart(f"{self.name} does not come up; the end of {self.output}:\n{end}")

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def cpu_seconds(self):
        """What all threads of all its processes have used since they began (schedstat, in nanoseconds). Those that ended are
        not counted, which is why it is read before and after something that starts none."""
        total = 0
        for pid in processes_of(self.process.pid):
            for task in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
                try:
                    total += int(task.read_text().split()[0])
                except OSError:  # it has just ended
                    continue
        return total / 1e9

    def resident_octets(self):
        """Resident memory of all its processes, pages of files apart from a cache's not counted: RssAnon + RssShmem, and for a
        cache in a file RssFile too, which is why a difference is what tells something."""
        total = 0
        for pid in processes_of(self.process.pid):
            try:
                lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
            except OSError:
                continue
            total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))
        return total


def start(name, cores, folder, zones=None, cache_mb=512, changes=None, address=None):
    """A running resolver of this kind with a folder of its own; zones: a folder with root.hints and root.key, without it the
    lab's."""
    kind = KINDS[name]
    folder.mkdir(parents=True)
    places = Places(folder, address or kind.address, str(zones or os.environ["LAB_ZONES"]), cache_mb, changes or {})
    return Server(name, places.address, kind.configure(places), folder / "output", cores)


def start_echo(program, reply, cores, folder):
    """The limit: answers every datagram with the octets of `reply`."""
    folder.mkdir(parents=True)
    (folder / "reply").write_bytes(reply)
    output = folder / "output"
    server = Server("echo", ECHO_ADDRESS, [program, ECHO_ADDRESS, str(PORT), folder / "reply"], output, cores)
    lab.wait_until(lambda: b"ready" in output.read_bytes(), f"the echo program ({output})", lambda: server.process.poll() is None)
    return server
