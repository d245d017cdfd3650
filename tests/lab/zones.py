"""Makes the lab's zones: keys and signatures by the ldns tools, then, where the manifest asks for it, broken again.

Everything goes into one folder, named by a hash of the manifest, of these scripts and of the day (signatures have dates), so
that it is made once a day and in any case when something changed."""
import base64
import concurrent.futures
import datetime
import fcntl
import hashlib
import os
import pathlib
import random
import shutil
import struct
import subprocess
import time

import dns.dnssec
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.dnskeybase
import dns.zone

import manifest as manifests

# Days from today's midnight (UTC) that signatures are valid.
VALID = (-1, 14)
WINDOWS = {"expired": (-60, -30), "future": (30, 60)}
KEY_BITS = 2048
TRAP_KEYS = TRAP_SIGNATURES = 24  # 576 pairs for each set
TRAP_TAG = 0x5350
RSA_EXPONENT = b"\3\1\0\1"  # 65537 behind its length (RFC 3110, 2)
ABOVE_ZONE = 1  # labels of a signature's owner (RFC 4034, 3.1.3) when its zone has two
MAIL_KEY, MAIL_CERTIFICATE = "mail.key", "mail.crt"
RRSIG = dns.rdatatype.RRSIG
DENIAL = (dns.rdatatype.NSEC, dns.rdatatype.NSEC3)
RRSIG_FIXED_SIZE = 18
SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")  # DigestInfo of RFC 8017, 9.2
KEEP_SECONDS = 2 * 24 * 3600


def _run(command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


def file_name(zone):
    return "root.zone" if zone.name == dns.name.root else zone.name.to_text(omit_final_dot=True) + ".zone"


class _Keys:
    """A zone's keys, by the base name of their files; entry is the one that the DS is of."""

    def __init__(self, folder, zone):
        self.folder = folder
        algorithm = zone.sign or "ECDSAP256SHA256"
        self.entry = self._make(zone, algorithm, entry=True)
        self.signing = [self.entry]
        if zone.keys == "split":
            self.signing.append(self._make(zone, algorithm, entry=False))
        self.other = None
        if zone.broken.get("how") == "no-zone-bit":
            self.other = self._without_zone_bit()
        elif zone.ds == "other-key" or zone.broken.get("how") == "wrong-key":
            self.other = self._make(zone, algorithm, entry=True)

    def _make(self, zone, algorithm, entry):
        options = ["-k"] if entry else []
        return _run(["ldns-keygen", *options, "-a", algorithm, "-b", str(KEY_BITS), zone.name.to_text()], self.folder)

    def _without_zone_bit(self):
        """The entry key once more, with a DNSKEY that is no zone key (RFC 4034, 2.1.1)."""
        name = f"{self.entry}.cleared"
        public = (self.folder / f"{self.entry}.key").read_text()
        (self.folder / f"{name}.key").write_text(public.replace("DNSKEY\t257 ", "DNSKEY\t1 "))
        return name

    def dnskey(self, key):
        text = (self.folder / f"{key}.key").read_text().split("DNSKEY", 1)[1].split(";")[0]
        return dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.DNSKEY, text.strip())

    def rsa(self):
        """(modulus, private exponent) of the entry key."""
        lines = dict(line.split(": ") for line in (self.folder / f"{self.entry}.private").read_text().splitlines())
        return tuple(int.from_bytes(base64.b64decode(lines[name])) for name in ("Modulus", "PrivateExponent"))

    def ds(self, key):
        """(tag, algorithm, digest type, digest) of a key."""
        text = _run(["ldns-key2ds", "-n", "-f", "-2", f"{key}.key"], self.folder)
        return text.split("DS", 1)[1].split()


