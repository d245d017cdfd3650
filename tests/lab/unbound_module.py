"""The Unbound that mxward-unbound.so was built for, with the module in it, in the lab."""
import os
import pathlib
import re
import subprocess

import asking
import daemon
import lab

START_SECONDS = 60
PLAIN = 'module-config: "validator iterator"'
STARTED = "start of service"  # as its own log says
SANITIZER_LIBRARY = re.compile(r"Shared library: \[(lib(?:asan|ubsan|tsan)\.so\.\d+)\]")


def program():
    return os.environ["LAB_UNBOUND_DAEMON"]


def library():
    return os.environ["LAB_UNBOUND_MODULE"]


def _sanitizers():
    """What has to be in Unbound from its start when the module was built with sanitizers: Unbound itself was not."""
    dynamic = subprocess.run(["readelf", "--dynamic", library()], check=True, capture_output=True, text=True).stdout
    return SANITIZER_LIBRARY.findall(dynamic)


class UnboundWithModule(daemon.Process):
    """changes: to mxward's configuration; options: further lines for Unbound's server clause; modules: its module-config;
    settings: another place for mxward's configuration; replace: a text of Unbound's configuration, and another for it; preload: a
    library that is in Unbound from its start."""

    def __init__(self, name="unbound-module", changes=None, threads=1, options="", modules="dynlib validator iterator", binary=None,
                 start=True, settings=None, replace=None, preload=None):
        self.validation = daemon.folder() / f"{name}.validation.log"
        self.settings = daemon.folder() / f"{name}.yaml"
        self.starts = start  # false: it is to refuse
        self.own = {"validation-log": {"file": str(self.validation)}, "log": {"to": str(daemon.folder() / f"{name}.mxward.log")},
                    "history": {"file": str(daemon.folder() / f"{name}.history.db")}}
        self.configure(changes or {})
        self.config = daemon.folder() / f"{name}.conf"
        text = self._config(name, threads, options, modules)
        self.config.write_text(text.replace(*replace) if replace else text, encoding="utf-8")
        environment = {"MXWARD_CONFIG": settings or str(self.settings)}
        if libraries := _sanitizers() + ([preload] if preload else []):
            environment["LD_PRELOAD"] = " ".join(libraries)
        super().__init__(name, [binary or program(), "-d", "-c", str(self.config)], environment)

    def configure(self, changes):
        """Writes mxward's configuration, for the next start or reload."""
        daemon.write_config(self.settings, {**self.own, **changes})

    def _config(self, name, threads, options, modules):
        text = pathlib.Path(os.environ["LAB_UNBOUND"]).read_text(encoding="utf-8")
        more = f'module-config: "{modules}"\n    num-threads: {threads}\n    outgoing-num-tcp: 128\n    tcp-auth-query-timeout: 30000\n    infra-keep-probing: yes\n    {options}'
        for old, new in ((PLAIN, more), (f"{daemon.folder()}/unbound.log", f"{daemon.folder()}/{name}.own.log"),
                         ("control-enable: no", f'control-enable: yes\n    control-interface: "{daemon.folder()}/{name}.control"\n'
                          "    control-use-cert: no")):
            if old not in text:
                raise RuntimeError(f"the lab's unbound.conf has no {old!r}")
            text = text.replace(old, new)
        return f'{text}dynlib:\n    dynlib-file: "{library()}"\n'

    def wait_ready(self):
        if not self.starts:
            self.process.wait(START_SECONDS)
            return
        daemon.wait_until(lambda: asking.ask(lab.UNBOUND, ".", "NS", seconds=1).failure == "", self.name, self.running)

    def control(self, *words):
        command = [program() + "-control", "-c", str(self.config), *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def reload(self):
        """Returns when it serves again: a query that its threads take before they end is lost with them, and its client waits."""
        before = self.own_log().count(STARTED)
        self.control("reload")
        daemon.wait_until(lambda: self.own_log().count(STARTED) > before, f"{self.name} again", self.running)

    def own_log(self):
        return (daemon.folder() / f"{self.name}.own.log").read_text(encoding="utf-8", errors="replace")

    def validated(self, kind="assessment"):
        return daemon.entries(self.validation, kind)
