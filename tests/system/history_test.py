#!/usr/bin/python3 -B
"""`mxward history` and `mxward reverse` on histories that are made here: what they show, and what they say when they cannot.
Usage: history_test.py MXWARD MAKE_HISTORY"""
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile

MXWARD, MAKE = sys.argv[1:3]
FOUND, NOTHING, UNREADABLE, USAGE, CONFIG = 0, 1, 2, 64, 78
# time, domain, set: as make_history reads them.
VISITS = """\
1700000000 moved.example. 10 mx1.old.example. 192.0.2.1, 20 mx2.old.example. 192.0.2.2
1700090000 moved.example. 10 mx1.old.example. 192.0.2.1, 20 mx2.old.example. 192.0.2.2
1710000000 moved.example. 10 mx1.old.example. 192.0.2.1, 20 aspmx.l.google.com. 2001:db8::1
1710000000 null.example. null
1710000000 stopped.example. 10 mx1.old.example.
1720000000 stopped.example. none
1720000000 xn--bcher-kva.example. 10 mx1.old.example.
1720000000 evil.example. 10 <script>\\027[31m.old.example.
"""
failures = []


def check(good, what, got=""):
    print(f"{'ok' if good else 'FAILED'}: {what}{'' if good else f': {got!r}'}")
    if not good:
        failures.append(what)


def run(*command, **environment):
    done = subprocess.run([MXWARD, *command], capture_output=True, text=True, check=False,
                          env={**os.environ, "LC_ALL": "C", "TZ": "UTC", **environment})
    for word in ("Sanitizer", "runtime error"):
        check(word not in done.stderr, f"{command} is clean", done.stderr)
    return done


def run_json(*command):
    done = run(*command, "--json")
    return json.loads(done.stdout) if done.returncode == FOUND else done.stderr


def make(path, visits=VISITS):
    subprocess.run([MAKE, path], input=visits, text=True, check=True)


def shows_a_timeline(config):
    done = run("history", "-c", config, "Moved.Example")
    wanted = """\
moved.example. 2 sets since 2023-11-14 22:13

now: 2 exchanges, insecure, since 2024-03-09 16:00, last seen 2024-03-09 16:00
|- 10 mx1.old.example. (old.example)
|  `- 192.0.2.1, 2023-11-14 22:13 to 2024-03-09 16:00
|- new: 20 aspmx.l.google.com. (Google Workspace)
|  `- 2001:db8::1, 2024-03-09 16:00 to 2024-03-09 16:00
`- gone: 20 mx2.old.example. (old.example)

before: 2 exchanges, insecure, from 2023-11-14 22:13 to 2024-03-09 16:00, 3 months
|- 10 mx1.old.example. (old.example)
|  `- 192.0.2.1, 2023-11-14 22:13 to 2024-03-09 16:00
`- 20 mx2.old.example. (old.example)
   `- 192.0.2.2, 2023-11-14 22:13 to 2023-11-15 23:13
"""
    check(done.returncode == FOUND and done.stdout == wanted, "a timeline", done.stdout + done.stderr)
    done = run("history", "-c", config, "null.example")
    check("now: takes no mail (null MX)" in done.stdout, "a null MX", done.stdout)
    done = run("history", "-c", config, "stopped.example.")
    check("now: no MX record" in done.stdout and "gone: 10 mx1.old.example." in done.stdout, "no MX any more", done.stdout)
    check(run("history", "-c", config, "bücher.example").stdout.startswith("xn--bcher-kva.example. 1 set"), "a name in Unicode")
    done = run("history", "-c", config, "evil.example")
    check("\\027[31m" in done.stdout and "\033" not in done.stdout, "a hostile name is shown harmless", done.stdout)


