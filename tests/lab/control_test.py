#!/usr/bin/python3 -B
"""The control socket: each command against a running server, who may give them, what happens to those who give nonsense, and that
what a command says is so: a flush has the servers asked anew, a negative trust anchor lets mail flow and ends by itself."""
import json
import os
import pathlib
import re
import socket
import stat
import subprocess
import sys

import dns.flags
import dns.rcode

import asking
import daemon
from cases import Cases
from moving import Moving

NOBODY = 65534
ZONE, SERVER = "control.plain.", "127.53.78.1"
RECORDS = {(ZONE, "MX"): ["10 mx1.control.plain."], ("mx1.control.plain.", "A"): ["25.25.78.1"], (ZONE, "TXT"): ["old"]}
BOGUS = "expired.lab."
SECURE = "rsa.lab."
REFUSED, NO_SERVER, USAGE = 1, 2, 64
NEGATIVE_TRUST_ANCHOR = 33  # RFC 8914
LIBRARY = "libfaketimeMT.so.1"
MANY = 200
MEGA = 1 << 20


def _rcode(name, rdtype="MX"):
    answer = asking.ask(daemon.ADDRESS, name, rdtype)
    return answer.failure or dns.rcode.to_text(answer.reply.rcode())


def _records(name, rdtype):
    answer = asking.ask(daemon.ADDRESS, name, rdtype)
    return sorted(rdata.to_text() for rrset in answer.reply.answer for rdata in rrset) if not answer.failure else answer.failure


# ---- what is shown ----

def _shows(cases, mxward):
    for name in (SECURE, BOGUS, SECURE):
        asking.ask(daemon.ADDRESS, name, "MX")
    status = mxward.told("status")
    cases.check(status["ok"] and status["ready"] and status["pid"] == mxward.pid, "status: ready", status)
    cases.check({process["pid"] for process in status["resolvers"]} == mxward.resolvers(), "status: its resolver processes", status)
    cases.check("127.0.0.1@53" in status["listen"], "status: its addresses", status["listen"])
    stats = mxward.told("stats")
    cases.check(stats["queries"]["udp"] == {"MX": 3}, "stats: queries by type and transport", stats["queries"])
    answers = stats["answers"]
    cases.check((answers["hits"], answers["misses"], answers["servfail"]) == (1, 2, 1), "stats: answers", answers)
    cases.check(stats["verdicts"]["accept"] == 1 and stats["verdicts"]["reject"] == 1, "stats: verdicts", stats["verdicts"])
    cases.check(stats["findings"]["bogus"]["reject"] == 1 and stats["bogus"] == {"Signature Expired": 1}, "stats: findings, bogus", stats)
    for kind, count in (("hit", 1), ("miss", 2), ("assessment", 2)):
        latency = stats["latency_seconds"][kind]
        cumulative = [number for _, number in latency["buckets"]]
        cases.check(latency["count"] == count and cumulative == sorted(cumulative) and latency["sum"] >= 0,
                    f"stats: latency of {kind}", latency)
    for command in ("status", "stats", "alerts", "trust-anchors"):
        shown = mxward.control(command)
        cases.check(shown.returncode == 0 and len(shown.stdout.splitlines()) > 1 and "\033" not in shown.stdout,
                    f"{command}: for people", shown)
    anchors = mxward.told("trust-anchors")["anchors"]
    tags = {key["tag"] for anchor in anchors for key in anchor["keys"]}
    cases.check(len(anchors) == 2 and len(tags) == 1, "trust-anchors: the same key in both files", anchors)
    daemon.wait_until(lambda: mxward.told("alerts")["open"], "an alert", mxward.running)
    cases.check([alert["domain"] for alert in mxward.told("alerts")["open"]] == [BOGUS], "alerts: the bogus domain")


def _shows_cache(cases, mxward):
    _rcode(SECURE)
    entries = {entry["type"]: entry for entry in mxward.told("cache", SECURE.upper())["entries"]}
    found = entries.get("MX", {})
    data = {record["data"] for record in found.get("records", []) if record["type"] == "MX"}
    cases.check(found.get("security") == "secure" and 0 < found.get("left", 0) <= 3600, "cache: security and time left", entries)
    cases.check(data == {"10 mx1.rsa.lab.", "20 mx2.rsa.lab."}, "cache: its records", data)
    failure = {entry["type"]: entry for entry in mxward.told("cache", BOGUS)["entries"]}["MX"]
    cases.check((failure["kind"], failure["ede"]["code"], failure["failures"]) == ("failure", 7, 1), "cache: a failure", failure)
    marks = {entry["type"] for entry in mxward.told("cache", "mx1.rsa.lab")["entries"] if entry["kind"] == "mark"}
    cases.check(marks == {"exchange"}, "cache: that a name is an exchange", marks)
    cases.check(mxward.told("cache", "never-asked.lab")["entries"] == [], "cache: nothing of what was never asked")


