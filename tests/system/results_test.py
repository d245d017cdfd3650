#!/usr/bin/python3 -B
"""Tests results.py, which counts what meson's logs say: each row is what one build folder holds, and the line it gives."""
import json
import pathlib
import subprocess
import sys
import tempfile

RESULTS = pathlib.Path(__file__).with_name("results.py")
CMOCKA = """\
[==========] Running 3 test(s).
[ RUN      ] reads
ok   this is the test's own output
[       OK ] reads
[ RUN      ] writes
[  ERROR   ] --- 0x1 != 0
[  FAILED  ] writes
[ RUN      ] waits
[  SKIPPED ] waits
[  PASSED  ] 1 test(s).
[  SKIPPED ] 1 test(s), listed below:
[  SKIPPED ] waits
[  FAILED  ] 1 test(s), listed below:
[  FAILED  ] writes
"""
ROWS = (
    # name, tests as meson logs them (None: no log), line
    ("a test that only ends counts as one", [{"result": "OK"}], "1 passed, 0 failed, 0 skipped"),
    ("a skipped one", [{"result": "SKIP"}, {"result": "OK"}], "1 passed, 0 failed, 1 skipped"),
    ("ones that did not come to their end", [{"result": "TIMEOUT"}, {"result": "ERROR"}], "0 passed, 2 failed, 0 skipped"),
    ("cmocka's cases", [{"result": "FAIL", "stdout": CMOCKA}], "1 passed, 1 failed, 1 skipped"),
    ("two groups of cmocka's", [{"result": "FAIL", "stdout": CMOCKA + CMOCKA}], "2 passed, 2 failed, 2 skipped"),
    ("death inside a case", [{"result": "FAIL", "stdout": "[ RUN      ] a\n[       OK ] a\n[ RUN      ] b\n"}],
     "1 passed, 1 failed, 0 skipped"),
    ("death behind the last good case", [{"result": "ERROR", "stdout": "[ RUN      ] a\n[       OK ] a\n"}],
     "1 passed, 1 failed, 0 skipped"),
    ("the lab's cases", [{"result": "FAIL", "stdout": "ok   one\nFAIL two: why\nok   three\n2 of 3 cases passed\n"}],
     "2 passed, 1 failed, 0 skipped"),
    ("unittest's cases", [{"result": "OK", "stderr": "....\n---\nRan 4 tests in 0.4s\n\nOK (skipped=1)\n"}],
     "3 passed, 0 failed, 1 skipped"),
    ("unittest's failures", [{"result": "FAIL", "stderr": "Ran 5 tests in 1.0s\n\nFAILED (failures=1, errors=2)\n"}],
     "2 passed, 3 failed, 0 skipped"),
    ("one of unittest's", [{"result": "OK", "stderr": "Ran 1 test in 0.4s\n\nOK\n"}], "1 passed, 0 failed, 0 skipped"),
    ("control characters", [{"result": "OK", "stdout": "\x01\x1b[1m\u2028\x85\n"}], "1 passed, 0 failed, 0 skipped"),
    ("nothing ran", [], "0 passed, 1 failed, 0 skipped"),
    ("a build that broke", None, "0 passed, 1 failed, 0 skipped"),
)


def count(folder, tests):
    if tests is not None:
        logs = pathlib.Path(folder, "meson-logs")
        logs.mkdir()
        (logs / "testlog.json").write_text("".join(json.dumps(test, ensure_ascii=False) + "\n" for test in tests))
    ended = subprocess.run([RESULTS, folder], capture_output=True, text=True, check=False)
    *shown, line = ended.stdout.splitlines()
    return shown, line, ended.returncode


def counted():
    """What is wrong with the line of each row: empty when nothing is."""
    for name, tests, line in ROWS:
        with tempfile.TemporaryDirectory(dir=".") as folder:
            _, told, status = count(folder, tests)
        good = told == line and status == (0 if " 0 failed" in line else 1)
        yield name, "" if good else f"{told} and status {status}, not {line}"


def shown():
    """A test that failed is named, with the lines that tell of it and its end; one that did not is not named."""
    noise = "".join(f"line {number}\n" for number in range(1000))
    tests = [{"name": "good one", "result": "OK", "stdout": "FAIL is only a word here\n"},
             {"name": "bad one", "result": "FAIL", "returncode": 7, "duration": 2.6,
              "stdout": noise + "FAIL two: why\n" + noise, "stderr": "W" * 10000}]
    with tempfile.TemporaryDirectory(dir=".") as folder:
        lines, _, _ = count(folder, tests)
        wanted = (f"FAILED {folder}: bad one: FAIL, status 7, 3 s", "  stdout 1001: FAIL two: why", "  stdout 2001: line 999")
    missing = [line for line in wanted if line not in lines]
    yield "what failed is shown", f"missing: {missing}" if missing else ""
    yield "what did not is not", next((line for line in lines if "good" in line or "only a word" in line), "")
    yield "no more than can be read", "" if sum(map(len, lines)) < 2000 else f"{sum(map(len, lines))} characters"


def main():
    for name, wrong in (*counted(), *shown()):
        print(f"FAIL {name}: {wrong}" if wrong else f"ok   {name}")
        if wrong:
            yield name


sys.exit(1 if list(main()) else 0)
