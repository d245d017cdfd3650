#!/usr/bin/python3 -B
"""Runs `mxward doctor` in the lab: on an installation that is as it should be, and on ones that are broken in one way each."""
import json
import os
import pathlib
import re
import socket
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

import daemon
from cases import Cases

GOOD = "nameserver 127.0.0.1\noptions edns0 trust-ad\n"
NEW_PACKAGE = "Package: libunbound8\nStatus: install ok installed\nVersion: 99.0-1\n\n"
OK, WARNINGS, BROKEN, USAGE, SOFTWARE, CONFIG = 0, 1, 2, 64, 70, 78
ROOT_SERVER = "127.53.0.1"
LAME, SILENT, DEAD = "127.53.2.1", "127.53.2.2", "127.53.2.4"
OTHER_ROOT_KEY = ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n"
CHECKS = ("resolv-conf", "postfix-chroot", "port", "dnssec", "tcp", "large", "root-udp", "root-tcp", "clock", "clock-sync",
          "trust-anchor", "libunbound", "dnsbl", "history", "snapshot")
NOWHERE = ("history", "snapshot")  # this configuration's files were never written
KERNEL = ("--skip", "clock-sync")  # what the kernel of this machine says of its clock is not the lab's business


class Installation:
    """Files as doctor reads them, all well; a test breaks one."""

    def __init__(self, name):
        self.folder = daemon.folder() / f"doctor-{name}"
        self.folder.mkdir()
        self.resolv_conf = self._write("resolv.conf", GOOD)
        self.copy = self._write("postfix/etc/resolv.conf", GOOD)
        self.status = self._write("status", NEW_PACKAGE)
        self.state = self._write("state/root.key", (pathlib.Path(os.environ["LAB_ZONES"]) / "root.key").read_text())
        self.config = self.folder / "mxward.yaml"
        self.configure({})

    def _write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def configure(self, resolver, **more):
        daemon.write_config(self.config, {"resolver": {"auto-trust-anchor-file": str(self.state), **resolver}, **more})

    def hints(self, *addresses):
        """Root hints that name these addresses."""
        lines = [". 3600000 NS ns.root.example."]
        lines += [f"ns.root.example. 3600000 {'AAAA' if ':' in address else 'A'} {address}" for address in addresses]
        return str(self._write("hints", "\n".join(lines) + "\n"))

    def words(self, *more):
        return ["-c", str(self.config), "--resolv-conf", str(self.resolv_conf), "--postfix-chroot",
                str(self.folder / "postfix"), "--dpkg-status", str(self.status), "--dnsbl", "bl.plain", *KERNEL, *more]


def doctor(*words, **more):
    return subprocess.run([daemon.binary(), "doctor", *words], capture_output=True, text=True, check=False, **more)


def _findings(ran):
    try:
        return {finding["check"]: finding for finding in json.loads(ran.stdout)["checks"]}
    except (json.JSONDecodeError, KeyError):
        return {}


def _nobody(cases, installation):
    """No daemon: what can be seen without it is, and nothing waits for it again and again."""
    ran = doctor(*installation.words("--json"))
    found = _findings(ran)
    cases.check(ran.returncode == BROKEN, "no daemon: exit status", ran)
    cases.check(found["port"]["status"] == "fail" and "nobody" in found["port"]["what"], "no daemon: port", found["port"])
    cases.check(found["dnssec"]["status"] == "fail" and "systemctl start" in found["dnssec"]["mend"], "no daemon: dnssec", found["dnssec"])
    for check in ("tcp", "large", "clock", "trust-anchor", "dnsbl"):
        cases.check(found[check]["status"] == "skipped", f"no daemon: {check}", found[check])
    for check in ("resolv-conf", "postfix-chroot", "root-udp", "root-tcp", "libunbound"):
        cases.check(found[check]["status"] == "ok", f"no daemon: {check}", found[check])


def _somebody_else(cases, installation):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", 53))
        found = _findings(doctor(*installation.words("--json", "--timeout", "1")))
        name = pathlib.Path("/proc/self/comm").read_text().strip()
        cases.check(found["port"]["status"] == "fail" and name in found["port"]["what"], "another program at our address", found["port"])


