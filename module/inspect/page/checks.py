#!/usr/bin/python3 -B
"""Makes checks.js, the sentence of each check, of docs/checks.md, which is made of validator/check.c. Usage: checks.py CHECKS.MD OUT"""
import json
import pathlib
import re
import sys

ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (?:note|warning|alert) \|.*\| ([^|]+) \|$", re.MULTILINE)


def main():
    source, out = sys.argv[1:]
    sentences = {name: text.strip() for name, text in ROW.findall(pathlib.Path(source).read_text(encoding="utf-8"))}
    if not sentences:
        sys.exit(f"{source}: no row of a check in it, which is | `name` | severity | … | sentence |")
    text = json.dumps(sentences, indent="\t")
    pathlib.Path(out).write_text(f"/* Made of docs/checks.md. */\nexport const sentences = {text};\n", encoding="utf-8")


if __name__ == "__main__":
    main()
