"""An Internet of its own for scenarios that resolve: a signed root, two signed top-level domains, `signed.` whose domains are signed
and `plain.` whose domains are not, and as many of those as wanted, d0 and on, each with two exchanges and a name server at an address
of its own. Root, top-level domains and domains are served by an NSD each, either beside the resolvers or at the other end of a wire
(wire.c)."""
import concurrent.futures
import contextlib
import os
import subprocess

import lab  # resolvers.py has made the lab's folder known
import resolvers

ROOT, TOPS = "10.53.0.1", {"signed": "10.53.0.2", "plain": "10.53.0.3"}
FIRST, PER_NET = 256, 250  # domains' servers begin at 10.53.1.1
NEAR, FAR = "10.52.0.1", "10.52.0.2"
NETWORK = "10.53.0.0/16"
ALGORITHM = "ECDSAP256SHA256"
SOA = "@ 3600 IN SOA ns.{zone} hostmaster.{zone} 1 3600 900 86400 300\n@ 3600 IN NS ns.{zone}\n"
TLSA = "3 1 1 " + "ab" * 32

CONNECTIONS = 1000  # that an NSD takes


def _run(*command, folder=None):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise resolvers.CannotStart(f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}".strip())
    return done.stdout.strip()


def domain(number, top):
    return f"d{number}.{top}."


def exchanges(number, top):
    """Hosts of a domain's MX records, in order."""
    return [f"mx{which}.{domain(number, top)}" for which in (1, 2)]