def _all_well(cases, installation):
    ran = doctor(*installation.words("--json"))
    found = _findings(ran)
    cases.check(ran.returncode == OK and tuple(found) == CHECKS, "all is well: exit status", ran)
    for check in CHECKS:
        wanted = "skipped" if check in ("clock-sync", *NOWHERE) else "ok"
        cases.check(found[check]["status"] == wanted and not found[check]["mend"], f"all is well: {check}", found[check])
    ran = doctor(*installation.words())
    cases.check(ran.returncode == OK and len(ran.stdout.splitlines()) == len(CHECKS), "all is well, for people", ran)


# Each: what is broken, a function that breaks it and returns more words, the check that sees it, its status, words in what
# it says, and words in how to mend it.
def _stale_copy(installation):
    installation.copy.write_text("nameserver 192.0.2.1\n")


def _public_resolver(installation):
    installation.resolv_conf.write_text("nameserver 8.8.8.8\noptions edns0 trust-ad\n")
    return ("-s", daemon.ADDRESS)


def _no_trust_ad(installation):
    installation.resolv_conf.write_text("nameserver 127.0.0.1\noptions edns0\n")


def _no_edns0(installation):
    installation.resolv_conf.write_text("nameserver 127.0.0.1\noptions trust-ad\n")
    installation.copy.write_text("nameserver 127.0.0.1\noptions trust-ad\n")


def _old_package(installation):
    installation.status.write_text(NEW_PACKAGE.replace("99.0-1", "1.17.1-2+deb12u1"))


def _other_key(installation):
    installation.state.write_text(OTHER_ROOT_KEY)


def _no_key(installation):
    installation.configure({"auto-trust-anchor-file": "", "trust-anchor-file": []})


def _no_state(installation):
    installation.state.unlink()


def _hints(*addresses, **resolver):
    return lambda installation: installation.configure({"root-hints": installation.hints(*addresses), **resolver})


def _no_hints(installation):
    installation.configure({"root-hints": str(installation.folder / "nonexistent")})


def _server(address, *more):
    return lambda installation: ("-s", address, "--timeout", "2", *more)


def _dnsbl(zone):
    return lambda installation: ("--dnsbl", zone)




BROKEN_INSTALLATIONS = (
    ("Postfix's copy is stale", _stale_copy, "postfix-chroot", "fail", "differs", "restart postfix"),
    ("resolv.conf names a public resolver", _public_resolver, "resolv-conf", "fail", "8.8.8.8", "nameserver 127.0.0.1"),
    ("no trust-ad", _no_trust_ad, "resolv-conf", "fail", "trust-ad", "options edns0 trust-ad"),
    ("no edns0", _no_edns0, "resolv-conf", "warning", "edns0", "options edns0 trust-ad"),
    ("an old libunbound", _old_package, "libunbound", "warning", "1.17.1-2+deb12u1", "apt-get"),
    ("another root's key", _other_key, "trust-anchor", "fail", "no key", "dns-root-data"),
    ("no key at all", _no_key, "trust-anchor", "fail", "no trust anchor", "dns-root-data"),
    ("no RFC 5011 state", _no_state, "trust-anchor", "warning", "not in use", "start the daemon"),
    ("silent root servers", _hints(SILENT), "root-udp", "fail", "no answer", "UDP to port 53"),
    ("silent root servers, TCP", _hints(SILENT), "root-tcp", "fail", "IPv4: no answer; IPv6: no address known", "TCP to port 53"),
    ("silent root servers over IPv6", _hints(ROOT_SERVER, "fd53::23"), "root-udp", "warning", "though there is a route", "UDP to port 53"),
    ("others in place of root servers", _hints(LAME), "root-udp", "fail", "somebody else", "redirects DNS"),
    ("root servers without a route", _hints(ROOT_SERVER, "3ffe::1"), "root-tcp", "ok", "IPv6: no route", ""),
    ("root hints without an address", _hints(), "root-udp", "fail", "no address", "dns-root-data"),
    ("no root hints", _no_hints, "root-udp", "fail", "cannot be read", "dns-root-data"),
    ("built-in root hints", lambda installation: installation.configure({"root-hints": ""}), "root-udp", "skipped", "empty", ""),
    ("a forwarder for everything", _hints(SILENT, forward=[{"zone": ".", "to": ["192.0.2.1"]}]), "root-tcp", "skipped", "forwarded", ""),
    ("a server that does not validate", _server(ROOT_SERVER), "dnssec", "fail", "without AD", "mxward"),
    ("a server that refuses", _server(LAME), "dnssec", "fail", "REFUSED", "allow"),
    ("a server that refuses, TCP", _server(LAME), "tcp", "fail", "REFUSED", "allow"),
    ("a server that refuses, large", _server(LAME), "large", "fail", "REFUSED", "allow"),
    ("a server that refuses, clock", _server(LAME), "clock", "skipped", "no signature", ""),
    ("a server that refuses, trust anchor", _server(LAME), "trust-anchor", "skipped", "no keys", ""),
    ("a silent server", _server(SILENT), "dnssec", "fail", "no reply in time", "systemctl"),
    ("a silent server is not waited for again", _server(SILENT), "large", "skipped", "see above", ""),
    ("a dead server", _server(DEAD), "dnssec", "fail", "Connection refused", "systemctl"),
    ("a list that does not serve us", _dnsbl("public.bl.plain"), "dnsbl", "fail", "127.255.255.254", "public resolver"),
    ("a list that is gone", _dnsbl("nowhere.plain"), "dnsbl", "warning", "test entry", "still exists"),
    ("a list that cannot be resolved", _dnsbl("expired.lab"), "dnsbl", "warning", "SERVFAIL", "still exists"),
    ("a list that is no name", _dnsbl("a..b"), "dnsbl", "skipped", "no domain name", ""),
    ("two lists, both well", _dnsbl("bl.plain"), "dnsbl", "ok", "2 lists", ""),
    ("no list", lambda installation: ("--no-dnsbl",), "dnsbl", "skipped", "no list", ""),
)


