#!/usr/bin/python3 -B
"""Sums up what `meson test` wrote into the build folders named, as one line: N passed, N failed, N skipped.

A test counts with each of the cases that its output tells of: cmocka's, the lab's (cases.py), unittest's; any other test is
one. A folder without results counts as one failure: its build broke, or nothing ran. Exit status 1 when anything failed."""
import collections
import json
import pathlib
import re
import sys

KIND = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}  # all others are failures
CMOCKA_BEGIN = "[ RUN      ] "
CMOCKA_END = {"[       OK ] ": "passed", "[  FAILED  ] ": "failed", "[  SKIPPED ] ": "skipped"}
LAB = {"ok   ": "passed", "FAIL ": "failed"}
UNITTEST = re.compile(r"^Ran (\d+) tests? in .*\n\n(?:OK|FAILED)(?: \((.*)\))?$", re.MULTILINE)


def cmocka_cases(output):
    """Each case has a line at its begin and one at its end; later lines repeat those that failed."""
    counts = collections.Counter()
    runs = False
    for line in output.splitlines():
        if line.startswith(CMOCKA_BEGIN):
            counts["failed"] += runs  # the one before came to no end
            runs = True
        elif runs and line[:13] in CMOCKA_END:
            counts[CMOCKA_END[line[:13]]] += 1
            runs = False
    counts["failed"] += runs
    return counts


def lab_cases(output):
    return collections.Counter(LAB[line[:5]] for line in output.splitlines() if line[:5] in LAB)


def unittest_cases(errors):
    counts = collections.Counter()
    for ran, rest in UNITTEST.findall(errors):
        kinds = {kind: int(number) for kind, number in re.findall(r"(\w+)=(\d+)", rest)}
        failed = kinds.get("failures", 0) + kinds.get("errors", 0)
        skipped = kinds.get("skipped", 0)
        counts += collections.Counter(failed=failed, skipped=skipped, passed=int(ran) - failed - skipped)
    return counts


def cases_of(test):
    """The cases of one test as meson logged it."""
    output, errors = test.get("stdout", ""), test.get("stderr", "")
    counts = cmocka_cases(output) if CMOCKA_BEGIN in output else lab_cases(output) + unittest_cases(errors)
    kind = KIND.get(test["result"], "failed")
    if not counts or (kind == "failed" and not counts["failed"]):  # it may have died behind its last good case
        counts[kind] += 1
    return counts


def count(folder):
    try:
        lines = pathlib.Path(folder, "meson-logs", "testlog.json").read_text(errors="replace").split("\n")
        counts = sum((cases_of(json.loads(line)) for line in lines if line), collections.Counter())
    except (OSError, ValueError) as why:
        print(f"{folder}: no results: {why}", file=sys.stderr)
        counts = None
    return counts or collections.Counter(failed=1)


def main():
    total = sum((count(folder) for folder in sys.argv[1:]), collections.Counter())
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] else 0


sys.exit(main())