class World:
    def __init__(self, bench, count, tops=tuple(TOPS)):
        """count: domains below each of these top-level domains."""
        self.wire_program = bench.build / "tests/bench/wire"
        self.cores = bench.load_core
        self.folder = bench.new_folder("world")
        self.folder.mkdir()
        self.count = count
        self.tops = tops
        self.domain_servers = {}  # by zone
        self._make_zones()

    # ---- zones ----

    def _make_zones(self):
        self.key = _run("ldns-keygen", "-k", "-a", ALGORITHM, ".", folder=self.folder)
        for top in self.tops:
            for number in range(self.count):
                at = len(self.domain_servers)
                self.domain_servers[domain(number, top)] = f"10.53.{1 + at // PER_NET}.{1 + at % PER_NET}"
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            ds_of = dict(zip(self.domain_servers, pool.map(self._make_domain, self.domain_servers)))
        tops = {top: self._make_top(top, ds_of) for top in TOPS}
        servers = "".join(f"{top}. 86400 IN NS ns.{top}.\nns.{top}. 86400 IN A {address}\n{tops[top]}" for top, address in TOPS.items())
        anchor = self._write(".", SOA.format(zone="") + f"ns. 86400 IN A {ROOT}\n" + servers, sign=True)
        (self.folder / "root.key").write_text(anchor)
        (self.folder / "root.hints").write_text(f". 3600000 IN NS ns.\nns. 3600000 IN A {ROOT}\n")

    def _make_domain(self, zone):
        hosts = "".join(f"@ 3600 IN MX {which}0 mx{which}\nmx{which} 3600 IN A 25.25.0.{which}\nmx{which} 3600 IN AAAA 3ffe:25::{which}\n"
                        for which in (1, 2))
        signed = zone.endswith(".signed.")
        if signed:
            hosts += "".join(f"_25._tcp.mx{which} 3600 IN TLSA {TLSA}\n" for which in (1, 2))
        return self._write(zone, SOA.format(zone=zone) + f"ns 3600 IN A {self.domain_servers[zone]}\n" + hosts, signed)

    def _make_top(self, top, ds_of):
        below = [(zone, address) for zone, address in self.domain_servers.items() if zone.endswith(f".{top}.")]
        delegations = "".join(f"{zone} 86400 IN NS ns.{zone}\nns.{zone} 86400 IN A {address}\n{ds_of[zone]}" for zone, address in below)
        return self._write(f"{top}.", SOA.format(zone=f"{top}.") + f"ns 86400 IN A {TOPS[top]}\n" + delegations, sign=True)

    def _write(self, zone, text, sign):
        """A zone's file, perhaps signed; its DS record, or "". All zones have the same key."""
        path = self.folder / f"{zone}zone"
        path.write_text(f"$ORIGIN {zone}\n{text}")
        if not sign:
            return ""
        key = f"key-{zone}"
        public = (self.folder / f"{self.key}.key").read_text()
        (self.folder / f"{key}.key").write_text(zone + "\t" + public.split("\t", 1)[1])
        (self.folder / f"{key}.private").write_bytes((self.folder / f"{self.key}.private").read_bytes())
        _run("ldns-signzone", "-f", path, path, key, folder=self.folder)
        return _run("ldns-key2ds", "-n", "-f", "-2", f"{key}.key", folder=self.folder) + "\n"

    # ---- servers ----

    def _configure(self, name, addresses, zones):
        """The path of an NSD's configuration. One that has a zone and its parent would answer for both, without a referral."""
        folder = self.folder / name
        folder.mkdir()
        path = folder / "nsd.conf"
        listen = "\n".join(f"    ip-address: {address}" for address in addresses)
        path.write_text(lab.NSD_SERVER.format(folder=folder, zones=self.folder, addresses=listen, connections=CONNECTIONS)
                        + "".join(f'zone:\n    name: "{zone}"\n    zonefile: "{zone}zone"\n' for zone in zones))
        return path

    @contextlib.contextmanager
    def _serving(self, *inside):
        """Runs NSDs by way of the command `inside`, in the network that it makes its own."""
        levels = {"root": ([ROOT], ["."]), "tops": (TOPS.values(), [f"{top}." for top in TOPS]),
                  "domains": (self.domain_servers.values(), self.domain_servers)}
        _run(*inside, "ip", "route", "add", "local", NETWORK, "dev", "lo")
        processes = []
        try:
            for name, (addresses, zones) in levels.items():
                path = self._configure(name, addresses, zones)
                with open(path.with_name("output"), "wb") as out:
                    processes.append(subprocess.Popen(
                        [*inside, "taskset", "-c", ",".join(map(str, self.cores)), "nsd", "-d", "-c", path],
                        stdin=subprocess.DEVNULL, stdout=out, stderr=out))
            for process, (addresses, zones) in zip(processes, levels.values()):
                address, zone = list(addresses)[-1], list(zones)[-1]
                lab.wait_until(lambda: resolvers.ask(address, zone, "SOA") is not None, f"NSD at {address} ({self.folder})",
                               lambda: process.poll() is None)
            yield
        finally:
            for process in processes:
                _end(process)
            subprocess.run([*inside, "ip", "route", "del", "local", NETWORK, "dev", "lo"], check=False)

    @contextlib.contextmanager
    def beside(self):
        """The servers answer at once."""
        with self._serving():
            yield self

    @contextlib.contextmanager
    def far_away(self, round_trip_ms):
        """Each round trip takes so long."""
        if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
            raise resolvers.CannotStart("the wire needs /dev/net/tun, which this user cannot open")
        command = ["taskset", "-c", ",".join(map(str, self.cores)), self.wire_program, "near", "far", str(round(round_trip_ms * 500))]
        wire = subprocess.Popen(command, stdout=subprocess.PIPE)
        inside = ["nsenter", f"--net=/proc/{wire.pid}/ns/net"]
        try:
            if wire.stdout.readline() != b"ready\n":
                raise resolvers.CannotStart("there is no wire")
            for way, device, own, peer in (([], "near", NEAR, FAR), (inside, "far", FAR, NEAR)):
                _run(*way, "ip", "addr", "add", own, "peer", peer, "dev", device)
                _run(*way, "ip", "link", "set", device, "up")
            _run(*inside, "ip", "link", "set", "lo", "up")
            _run("ip", "route", "add", NETWORK, "dev", "near")
            with self._serving(*inside):
                yield self
        finally:
            _end(wire)

    def how(self):
        """For bench.running()."""
        return {"zones": self.folder}


def _end(process):
    process.terminate()
    process.wait()
