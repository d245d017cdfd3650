#!/usr/bin/python3 -B
"""Brings up the miniature Internet of manifest.yaml in namespaces of its own (network, mounts, processes), runs something in
it, and takes it down. Works as root, and as a user where the kernel lets users make namespaces; exit status 77 where not.

What runs inside finds in its environment:
  LAB_MXWARD      the mxward binary
  LAB_DIR         a folder for this run; removed at its end, unless it failed
  LAB_CONFIG      mxward's configuration for the lab
  LAB_UNBOUND     the same for Debian's unbound, at 127.0.0.2
  LAB_RESOLVER    mxward's address, once it is started: 127.0.0.1 (resolv.conf says so too)
  LAB_ZONES       the folder with zones, root.hints and root.key
  LAB_LIAR_LOG    a line for every question that the lying and the silent servers got
  LAB_PID         the process, seen from outside, whose namespaces nsenter(1) can enter"""
import argparse
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import dns.exception
import dns.message
import dns.query

import manifest as manifests
import zones

HERE = pathlib.Path(__file__).resolve().parent
DEFAULT_BINARY = HERE.parent.parent / "build" / "mxward"
SKIPPED = 77
LOG_LINES = 40
LISTEN = ("127.0.0.1", "::1")
UNBOUND = "127.0.0.2"
PORT = 53
START_TRIES = 200
TRY_SECONDS = 0.1
SYSTEM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"  # servers are in sbin, also for those who are not root
NAMESPACES = ("--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child")

CONNECTIONS = 200  # that an NSD takes

NSD_SERVER = """\
server:
    ip-transparent: no
    reuseport: no
    server-count: 1
    username: ""
    chroot: ""
    zonesdir: "{zones}"
    database: ""
    zonelistfile: "{folder}/zones.list"
    xfrdfile: "{folder}/xfrd.state"
    xfrdir: "{folder}"
    pidfile: "{folder}/nsd.pid"
    logfile: "{folder}/nsd.log"
    hide-version: yes
    rrl-ratelimit: 0
    rrl-whitelist-ratelimit: 0
    tcp-count: {connections}
{addresses}
remote-control:
    control-enable: no
"""

UNBOUND_CONFIG = """\
server:
    interface: {address}
    port: {port}
    access-control: 127.0.0.0/8 allow
    do-daemonize: no
    use-syslog: no
    logfile: "{folder}/unbound.log"
    verbosity: 1
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: "{folder}/unbound.pid"
    do-not-query-localhost: no
    ede: yes
    module-config: "validator iterator"
    trust-anchor-file: "{zones}/root.key"
    root-hints: "{zones}/root.hints"
    use-caps-for-id: yes
    qname-minimisation: yes
    aggressive-nsec: yes
    harden-below-nxdomain: yes
    harden-algo-downgrade: no
    val-log-level: 2
    edns-buffer-size: 1232
    outgoing-range: 1024
    num-queries-per-thread: 512
    discard-timeout: 0
    wait-limit: 0
    do-ip6: yes
remote-control:
    control-enable: no
"""

MXWARD_CONFIG = """\
# The lab's configuration: production defaults, but for where this Internet begins, that its servers are on loopback, and that
# a busy machine gets more time.
listen: [{listen}]
user: ""
resolver:
  root-hints: {zones}/root.hints
  trust-anchor-file: [{zones}/root.key]
  auto-trust-anchor-file: {folder}/anchor/root.key
  hardening:
    do-not-query-localhost: no
mx: {{corroborate-timeout: 5s, target-timeout: 5s, providers: [{providers}]}}
log: {{level: debug, to: stderr}}
validation-log: {{file: {folder}/validation.log, key: {folder}/validation-log.key}}
inspection: {{enable: no, log-index: {folder}/inspection/log-index.db}}
alerts: {{journal: no, file: {folder}/alerts.json}}
cache: {{snapshot: {{file: "", key: {folder}/snapshot.key}}}}
control: {{socket: "", nta-file: {folder}/nta.json}}
"""


class LabError(Exception):
    """The lab cannot be brought up; says why."""


class NoNamespaces(LabError):
    """Not on this machine, or not by this user: nothing that a test could be blamed for."""


