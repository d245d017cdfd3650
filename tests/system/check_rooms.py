#!/usr/bin/python3 -B
"""Checks who includes whom: conf, cache and validator know neither each other nor module; see docs/architecture.md.

Usage: check_rooms.py TOP. Prints FILE:LINE: what is wrong, what would be right; exit status 1 when there is anything."""

import pathlib
import re
import sys

ROOMS = ("conf", "cache", "validator", "module")
EVERYONE = {"config.h"}  # generated
INCLUDE = re.compile(r'\s*#\s*include\s*"([^"]+)"')


def may_include(file, target):
    """Whether `file` may include `target`; both are paths from the top."""
    parts = file.parts
    tests = parts[0] == "tests"
    room = parts[1] if tests and len(parts) > 2 else parts[0]
    if str(target) in EVERYONE or (tests and target.parts[0] == "tests"):
        return True
    if target.parts[0] not in ROOMS:
        return False
    if room in ("conf", "cache", "validator"):
        return target.parts[0] == room
    return room == "module" or tests  # lab, fuzz and system test the whole


def faults_in(top, file):
    for number, line in enumerate(top.joinpath(file).read_text().splitlines(), 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        target = pathlib.Path(found[1])
        if found[1] not in EVERYONE and not top.joinpath(target).is_file():
            yield f'{file}:{number}: "{target}": write the path from the top folder'
        elif not may_include(file, target):
            yield f'{file}:{number}: this room must not know "{target}": pass it as a plain value through module'


def main():
    top = pathlib.Path(sys.argv[1])
    files = [path.relative_to(top) for place in (*ROOMS, "tests") for path in sorted(top.joinpath(place).rglob("*.[ch]"))]
    faults = [fault for file in files for fault in faults_in(top, file)]
    print("\n".join(faults), end="\n" if faults else "")
    if not files:
        print(f"{top}: no C files here")
    return 1 if faults or not files else 0


sys.exit(main())
