#!/usr/bin/python3
"""meson install puts everything where it belongs, and never over a configuration that somebody wrote."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = PLACES = None
MODES = {"mxward": 0o755, "mxward.yaml": 0o644}


class Install(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(dir=".")
        self.addCleanup(directory.cleanup)
        self.root = os.path.abspath(directory.name)

    def install(self):
        done = subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild"], env={**os.environ, "DESTDIR": self.root},
                              capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_everything_has_its_place(self):
        self.install()
        for place in PLACES:
            status = os.stat(self.root + place)
            self.assertGreater(status.st_size, 0, place)
            self.assertEqual(status.st_mode & 0o777, MODES.get(os.path.basename(place), 0o644), place)

    def test_a_configuration_stays(self):
        self.install()
        config = next(place for place in PLACES if place.endswith("/mxward/mxward.yaml"))
        with open(self.root + config, "w", encoding="utf-8") as out:
            out.write("threads: 3\n")
        self.install()
        with open(self.root + config, encoding="utf-8") as written:
            self.assertEqual(written.read(), "threads: 3\n")


if __name__ == "__main__":
    BUILD, PLACES = sys.argv[1], sys.argv[2:]
    del sys.argv[1:]
    if shutil.which("meson") is None:
        print("meson is not here")
        sys.exit(77)
    unittest.main()
