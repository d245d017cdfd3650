#!/usr/bin/python3 -B
"""Runs `mxward version`, and `mxward` with command lines that are wrong or ask for help. Usage: version_test.py MXWARD"""
import re
import subprocess
import sys

USAGE = 64


def main():
    mxward = sys.argv[1]
    failed = 0
    for words, status, pattern in (
        (["version"], 0, r"\Amxward \d+\.\d+\.\d+\nlibunbound \S+\nOpenSSL 3"),
        (["--version"], 0, r"\Amxward \d+\.\d+\.\d+\n"),
        (["version", "--help"], 0, r"Usage: mxward version"),
        (["version", "more"], USAGE, r"takes no argument"),
        (["--help"], 0, r"  lookup .*\n  doctor .*\n"),
        ([], USAGE, r"Usage: mxward COMMAND"),
        (["looup"], USAGE, r"there is no command looup"),
    ):
        ran = subprocess.run([mxward, *words], capture_output=True, text=True, check=False)
        good = ran.returncode == status and re.search(pattern, ran.stdout + ran.stderr)
        print(f"{'ok  ' if good else 'FAIL'} mxward {' '.join(words)}{'' if good else f': {ran}'}")
        failed += not good
    said = subprocess.run([mxward, "version"], capture_output=True, text=True, check=False).stdout
    upstream = tuple(int(part) for part in re.search(r"^libunbound (\d+)\.(\d+)\.(\d+)", said, re.MULTILINE).groups())
    for cve, fixed in re.findall(r"(CVE-\d+-\d+) +fixed in ([\d.]+):", said):
        good = upstream < tuple(int(part) for part in fixed.split("."))
        print(f"{'ok  ' if good else 'FAIL'} {cve} is younger than libunbound {upstream}")
        failed += not good
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
