#!/usr/bin/python3 -B
"""Tests results.py, which counts what meson's logs say: each row is what one build folder holds, and the line it gives."""
import json
import pathlib
import subprocess
import sys
import tempfile

RESULTS = pathlib.Path(__file__).with_name("results.py")
GOOD, BAD, SKIPPED = "<testcase name='a'/>", "<testcase name='b'><failure/></testcase>", "<testcase name='c'><skipped/></testcase>"
ERROR = "<testcase name='d'><error/></testcase>"
ROWS = (
    # name, tests with their results, XML inside <testsuites>, line
    ("a test that only ends counts as one", [("unit / one", "OK")], "", "1 passed, 0 failed, 0 skipped"),
    ("a skipped one", [("one", "SKIP"), ("two", "OK")], "", "1 passed, 0 failed, 1 skipped"),
    ("one that did not come to its end", [("one", "TIMEOUT"), ("two", "ERROR")], "", "0 passed, 2 failed, 0 skipped"),
    ("TAP counts its cases", [("unit / one", "FAIL")], f"<testsuite name='mxward.one'>{GOOD}{GOOD}{BAD}{SKIPPED}{ERROR}</testsuite>",
     "2 passed, 2 failed, 1 skipped"),
    ("death behind the last good case is a failure", [("one", "ERROR")], f"<testsuite name='mxward.one'>{GOOD}{GOOD}</testsuite>",
     "2 passed, 1 failed, 0 skipped"),
    ("control characters in a test's output", [("one", "OK")], "<testsuite name='mxward'><system-out>\x01\x1b[1m</system-out></testsuite>",
     "1 passed, 0 failed, 0 skipped"),
    ("nothing ran", [], "", "0 passed, 1 failed, 0 skipped"),
    ("a build that broke", None, None, "0 passed, 1 failed, 0 skipped"),
)


def count(folder, tests, suites):
    if tests is not None:
        logs = pathlib.Path(folder, "meson-logs")
        logs.mkdir()
        (logs / "testlog.json").write_text("".join(json.dumps({"name": n, "result": r}) + "\n" for n, r in tests))
        (logs / "testlog.junit.xml").write_text(f"<testsuites>{suites}</testsuites>")
    ended = subprocess.run([RESULTS, folder], capture_output=True, text=True, check=False)
    return ended.stdout.strip(), ended.returncode


def main():
    wrong = 0
    for name, tests, suites, line in ROWS:
        with tempfile.TemporaryDirectory(dir=".") as folder:
            told, status = count(folder, tests, suites)
        if told != line or status != (0 if " 0 failed" in line else 1):
            print(f"{name}: {told} and status {status}, not {line}")
            wrong += 1
    return 1 if wrong else 0


sys.exit(main())
