#!/usr/bin/python3 -B
"""A shell, or the command given, in the lab with mxward running: what `./dev lab` starts."""
import os
import pathlib
import subprocess
import sys

import daemon

HELP = """\
You are in the lab: a network of its own, in which nothing but the zones of tests/lab/manifest.yaml exists.
  dig rsa.lab MX                 asks mxward (127.0.0.1, ::1); its log: less $LAB_DIR/mxward.log
  dig @127.53.0.1 lab NS +norec  asks a server itself; which one is where: the manifest's first table
  "$LAB_MXWARD" lookup rsa.lab   mxward's own view; kill -HUP {pid} reloads $LAB_DIR/mxward.yaml
Leave it with exit or Ctrl-D; nothing stays behind.
"""
SETTINGS = """\
[ ! -r ~/.bashrc ] || . ~/.bashrc
PS1='lab:\\w\\$ '
"""


def _shell():
    """The user's own; bash with a prompt that tells where it is."""
    shell = os.environ.get("SHELL", "/bin/bash")
    if pathlib.Path(shell).name != "bash":
        return [shell]
    settings = daemon.folder() / "bashrc"
    settings.write_text(SETTINGS, encoding="utf-8")
    return [shell, "--rcfile", str(settings), "-i"]


def main():
    with daemon.Mxward() as mxward:
        if len(sys.argv) > 1:
            return subprocess.run(sys.argv[1:], check=False).returncode
        print(HELP.format(pid=mxward.pid), flush=True)
        subprocess.run(_shell(), check=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