def unshare_options():
    """Options that make unshare(1) work here; LabError in a sentence when nothing does."""
    for options in ([], ["--map-root-user"]):
        if subprocess.run(["unshare", *options, *NAMESPACES, "true"], capture_output=True, check=False).returncode == 0:
            return options
    raise NoNamespaces("namespaces cannot be made here, not even a user's own: run as root, or set the sysctl "
                       "kernel.unprivileged_userns_clone or user.max_user_namespaces, or let the container have CAP_SYS_ADMIN")


def _do(*command):
    """A command without which there is no lab."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LabError(f"{' '.join(map(str, command))}: {done.stderr.strip()}")


def answers(address, question="."):
    try:
        query = dns.message.make_query(question, "SOA")
        dns.query.udp(query, address, timeout=TRY_SECONDS, ignore_unexpected=True)
        dns.query.tcp(query, address, timeout=TRY_SECONDS)
        return True
    except (dns.exception.DNSException, OSError, EOFError):
        return False


def wait_until(condition, what, alive=lambda: True, tries=START_TRIES):
    """Looks until condition() holds, `tries` times at most; a process that has ended is not waited for."""
    for _ in range(tries):
        if condition():
            return
        if not alive():
            break
        time.sleep(TRY_SECONDS / 4)
    raise LabError(f"{what} does not come up")


class Lab:
    """The servers, inside the namespaces."""

    def __init__(self, manifest, zone_folder, folder):
        self.manifest = manifest
        self.zones = zone_folder
        self.folder = folder
        self.servers = []

    def up(self):
        _do("ip", "link", "set", "lo", "up")
        for server in self.manifest.servers.values():
            for address in server.at:
                if ":" in address:
                    _do("ip", "addr", "add", f"{address}/128", "dev", "lo", "nodad")
        self._use_resolver()
        started = [(server, self._start_nsd(server)) for server in self.manifest.servers.values() if server.kind in ("nsd", "lame")]
        liar = self._start_liar()
        for server, process in started:
            for address in server.at:
                wait_until(lambda address=address: answers(address), f"NSD of {server.name} at {address}",
                           lambda process=process: process.poll() is None)
        if liar.stdout.readline().strip() != "ready":
            raise LabError("the lying server does not come up")

    def _use_resolver(self):
        """In here, resolv.conf is as the README tells a mail server's administrator to have it."""
        path = self.folder / "resolv.conf"
        path.write_text(f"nameserver {LISTEN[0]}\noptions edns0 trust-ad\n")
        if os.path.exists("/etc/resolv.conf"):
            _do("mount", "--bind", path, os.path.realpath("/etc/resolv.conf"))

    def _served_by(self, server):
        if server.kind == "lame":
            return []
        behind = {name for name, other in self.manifest.servers.items() if other.behind == server.name}
        names = {server.name} | behind
        return [zone for zone in self.manifest.zones.values() if zone.served and names & set(zone.servers)]

    def _start_nsd(self, server):
        folder = self.folder / f"nsd-{server.name}"
        folder.mkdir()
        addresses = "\n".join(f"    ip-address: {address}@{PORT}" for address in server.at)
        config = NSD_SERVER.format(zones=self.zones, folder=folder, addresses=addresses, connections=CONNECTIONS)
        for zone in self._served_by(server):
            config += f'zone:\n    name: "{zone.name}"\n    zonefile: "{zones.file_name(zone)}"\n'
        (folder / "nsd.conf").write_text(config)
        return self._start(["nsd", "-d", "-c", str(folder / "nsd.conf")], folder / "output")

    def _start_liar(self):
        with open(self.folder / "liar.output", "wb") as errors:
            process = subprocess.Popen([HERE / "liar.py", self.folder], stdout=subprocess.PIPE, stderr=errors, text=True,
                                       start_new_session=True)
        self.servers.append(process)
        return process

    def _start(self, command, output):
        with open(output, "wb") as out:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        self.servers.append(process)
        return process

    def write_configs(self):
        (self.folder / "anchor").mkdir()
        places = {"zones": self.zones, "folder": self.folder, "providers": HERE.parents[1] / "conf" / "providers.yaml"}
        listen = ", ".join(f'"{address}@{PORT}"' for address in LISTEN)
        (self.folder / "lab.yaml").write_text(MXWARD_CONFIG.format(listen=listen, **places))
        (self.folder / "unbound.conf").write_text(UNBOUND_CONFIG.format(address=UNBOUND, port=PORT, **places))

    def environment(self, binary, pid):
        return {
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "1",
            "LAB_PID": pid,
            "LAB_MXWARD": str(binary),
            "LAB_DIR": str(self.folder),
            "LAB_CONFIG": str(self.folder / "lab.yaml"),
            "LAB_UNBOUND": str(self.folder / "unbound.conf"),
            "LAB_RESOLVER": LISTEN[0],
            "LAB_ZONES": str(self.zones),
            "LAB_LIAR_LOG": str(self.folder / "liar.log"),
        }

    def down(self):
        for process in self.servers:
            process.kill()
        for process in self.servers:
            process.wait()


