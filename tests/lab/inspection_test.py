#!/usr/bin/python3 -B
"""The inspection process: that it serves, what it refuses, that it comes back, and that nothing of it reaches those who ask for
names."""
import os
import signal
import socket
import sys
import threading

import dns.rcode

import asking
import daemon
import web
from cases import Cases
from load import Load

ON = {"inspection": {"enable": True}}
TOKEN = "0123456789abcdef0123456789abcdef"
PER_ADDRESS = 64
MANY = 400
SOURCES = [f"127.0.1.{number}" for number in range(1, 9)]
PIPELINED = 50
MORE = 100
SECURITY_FIELDS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                               "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}

# name, octets, status (None: the connection is closed without an answer)
REFUSED = [
    ("traversal", web.request("/../../../etc/passwd"), {404}),
    ("traversal, encoded", web.request("/%2e%2e/%2e%2e/etc/passwd"), {404}),
    ("traversal in a file's name", web.request("/page.js/../../module/main.c"), {404}),
    ("a NUL, encoded", web.request("/livez%00.js"), {400}),
    ("a NUL in a parameter", web.request("/livez?a=%00"), {400}),
    ("octets that are no UTF-8", web.request("/livez?a=\xff\xfe"), {400}),
    ("the same, encoded", web.request("/livez?a=%ff%fe"), {400}),
    ("half a percent sign", web.request("/livez?a=%4"), {400}),
    ("a line feed, encoded", web.request("/livez?a=%0d%0aSet-Cookie:x"), {400}),
    ("a parameter twice", web.request("/livez?a=1&a=2"), {400}),
    ("absolute form", web.request("http://127.0.0.1/livez"), {400}),
    ("a long target", web.request("/" + "a" * 4000), {414}),
    ("a target that fits in no buffer", web.request("/" + "a" * 40000), {413, 414, 431, None}),
    ("a huge field", web.request(fields=["X: " + "a" * 40000]), {413, 431, None}),
    ("many fields", web.request(fields=[f"X{number}: y" for number in range(4000)]), {413, 431, None}),
    ("DNS rebinding", web.request(host="rebind.evil.example:8953"), {421}),
    ("another address", web.request(host="192.0.2.1"), {421}),
    ("no Host", web.request(host=None), {400, 421}),
    ("no Host in HTTP/1.0", web.request(host=None, version="1.0"), {421}),
    ("two Hosts", web.request(fields=["Host: evil.example"]), {421}),
    ("POST", web.request(method="POST", fields=["Content-Length: 3"]) + b"a=b", {405}),
    ("DELETE", web.request(method="DELETE"), {405}),
    ("OPTIONS", web.request(method="OPTIONS"), {405}),
    ("a method that is none", web.request(method="\x1b[31m"), {400, 405, None}),
    ("content in GET", web.request(fields=["Content-Length: 5"]) + b"GET /", {400}),
    ("chunks in GET", web.request(fields=["Transfer-Encoding: chunked"]) + b"0\r\n\r\n", {400}),
    ("no HTTP at all", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", {400, 405, 421, None}),
    ("binary zeros", bytes(200) + b"\r\n\r\n", {400, 405, 421, None}),
    ("nothing there", web.request("/nothing/there"), {404}),
    ("a route with more behind", web.request("/livez/x"), {404}),
]


def _inspection(mxward):
    """Process ID of the inspection process that listens; 0: there is none."""
    found = mxward.inspections()
    return found.pop() if len(found) == 1 and _serves() else 0


def _serves(**where):
    try:
        response = web.get(**where)
    except OSError:
        return False
    return response is not None and response.status == 200


def _wait_serving(mxward, **where):
    daemon.wait_until(lambda: _serves(**where), "the inspection process", mxward.running)


def _answers():
    answer = asking.ask(daemon.ADDRESS, "rsa.lab.", "MX")
    return not answer.failure and answer.reply.rcode() == dns.rcode.NOERROR


def _serving(cases):
    response = web.get()
    cases.check(response.json() == {"alive": True}, "it says that it is alive", response)
    cases.check(response.fields["cache-control"] == "no-store", "nobody stores what it says", response.fields)
    for target in ("/livez", "/", "/nothing"):
        fields = web.get(target).fields
        cases.check(SECURITY_FIELDS.items() <= fields.items(), f"{target} has the fields of security", fields)
    cases.check(_serves(address="::1", host="[::1]:8953"), "over IPv6, too")
    cases.check(_serves(host="localhost"), "by the name localhost")
    head = web.send(web.request(method="HEAD"), head=True)
    cases.check(head.status == 200 and int(head.fields["content-length"]) > 0, "HEAD is understood", head)
    old = web.send(web.request(version="1.0"))
    cases.check(old.status == 200, "HTTP/1.0 is understood", old)


def _page(cases):
    page = web.get("/")
    cases.check(page.status == 200 and page.fields["content-type"] == "text/html; charset=utf-8", "the page is there", page.fields)
    cases.check(page.body.lower().startswith(b"<!doctype html>"), "and is HTML", page.body[:40])
    etag = page.fields["etag"]
    again = web.get("/", fields=[f"If-None-Match: {etag}"])
    cases.check(again.status == 304 and again.body == b"", "who has it already is told so", again)
    other = web.get("/", fields=['If-None-Match: "other"'])
    cases.check(other.status == 200 and other.body == page.body, "who has another gets it", other.status)


def _api(cases, mxward):
    """What the routes say agrees with what was asked and written."""
    _answers()
    written = mxward.wait_validated(lambda entry: entry["question"]["name"] == "rsa.lab.", "an assessment")
    daemon.wait_until(lambda: web.get("/api/v1/log?domain=rsa.lab").json().get("entries"), "an indexed entry", mxward.running)
    entry = web.get("/api/v1/log?domain=rsa.lab&limit=1").json()["entries"][0]
    cases.check(entry["seq"] == written["seq"] and entry["verdict"] == written["verdict"], "the log has the entry", entry)
    whole = web.get(f"/api/v1/log/{entry['id']}").json()
    cases.check(whole["line"] == written, "and its whole line", whole)
    with web.connect() as client, client.makefile("rb") as stream:
        client.sendall(web.request("/api/v1/log/stream?domain=rsa.lab", fields=["Last-Event-ID: 0"]))
        line = next(line for line in stream if line.startswith(b"id: "))
    cases.check(line.strip() == f"id: {entry['id']}".encode(), "the stream begins behind the entry that was named", line)
    ready = web.get("/healthz")
    cases.check(ready.status == 200 and ready.json()["ready"], "it says that the server is ready", ready)
    metrics = web.get("/metrics").body.decode()
    cases.check("\nmxward_up 1\n" in metrics and 'mxward_queries_total{transport="udp",type="MX"}' in metrics, "metrics", metrics)
    cases.check(web.get("/api/v1/status").json()["pid"] == mxward.pid, "the status is the server's")
    daemon.wait_until(lambda: web.get("/api/v1/history?domain=rsa.lab").status == 200 and
                      web.get("/api/v1/history?domain=rsa.lab").json()["sets"], "the domain's history", mxward.running)
    exchange = web.get("/api/v1/history?domain=rsa.lab").json()["sets"][0]["exchanges"][0]["exchange"]
    users = web.get(f"/api/v1/reverse-mx?mx={exchange}").json()
    cases.check("rsa.lab" in [user["name"] for user in users["result"]], "reverse MX leads back", users)
    for target, status in (("/api/v1/log?limit=1000", 200), ("/api/v1/log?limit=1001", 400), ("/api/v1/log?no=1", 400),
                           ("/api/v1/log/0", 404), ("/api/v1/log/99999999", 404), ("/api/v1/history", 400),
                           ("/api/v1/reverse-mx?mx=a..b", 400), ("/api/v1/lookup", 400)):
        cases.check(web.get(target).status == status, f"{target}: {status}", web.get(target))


def _hostile(cases, mxward):
    pid = _inspection(mxward)
    for name, octets, statuses in REFUSED:
        response = web.send(octets)
        status = response and response.status
        cases.check(status in statuses, f"{name}: {status}", statuses)
        if response is not None and "json" in response.fields.get("content-type", ""):
            cases.check(set(response.json()) == {"error"}, f"{name}: says why", response.body)
    cases.check(pid != 0 and _inspection(mxward) == pid, "after all of this it is the same process")


def _pipelining(cases):
    with web.connect() as client, client.makefile("rb") as stream:
        client.sendall(web.request() * PIPELINED + web.request("/nothing") + web.request(fields=["Connection: close"]))
        statuses = []
        while (response := web.read_response(stream)):
            statuses.append(response.status)
    cases.check(statuses == [200] * PIPELINED + [404, 200], "requests in one go are answered in their order", statuses)


def _slow_clients(cases):
    """One sends nothing, one an octet now and then: both are ended, however long they would go on."""
    with web.connect() as silent, web.connect() as slow:
        slow.settimeout(1)
        sent, ended = 0, False
        while not ended and sent < web.SECONDS:
            try:
                slow.sendall(b"G" if sent == 0 else b"E")
                sent += 1
                ended = slow.recv(1) == b""
            except TimeoutError:
                pass
            except ConnectionError:
                ended = True
        cases.check(ended, "who sends an octet a second is ended", sent)
        cases.check(silent.recv(1) == b"", "so is who sends nothing")


def _crowd(source, number):
    clients = [web.connect(source=source) for _ in range(number)]
    alive = 0
    for client in clients:
        try:
            client.sendall(web.request())
            alive += client.recv(12) == b"HTTP/1.1 200"
        except ConnectionError:
            pass
    return clients, alive


def _many_connections(cases, mxward):
    clients, alive = _crowd(SOURCES[0], PER_ADDRESS + 20)
    cases.check(alive == PER_ADDRESS, f"of one address {PER_ADDRESS} connections are taken", alive)
    cases.check(_serves(source=SOURCES[1]), "others are served meanwhile")
    crowds = [_crowd(source, MANY // len(SOURCES)) for source in SOURCES[1:]]
    alive += sum(crowd[1] for crowd in crowds)
    cases.check(alive <= 256, "of all addresses together no more than 256", alive)
    cases.check(_answers(), "names are answered meanwhile")
    for client in clients + [client for crowd in crowds for client in crowd[0]]:
        client.close()
    _wait_serving(mxward, source=SOURCES[0])
    cases.check(True, "with the crowd gone, all is well")


def _comes_back(cases, mxward):
    """Killed, and hung: it is replaced, and nobody who asks for names waits."""
    for number, label in ((signal.SIGKILL, "killed"), (signal.SIGSTOP, "hung")):
        pid = _inspection(mxward)
        with Load(f"inspection-{label}") as load:
            load.wait_for_more(MORE)
            os.kill(pid, number)
            load.wait_for_more(MORE)
            cases.check(True, f"{label}: hits and misses flow on")
            daemon.wait_until(lambda pid=pid: _inspection(mxward) not in (0, pid), f"{label}: another process", mxward.running)
        cases.check(True, f"{label}: the process is replaced")
        cases.check(all(set(counts) <= {"NOERROR"} for counts in load.counts.values()), f"{label}: all were answered", load.counts)


class Knocking:
    """Requests, one after the other, as long as it goes on; how many were made, and how many were refused a connection."""

    def __init__(self):
        self.tries = self.refused = 0
        self.stopping = False
        self.thread = threading.Thread(target=self._knock)

    def _knock(self):
        while not self.stopping:
            try:
                web.get()
            except ConnectionRefusedError:
                self.refused += 1
            except OSError:
                pass  # the old process had taken it already
            self.tries += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping = True
        self.thread.join()

    def wait_for_more(self, mxward):
        wanted = self.tries + MORE
        daemon.wait_until(lambda: self.tries >= wanted, "more requests", mxward.running)


def _change_refuses_nobody(cases, mxward):
    """While one process takes the other's place, who connects waits."""
    pid = _inspection(mxward)
    with Knocking() as knocking:
        knocking.wait_for_more(mxward)
        mxward.told("reload")
        daemon.wait_until(lambda: _inspection(mxward) not in (0, pid), "another process", mxward.running)
        knocking.wait_for_more(mxward)
    cases.check(knocking.refused == 0, f"a reload refuses no connection, of {knocking.tries}", knocking.refused)


def _reload(cases, mxward):
    pid = _inspection(mxward)
    seen = len(mxward.log())
    daemon.write_config(mxward.config, {"inspection": {"enable": False}})
    mxward.reload()
    mxward.wait_log("reloaded", seen)
    daemon.wait_until(lambda: not mxward.inspections(), "the end of the inspection process", mxward.running)
    cases.check(not _serves(), "switched off at a reload, it is gone")
    token = daemon.folder() / "token"
    token.write_text(TOKEN + "\n")
    daemon.write_config(mxward.config, {"inspection": {"enable": True, "listen": ["0.0.0.0@8953"], "token-file": str(token),
                                                       "allowed-hosts": ["mail.lab"]}})
    mxward.reload()
    _wait_serving(mxward)
    cases.check(_inspection(mxward) != pid, "switched on again, it is back")
    cases.check(_serves(host="mail.lab"), "by the name that is allowed now")
    cases.check(_serves(address="127.0.0.9", host="127.0.0.9"), "at every address")
    bearer = f"Authorization: Bearer {TOKEN}"
    for name, fields, status in (("none", [], 401), ("another", [bearer[:-1] + "0"], 401), ("a longer one", [bearer + "0"], 401),
                                 ("the right one", [bearer], 404)):
        response = web.get("/api/v1/nothing", fields=fields)
        cases.check(response.status == status, f"token: {name}", response)
    cases.check(web.get("/").status == 200, "the page itself needs none")
    token.write_text("short\n")
    seen = len(mxward.log())
    mxward.reload()
    line = mxward.wait_log(".*inspection.token-file.*", seen).group(0)
    cases.check("shorter than 16" in line, "a bad token is a line in the log", line)
    cases.check(_answers(), "and names are answered")


def _address_in_use(cases):
    with socket.create_server((web.ADDRESS, web.PORT)), daemon.Mxward("inspection-taken", ON) as mxward:
        line = mxward.wait_log(".*cannot listen on 127.0.0.1@8953.*").group(0)
        cases.check("inspection.enable" in line, "an address in use is a line in the log", line)
        cases.check(_answers(), "and names are answered")
        cases.check(mxward.stop() == 0, "and mxward stops with exit status 0")


def _confined(cases, mxward):
    status = daemon.status(_inspection(mxward))
    cases.check(status["NoNewPrivs"] == "1", "it cannot gain privileges", status["NoNewPrivs"])
    cases.check(set(status["CapEff"]) == {"0"} and set(status["CapBnd"]) <= set("0123456789abcdef"), "it has no capability",
                status["CapEff"])
    if os.environ.get("LAB_SANDBOX") != "no":
        cases.check(status["Seccomp"] == "2", "it has a system call filter", status["Seccomp"])


def main():
    cases = Cases()
    with daemon.Mxward("inspection", ON) as mxward:
        _wait_serving(mxward)
        _confined(cases, mxward)
        _serving(cases)
        _page(cases)
        _api(cases, mxward)
        _hostile(cases, mxward)
        _pipelining(cases)
        _slow_clients(cases)
        _many_connections(cases, mxward)
        _comes_back(cases, mxward)
        _change_refuses_nobody(cases, mxward)
        _reload(cases, mxward)
        pids = mxward.inspections()
        cases.check(mxward.stop() == 0, "mxward stops with exit status 0")
        cases.check(not any(map(daemon.exists, pids)), "and leaves no inspection process", pids)
    _address_in_use(cases)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
