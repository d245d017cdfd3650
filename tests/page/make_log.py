#!/usr/bin/python3 -B
"""Writes a validation log as mxward does, chained and with signed checkpoints, of as many answers as wanted: what a busy mail
server has after some days, and names that try to do harm among them. `mxward log verify` accepts it.

Usage: make_log.py FILE COUNT END HOURS    END: milliseconds since 1970 of the last answer; FILE.key gets the key, and .pub"""
import base64
import datetime
import hashlib
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile

HOUR = 3600 * 1000
SEED = 20
NO_HASH = "0" * 64
ED25519_OCTETS = 32
CHECKPOINT_LINES = 5000
TIMES = 600  # different moments before they are sorted: enough for a day's rise and fall
FIRST = ("harbor", "birch", "granite", "willow", "copper", "meadow", "lantern", "river", "orchard", "summit", "cedar", "falcon",
         "juniper", "quartz", "maple", "heron", "amber", "slate", "clover", "beacon")
SECOND = ("works", "clinic", "school", "books", "foods", "labs", "media", "press", "studio", "tools", "travel", "union", "bank",
          "garden", "museum", "legal")
TOPS = ("example", "example.org", "example.net", "example.com")
HOSTS = ("mx.mailhost.example", "in.postal.example.net", "smtp.relay.example.org", "mx.bigmail.example.com")
CLIENTS = ("127.0.0.1", "::1", "10.20.0.4", "10.20.0.5")
HOSTILE = (  # as the log writes them (validator/name.h): what need not be escaped is not
    r"<script>window\.hostile=1</script>.example.",
    r"<img\032src=x\032onerror=window\.hostile=1>.example.",
    r"\027]0;title\007\008\013evil.example.",
    r"\226\128\174moc\.knab.example.",
    r"javascript:alert(1).example.",
    "xn--bcher-kva.example.",
    "xn--80ak6aa92e.example.",
    f"{'a' * 63}.{'b' * 63}.{'c' * 63}.example.",
)

# How an assessment may end: weight, verdict, and the check with its severity, action and source.
ENDS = (
    (820, "accept", None),
    (60, "log", ("target-is-alias", "note", "log", "RFC 2181, 10.3; RFC 5321, 5.1")),
    (30, "log", ("uncorroborated", "note", "log", "RFC 7766, 5")),
    (14, "log", ("transport-mismatch", "alert", "log", "RFC 5452, 9")),
    (22, "strip", ("target-internal", "warning", "strip", "RFC 6890")),
    (10, "strip", ("target-is-address", "warning", "strip", "RFC 5321, 5.1")),
    (9, "reject", ("bogus", "alert", "reject", "RFC 4035, 5.5")),
    (6, "reject", ("null-mx-not-alone", "warning", "reject", "RFC 7505, 3")),
    (4, "reject", ("pin-mismatch", "alert", "reject", "configuration, mx.pin")),
    (16, "failed", None),
)


def stamp(milliseconds):
    when = datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc)
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03d}Z"


