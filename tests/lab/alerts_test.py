#!/usr/bin/python3 -B
"""Alerts, end to end: the MX set of a watched domain changes and changes back, and log, command and webhook hear of it once and
once more, though the webhook's receiver fails first; a domain that fails for four hours is one alert and one end, with restarts
in between (by libfaketime)."""
import http.server
import json
import ssl
import subprocess
import sys
import threading

import asking
import clock_test
import daemon
from cases import Cases
from moving import Moving

ZONE = "watched.plain."
ADDRESS = "127.0.0.9"
GOOD = ["10 mx1.watched.plain."]
EVIL = ["10 mx1.watched.plain.", "5 mx.evil.plain."]
TOKEN = "lab-token"
PINNED = {"mx": {"pin": {"host.plain": ["mx.nowhere.plain"]}}}
RUNS = (  # when, configuration, how often mx-failing begins and ends
    ("+0h", PINNED, 0, 0),
    ("+4h", PINNED, 1, 0),
    ("+5h", PINNED, 0, 0),
    ("+6h", {}, 0, 1),
)


class _Receiver(http.server.BaseHTTPRequestHandler):
    """Fails once, closes without an answer once, and takes all then."""

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((body, self.headers.get("Authorization")))
        if len(self.server.requests) == 2:
            self.close_connection = True
            return
        self.send_response(500 if len(self.server.requests) == 1 else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def _receiver():
    """An HTTPS server with a certificate of its own making; its URL, and the certificate's file."""
    key, certificate = daemon.folder() / "hook.key", daemon.folder() / "hook.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                    "/CN=hook", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    server.requests = []
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"https://127.0.0.1:{server.server_address[1]}/hook", certificate


def _command(told):
    path = daemon.folder() / "tell"
    path.write_text(f'#!/bin/sh\necho "$1 $MXWARD_ALERT_EVENT $MXWARD_ALERT_KIND $MXWARD_ALERT_DOMAIN" >>{told}\n', encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def _is(body, event):
    return body["event"] == event and body["kind"] == "watch-unexpected"


def _count(log, event, kind):
    return sum(f"alert {event} id=" in line and f"kind={kind} " in line for line in log.splitlines())


def _watch(cases):
    told = daemon.folder() / "told"
    token = daemon.folder() / "token"
    token.write_text(TOKEN + "\n", encoding="utf-8")
    server, url, certificate = _receiver()
    with Moving(ZONE, ADDRESS, {(ZONE, "MX"): GOOD, ("mx1.watched.plain.", "A"): ["25.25.9.9"]}) as moving:
        changes = {"resolver": {"stub": [moving.stub]},
                   "watch": [{"domain": "watched.plain", "expect": ["mx1.watched.plain"], "every": "10s"}],
                   "alerts": {"exec": [_command(told), "argument"],
                              "webhook": {"url": url, "ca-file": str(certificate), "token-file": str(token), "retry": "100ms"}}}
        with daemon.Mxward("alerts-watch", changes) as mxward:
            mxward.wait_validated(lambda entry: entry["question"]["name"] == ZONE, "the first look")
            moving.records = {**moving.records, (ZONE, "MX"): EVIL}
            mxward.wait_log("alert begin .*kind=watch-unexpected domain=watched.plain. .*mx.evil.plain.")
            moving.records = {**moving.records, (ZONE, "MX"): GOOD}
            mxward.wait_log("alert end .*kind=watch-unexpected domain=watched.plain. ")
            daemon.wait_until(lambda: any(_is(body, "end") for body, _ in server.requests), "the webhook's end", mxward.running)
            daemon.wait_until(lambda: told.exists() and "end watch-unexpected" in told.read_text(), "the command's end", mxward.running)
            cases.check(mxward.stop() == 0, "watch: mxward stops with exit status 0")
        log = mxward.log()
    server.shutdown()
    server.server_close()
    for event in ("begin", "end"):
        count = _count(log, event, "watch-unexpected")
        cases.check(count == 1, f"watch: {event} is logged once", count)
        lines = told.read_text().splitlines().count(f"argument {event} watch-unexpected {ZONE}")
        cases.check(lines == 1, f"watch: the command is run once for {event}", told.read_text())
    cases.check(all(authorization == f"Bearer {TOKEN}" for _, authorization in server.requests), "watch: the token is shown", server.requests)
    delivered = [body["event"] for body, _ in server.requests[2:] if body["kind"] == "watch-unexpected"]
    cases.check(delivered == ["begin", "end"], "watch: the receiver that failed twice hears of both, once", delivered)


def _failing(cases):
    for offset, changes, begins, ends in RUNS:
        clock = {"LD_PRELOAD": clock_test._preload(), "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
        with daemon.Mxward("alerts-failing", changes, environment=clock) as mxward:
            asking.ask(daemon.ADDRESS, "host.plain.", "MX")
            if begins or ends:
                mxward.wait_log("alert (begin|end) .*kind=mx-failing")
            cases.check(mxward.stop() == 0, f"failing, {offset}: mxward stops with exit status 0")
            got = [_count(mxward.log(), event, "mx-failing") for event in ("begin", "end")]
        cases.check(got == [begins, ends], f"failing, {offset}: {begins} begin, {ends} end", got)


def main():
    cases = Cases()
    _failing(cases)
    _watch(cases)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