def tells_programs(config):
    told = run_json("history", "-c", config, "moved.example")
    check(told["domain"] == "moved.example." and len(told["sets"]) == 2, "JSON: a domain and its sets", told)
    newest, oldest = told["sets"]
    check(list(newest) == ["from", "to", "last_seen", "kind", "security", "exchanges"], "JSON: the keys of a set", list(newest))
    check((newest["from"], newest["to"], newest["kind"], newest["security"]) == (1710000000, None, "mx", "insecure"), "JSON: the newest set", newest)
    check((oldest["from"], oldest["to"], oldest["last_seen"]) == (1700000000, 1710000000, 1700090000), "JSON: the oldest set", oldest)
    check(newest["exchanges"][1] == {"preference": 20, "exchange": "aspmx.l.google.com.", "owner": "Google Workspace",
                                     "addresses": [{"address": "2001:db8::1", "first_seen": 1710000000, "last_seen": 1710000000}]},
          "JSON: an exchange", newest["exchanges"])
    kinds = [entry["kind"] for entry in run_json("history", "-c", config, "stopped.example")["sets"]]
    check(kinds == ["none", "mx"], "JSON: kinds", kinds)
    done = run("history", "-c", config, "unknown.example", "--json")
    check(done.returncode == NOTHING and json.loads(done.stdout)["sets"] == [], "JSON: nothing is known", done.stdout)


def lists_domains(config):
    def names(*what):
        page = run_json("reverse", "-c", config, *what)
        return sorted(entry["name"] for entry in page["result"]) if isinstance(page, dict) else page

    users = ["moved.example", "stopped.example", "xn--bcher-kva.example"]
    check(names("mx1.old.example") == users, "domains of a host", names("mx1.old.example"))
    check(names("*.old.example") == ["evil.example", *users], "domains of all hosts below a name", names("*.old.example"))
    check(names(".GOOGLE.com") == ["moved.example"], "the same, written otherwise")
    check(names("192.0.2.2") == ["moved.example"] and names("2001:db8:0::1") == ["moved.example"], "domains of an address")
    page = run_json("reverse", "-c", config, "mx1.old.example")
    entry = next(entry for entry in page["result"] if entry["name"] == "moved.example")
    check(entry == {"name": "moved.example", "first_seen": 1700000000, "last_visit": 1710000000, "current": True}, "JSON: a domain", entry)
    check((page["current_page"], page["size"], page["next"]) == ("1", 300, None), "JSON: a page", page)
    text = run("reverse", "-c", config, "mx1.old.example").stdout
    check("2023-11-14 22:13  2024-03-09 16:00  moved.example.\n" in text and "stopped.example. (no more)" in text, "a list for people", text)
    done = run("reverse", "-c", config, "mx9.old.example")
    check(done.returncode == NOTHING and "no domain is known" in done.stderr, "no domain", done.stderr)


def turns_pages(folder):
    file = folder / "many.db"
    make(file, "".join(f"1700000000 d{number}.example. 10 mx.example.\n" for number in range(250)))
    done = run("reverse", "-f", file, "-n", "100", "mx.example")
    check(len(done.stdout.splitlines()) == 100 and "--from" in done.stderr, "a page, and where it goes on", done.stderr)
    seen, following = [], ""
    while following is not None:
        page = run_json("reverse", "-f", file, "-n", "100", "--from", following, "mx.example")
        check(page["current_page"] == (following or "1") and page["size"] == 100, "JSON: which page", page["current_page"])
        seen += [entry["name"] for entry in page["result"]]
        following = page["next"]
    check(len(seen) == 250 and len(set(seen)) == 250, "all pages: each domain once", len(seen))
    check(len(run("reverse", "-f", file, "-n", "7", "--all", "mx.example").stdout.splitlines()) == 250, "--all")
    for bad in ("x", "1:elpmaxe", "1:" + "a" * 2000):
        done = run("reverse", "-f", file, "--from", bad, "mx.example")
        check(done.returncode == UNREADABLE and "has no such page" in done.stderr, f"a bad page {bad[:10]}", done.stderr)


