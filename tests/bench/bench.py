#!/usr/bin/python3 -B
"""Measures how fast cached answers are, beside the other resolvers that this machine has. Runs inside the lab: ./dev bench

Every resolver gets one thread and one core, dnsperf the others. All are filled with the same questions first; an answer that
is not NOERROR anywhere takes its question out for all. Then rounds go over all resolvers in turn, so that what disturbs the
machine disturbs each of them, and what is compared are medians. CPU time is user and system time of all the processes that
a resolver started (proc(5), stat), by the queries that were answered meanwhile."""
import argparse
import dataclasses
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))
import manifest as manifests  # noqa: E402 the lab's folder comes first

PORT = 53
START_TRIES = 100
ANSWER_SECONDS = 1
TICKS = os.sysconf("SC_CLK_TCK")
FORMS = {"DO=0": ["-e"], "DO=1": ["-D"]}  # dnsperf's options: EDNS alone, EDNS with DO

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
    msg-cache-size: 64m
    rrset-cache-size: 128m
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
    max-cache-size 128m;
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
cache.open(128 * MB, 'lmdb://{folder}/cache')
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
quiet=yes
loglevel=3
"""


@dataclasses.dataclass
class Resolver:
    name: str
    program: str
    address: str
    configure: object  # function (folder, places) -> command line
    process: subprocess.Popen = None
    rounds: dict = dataclasses.field(default_factory=lambda: {form: [] for form in FORMS})


def ds_records(places):
    """The root's DS or DNSKEY records of the lab's trust anchor, each as a list of its RDATA's words."""
    for line in pathlib.Path(places["zones"], "root.key").read_text().splitlines():
        words = line.split(";")[0].split()
        for kind in ("DS", "DNSKEY"):
            if kind in words:
                yield kind, words[words.index(kind) + 1:]


def configure_mxward(folder, places):
    config = yaml.safe_load(pathlib.Path(os.environ["LAB_CONFIG"]).read_text())
    config |= {"listen": [f"{places['address']}@{PORT}"], "threads": 1, "log": {"level": "warning", "to": "stderr"}}
    config["resolver"]["auto-trust-anchor-file"] = ""
    (folder / "conf").write_text(yaml.safe_dump(config))
    return [os.environ["LAB_MXWARD"], "serve", "-c", str(folder / "conf")]


def configure_unbound(folder, places):
    (folder / "conf").write_text(UNBOUND.format(**places))
    return ["unbound", "-d", "-c", str(folder / "conf")]


def configure_bind(folder, places):
    kinds = {"DS": "static-ds", "DNSKEY": "static-key"}
    anchors = "".join(f'. {kinds[kind]} {" ".join(words[:3])} "{"".join(words[3:])}";' for kind, words in ds_records(places))
    (folder / "conf").write_text(BIND.format(anchors=anchors, **places))
    return ["named", "-g", "-n", "1", "-c", str(folder / "conf")]


def configure_knot(folder, places):
    (folder / "conf").write_text(KNOT.format(**places))
    return ["kresd", "-n", "-q", "-c", str(folder / "conf"), str(folder)]


def configure_powerdns(folder, places):
    calls = {"DS": "addTA", "DNSKEY": None}
    text = "".join(f"{calls[kind]}('.', \"{' '.join(words)}\")\n" for kind, words in ds_records(places) if calls[kind])
    (folder / "anchors.lua").write_text("clearTA()\n" + text)
    (folder / "recursor.conf").write_text(POWERDNS.format(**places))
    return ["pdns_recursor", f"--config-dir={folder}", "--daemon=no"]


RESOLVERS = (
    Resolver("mxward", os.environ.get("LAB_MXWARD", "mxward"), "127.0.0.11", configure_mxward),
    Resolver("unbound", "unbound", "127.0.0.12", configure_unbound),
    Resolver("bind9", "named", "127.0.0.13", configure_bind),
    Resolver("knot-resolver", "kresd", "127.0.0.14", configure_knot),
    Resolver("pdns-recursor", "pdns_recursor", "127.0.0.15", configure_powerdns),
)


def start(resolver, core):
    folder = pathlib.Path(os.environ["LAB_DIR"], "bench-" + resolver.name)
    folder.mkdir()
    places = {"folder": folder, "address": resolver.address, "zones": os.environ["LAB_ZONES"]}
    command = resolver.configure(folder, places)
    subprocess.run(["ip", "addr", "add", f"{resolver.address}/32", "dev", "lo"], check=True)  # BIND wants to see it there
    with open(folder / "output", "wb") as out:
        resolver.process = subprocess.Popen(["taskset", "-c", str(core), *command], stdin=subprocess.DEVNULL, stdout=out, stderr=out)


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


def cpu_seconds(resolver):
    total = 0
    for pid in processes_of(resolver.process.pid):
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])  # utime, stime
    return total / TICKS


def ask(resolver, name, kind):
    """NOERROR's answer, or None."""
    query = dns.message.make_query(name, kind, want_dnssec=True)
    try:
        reply = dns.query.udp(query, resolver.address, timeout=ANSWER_SECONDS)
    except (dns.exception.DNSException, OSError):
        return None
    return reply if reply.rcode() == dns.rcode.NOERROR and not reply.flags & dns.flags.TC else None