def _explains(cases, mxward):
    ours = mxward.told("explain", SECURE)
    by_lookup = subprocess.run([daemon.binary(), "lookup", "--explain", "--json", "-c", str(mxward.config), SECURE],
                               capture_output=True, text=True, timeout=daemon.COMMAND_SECONDS, check=False)
    lookup = json.loads(by_lookup.stdout)
    cases.check(set(ours) - {"ok"} == set(lookup), "explain: the keys of lookup --explain", set(ours) ^ set(lookup))
    for key in ("question", "verdict", "security", "received", "mx", "findings", "exit", "policy", "reason"):
        cases.check(ours[key] == lookup[key], f"explain: {key} as lookup has it", (ours[key], lookup[key]))
    bogus = mxward.told("explain", BOGUS)
    cases.check((bogus["verdict"], bogus["exit"]) == ("reject", 2), "explain: a bogus domain", bogus)
    cases.check("sentence" in bogus["findings"][0], "explain: each finding has its sentence", bogus["findings"])


# ---- what is done ----

def _flushes(cases, mxward, server):
    for words, what in (((ZONE, "TXT"), "a type of a name"), ((ZONE,), "a name"), (("--all",), "everything")):
        old, new = f"before {what}", f"after {what}"
        server.records[(ZONE, "TXT")] = [f'"{old}"']
        mxward.told("flush", "--all")
        cases.check(_records(ZONE, "TXT") == [f'"{old}"'], f"flush {what}: the answer is cached")
        server.records[(ZONE, "TXT")] = [f'"{new}"']
        cases.check(_records(ZONE, "TXT") == [f'"{old}"'], f"flush {what}: and stays so")
        before = mxward.resolvers()
        dropped = mxward.told("flush", *words)["dropped"]
        cases.check(dropped >= 1 and not before & {process["pid"] for process in mxward.told("status")["resolvers"]
                                                   if process["state"] == "ready"}, f"flush {what}: new processes answer")
        cases.check(_records(ZONE, "TXT") == [f'"{new}"'], f"flush {what}: the servers are asked anew", _records(ZONE, "TXT"))


def _reloads(cases, mxward):
    good = mxward.config.read_text(encoding="utf-8")
    mxward.config.write_text("cash: {size: 1M}\n", encoding="utf-8")
    bad = mxward.control("reload")
    cases.check(bad.returncode == REFUSED and f"{mxward.config}:1:1: " in bad.stderr and "stays" in bad.stderr,
                "reload: says what is wrong and where", bad)
    mxward.config.write_text(good, encoding="utf-8")
    done = mxward.control("reload")
    cases.check(done.returncode == 0 and str(mxward.config) in done.stdout, "reload: says that it is done", done)


def _sets_level(cases, mxward):
    cases.check(mxward.told("log", "level", "error")["level"] == "error", "log level: set")
    cases.check(mxward.told("status")["log_level"] == "error", "log level: in force")
    cases.check(mxward.control("log", "level", "loud").returncode == REFUSED, "log level: none of these")
    mxward.told("log", "level", "debug")


# ---- negative trust anchors ----

def _nta(cases, mxward):
    cases.check(_rcode(BOGUS) == "SERVFAIL", "nta: a bogus domain is SERVFAIL")
    told = mxward.told("nta", "add", BOGUS, "--for", "2h")["ntas"]
    cases.check([nta["name"] for nta in told] == [BOGUS] and told[0]["until"] - told[0]["since"] == 7200, "nta add: two hours", told)
    answer = asking.ask(daemon.ADDRESS, BOGUS, "MX")
    cases.check(not answer.failure and len(answer.records()) == 2 and not answer.reply.flags & dns.flags.AD,
                "nta add: its mail flows, unvalidated", answer.failure or answer.reply)
    cases.check(answer.codes() == [NEGATIVE_TRUST_ANCHOR] and answer.texts() == [BOGUS], "nta add: the answer says so (EDE 33)", answer.reply)
    again = asking.ask(daemon.ADDRESS, BOGUS, "MX")
    cases.check(again.codes() == [NEGATIVE_TRUST_ANCHOR], "nta add: from the cache, too", again.reply)
    cases.check(_rcode("flipped.lab.") == "SERVFAIL", "nta add: others are validated as before")
    mxward.told("reload")
    cases.check(len(mxward.told("nta", "list")["ntas"]) == 1 and _rcode(BOGUS) == "NOERROR", "nta: survives a reload")
    mxward.told("nta", "del", BOGUS)
    cases.check(_rcode(BOGUS) == "SERVFAIL", "nta del: bogus again")
    cases.check(mxward.control("nta", "del", BOGUS).returncode == REFUSED, "nta del: there is none any more")
    cases.check(mxward.control("nta", "add", ".").returncode == REFUSED, "nta add: not for the root")
    for time in ("8d", "0", "soon", "-1h"):
        cases.check(mxward.control("nta", "add", BOGUS, f"--for={time}").returncode == USAGE, f"nta add: not for {time}")