def _run_to_its_end(command, **options):
    """The exit status of a command; Ctrl-C is its own affair."""
    signal.signal(signal.SIGINT, lambda *_: None)
    return subprocess.run(command, check=False, **options).returncode


def _inside(options):
    """What runs as the first process of the namespaces: when it ends, the kernel ends all others."""
    lab = Lab(manifests.load(), options.zones, options.folder)
    pid = os.readlink("self", dir_fd=options.proc)
    os.close(options.proc)
    try:
        lab.up()
        lab.write_configs()
        return _run_to_its_end(options.command, env=lab.environment(options.mxward, pid))
    except LabError as error:
        print(f"lab: {error}; see {options.folder}", file=sys.stderr)
        return 1
    finally:
        lab.down()


def _show_logs(folder):
    """The ends of all logs of a run that failed, which may be all that is left of it on a test machine."""
    for log in sorted(folder.glob("*.log")):
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
        print(f"==> {log}", *lines, sep="\n", file=sys.stderr)


def _outside(options):
    if not os.access(options.mxward, os.X_OK):
        raise LabError(f"there is no program {options.mxward}: build it with ./dev build")
    unshare = ["unshare", *unshare_options(), *NAMESPACES]
    base = options.mxward.parent / "lab"
    zone_folder = zones.make(manifests.load(), base / "zones")
    zones.forget_old(base, "run-*")
    folder = base / f"run-{os.getpid()}"
    folder.mkdir()
    proc = os.open("/proc", os.O_RDONLY)  # where the process IDs are those from outside
    inner = [HERE / "lab.py", "--mxward", options.mxward, "inside", "--zones", zone_folder, "--folder", folder, "--proc", str(proc),
             "--", *options.command]
    status = _run_to_its_end([*unshare, *inner], pass_fds=[proc])
    os.close(proc)
    if status in (0, SKIPPED):
        shutil.rmtree(folder)
    elif not options.quiet:
        _show_logs(folder)
    return status


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mxward", type=pathlib.Path, default=os.environ.get("LAB_MXWARD", DEFAULT_BINARY),
                        help="the binary; the lab lives in a folder beside it (default: $LAB_MXWARD or build/mxward)")
    commands = parser.add_subparsers(dest="what", required=True)
    run = commands.add_parser("run", help="run a command in the lab")
    run.add_argument("--quiet", action="store_true", help="print no logs when the exit status is not 0: nothing has to have failed")
    run.add_argument("command", nargs="+")
    shell = commands.add_parser("shell", help="a shell, or a command, in the lab, with mxward running")
    shell.add_argument("command", nargs="*")
    shell.set_defaults(quiet=True)  # its status is that of what was tried in it
    inside = commands.add_parser("inside")
    inside.add_argument("--zones", type=pathlib.Path)
    inside.add_argument("--folder", type=pathlib.Path)
    inside.add_argument("--proc", type=int)
    inside.add_argument("command", nargs="+")
    return parser.parse_args()


def main():
    options = _arguments()
    options.mxward = pathlib.Path(options.mxward).resolve()
    os.environ["PATH"] = f"{SYSTEM_PATH}:{os.environ.get('PATH', '')}"
    if options.what == "shell":
        options.command = [HERE / "shell.py", *options.command]
    try:
        return _inside(options) if options.what == "inside" else _outside(options)
    except (LabError, OSError, RuntimeError) as error:
        print(f"lab: {error}", file=sys.stderr)
        return SKIPPED if isinstance(error, NoNamespaces) else 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
