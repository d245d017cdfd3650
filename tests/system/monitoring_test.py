#!/usr/bin/python3 -B
"""docs/api.md describes every metric that the program has, and the rules and the dashboard name no other.

Usage: monitoring_test.py METRICS DOCS    METRICS: the program that lists them, as NAME TYPE HELP"""
import json
import pathlib
import re
import shutil
import subprocess
import sys

import yaml

NAME = re.compile(r"\bmxward_\w+")
PART = re.compile(r"_(bucket|sum|count)$")


def main():
    program, docs = sys.argv[1], pathlib.Path(sys.argv[2])
    rows = [line.split(" ", 2) for line in subprocess.check_output([program], text=True).splitlines()]
    names = {name for name, _, _ in rows}
    text = (docs / "api.md").read_text(encoding="utf-8")
    faults = [f"docs/api.md: no row | `{name}` | {kind} | {told} |" for name, kind, told in rows
              if f"\n| `{name}` | {kind} | {told} |\n" not in text]
    rules = docs / "monitoring" / "alerts.yaml"
    dashboard = docs / "monitoring" / "grafana.json"
    yaml.safe_load(rules.read_text(encoding="utf-8"))
    json.loads(dashboard.read_text(encoding="utf-8"))
    for path in (docs / "api.md", rules, dashboard):
        used = NAME.findall(path.read_text(encoding="utf-8"))
        faults += [f"{path}: there is no metric {name}" for name in used if name not in names and PART.sub("", name) not in names]
        if not used:
            faults.append(f"{path}: names no metric")
    if shutil.which("promtool"):
        checked = subprocess.run(["promtool", "check", "rules", rules], capture_output=True, text=True, check=False)
        if checked.returncode != 0:
            faults.append(checked.stdout + checked.stderr)
    print("\n".join(faults))
    return 1 if faults or not rows else 0


sys.exit(main())
