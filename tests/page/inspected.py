"""mxward in the lab, and a browser that shows its page."""
import json
import os
import pathlib
import shutil
import sys
import urllib.error
import urllib.parse
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lab"))

import dns.name

import asking
import daemon

import browser
import looks

SKIPPED = 77
PORT = 8953
BASE = f"http://127.0.0.1:{PORT}/"
DESK = (1360, 900)
PHONE = (360, 740)
SECONDS = 60
PAGE = 1000  # entries that the API gives at once
FRAME_TEXTS = 5


def unable():
    """Why no browser can be had here; "" when one can."""
    names = browser.missing()
    return f"{' and '.join(names)} are not installed (Debian: chromium, chromium-driver)" if names else ""


class Inspected(daemon.Mxward):
    """mxward with its inspection process."""

    def __init__(self, name, changes=None, log=None):
        own = {"inspection": {"enable": True, "listen": [f"127.0.0.1@{PORT}"], "log-index": str(daemon.folder() / f"{name}.index.db")}}
        daemon.merge(own, changes or {})
        super().__init__(name, own)
        if log:
            shutil.copy(log, self.validation)

    def wait_ready(self):
        super().wait_ready()
        daemon.wait_until(_serves, f"{BASE} of {self.name}", self.running)

    def ask(self, *names):
        """Asks for MX records, and waits until the log's index, which another thread writes, holds an answer about each name."""
        for name in names:
            ask(name)
        wanted = {dns.name.from_text(name) for name in names}
        daemon.wait_until(lambda: wanted <= {dns.name.from_text(entry["domain"]) for entry in _get(f"log?limit={PAGE}")["entries"]},
                          f"{len(names)} names in the log's index", self.running)

    def wait_history(self, domain):
        """Waits until the history, which another thread writes, holds a set of this domain."""
        daemon.wait_until(lambda: _get(f"history?domain={domain}")["sets"], f"{domain} in the history", self.running)


def _serves():
    try:
        with urllib.request.urlopen(f"{BASE}livez", timeout=SECONDS) as answer:
            return answer.status == 200
    except OSError:
        return False


def _get(path):
    """What the API says; an answer that is to be looked for again has nothing in it."""
    try:
        with urllib.request.urlopen(f"{BASE}api/v1/{path}", timeout=SECONDS) as answer:
            return json.load(answer)
    except OSError:
        return {"entries": [], "sets": []}


def ask(name, rdtype="MX"):
    return asking.ask(daemon.ADDRESS, name, rdtype)


class Page:
    """What a person does with the page, and what the page must be like in every view."""

    def __init__(self, window, cases):
        self.window = window
        self.cases = cases
        self.mxward = None  # where a test needs it
        self.shots = os.environ.get("PAGE_SCREENSHOTS", "")

    def go(self, view, heading="", **parameters):
        """Loads a view anew, as one who was given its address."""
        query = urllib.parse.urlencode(parameters)
        self.window.open("about:blank")
        self.window.open(f"{BASE}#{view}{'?' if query else ''}{query}")
        self.window.wait_for("h1", heading)

    def wait_for_texts(self, what):
        """A view has its heading first, and its texts once the server has spoken: more than the frame around it."""
        daemon.wait_until(lambda: self.window.run(looks.CONTRAST)[0] > FRAME_TEXTS, f"texts in {what}")

    def looks(self, what):
        """The rules that hold everywhere."""
        self.wait_for_texts(what)
        looked, poor = self.window.run(looks.CONTRAST)
        self.cases.check(not poor, f"{what}: contrast of all {looked} texts", poor)
        for rule, script in (("no wider than the window", looks.WIDTH), ("everything has a name", looks.NAMES), ("nothing harmful", looks.HARM)):
            wrong = self.window.run(script)
            self.cases.check(not wrong, f"{what}: {rule}", wrong)
        self.quiet(what)

    def quiet(self, what):
        said = self.window.console()
        self.cases.check(not said, f"{what}: nothing in the console", said)

    def shot(self, name):
        """A picture for the documentation, when the run is to make them."""
        if self.shots:
            self.window.screenshot(pathlib.Path(self.shots) / f"{name}.png")
