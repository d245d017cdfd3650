"""A headless Chromium, driven by chromedriver over the WebDriver protocol (W3C) with Python's own library. Everything that both
write goes into one folder; both end with the browser's `with`."""
import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

PROGRAMS = ("chromium", "chromedriver")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of an element's id (WebDriver, 12)
SECONDS = 120
TRIES = 2400
TRY_SECONDS = 0.05
STOP_SECONDS = 60
TAB, ENTER, DOWN, END, HOME, ESCAPE = "\ue004", "\ue007", "\ue015", "\ue010", "\ue011", "\ue00c"
OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # it is root, or root of a namespace of its own, for which Chromium's sandbox is not made
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--lang=en-US",
)


class BrowserError(Exception):
    """What the browser says that it cannot do."""


def missing():
    """Programs that are not installed."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


class Browser:
    """One window. Elements are the protocol's ids."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.driver = None
        self.port = 0
        self.session = ""

    def __enter__(self):
        self.folder.mkdir()
        output = self.folder / "chromedriver.log"
        environment = {**os.environ, "HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder),
                       "TMPDIR": str(self.folder)}
        with open(output, "wb") as log:
            self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
                                           start_new_session=True)
        started = self.wait(lambda: re.search(rb"started successfully on port (\d+)", output.read_bytes()), "chromedriver")
        self.port = int(started[1])
        try:
            self._begin()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_):
        try:
            self.call("DELETE", "")
        finally:
            self._end()

    def _begin(self):
        options = {"args": [*OPTIONS, f"--user-data-dir={self.folder / 'profile'}", "--window-size=1360,900"]}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        self.session = self._request("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})["sessionId"]

    def _end(self):
        """Chromium is in chromedriver's process group, and so ends with it."""
        os.killpg(self.driver.pid, signal.SIGTERM)
        try:
            self.driver.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.driver.pid, signal.SIGKILL)
            self.driver.wait()

    def _request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), {"Content-Type": "application/json"})
            answer = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(answer, dict) and "error" in answer:
            raise BrowserError(f"{method} {path}: {answer['error']}: {answer['message'].splitlines()[0]}")
        return answer

    def call(self, method, path, body=None):
        return self._request(method, f"/session/{self.session}{path}", body if body is not None or method != "POST" else {})

    def wait(self, condition, what):
        """Looks until condition() holds, and returns what it gave; a page takes its time, on a busy machine more of it."""
        for _ in range(TRIES):
            if found := condition():
                return found
            time.sleep(TRY_SECONDS)
        raise BrowserError(f"{what}: it does not come to that")

    # --- going and looking ---

    def open(self, url):
        self.call("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        """What a function body returns in the page."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def wait_for(self, selector, text=""):
        """Waits for an element that can be seen and has the text in it."""
        script = """
            return [...document.querySelectorAll(arguments[0])].find((e) => e.getClientRects().length > 0 && e.textContent.includes(arguments[1])) ?? null;
        """
        return self.wait(lambda: self.run(script, selector, text), f"{selector} with {text!r} at {self.url()}")[ELEMENT]

    def texts(self, selector):
        return self.run("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent);", selector)

    def text(self, selector):
        return " ".join(self.texts(selector))

    def count(self, selector):
        return self.run("return document.querySelectorAll(arguments[0]).length;", selector)

    def url(self):
        return self.call("GET", "/url")

    def click(self, selector, text=""):
        self.wait(lambda: self._clicked(self.wait_for(selector, text)), f"a click on {selector}")

    def _clicked(self, element):
        """False: a view that renews itself has put another element in its place."""
        try:
            self.call("POST", f"/element/{element}/click")
        except BrowserError as error:
            if "stale element" not in str(error):
                raise
            return False
        return True

    def type(self, selector, text):
        element = self.wait_for(selector)
        self.call("POST", f"/element/{element}/clear")
        self.call("POST", f"/element/{element}/value", {"text": text})

    def press(self, *keys):
        """Keys, one after the other, where the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def focused(self):
        """The element with the focus: its tag, id and text."""
        return self.run("const e = document.activeElement; return [e.tagName.toLowerCase(), e.id, e.textContent.trim()];")

    def back(self):
        self.call("POST", "/back")

    def console(self):
        """What the page's console got since the last time, at level SEVERE: errors, failed loads, breaches of the policy."""
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"}) if entry["level"] == "SEVERE"]

    # --- what a person has ---

    def devtools(self, command, **parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def prefers(self, dark=False, reduced=False):
        self.devtools("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if reduced else "no-preference"}])

    def size(self, width, height, scale=1):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=width < 600)

    def screenshot(self, path):
        pathlib.Path(path).write_bytes(base64.b64decode(self.call("GET", "/screenshot")))