class _Maker:
    def __init__(self, manifest, folder):
        self.manifest = manifest
        self.folder = folder
        self.work = folder / "work"
        self.midnight = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
        self.zones = [zone for zone in manifest.zones.values() if zone.served]
        self.keys = {}
        self.spki = ""

    def make(self):
        self.work.mkdir()
        self.spki = self._make_certificate()
        keyed = [zone for zone in self.zones if zone.sign or zone.ds == "other-key"]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            made = pool.map(lambda zone: _Keys(self.work, zone), keyed)
            self.keys = dict(zip((zone.name for zone in keyed), made))
            list(pool.map(self._write, self.zones))
        self._write_root_files()

    def _make_certificate(self):
        """Of the lab's mail servers, signed by itself; the SHA-256 of its public key, for TLSA 3 1 1 (RFC 6698, 2.1)."""
        key, certificate = self.folder / MAIL_KEY, self.folder / MAIL_CERTIFICATE
        _run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
              "-subj", "/CN=mail server of the lab", "-keyout", key, "-out", certificate], self.work)
        _run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER", "-out", "mail.spki"], self.work)
        return hashlib.sha256((self.work / "mail.spki").read_bytes()).hexdigest()

    def _write(self, zone):
        plain = self.work / file_name(zone)
        plain.write_text(self._text(zone))
        if not zone.sign:
            shutil.copy(plain, self.folder / file_name(zone))
            return
        signed = self._sign(zone, VALID, self.keys[zone.name].signing)
        if zone.broken:
            self._break(zone, signed)
        signed.to_file(str(self.folder / file_name(zone)), relativize=False, want_origin=True)

    def _sign(self, zone, days, keys):
        start, end = ((self.midnight + datetime.timedelta(days=day)).strftime("%Y%m%d%H%M%S") for day in days)
        out = self.work / f"{file_name(zone)}.{days[0]}.{len(keys)}.{keys[0]}"
        denial = ["-n", "-t", str(zone.iterations), "-s", ""] if zone.denial != "nsec" else []
        denial += ["-p"] if zone.denial == "nsec3-opt-out" else []
        _run(["ldns-signzone", *denial, "-i", start, "-e", end, "-o", zone.name.to_text(), "-f", out, file_name(zone), *keys],
             self.work)
        return dns.zone.from_file(str(out), origin=zone.name, relativize=False)

    def _break(self, zone, signed):
        sets = {dns.rdatatype.from_text(name) for name in zone.broken.get("sets", [])}
        self.BREAKS[zone.broken["how"]](self, zone, signed, sets)

    def _expire(self, zone, signed, sets):
        """Signatures of another time, past or to come."""
        _copy_signatures(signed, sets, self._sign(zone, WINDOWS[zone.broken["how"]], self.keys[zone.name].signing))

    def _use_wrong_key(self, zone, signed, sets):
        _copy_signatures(signed, sets, self._sign(zone, VALID, [self.keys[zone.name].other]))

    def _clear_zone_bit(self, zone, signed, sets):
        """All signed anew, by a DNSKEY that differs in that bit, and therefore in its tag."""
        keys = self.keys[zone.name]
        dnskey = keys.dnskey(keys.other)
        published = signed.get_rdataset(zone.name, dns.rdatatype.DNSKEY)
        published.clear()
        published.add(dnskey)
        tag = dns.dnssec.key_id(dnskey)
        _replace_signatures(signed, sets, lambda name, rdataset: [
            _rsa_sign(name, signed.get_rdataset(name, rdataset.covers), rdataset[0].replace(key_tag=tag), keys.rsa())])

    def _trap(self, _, signed, sets):
        """Signatures that only the keys of _trap_keys() could have made, and none has."""
        chance = random.Random(TRAP_TAG)
        _replace_signatures(signed, sets, lambda name, rdataset: [
            rdataset[0].replace(key_tag=TRAP_TAG, signature=chance.randbytes(KEY_BITS // 8)) for _ in range(TRAP_SIGNATURES)])

    BREAKS = {
        "keytrap": _trap,
        "expired": _expire,
        "future": _expire,
        "wrong-key": _use_wrong_key,
        "no-zone-bit": _clear_zone_bit,
        "missing": lambda self, zone, signed, sets: _drop(signed, lambda rdataset: _signs(rdataset, sets)),
        "flipped": lambda self, zone, signed, sets: _replace_signatures(signed, sets, lambda name, rdataset: map(_flip, rdataset)),
        "above-zone": lambda self, zone, signed, sets: _replace_signatures(
            signed, sets, lambda name, rdataset: [rdata.replace(labels=ABOVE_ZONE) for rdata in rdataset]),
        "no-denial": lambda self, zone, signed, sets: _drop(signed, _denies),
    }

    def _text(self, zone):
        lines = [
            f"$ORIGIN {zone.name}",
            "$TTL 3600",
            f"@ SOA {_below('ns1', zone)} {_below('hostmaster', zone)} 1 3600 600 86400 300",
            *self._delegation(zone),
            zone.records.replace("{spki}", self.spki),
        ]
        if zone.broken.get("how") == "keytrap":
            lines += [f"@ DNSKEY {key}" for key in _trap_keys()]
        if zone.many:
            lines += [f"{zone.many['owner']} {zone.many['type']} {text}" for text in manifests.expand(zone.many)]
        for child in self.zones:
            if child.delegated and self.manifest.parent_of(child) is zone:
                lines += self._delegation(child) + self._ds(child)
        return "\n".join(lines) + "\n"

    def _delegation(self, zone):
        """What both a zone and its parent say of its servers: NS, and their addresses where the names are below the zone."""
        if zone.ns:
            return [f"{zone.name} NS {name}" for name in zone.ns]
        lines = []
        for number, server in enumerate(zone.servers, 1):
            name = _below(f"ns{number}", zone)
            lines.append(f"{zone.name} NS {name}")
            lines += [f"{name} {'AAAA' if ':' in address else 'A'} {address}" for address in self.manifest.servers[server].at]
        return lines

    def _ds(self, zone):
        if zone.name not in self.keys or zone.ds == "none":
            return []
        keys = self.keys[zone.name]
        tag, algorithm, digest_type, digest = keys.ds(keys.other if zone.ds == "other-key" else keys.entry)
        if zone.ds == "unknown-algorithm":
            algorithm = "200"
        if zone.ds == "unknown-digest":
            digest_type = "200"
        return [f"{zone.name} DS {tag} {algorithm} {digest_type} {digest}"]

    def _write_root_files(self):
        root = self.manifest.zones[dns.name.root]
        ds = " ".join(self.keys[root.name].ds(self.keys[root.name].entry))
        (self.folder / "root.key").write_text(f". IN DS {ds}\n")
        (self.folder / "root.hints").write_text("\n".join(self._delegation(root)) + "\n")


def _trap_key(chance):
    """An RSA key with the tag: any odd modulus takes as long to try. Two octets of it make up for what the tag lacks."""
    modulus = bytearray(chance.randbytes(KEY_BITS // 8))
    modulus[0] |= 0x80
    modulus[-1] |= 1
    modulus[2:4] = bytes(2)
    lacks = (TRAP_TAG - dns.dnssec.key_id(_dnskey(modulus))) % 0xffff
    for word in (lacks, lacks - 1):  # a carry may have come on top
        modulus[2:4] = struct.pack("!H", word % 0x10000)
        if dns.dnssec.key_id(_dnskey(modulus)) == TRAP_TAG:
            return _dnskey(modulus)
    return _trap_key(chance)


def _dnskey(modulus):
    header = struct.pack("!HBB", dns.rdtypes.dnskeybase.Flag.ZONE, 3, dns.dnssec.Algorithm.RSASHA256)
    octets = header + RSA_EXPONENT + modulus
    return dns.rdata.from_wire(dns.rdataclass.IN, dns.rdatatype.DNSKEY, octets, 0, len(octets))


def _trap_keys():
    chance = random.Random(TRAP_KEYS)
    return [_trap_key(chance).to_text() for _ in range(TRAP_KEYS)]


def _below(label, zone):
    return f"{label}." if zone.name == dns.name.root else f"{label}.{zone.name}"


def _drop(zone, unwanted):
    for node in zone.nodes.values():
        node.rdatasets[:] = [rdataset for rdataset in node.rdatasets if not unwanted(rdataset)]
    for name in [name for name, node in zone.nodes.items() if not node.rdatasets]:
        del zone.nodes[name]


def _denies(rdataset):
    return rdataset.rdtype in DENIAL or rdataset.covers in DENIAL


def _signs(rdataset, sets):
    """Whether it is signatures of one of the sets; no sets: of any."""
    return rdataset.rdtype == RRSIG and (not sets or rdataset.covers in sets)


def _copy_signatures(zone, sets, other):
    _replace_signatures(zone, sets, lambda name, rdataset: other.get_rdataset(name, RRSIG, rdataset.covers))


def _replace_signatures(zone, sets, substitute):
    for name, node in zone.nodes.items():
        for rdataset in node.rdatasets:
            if _signs(rdataset, sets):
                wrong = list(substitute(name, rdataset))
                rdataset.clear()
                for rdata in wrong:
                    rdataset.add(rdata)


def _flip(rdata):
    """The signature with its last bit turned over."""
    signature = rdata.signature[:-1] + bytes([rdata.signature[-1] ^ 1])
    return rdata.replace(signature=signature)


def _rsa_sign(name, rdataset, rrsig, key):
    """The RRSIG with a new signature (RFC 4034, 3.1.8.1; RFC 8017, 8.2), for keys that ldns-signzone refuses to use."""
    header = name.to_digestable() + struct.pack("!HHI", rdataset.rdtype, rdataset.rdclass, rrsig.original_ttl)
    signed = rrsig.to_wire()[:RRSIG_FIXED_SIZE] + rrsig.signer.to_digestable()
    for octets in sorted(rdata.to_digestable() for rdata in rdataset):
        signed += header + struct.pack("!H", len(octets)) + octets
    modulus, exponent = key
    size = (modulus.bit_length() + 7) // 8
    info = SHA256_INFO + hashlib.sha256(signed).digest()
    padded = b"\0\1" + b"\xff" * (size - 3 - len(info)) + b"\0" + info
    return rrsig.replace(signature=pow(int.from_bytes(padded), exponent, modulus).to_bytes(size))


def _digest():
    here = pathlib.Path(__file__).resolve()
    day = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    parts = [manifests.PATH.read_bytes(), here.read_bytes(), here.with_name("manifest.py").read_bytes(), day.encode()]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]


def forget_old(base, pattern):
    """Removes folders that nobody has touched for some days: another day's zones, runs that failed and were looked at."""
    for path in base.glob(pattern):
        if path.is_dir() and time.time() - path.stat().st_mtime > KEEP_SECONDS:
            shutil.rmtree(path)


def make(manifest, base):
    """The folder with all zones, root.key and root.hints below base, made when it is not there yet."""
    base.mkdir(parents=True, exist_ok=True)
    folder = base / _digest()
    with open(base / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = base / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            _Maker(manifest, unfinished).make()
            unfinished.rename(folder)
            forget_old(base, "*")
    return folder