def _preload():
    """libfaketime, behind the sanitizer's library where the binary has one, which must come first."""
    found = [str(path) for path in pathlib.Path("/usr/lib").glob(f"*/faketime/{LIBRARY}")]
    linked = subprocess.run(["ldd", daemon.binary()], capture_output=True, text=True, check=True).stdout
    return ":".join(re.findall(r"=> (\S*lib[atu]?[bs]?san\S*)", linked) + found[:1])


def _nta_ends(cases):
    """Kept over a restart; over after its time, which a moved clock makes come."""
    clock = daemon.folder() / "clock"
    clock.write_text("+0")
    environment = {"LD_PRELOAD": _preload(), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1",
                   "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
    with daemon.Mxward("mxward-nta", environment=environment) as mxward:
        mxward.told("nta", "add", BOGUS, "--for", "1h")
        cases.check(mxward.stop() == 0, "nta: stopped")
        mxward.start()
        cases.check(_rcode(BOGUS) == "NOERROR", "nta: survives a restart")
        clock.write_text("+2h")
        cases.check(mxward.told("nta", "list")["ntas"] == [], "nta: over after its time")
        daemon.wait_until(lambda: _rcode(BOGUS) == "SERVFAIL", "the domain to be validated again", mxward.running)
        cases.check(True, "nta: validated again")
        cases.check(mxward.wait_log("the negative trust anchor has ended name=expired.lab[.]"), "nta: the log says so")
        cases.check(mxward.stop() == 0, "nta: stopped again")
        mxward.start()
        cases.check(mxward.told("nta", "list")["ntas"] == [], "nta: and is not there after a restart")


# ---- who may ----

def _is_root():
    """Really, not just in a namespace of users, where nobody else is."""
    return os.geteuid() == 0 and pathlib.Path("/proc/self/uid_map").read_text().split()[2] == "4294967295"


def _permits(cases, mxward):
    mode = os.stat(mxward.socket).st_mode
    cases.check(stat.S_ISSOCK(mode) and stat.S_IMODE(mode) == 0o660, "the socket has mode 0660", oct(mode))
    if not _is_root():
        print("skipped: only root can be another user")
        return
    public = pathlib.Path("/mnt")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "none", public], check=True)
    (public / "mxward").write_bytes(pathlib.Path(daemon.binary()).read_bytes())
    (public / "mxward").chmod(0o755)
    link = public / "control.sock"
    link.touch()
    subprocess.run(["mount", "--bind", mxward.socket, link], check=True)
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    done = subprocess.run([*become, str(public / "mxward"), "status", "--socket", str(link)], capture_output=True, text=True,
                          timeout=daemon.COMMAND_SECONDS, check=False)
    cases.check(done.returncode == NO_SERVER and "you may not control this server" in done.stderr, "another user may not", done)
    os.chmod(mxward.socket, 0o666)  # an administrator's mistake: who is at the other end still counts
    done = subprocess.run([*become, str(public / "mxward"), "stop", "--socket", str(link)], capture_output=True, text=True,
                          timeout=daemon.COMMAND_SECONDS, check=False)
    cases.check(done.returncode == REFUSED and "you may not" in done.stderr, "nor where the mode would let it", done)
    cases.check(mxward.wait_log(f"refused a connection uid={NOBODY}"), "the log says who tried")
    become = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", f"--groups={os.stat(mxward.socket).st_gid}"]
    done = subprocess.run([*become, str(public / "mxward"), "status", "--socket", str(link)], capture_output=True, text=True,
                          timeout=daemon.COMMAND_SECONDS, check=False)
    cases.check(done.returncode == 0, "a member of the socket's group may", done)
    os.chmod(mxward.socket, 0o660)
    subprocess.run(["umount", link], check=True)
    subprocess.run(["umount", public], check=True)


