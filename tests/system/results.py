#!/usr/bin/python3 -B
"""Sums up what `meson test` wrote into the build folders named, as one line: N passed, N failed, N skipped.

A test that speaks TAP counts with each of its cases, any other as one. A folder without results counts as one failure: its
build broke, or nothing ran. Exit status 1 when anything failed."""

import collections
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # meson writes a test's output as it came
KIND = {"OK": "passed", "EXPECTEDFAIL": "passed", "SKIP": "skipped"}  # all others are failures


def cases_of(junit, test):
    """What meson counted inside one test: a Counter, empty unless the test speaks TAP."""
    counts = collections.Counter()
    for suite in junit.iter("testsuite"):
        if suite.get("name") != "mxward." + test:
            continue
        for case in suite.iter("testcase"):
            broken = case.find("failure") is not None or case.find("error") is not None
            skipped = case.find("skipped") is not None
            counts["failed" if broken else "skipped" if skipped else "passed"] += 1
    return counts


def count(folder):
    logs = pathlib.Path(folder, "meson-logs")
    counts = collections.Counter()
    try:
        tests = [json.loads(line) for line in (logs / "testlog.json").read_text().splitlines()]
        junit = xml.fromstring(NOT_XML.sub("?", (logs / "testlog.junit.xml").read_text(errors="replace")))
    except (OSError, ValueError, xml.ParseError) as why:
        print(f"{folder}: no results: {why}", file=sys.stderr)
        tests = []
    for test in tests:
        name = test["name"].rsplit(" / ", 1)[-1]
        cases = cases_of(junit, name)
        kind = KIND.get(test["result"], "failed")
        if not cases or (kind == "failed" and not cases["failed"]):  # it may have died behind its last good case
            cases[kind] += 1
        counts += cases
    return counts if tests else collections.Counter(failed=1)


def main():
    total = sum((count(folder) for folder in sys.argv[1:]), collections.Counter())
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] else 0


sys.exit(main())