def wait_for(resolver):
    """Returns once the resolver answers for the root. One that does not start ends the run."""
    for _ in range(START_TRIES):
        if ask(resolver, ".", "SOA"):
            return
        if resolver.process.poll() is not None:
            break
        time.sleep(0.1)
    log = pathlib.Path(os.environ["LAB_DIR"], f"bench-{resolver.name}", "output")
    raise SystemExit(f"bench: {resolver.name} does not come up; the end of {log}:\n{log.read_text()[-1000:].strip()}")


def fill(resolver, questions):
    """Asks every question, so that its answer is cached, and returns those that have one."""
    return [q for q in questions if ask(resolver, q.name, q.type) or ask(resolver, q.name, q.type)]


def measure(resolver, form, data, options, cores):
    before = cpu_seconds(resolver)
    command = ["taskset", "-c", cores, "dnsperf", "-s", resolver.address, "-p", str(PORT), "-d", str(data), *FORMS[form],
               "-l", str(options.seconds), "-T", "1", "-c", "8", "-q", "200"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    used = cpu_seconds(resolver) - before
    completed = int(re.search(r"Queries completed:\s+(\d+)", text)[1])
    rcodes = dict(re.findall(r"(\w+) (\d+) \(", re.search(r"Response codes:(.*)", text)[1]))
    if set(rcodes) != {"NOERROR"}:
        raise SystemExit(f"bench: {resolver.name} gave {rcodes}: not the same work as the others'")
    return {
        "per_second": float(re.search(r"Queries per second:\s+([\d.]+)", text)[1]),
        "cpu_us": used / completed * 1e6,
        "lost": int(re.search(r"Queries lost:\s+(\d+)", text)[1]),
    }


def spread(values):
    """Distance between the quartiles as a share of the median."""
    if len(values) < 2:
        return 0.0
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / statistics.median(values)


def summary(resolver, form):
    rounds = resolver.rounds[form]
    return {
        "per_second": statistics.median(r["per_second"] for r in rounds),
        "per_second_spread": spread([r["per_second"] for r in rounds]),
        "cpu_us": statistics.median(r["cpu_us"] for r in rounds),
        "cpu_us_spread": spread([r["cpu_us"] for r in rounds]),
        "lost": sum(r["lost"] for r in rounds),
        "rounds": rounds,
    }


def show(form, result):
    own = result["mxward"]
    print(f"\n{form}  (medians; spread is the quartiles' distance; a ratio over 1 means that mxward does better)")
    print(f"{'':16}{'queries/s':>12}{'spread':>8}{'ratio':>8}{'CPU µs/query':>14}{'spread':>8}{'ratio':>8}{'lost':>7}")
    for name, row in result.items():
        print(f"{name:16}{row['per_second']:12.0f}{row['per_second_spread']:8.1%}{own['per_second'] / row['per_second']:8.2f}"
              f"{row['cpu_us']:14.2f}{row['cpu_us_spread']:8.1%}{row['cpu_us'] / own['cpu_us']:8.2f}{row['lost']:7}")


def versions(resolvers):
    return {r.name: (r.program if r.name == "mxward" else shutil.which(r.program)) for r in resolvers}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="rounds over all resolvers (default 5)")
    parser.add_argument("--seconds", type=int, default=3, help="seconds for each measurement (default 3)")
    return parser.parse_args()


def main():
    options = arguments()
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise SystemExit("bench: needs two cores: one for the resolver, one for dnsperf")
    resolvers = [r for r in RESOLVERS if shutil.which(r.program)]
    questions = [q for q in manifests.load().questions if q.rcode == dns.rcode.NOERROR and q.status in ("secure", "insecure")
                 and not q.slow and q.ttl != 0 and "\\" not in str(q.name)]  # dnsperf reads escapes otherwise
    for resolver in resolvers:
        start(resolver, cores[0])
    try:
        for resolver in resolvers:
            wait_for(resolver)
            answered = fill(resolver, questions)
            print(f"{resolver.name} answers {len(answered)} of {len(questions)} questions", flush=True)
            questions = answered
        if not questions:
            raise SystemExit("bench: no question is answered by all")
        data = pathlib.Path(os.environ["LAB_DIR"], "bench-questions")
        data.write_text("".join(f"{q.name} {dns.rdatatype.to_text(q.type)}\n" for q in questions))
        print(f"{len(questions)} questions, {options.rounds} rounds of {options.seconds} s, resolvers on core {cores[0]}: "
              + ", ".join(r.name for r in resolvers), flush=True)
        for number in range(options.rounds):
            print(f"round {number + 1}", flush=True)
            for form in FORMS:
                for resolver in resolvers:
                    resolver.rounds[form].append(measure(resolver, form, data, options, ",".join(map(str, cores[1:]))))
    finally:
        for resolver in resolvers:
            resolver.process.terminate()
        for resolver in resolvers:
            resolver.process.wait()
    result = {form: {r.name: summary(r, form) for r in resolvers} for form in FORMS}
    for form, rows in result.items():
        show(form, rows)
    out = pathlib.Path(os.environ["LAB_MXWARD"]).parent / "bench.json"
    out.write_text(json.dumps({"questions": len(questions), "options": vars(options), "programs": versions(resolvers),
                               "results": result}, indent=1) + "\n")
    print(f"\nall figures: {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
