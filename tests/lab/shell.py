#!/usr/bin/python3 -B
"""A shell in the lab with mxward running: what `./dev lab` starts."""
import os
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


def main():
    with daemon.Mxward() as mxward:
        print(HELP.format(pid=mxward.pid), flush=True)
        shell = os.environ.get("SHELL", "/bin/bash")
        return subprocess.run([shell, "-i"], env={**os.environ, "PS1": "lab# "}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