# ---- hostile clients ----

def _dial(mxward):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.connect(str(mxward.socket))
    client.settimeout(daemon.COMMAND_SECONDS)
    return client


def _all_of(client):
    octets = b""
    try:
        while part := client.recv(65536):
            octets += part
    except ConnectionResetError:
        pass
    return octets


def _resists(cases, mxward):
    clients = [_dial(mxward) for _ in range(MANY)]
    for client in clients:
        try:
            client.send(b'{"command": "sta')
        except (BrokenPipeError, ConnectionResetError):
            pass
    cases.check(mxward.told("status")["ok"], f"{MANY} connections with half a line each: another one is served")
    for client in clients:
        client.close()
    flood = _dial(mxward)
    try:
        for _ in range(10):
            flood.sendall(b"x" * MEGA)
    except (BrokenPipeError, ConnectionResetError):
        pass
    said = _all_of(flood)
    cases.check(said == b"" or b"too long" in said, "a line of 10 MB is cut off", said[:200])
    for label, octets in (("octets that are no text", bytes(range(256)) + b"\n"), ("deep nesting", b"[" * 10000 + b"\n"),
                          ("no object", b"null\n"), ("an empty line", b"\n"), ("NUL", b'{"command": "status\0"}\n')):
        with _dial(mxward) as client:
            client.sendall(octets)
            client.shutdown(socket.SHUT_WR)
            replies = [json.loads(line) for line in _all_of(client).splitlines()]
            cases.check(replies and all(not reply["ok"] and reply["error"] for reply in replies), f"{label}: refused", replies)
    gone = _dial(mxward)
    gone.sendall(b'{"command": "flush", "all": true}\n' * 50)
    gone.close()
    with _dial(mxward) as client:
        client.sendall(b'{"command": "status"}\n' * 300)
        client.shutdown(socket.SHUT_WR)
        cases.check(_all_of(client).count(b'"ready":true') == 300, "300 orders at once: each is answered")
    cases.check(_rcode(SECURE) == "NOERROR", "and clients of DNS are served")


def _server_lies(cases):
    """What the command says of servers that are none."""
    path = daemon.folder() / "liar.sock"
    for label, reply, part in (("nothing", b"", "hung up"), ("half an answer", b'{"ok": tr', "hung up"), ("no JSON", b"hello\n", "none of mxward's"),
                               ("an answer without ok", b"{}\n", "none of mxward's"),
                               ("escapes", b'{"ok": false, "error": "\\u001b[2Jgone"}\n', "\\027[2Jgone")):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as liar:
            path.unlink(missing_ok=True)
            liar.bind(str(path))
            liar.listen()
            with subprocess.Popen([daemon.binary(), "status", "--socket", str(path)], stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, text=True) as process:
                peer, _ = liar.accept()
                peer.recv(65536)
                peer.sendall(reply)
                peer.close()
                _, error = process.communicate(timeout=daemon.COMMAND_SECONDS)
            cases.check(process.returncode in (REFUSED, NO_SERVER) and part in error and "\033" not in error, f"a server that says {label}", error)


def _no_server(cases, mxward):
    done = mxward.control("status")
    cases.check(done.returncode == NO_SERVER and "mxward is not running" in done.stderr, "no server: said so", done)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(mxward.socket))
    done = mxward.control("status")
    cases.check(done.returncode == NO_SERVER and "not running any more" in done.stderr, "a deserted socket: said so", done)
    mxward.start()
    cases.check(mxward.told("status")["ready"], "a deserted socket is replaced")


def main():
    cases = Cases()
    with Moving(ZONE, SERVER, dict(RECORDS), ttl=3600) as server, daemon.Mxward(changes={"resolver": {"stub": [server.stub]}}) as mxward:
        _shows(cases, mxward)
        _shows_cache(cases, mxward)
        _explains(cases, mxward)
        _flushes(cases, mxward, server)
        _sets_level(cases, mxward)
        _reloads(cases, mxward)
        _nta(cases, mxward)
        _permits(cases, mxward)
        _resists(cases, mxward)
        done = mxward.control("stop")
        cases.check(done.returncode == 0 and mxward.process.wait(daemon.STOP_SECONDS) == 0, "stop: it stops with exit status 0", done)
        cases.check(not mxward.socket.exists(), "and takes its socket away")
        _no_server(cases, mxward)
        cases.check(mxward.stop() == 0, "stopped")
    _server_lies(cases)
    _nta_ends(cases)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
