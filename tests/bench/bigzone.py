"""An Internet of its own for scenarios that need many names: a signed root, a signed zone `many.` with an MX at each of NAMES
names, and an unsigned zone `wild.` with a TXT at every name. NSD serves them; a folder has root.hints and root.key.

It is made once a day (signatures have dates) and kept in the build folder."""
import contextlib
import datetime
import fcntl
import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lab"))
import lab  # noqa: E402 the lab's folder comes first
import zones  # noqa: E402

NAMES = 200000
ADDRESS = "127.53.200.1"
ALGORITHM = "ECDSAP256SHA256"
DAYS = (-1, 14)  # that signatures are valid, from today's midnight on
HEAD = """\
$TTL 86400
{origin} SOA ns1. hostmaster.many. 1 3600 600 86400 300
{origin} NS ns1.
"""
FILES = {".": "root", "many.": "many", "wild.": "wild"}


def names():
    """Of which each has an MX."""
    return [f"d{number:06}.many." for number in range(NAMES)]


def _run(folder, *command):
    return subprocess.run(list(map(str, command)), cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def _write(folder, origin, lines):
    (folder / FILES[origin]).write_text(HEAD.format(origin=origin) + "".join(line + "\n" for line in lines))


def _sign(folder, origin):
    """Returns the DS record."""
    key = _run(folder, "ldns-keygen", "-k", "-a", ALGORITHM, origin)
    midnight = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0)
    begin, end = ((midnight + datetime.timedelta(days=day)).strftime("%Y%m%d%H%M%S") for day in DAYS)
    _run(folder, "ldns-signzone", "-i", begin, "-e", end, "-o", origin, "-f", f"{FILES[origin]}.signed", FILES[origin], key)
    os.replace(folder / f"{FILES[origin]}.signed", folder / FILES[origin])
    return _run(folder, "ldns-key2ds", "-n", "-f", "-2", f"{key}.key")


def _make(folder):
    folder.mkdir()
    _write(folder, "many.", [f"mx.many. A {ADDRESS}", *(f"{name} MX 10 mx.many." for name in names())])
    _write(folder, "wild.", ['*.wild. TXT "x"'])
    delegation = _sign(folder, "many.")
    _write(folder, ".", [f"ns1. A {ADDRESS}", "many. NS ns1.", delegation, "wild. NS ns1."])
    (folder / "root.key").write_text(_sign(folder, ".") + "\n")
    (folder / "root.hints").write_text(f". NS ns1.\nns1. A {ADDRESS}\n")


def make(build):
    """The folder; making it takes about half a minute."""
    base = build / "bench"
    base.mkdir(exist_ok=True)
    folder = base / f"bigzone-{NAMES}-{datetime.datetime.now(datetime.timezone.utc).date()}"
    with open(base / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = base / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            _make(unfinished)
            unfinished.rename(folder)
            zones.forget_old(base, "bigzone-*")
    return folder


@contextlib.contextmanager
def served(bench):
    """The folder, while NSD serves the zones."""
    folder = make(bench.build)
    work = bench.new_folder("nsd")
    work.mkdir()
    config = lab.NSD_SERVER.format(zones=folder, folder=work, addresses=f"    ip-address: {ADDRESS}@53", connections=lab.CONNECTIONS)
    config += "".join(f'zone:\n    name: "{name}"\n    zonefile: "{file}"\n' for name, file in FILES.items())
    (work / "nsd.conf").write_text(config)
    with open(work / "output", "wb") as out, \
            subprocess.Popen(["nsd", "-d", "-c", str(work / "nsd.conf")], stdout=out, stderr=out) as process:
        try:
            lab.wait_until(lambda: lab.answers(ADDRESS), f"NSD at {ADDRESS} ({work})", lambda: process.poll() is None, 2000)
            yield folder
        finally:
            process.terminate()
