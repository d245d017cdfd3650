#!/usr/bin/python3 -B
"""The MX history from end to end: a set that changes shows up as two with their periods; nothing about who asked is in the file;
a kill, a full disk and a damaged file cost no answer, and no more of the history than they must."""
import json
import signal
import sqlite3
import subprocess
import sys

import dns.rcode

import asking
import daemon
from cases import Cases
from moving import Moving

DISK = 1 << 20
ZONE, SERVER = "moving.plain.", "127.53.77.1"
HOSTS = {("mx1.moving.plain.", "A"): ["25.25.77.1"], ("mx2.moving.plain.", "A"): ["25.25.77.2"], ("mx2.moving.plain.", "AAAA"): ["2a00::77"]}


def _ask(name, rdtype="MX"):
    return asking.ask(daemon.ADDRESS, name, rdtype)


def _mxward(*command):
    done = subprocess.run([daemon.binary(), *command], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def _sets(mxward, name):
    _, out, error = _mxward("history", "-c", mxward.config, "--json", name)
    return json.loads(out)["sets"] if out else error


def _wait_sets(mxward, name, condition, what):
    """Waits until what is remembered of a name meets the condition; returns it."""
    daemon.wait_until(lambda: condition(_sets(mxward, name)), f"{what} in the history", mxward.running)
    return _sets(mxward, name)


def _exchanges(entry):
    return [(exchange["preference"], exchange["exchange"]) for exchange in entry["exchanges"]]


def _users(mxward, what):
    _, out, _ = _mxward("reverse", "-c", mxward.config, "--json", what)
    return sorted(entry["name"] for entry in json.loads(out)["result"]) if out else []


def _remembers_changes(cases):
    with Moving(ZONE, SERVER, {**HOSTS, (ZONE, "MX"): ["10 mx1.moving.plain."]}) as server, \
            daemon.Mxward("mxward-history", {"resolver": {"stub": [server.stub]}}) as mxward:
        _ask(ZONE)
        first = _wait_sets(mxward, ZONE, lambda sets: len(sets) == 1, "a set")[0]
        cases.check(_exchanges(first) == [(10, "mx1.moving.plain.")] and first["to"] is None, "a set", first)
        cases.check([seen["address"] for seen in first["exchanges"][0]["addresses"]] == ["25.25.77.1"], "its exchange's address", first)
        server.records[(ZONE, "MX")] = ["10 mx1.moving.plain.", "20 mx2.moving.plain."]
        _ask(ZONE)
        sets = _wait_sets(mxward, ZONE, lambda sets: len(sets) == 2, "another set")
        cases.check(_exchanges(sets[0]) == [(10, "mx1.moving.plain."), (20, "mx2.moving.plain.")], "the set that follows", sets[0])
        cases.check(sets[1]["from"] == first["from"] and sets[1]["to"] == sets[0]["from"] and sets[0]["to"] is None, "the periods fit", sets)
        cases.check([seen["address"] for seen in sets[0]["exchanges"][1]["addresses"]] == ["25.25.77.2", "2a00::77"], "addresses of both families", sets[0])
        server.records[(ZONE, "MX")] = []
        _ask(ZONE)
        sets = _wait_sets(mxward, ZONE, lambda sets: len(sets) == 3, "no MX any more")
        cases.check(sets[0]["kind"] == "none" and not sets[0]["exchanges"], "no MX any more", sets[0])
        for name in ("rsa.lab.", "host.plain.", "null.plain.", "only-internal.plain.", "expired.lab.", "nobody.plain.", "internal.plain."):
            _ask(name)
        last = _wait_sets(mxward, "internal.plain.", len, "the name that was asked last")[0]
        cases.check(all("loopback" not in name for _, name in _exchanges(last)), "what was stripped is not in the set", last)
        cases.check(_sets(mxward, "rsa.lab.")[0]["security"] == "secure" and last["security"] == "insecure", "security")
        cases.check(_sets(mxward, "null.plain.")[0]["kind"] == "null-mx", "a null MX")
        for name in ("only-internal.plain.", "expired.lab.", "nobody.plain."):
            cases.check(_sets(mxward, name) == [], f"nothing of {name}", _sets(mxward, name))
        for what in ("mx2.moving.plain", "*.moving.plain", "25.25.77.2", "2a00::77"):
            cases.check(_users(mxward, what) == ["moving.plain"], f"domains of {what}", _users(mxward, what))
        cases.check(mxward.stop() == 0, "it stops with exit status 0")
    connection = sqlite3.connect(f"file:{mxward.history}?mode=ro", uri=True)
    cases.check(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "the file is whole")
    addresses = {address for address, in connection.execute("SELECT address FROM address")}
    cases.check(bytes([127, 0, 0, 1]) not in addresses, "no client's address is in it", addresses)
    connection.close()


def _survives_a_kill(cases):
    """In the middle of writes. What could be read before is there afterwards."""
    with daemon.Mxward("mxward-history-kill") as mxward:
        known = 0
        for number in range(60):
            _ask(f"a{number}.wildcard.plain.")
            known = number if _sets(mxward, f"a{number}.wildcard.plain.") else known
        mxward.process.send_signal(signal.SIGKILL)
        mxward.process.wait()
        status, out, error = _mxward("history", "-c", mxward.config, "--check")
        cases.check(status == 0, "after a kill the file is whole", out + error)
        there = sum(bool(_sets(mxward, f"a{number}.wildcard.plain.")) for number in range(known + 1))
        cases.check(there == known + 1, "and has all that it had", (there, known))
        mxward.start()
        _ask("after.wildcard.plain.")
        _wait_sets(mxward, "after.wildcard.plain.", len, "a set after the kill")
        cases.check(mxward.stop() == 0, "it stops with exit status 0")


def _full_disk(cases):
    """Answers go on; with room again the history does, too."""
    disk = daemon.folder() / "history-disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", disk], check=True)
    filler = disk / "filler"
    try:
        with daemon.Mxward("mxward-history-disk", {"history": {"file": str(disk / "history.db")}}) as mxward:
            _ask("rsa.lab.")
            _wait_sets(mxward, "rsa.lab.", len, "a set")
            try:
                filler.write_bytes(bytes(DISK))
            except OSError:
                pass  # that is the point
            number = iter(range(10000))

            def is_full():
                answer = _ask(f"d{next(number)}.wildcard.plain.")
                return answer.failure or answer.reply.rcode() != dns.rcode.NOERROR or "the disk is full" in mxward.log()

            daemon.wait_until(is_full, "a warning that the disk is full", mxward.running)
            cases.check("the disk is full" in mxward.log(), "a full disk: it answers, and says what is wrong")
            answer = _ask("host.plain.")
            cases.check(not answer.failure and answer.reply.rcode() == dns.rcode.NOERROR, "and goes on answering", answer.failure)
            filler.unlink()
            daemon.wait_until(lambda: _ask(f"d{next(number)}.wildcard.plain.") and "the MX history goes on" in mxward.log(),
                              "a line that it goes on", mxward.running)
            cases.check(mxward.log().count("the disk is full") == 1, "it was said once", mxward.log())
            cases.check(len(_sets(mxward, "rsa.lab.")) == 1, "what was there before still is")
            cases.check(mxward.stop() == 0, "it stops with exit status 0")
        status, out, error = _mxward("history", "-f", disk / "history.db", "--check")
        cases.check(status == 0, "the file is whole", out + error)
    finally:
        subprocess.run(["umount", disk], check=True)