def _broken(cases, number, name, break_it, check, status, what, mend):
    installation = Installation(number)
    more = list(break_it(installation) or ())
    for other in CHECKS:
        more += ["--skip", other] if other not in (check, "dnssec") else []
    ran = doctor(*installation.words("--json", *more))
    finding = _findings(ran).get(check, {"status": "no JSON", "what": ran, "mend": ""})
    good = finding["status"] == status and what in finding["what"] and mend in finding["mend"] and bool(mend) == bool(finding["mend"])
    cases.check(good, f"{name}: {check} is {status}", finding)
    least = {"fail": BROKEN, "warning": WARNINGS}.get(status, OK)
    cases.check(ran.returncode >= least, f"{name}: exit status", ran.returncode)


def _wrong_clock(cases, installation):
    """Doctor's clock alone is wrong: the daemon's is not, so that there is something to compare with."""
    linked = subprocess.run(["ldd", daemon.binary()], capture_output=True, text=True, check=True).stdout
    library = [str(path) for path in pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1")]
    preload = ":".join(re.findall(r"=> (\S*lib[at]san\S*)", linked) + library[:1])
    for offset, when in (("+60d", "after"), ("-60d", "before")):
        clock = {**os.environ, "LD_PRELOAD": preload, "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
        found = _findings(doctor(*installation.words("--json"), env=clock))
        good = found["clock"]["status"] == "fail" and f"clock is {when}" in found["clock"]["what"] and "set-ntp" in found["clock"]["mend"]
        cases.check(good, f"a clock that is {offset}", found["clock"])


def _command_lines(cases, installation):
    for words, status, text in (
        (["--help"], OK, "Exit status: 0 all is well"),
        (["--list"], OK, "trust-anchor"),
        (["--skip", "nonsense"], USAGE, "no check"),
        (["--timeout", "0"], USAGE, "1 to 300"),
        (["--timeout"], USAGE, "a value is missing"),
        (["-s", "localhost"], USAGE, "-s takes"),
        (["--frobnicate\033"], USAGE, "--frobnicate\\027"),
        (["more"], USAGE, "no argument"),
        ([word for _ in range(17) for word in ("--dnsbl", "bl.plain")], USAGE, "too many lists"),
        (["-c", "/nonexistent"], CONFIG, "/nonexistent"),
    ):
        ran = doctor(*words)
        cases.check(ran.returncode == status and text in ran.stdout + ran.stderr, f"doctor {' '.join(words)[:40]}", ran)
    for form in ([], ["--json"], ["--list"]):
        with open("/dev/full", "wb") as full:
            ran = subprocess.run([daemon.binary(), "doctor", *installation.words(*form)], stdout=full, stderr=subprocess.DEVNULL, check=False)
        cases.check(ran.returncode == SOFTWARE, f"a full disk {form}", ran)


def main():
    cases = Cases()
    good = Installation("good")
    _nobody(cases, good)
    _somebody_else(cases, good)
    with daemon.Mxward("mxward-doctor"):
        _all_well(cases, good)
        for number, row in enumerate(BROKEN_INSTALLATIONS):
            _broken(cases, number, *row)
        _wrong_clock(cases, good)
        _command_lines(cases, good)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
