#!/usr/bin/python3 -B
"""What `mxward log verify` says and with which exit status. Usage: log_test.py MXWARD MAKE_LOG"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

MXWARD, MAKE_LOG = sys.argv[1], sys.argv[2]


class LogTest(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(dir=os.getcwd())
        self.addCleanup(self._folder.cleanup)
        self.folder = pathlib.Path(self._folder.name)
        self.log = self.folder / "log"
        self.key = self.folder / "key.pub"
        self.make(5)

    def make(self, lines):
        subprocess.run([MAKE_LOG, self.folder, str(lines)], check=True)

    def verify(self, *arguments, status=0, **options):
        done = subprocess.run([MXWARD, "log", "verify", *map(str, arguments)], capture_output=True, text=True, check=False, **options)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def test_whole(self):
        said = self.verify("--key", self.key, self.log)
        self.assertEqual(said.stdout, "7 lines, numbers 1 to 7: the chain is whole.\n"
                         "7 lines are covered by 1 checkpoints, the last one is number 7; 0 lines follow it unsigned.\n")
        self.assertEqual(said.stderr, "")

    def test_without_key(self):
        self.assertIn("Signatures were not checked: name the public key with --key.\n", self.verify(self.log).stdout)

    def test_standard_input(self):
        self.assertIn("chain is whole", self.verify("-k", self.key, "-", input=self.log.read_text()).stdout)

    def test_broken(self):
        self.log.write_text(self.log.read_text().replace('"accept"', '"reject"', 2))
        said = self.verify(self.log, status=1).stdout.splitlines()
        self.assertTrue(said[0].startswith(f"{self.log}:2: changed"), said)
        self.assertTrue(said[1].startswith(f"{self.log}:3: changed"), said)
        self.assertIn("the chain is BROKEN", said[2])

    def test_json(self):
        self.assertEqual(json.loads(self.verify("--json", "--key", self.key, self.log).stdout), {
            "whole": True, "lines": 7, "first": 1, "last": 7, "lost": 0, "signatures_checked": True, "checkpoints": 1,
            "covered_until": 7, "covered_lines": 7, "unsigned_lines": 0, "fault_count": 0, "faults": []})
        self.log.write_text(self.log.read_text().replace('"accept"', '"reject"', 1))
        said = json.loads(self.verify("--json", self.log, status=1).stdout)
        self.assertEqual((said["whole"], said["fault_count"]), (False, 1))
        self.assertEqual((said["faults"][0]["file"], said["faults"][0]["line"]), (str(self.log), 2))

    def test_rotated(self):
        old = self.folder / "log.1"
        self.log.rename(old)
        self.assertIn("There are no lines.", self.verify(os.devnull).stdout)
        self.make(1)
        self.assertIn(f"{self.log}:1: a new chain begins here", self.verify(old, self.log, status=1).stdout)
        half = self.log.read_text().splitlines(keepends=True)
        self.log.write_text("".join(half[1:]))
        said = self.verify(self.log, status=1).stdout
        self.assertIn("no file begins with this line", said)
        self.assertIn("What was written before number 2 is in older files.", said)

    def test_unsigned(self):
        lines = self.log.read_text().splitlines(keepends=True)
        self.log.write_text("".join(lines[:-1]))
        self.assertIn("There is no checkpoint that can be relied on: nothing is signed.", self.verify("-k", self.key, self.log).stdout)

    def test_many_faults(self):
        self.log.write_text("no line\n" * 2000)
        said = self.verify(self.log, status=1).stdout.splitlines()
        self.assertEqual(said[1000], "… and 1000 more.")

    def test_unreadable(self):
        self.assertIn(f"cannot read {self.folder}/none: No such file", self.verify(self.log, self.folder / "none", status=2).stderr)
        self.assertIn("cannot read", self.verify(self.folder, status=2).stderr)
        self.assertIn("cannot read the key", self.verify("-k", self.folder / "none", self.log, status=2).stderr)
        self.assertIn("holds no Ed25519 public key", self.verify("-k", self.log, self.log, status=2).stderr)

    def test_usage(self):
        for arguments in ([], ["--no-such-option"], ["-k"], ["-k", "x"] * 17 + [str(self.log)]):
            self.verify(*arguments, status=64)
        for arguments, status in ((["prove"], 2), (["--help"], 0), (["verify", "--help"], 0)):
            done = subprocess.run([MXWARD, "log", *arguments], capture_output=True, check=False)
            self.assertEqual(done.returncode, status, arguments)

    def test_closed_output(self):
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([MXWARD, "log", "verify", self.log], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 70)

    def test_many_lines(self):
        self.log.unlink()
        self.make(100_000)
        self.assertIn("100102 lines are covered by 101 checkpoints", self.verify("-k", self.key, self.log).stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