def _damaged_file(cases):
    mxward = daemon.Mxward("mxward-history-damage")
    mxward.history.write_bytes(b"no history at all" * 1000)
    with mxward:
        mxward.wait_log("moved to .*corrupt, and begun anew")
        _ask("rsa.lab.")
        _wait_sets(mxward, "rsa.lab.", len, "a set in a new file")
        cases.check(mxward.history.with_name(mxward.history.name + ".corrupt").exists(), "a damaged file is moved aside")


def _switched_off(cases):
    """And on again by a reload."""
    with daemon.Mxward("mxward-history-off", {"history": {"enable": False}}) as mxward:
        _ask("rsa.lab.")
        mxward.wait_validated(lambda entry: entry["question"]["name"] == "rsa.lab.", "rsa.lab.")
        status, _, error = _mxward("history", "-c", mxward.config, "rsa.lab.")
        cases.check(status == 2 and "is switched off" in error and not mxward.history.exists(), "switched off there is no file", error)
        daemon.write_config(mxward.config, {"validation-log": {"file": str(mxward.validation)}, "history": {"file": str(mxward.history)}})
        mxward.reload()
        mxward.wait_log("reloaded ")
        _ask("ecdsa.post.")
        _wait_sets(mxward, "ecdsa.post.", len, "a set after a reload")
        cases.check(_sets(mxward, "rsa.lab.") == [], "what was asked before is not in it")


def main():
    cases = Cases()
    for test in (_remembers_changes, _survives_a_kill, _full_disk, _damaged_file, _switched_off):
        test(cases)
    return cases.finish()


if __name__ == "__main__":
    sys.exit(main())
