#!/usr/bin/python3 -B
"""Holds the manual pages against the program: every option, exit status, check and JSON key that it has is described, and
the pages are well formed; who mistakes an option is shown the way. Usage: manual_test.py MXWARD FOLDER_OF_PAGES"""
import json
import pathlib
import re
import subprocess
import sys

USAGE = 64
PAGES = {"serve": "mxward-serve.8", "checkconf": "mxward-checkconf.1", "lookup": "mxward-lookup.1", "doctor": "mxward-doctor.1",
         "log": "mxward-log.1", "history": "mxward-history.1", "reverse": "mxward-reverse.1", "version": "mxward.1",
         **dict.fromkeys(("status", "stats", "reload", "flush", "cache", "nta", "trust-anchors", "alerts", "explain", "stop"),
                         "mxward-control.1")}


def _run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _options(text):
    return set(re.findall(r"(?<![\w-])--([a-z][a-z-]+)", text))


def _statuses(text):
    """The numbers of "Exit status: 0 …; 1 …"."""
    found = re.search(r"Exit status:(.*?)\n(?:\n|See|$)", text, re.DOTALL)
    return set(re.findall(r"(?:^|[;,:]\s)\s*(\d+) ", found.group(1))) if found else set()


def _missing(mxward, folder):
    """What the program has and the manual has not."""
    overview = (folder / "mxward.1").read_text()
    for command in re.findall(r"^  ([\w-]+) ", _run(mxward, "--help").stdout, re.MULTILINE):
        if command not in PAGES or not re.search(rf"^\.It Cm .*\b{command}\b", overview, re.MULTILINE):
            yield f"mxward.1 does not tell of {command}"
            continue
        page = (folder / PAGES[command]).read_text()
        text = _run(mxward, command, "--help").stdout
        yield from (f"{PAGES[command]}: --{option}" for option in _options(text) if f"Fl -{option}" not in page and f", -{option}" not in page)
        yield from (f"{PAGES[command]}: exit status {status}" for status in _statuses(text) if f".It {status}\n" not in page)
    doctor = (folder / PAGES["doctor"]).read_text()
    for line in _run(mxward, "doctor", "--list").stdout.splitlines():
        if not re.search(rf"^\.It Li .*\b{re.escape(line.split()[0])}\b", doctor, re.MULTILINE):
            yield f"mxward-doctor.1: the check {line.split()[0]}"
    lookup = (folder / PAGES["lookup"]).read_text()
    for key in json.loads(_run(mxward, "lookup", "example.org", "-s", "127.0.0.1@1", "--json").stdout):
        if not re.search(rf"^\.It Li .*\b{key}\b", lookup, re.MULTILINE):
            yield f"mxward-lookup.1: the key {key}"


def _lost(mxward):
    """Commands that do not say of an option that it is none, or where those are that there are."""
    for command in (*PAGES, "log verify", "log stats"):
        if command == "version":
            continue  # it has none
        ran = _run(mxward, *command.split(), "--no-such")
        name = "log" if command == "log stats" else command
        if (ran.returncode, ran.stderr) != (USAGE, f"mxward {name}: there is no option --no-such; see mxward {name} --help\n"):
            yield f"mxward {command} --no-such: exit status {ran.returncode}, {ran.stderr!r}"


def main():
    mxward, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    wrong = sorted(_missing(mxward, folder)) + list(_lost(mxward))
    lint = _run("mandoc", "-Tlint", "-Wwarning", *map(str, sorted(folder.iterdir())))
    if lint.returncode:
        wrong += lint.stdout.splitlines()
    print("\n".join(wrong) or "the manual tells of all that is there")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
