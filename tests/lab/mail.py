"""Mail servers for the lab: Debian's Postfix, which sends, and sinks, which take mail and remember it. Postfix has everything of
its own below one folder, as another instance beside any that the machine may have (postmulti(1))."""
import asyncio
import dataclasses
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import threading

import daemon

MASTER = pathlib.Path("/usr/lib/postfix/sbin/master")
SMTP_PORT = 25
STOP_SECONDS = 60

MAIN = """\
compatibility_level = 3.6
config_directory = {folder}/etc
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
mail_owner = {owner}
setgid_group = {group}
myhostname = sender.lab
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
mailbox_size_limit = 0
message_size_limit = 1000000
# Without notices to anyone: what leaves is what the test sends, or a bounce.
notify_classes =
# What is rejected stays in the queue, as it does for days elsewhere.
minimal_backoff_time = 1h
maximal_backoff_time = 1h
smtp_connect_timeout = 5s
smtp_helo_timeout = 5s
smtp_dns_support_level = dnssec
smtp_tls_security_level = {level}
smtp_tls_loglevel = 1
"""

# Every service that sending needs, none that listens on the network; nothing in a chroot, whose resolv.conf would be another.
SERVICES = """\
postlog  unix-dgram n - n - 1 postlogd
pickup   unix n - n 60 1 pickup
cleanup  unix n - n - 0 cleanup
qmgr     unix n - n 300 1 qmgr
tlsmgr   unix - - n 1000? 1 tlsmgr
rewrite  unix - - n - - trivial-rewrite
bounce   unix - - n - 0 bounce
defer    unix - - n - 0 bounce
trace    unix - - n - 0 bounce
verify   unix - - n - 1 verify
flush    unix n - n 1000? 0 flush
smtp     unix - - n - - smtp
error    unix - - n - - error
retry    unix - - n - - error
showq    unix n - n - - showq
scache   unix - - n - 1 scache
anvil    unix - - n - 1 anvil
"""


def why_not():
    """Why Postfix cannot run here, or nothing."""
    if not MASTER.exists():
        return "there is no Postfix"
    if os.geteuid() != 0 or pathlib.Path("/proc/self/uid_map").read_text().split()[2] != "4294967295":
        return "Postfix needs users other than the one who runs this: only root has them"
    return ""


def public_folder(path):
    """A folder that Postfix's user can reach wherever the checkout is: a file system that only the lab sees, over `path`."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "none", path], check=True)
    return path


class Postfix:
    """An instance that only sends. Its resolver is the lab's: that of /etc/resolv.conf."""

    def __init__(self, folder, level="dane"):
        self.folder = folder
        self.config = folder / "etc"
        self.log_path = folder / "mail.log"
        for name in ("etc", "queue", "data"):
            (folder / name).mkdir()
        shutil.chown(folder / "data", "postfix")
        text = MAIN.format(folder=folder, owner="postfix", group="postdrop", level=level)
        (self.config / "main.cf").write_text(text, encoding="utf-8")
        (self.config / "master.cf").write_text(SERVICES, encoding="utf-8")
        for name in ("postfix-files", "dynamicmaps.cf"):
            shutil.copy(pathlib.Path("/etc/postfix") / name, self.config / name)
        self.process = None

    def __enter__(self):
        self._run("postfix", "check")
        output = daemon.folder() / "postfix-master.log"
        with open(output, "wb") as out:
            self.process = subprocess.Popen([MASTER, "-d", "-c", self.config], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                            start_new_session=True)
        daemon.wait_until(lambda: "daemon started" in self.log(), f"Postfix; see {output}", self.running)
        return self

    def __exit__(self, *_):
        """master ends its own children."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(STOP_SECONDS)
        shutil.copy(self.log_path, daemon.folder() / "postfix.log")

    def running(self):
        return self.process.poll() is None

    def _run(self, program, *arguments, stdin=""):
        done = subprocess.run([program, "-c" if program != "sendmail" else "-C", self.config, *arguments], input=stdin,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{program} {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    def send(self, sender, recipient):
        self._run("sendmail", "-f", sender, recipient, stdin=f"From: {sender}\nTo: {recipient}\nSubject: a test\n\nHello.\n")

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace") if self.log_path.exists() else ""

    def status(self, recipient):
        """The log's line about the delivery to a recipient; waits for it."""
        def lines():
            return [line for line in self.log().splitlines() if f"to=<{recipient}>" in line and "status=" in line]
        daemon.wait_until(lines, f"a delivery to {recipient} in {self.log_path}", self.running)
        return lines()[-1]

    def queue(self):
        """Recipients that still wait, with the queue they are in."""
        entries = [json.loads(line) for line in self._run("postqueue", "-j").splitlines()]
        return {recipient["address"]: entry["queue_name"] for entry in entries for recipient in entry["recipients"]}


@dataclasses.dataclass(frozen=True)
class Taken:
    """A message that a sink took."""
    address: str
    sender: str
    recipient: str
    encrypted: bool


class Sink:
    """An SMTP server (RFC 5321) on some addresses, with STARTTLS (RFC 3207); takes everything. A context manager."""

    def __init__(self, addresses, certificate, key):
        self.addresses = addresses
        self.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.tls.load_cert_chain(certificate, key)
        self.taken = []
        self.loop = asyncio.new_event_loop()
        self.stopping = None
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self._serve(),))

    def __enter__(self):
        for address in self.addresses:
            subprocess.run(["ip", "addr", "replace", f"{address}/32", "dev", "lo"], check=True)
        self.thread.start()
        self.ready.wait()
        return self

    def __exit__(self, *_):
        self.loop.call_soon_threadsafe(self.stopping.set)
        self.thread.join()
        self.loop.close()

    async def _serve(self):
        self.stopping = asyncio.Event()
        servers = [await asyncio.start_server(self._session, address, SMTP_PORT) for address in self.addresses]
        self.ready.set()
        await self.stopping.wait()
        for server in servers:
            server.close()

    async def _session(self, reader, writer):
        try:
            await _Session(self, reader, writer).run()
        except (ConnectionError, ssl.SSLError):
            pass  # the client has gone, or did not like the certificate
        finally:
            writer.close()


class _Session:
    def __init__(self, sink, reader, writer):
        self.sink = sink
        self.reader = reader
        self.writer = writer
        self.address = writer.get_extra_info("sockname")[0]
        self.encrypted = False
        self.sender = ""

    async def run(self):
        await self._say("220 sink ESMTP")
        while line := (await self.reader.readline()).decode("utf-8", "replace").strip():
            verb = line.upper()
            if verb.startswith("EHLO"):
                await self._say("250 sink" if self.encrypted else "250-sink\r\n250 STARTTLS")
            elif verb == "STARTTLS":
                await self._say("220 go ahead")
                await self.writer.start_tls(self.sink.tls)
                self.encrypted = True
            elif verb == "DATA":
                await self._take_data()
            elif verb == "QUIT":
                await self._say("221 bye")
                return
            else:
                self._note(line)
                await self._say("250 fine")

    def _note(self, line):
        verb, _, path = line.partition(":")
        address = path.partition("<")[2].partition(">")[0]
        if verb.upper() == "MAIL FROM":
            self.sender = address
        elif verb.upper() == "RCPT TO":
            self.sink.taken.append(Taken(self.address, self.sender, address, self.encrypted))

    async def _take_data(self):
        await self._say("354 go on")
        while (line := await self.reader.readline()) not in (b".\r\n", b""):
            pass
        if line:
            await self._say("250 taken")

    async def _say(self, line):
        self.writer.write(f"{line}\r\n".encode())
        await self.writer.drain()
