#!/usr/bin/python3 -B
"""Sums up what `meson test` wrote into the build folders named, as one line: N passed, N failed, N skipped.

A test counts with each of the cases that its output tells of: cmocka's, the lab's (cases.py), unittest's; any other test is
one. A folder without results counts as one failure: its build broke, or nothing ran. Exit status 1 when anything failed.
In front of the line stands what each failed test said: of a long log only the end may be kept."""
import collections
import json
import pathlib
import re
import sys

KIND = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}  # all others are failures
CMOCKA_BEGIN = "[ RUN      ] "
CMOCKA_END = {"[       OK ] ": "passed", "[  FAILED  ] ": "failed", "[  SKIPPED ] ": "skipped"}
LAB = {"ok   ": "passed", "FAIL ": "failed"}
TELLS = re.compile(r"^(FAIL |\[  (ERROR   |FAILED  )\]|Traceback|ERROR:|FAIL:)|Sanitizer:|Assertion .* failed|runtime error:")
LINES_MOST = 12  # that tell of a failure, and as many at the end of each stream
WIDTH_MOST = 300
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


def tests_of(folder):
    """What meson logged there: empty when nothing ran."""
    try:
        lines = pathlib.Path(folder, "meson-logs", "testlog.json").read_text(errors="replace").split("\n")
        return [json.loads(line) for line in lines if line]
    except (OSError, ValueError) as why:
        print(f"{folder}: no results: {why}", file=sys.stderr)
        return []


def chosen(lines):
    """The numbers of the lines worth reading again: the first that tell of a failure, and the end."""
    telling = [number for number, line in enumerate(lines) if TELLS.search(line)]
    return sorted({*telling[:LINES_MOST], *range(max(0, len(lines) - LINES_MOST), len(lines))})


def show_failure(folder, test):
    print(f"FAILED {folder}: {test.get('name', 'a test')}: {test['result']}, status {test.get('returncode')}, "
          f"{test.get('duration', 0):.0f} s")
    for stream in ("stdout", "stderr"):
        lines = test.get(stream, "").splitlines()
        for number in chosen(lines):
            print(f"  {stream} {number + 1}: {lines[number][:WIDTH_MOST]}")


def count(folder):
    tests = tests_of(folder)
    for test in tests:
        if KIND.get(test["result"], "failed") == "failed":
            show_failure(folder, test)
    return sum(map(cases_of, tests), collections.Counter()) or collections.Counter(failed=1)


def main():
    total = sum((count(folder) for folder in sys.argv[1:]), collections.Counter())
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] else 0


sys.exit(main())
