"""Starts mxward (and, to compare it with, Debian's unbound) in the lab, and looks after it."""
import json
import os
import pathlib
import re
import signal
import subprocess

import yaml

import asking
import lab

STOP_SECONDS = 60
COMMAND_SECONDS = 120
READY_TRIES = 4800
SANITIZER = re.compile(".*(runtime error:|[A-Z][a-z]+Sanitizer:).*")  # also a resolver process's, which is replaced
ADDRESS = os.environ.get("LAB_RESOLVER", "127.0.0.1")


def folder():
    return pathlib.Path(os.environ["LAB_DIR"])


def binary():
    return os.environ["LAB_MXWARD"]


def merge(base, changes):
    """Puts changes, nested dictionaries, into base."""
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            merge(base[key], value)
        else:
            base[key] = value


def write_config(path, changes):
    """The lab's configuration with changes, which are nested like the file."""
    config = yaml.safe_load(pathlib.Path(os.environ["LAB_CONFIG"]).read_text(encoding="utf-8"))
    merge(config, changes)
    path.write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
    return path


def wait_until(condition, what, alive=lambda: True, tries=READY_TRIES):
    lab.wait_until(condition, what, alive, tries)


def entries(validation, kind):
    """Objects of a validation log, of lines that are whole."""
    lines = validation.read_bytes().splitlines(keepends=True) if validation.exists() else []
    objects = [json.loads(line) for line in lines if line.endswith(b"\n")]
    return [entry for entry in objects if entry["type"] == kind]


class Process:
    """A server process whose output goes to a file in the lab's folder."""

    def __init__(self, name, command, environment=None):
        self.name = name
        self.output = folder() / f"{name}.log"
        self.command = command
        self.environment = {**os.environ, **(environment or {})}
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.running():
            self.process.kill()
            self.process.wait()
        if found := SANITIZER.search(self.log()):
            raise RuntimeError(f"{self.name}: a sanitizer has found something: {found.group(0)}")

    def start(self):
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                                            env=self.environment, start_new_session=True)
        self.wait_ready()

    def wait_ready(self):
        """Each kind of server tells in its own way that it answers."""
        raise NotImplementedError

    def running(self):
        return self.process.poll() is None

    @property
    def pid(self):
        return self.process.pid

    def log(self):
        return self.output.read_text(encoding="utf-8", errors="replace")

    def wait_log(self, pattern, after=0):
        """Waits for a match of pattern in what is logged behind `after`; returns it."""
        wait_until(lambda: re.search(pattern, self.log()[after:]), f"{pattern!r} in {self.output}", self.running)
        return re.search(pattern, self.log()[after:])

    def send(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM):
        """Asks it to stop; its exit status."""
        self.send(number)
        return self.process.wait(STOP_SECONDS)


class Mxward(Process):
    """`mxward serve` with the lab's configuration, a validation log and a history of its own, and `changes`; fresh: without an earlier one's
    trust anchor state and snapshot of the cache."""

    def __init__(self, name="mxward", changes=None, environment=None, fresh=True):
        self.validation = folder() / f"{name}.validation.log"
        self.alerts = folder() / f"{name}.alerts.json"
        self.history = folder() / f"{name}.history.db"
        self.snapshot = folder() / f"{name}.snapshot"
        self.socket = folder() / f"{name}.sock"
        own = {"validation-log": {"file": str(self.validation)}, "alerts": {"file": str(self.alerts)},
               "history": {"file": str(self.history)},
               "cache": {"snapshot": {"file": str(self.snapshot), "key": str(folder() / f"{name}.snapshot.key")}},
               "control": {"socket": str(self.socket), "nta-file": str(folder() / f"{name}.nta.json")}}
        merge(own, changes or {})
        self.config = write_config(folder() / f"{name}.yaml", own)
        self.fresh = fresh
        super().__init__(name, [binary(), "serve", "-c", str(self.config)], environment)

    def start(self):
        if self.fresh:
            for path in (folder() / "anchor").iterdir():
                path.unlink()
            self.snapshot.unlink(missing_ok=True)
        super().start()

    def wait_ready(self):
        self.wait_log("ready on ")

    def reload(self):
        self.send(signal.SIGHUP)

    def control(self, *words, user=None, **options):
        """`mxward WORDS` against this server; options as subprocess.run()."""
        become = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user is not None else []
        return subprocess.run([*become, binary(), *words, "--socket", str(self.socket)], capture_output=True, text=True,
                              timeout=COMMAND_SECONDS, check=False, **options)

    def told(self, *words):
        """What it answers to a command, as an object."""
        done = self.control(*words, "--json")
        if done.returncode != 0:
            raise RuntimeError(f"mxward {' '.join(words)}: {done.stderr}")
        return json.loads(done.stdout)

    def validated(self, kind="assessment"):
        return entries(self.validation, kind)

    def wait_validated(self, condition, what):
        """Waits for an assessment that meets the condition; returns it."""
        wait_until(lambda: any(map(condition, self.validated())), f"{what} in {self.validation}", self.running)
        return next(filter(condition, self.validated()))

    def resolvers(self):
        """Process IDs of the resolver processes."""
        return {pid for pid in children(self.pid) if b"resolver" in _command_line(pid)}

    def inspections(self):
        """Process IDs of inspection processes: there should be one at most."""
        return {pid for pid in children(self.pid) if b"inspect" in _command_line(pid)}


class Unbound(Process):
    """Debian's unbound, configured like mxward as far as it goes."""

    def __init__(self, name="unbound"):
        super().__init__(name, ["unbound", "-d", "-c", os.environ["LAB_UNBOUND"]])

    def wait_ready(self):
        wait_until(lambda: asking.ask(lab.UNBOUND, ".", "NS", seconds=1).failure == "", self.name, self.running)


def children(pid):
    """All processes that any thread of pid has started."""
    found = set()
    try:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            found |= {int(child) for child in (task / "children").read_text().split()}
    except (FileNotFoundError, ProcessLookupError):
        pass  # it ends while we look
    return found


def exists(pid):
    """Whether a process is there and not merely waited for."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def status(pid):
    """The lines of /proc/PID/status."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in text.splitlines())}


def _command_line(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""