class Maker:
    """The answers. The same seed makes the same ones."""

    def __init__(self):
        self.random = random.Random(SEED)
        self.domains = [f"{a}-{b}.{top}." for a in FIRST for b in SECOND for top in TOPS]
        self.random.shuffle(self.domains)

    def times(self, count, end, hours):
        """Moments in the hours before `end`, more of them by day than by night; the last one is `end`."""
        moments = range(TIMES)
        weights = [1.3 + math.sin(2 * math.pi * (moment / TIMES * hours + 6) / 24) for moment in moments]
        steps = self.random.choices(moments, weights, k=count - 1)
        length = hours * HOUR / TIMES
        return sorted(int(end - hours * HOUR + (step + self.random.random()) * length) for step in steps) + [end]

    def domain(self, number):
        if number % 997 == 3:
            return HOSTILE[number // 997 % len(HOSTILE)]
        return self.domains[min(int(self.random.expovariate(1 / 180)), len(self.domains) - 1)]

    def answer(self, number, time):
        domain = self.domain(number)
        _, verdict, check = self.random.choices(ENDS, [end[0] for end in ENDS])[0]
        insecure = self.random.random() < 0.7 or (check or [""])[0] in ("uncorroborated", "transport-mismatch")
        security = "bogus" if check and check[0] == "bogus" else "insecure" if insecure else "secure"
        took = int(self.random.lognormvariate(4.3, 0.8)) + 2 + (5000 if verdict == "failed" else 0)
        served = verdict not in ("reject", "failed")
        return {
            "time": stamp(time),
            "question": {"name": domain, "type": "MX"},
            "client": {"address": self.random.choice(CLIENTS), "port": self.random.randint(1024, 65535),
                       "transport": self.random.choice(("udp", "udp", "udp", "tcp")), "count": 1 + int(self.random.random() < 0.1)},
            "took_ms": took,
            "verdict": verdict,
            "security": security,
            "rcode": "NOERROR" if served else "SERVFAIL",
            "ede": None if served and verdict != "strip" else self.error(verdict, security),
            "reason": self.reason(domain, verdict, check),
            "would": None,
            "received": security,
            "corroboration": self.corroboration(check, security, verdict),
            "negative": False,
            "null_mx": False,
            "chain": [],
            "findings": [self.finding(domain, check)] if check else [],
            "findings_left_out": 0,
            "mx": [] if verdict == "failed" else self.exchanges(domain, security, check),
            "other": [{"preference": 5, "exchange": "mx.elsewhere.example."}] if (check or [""])[0] == "transport-mismatch" else [],
        }

    def error(self, verdict, security):
        if verdict == "failed":
            return {"code": 22, "name": "No Reachable Authority"}
        if security == "bogus":
            return {"code": 7, "name": "Signature Expired"}
        return {"code": 15, "name": "Blocked"} if verdict == "reject" else {"code": 4, "name": "Forged Answer"}

    def reason(self, domain, verdict, check):
        if verdict == "failed":
            return f"no server of {domain} answered within 5 s"
        if check and check[0] == "bogus":
            return f"validation failure <{domain} MX IN>: signature expired from 192.0.2.53"
        return f"mx: {check[0]} {self.host(domain, check)}" if check and verdict in ("strip", "reject") else ""

    def corroboration(self, check, security, verdict):
        if security != "insecure" or verdict == "failed":
            return "none"
        return {"uncorroborated": "unavailable", "transport-mismatch": "differed"}.get((check or [""])[0], "agreed")

    def host(self, domain, check):
        return {"target-is-address": "192.0.2.25.", "target-internal": f"mx2.{domain}"}.get(check[0], f"mx1.{domain}")

    def finding(self, domain, check):
        name, severity, action, source = check
        host = None if name in ("bogus", "transport-mismatch", "uncorroborated") else self.host(domain, check)
        return {"check": name, "severity": severity, "action": action, "source": source, "host": host, "detail": ""}

    def exchanges(self, domain, security, check):
        shared = HOSTS[sum(domain.encode()) % len(HOSTS)]
        found = [(10, f"mx1.{domain}"), (20, f"{shared}.")]
        if check and self.host(domain, check) not in (name for _, name in found):
            found.append((30, self.host(domain, check)))
        return [self.exchange(place, name, security, check) for place, (_, name) in enumerate(found)]

    def exchange(self, place, name, security, check):
        internal = bool(check) and check[0] == "target-internal" and name.startswith("mx2.")
        stripped = bool(check) and check[2] == "strip" and place == 2
        alias = f"edge.{name}" if check and check[0] == "target-is-alias" and place == 0 else None
        address = "127.0.0.1" if internal else f"192.0.2.{1 + (sum(name.encode()) + place) % 250}"
        addresses = [{"address": address, "special": "Loopback (127.0.0.0/8)" if internal else None}]
        if security == "secure":
            addresses.append({"address": f"2001:db8::{place + 25:x}", "special": None})
        return {"preference": 10 * (place + 1), "exchange": name, "stripped": stripped, "state": "resolved",
                "security": "secure" if security == "secure" else "insecure",
                "tlsa": "present" if security == "secure" else "unknown", "alias_of": alias, "addresses": addresses}


class Chain:
    """Lines as module/vlog/chain.h has them."""

    def __init__(self, out, key):
        self.out = out
        self.key = key
        self.seq = 0
        self.hash = NO_HASH

    def head(self, kind):
        return f'{{"v":1,"seq":{self.seq + 1},"prev":"{self.hash}","type":"{kind}"'

    def write(self, line):
        self.seq += 1
        self.hash = hashlib.sha256(line.encode()).hexdigest()
        self.out.write(f"{line}\n")

    def line(self, kind, body):
        self.write(f"{self.head(kind)},{json.dumps(body, separators=(',', ':'))[1:]}")

    def checkpoint(self, time):
        text = f'{self.head("checkpoint")},"time":"{stamp(time)}","key":"{self.key.fingerprint}"'
        self.write(f'{text},"sig":"{self.key.sign(text)}"}}')


class Key:
    """An Ed25519 key in the files that mxward would make."""

    def __init__(self, path):
        self.path = path
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", path], check=True, capture_output=True)
        path.chmod(0o600)
        subprocess.run(["openssl", "pkey", "-in", path, "-pubout", "-out", f"{path}.pub"], check=True)
        public = subprocess.run(["openssl", "pkey", "-in", path, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
        self.fingerprint = hashlib.sha256(public[-ED25519_OCTETS:]).hexdigest()

    def sign(self, text):
        with tempfile.NamedTemporaryFile(dir=self.path.parent) as message:
            message.write(text.encode())
            message.flush()
            done = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.path, "-in", message.name], check=True,
                                  capture_output=True)
        return base64.b64encode(done.stdout).decode()


def make(path, count, end, hours):
    """Writes the log; the public key is then in FILE.key.pub."""
    key = Key(pathlib.Path(f"{path}.key"))
    maker = Maker()
    with open(path, "w", encoding="ascii") as out:
        chain = Chain(out, key)
        times = maker.times(count, end, hours)
        chain.line("open", {"time": stamp(times[0]), "version": "0.0.0", "key": key.fingerprint})
        for number, time in enumerate(times):
            chain.line("assessment", maker.answer(number, time))
            if number % CHECKPOINT_LINES == CHECKPOINT_LINES - 1:
                chain.checkpoint(time)
        chain.checkpoint(end)


def main():
    path, count, end, hours = sys.argv[1:]
    make(pathlib.Path(path), int(count), int(end), int(hours))


if __name__ == "__main__":
    main()