def says_what_is_wrong(folder, config):
    rows = [
        (["history"], USAGE, "name a domain"),
        (["history", "a.example", "b.example"], USAGE, "one domain is enough"),
        (["history", "user@example.org"], USAGE, "is a mail address"),
        (["history", "https://example.org"], USAGE, "is a URL"),
        (["history", "a..example"], USAGE, "is no domain name"),
        (["history", "\udcff.example"], USAGE, "is no"),
        (["history", "--check", "a.example"], USAGE, "--check takes no domain"),
        (["reverse"], USAGE, "name a host"),
        (["reverse", "*."], USAGE, "is no domain name"),
        (["reverse", "-n", "0", "mx.example"], USAGE, "from 1 to 1000"),
        (["reverse", "-n", "1001", "mx.example"], USAGE, "from 1 to 1000"),
        (["reverse", "--all", "--from", "1:x", "mx.example"], USAGE, "--all begins"),
        (["history", "-f", folder / "absent.db", "a.example"], UNREADABLE, "does not exist"),
        (["history", "-f", folder, "a.example"], UNREADABLE, "cannot be"),
        (["history", "-c", folder / "absent.yaml", "a.example"], CONFIG, "absent.yaml"),
        (["history", "-c", config, "unknown.example"], NOTHING, "nothing is known of unknown.example."),
    ]
    for command, status, words in rows:
        done = run(*command)
        check(done.returncode == status and words in done.stderr and not done.stdout, f"{' '.join(map(str, command[1:]))}: {words}", done.stderr)
    (folder / "off.yaml").write_text(f"history: {{enable: no, file: {folder}/absent.db}}\n")
    check("is switched off" in run("history", "-c", folder / "off.yaml", "a.example").stderr, "it is switched off")
    for command in ("history", "reverse"):
        done = run(command, "--help")
        check(done.returncode == FOUND and done.stdout.startswith(f"Usage: mxward {command}"), f"{command} --help")


def finds_damage(folder):
    file = folder / "damaged.db"
    make(file, "".join(f"1700000000 d{number}.example. 10 mx{number}.example. 192.0.2.1\n" for number in range(500)))
    done = run("history", "-f", file, "--check")
    check(done.returncode == FOUND and re.search(r"is in order: 1500 rows", done.stdout), "a whole file", done.stdout + done.stderr)
    connection = sqlite3.connect(file)
    check(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "and for SQLite itself")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    octets = bytearray(file.read_bytes())
    octets[8 * 4096:20 * 4096] = bytes(12 * 4096)
    file.write_bytes(octets)
    done = run("history", "-f", file, "--check")
    check(done.returncode == UNREADABLE and "is damaged" in done.stderr, "a damaged one", done.stderr)
    file.write_bytes(b"x" * 8192)
    done = run("history", "-f", file, "d1.example")
    check(done.returncode == UNREADABLE and "is damaged" in done.stderr, "one that is no history at all", done.stderr)


def needs_permission(folder):
    if os.geteuid() == 0:
        return  # root may read everything
    file = folder / "private.db"
    make(file)
    file.chmod(0)
    done = run("history", "-f", file, "moved.example")
    check(done.returncode == UNREADABLE and "permission" in done.stderr, "permission is missing", done.stderr)


def main():
    with tempfile.TemporaryDirectory(prefix="history-test-", dir=".") as name:
        folder = pathlib.Path(name).resolve()
        config = folder / "mxward.yaml"
        providers = pathlib.Path(__file__).resolve().parents[2] / "conf" / "providers.yaml"
        config.write_text(f"history: {{file: {folder}/history.db}}\nmx: {{providers: [{providers}]}}\n")
        make(folder / "history.db")
        for test in (shows_a_timeline, tells_programs, lists_domains):
            test(config)
        turns_pages(folder)
        says_what_is_wrong(folder, config)
        finds_damage(folder)
        needs_permission(folder)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
