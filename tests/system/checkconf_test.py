#!/usr/bin/python3
"""mxward checkconf: silence for a good file, one line with its place for a bad one, warnings that do not count."""
import os
import pty
import subprocess
import sys
import tempfile
import unittest

MXWARD = None
HINTS = ". 3600000 NS a.root-servers.net.\na.root-servers.net. 3600000 A 198.41.0.4\n"
ANCHOR = (". IN DS 20326 8 2 "
          "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n")


class Checkconf(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(dir=".")
        self.addCleanup(self.directory.cleanup)
        self.hints = self.write("root.hints", HINTS)
        self.anchor = self.write("root.key", ANCHOR)

    def write(self, name, text):
        path = os.path.abspath(os.path.join(self.directory.name, name))
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def base(self, more=""):
        """A resolver section that needs nothing of this machine."""
        return f"resolver:\n  root-hints: {self.hints}\n  trust-anchor-file: [{self.anchor}]\n{more}"

    def run_it(self, *args):
        return subprocess.run([MXWARD, "checkconf", *args], capture_output=True, text=True, timeout=60, check=False)

    def expect(self, text, status, error):
        path = self.write("x.yaml", text)
        done = self.run_it(path)
        self.assertEqual((done.stdout, done.stderr), ("", error.replace("FILE", path)))
        self.assertEqual(done.returncode, status)

    def test_good(self):
        self.expect(self.base(), 0, "")

    def test_sample_loads_and_is_silent(self):
        sample = self.run_it("--sample")
        self.assertEqual((sample.returncode, sample.stderr), (0, ""))
        text = sample.stdout.replace("/usr/share/dns/root.hints", self.hints)
        self.expect(text.replace("/usr/share/dns/root.key", self.anchor), 0, "")

    def test_bad_value(self):
        self.expect(self.base("cache:\n  max-ttl: 2q\n"), 1,
                    'FILE:5:12: cache.max-ttl: "2q" is no duration: give seconds, or a number with the unit s, m, h, '
                    "d or w\n")

    def test_unknown_checks_and_actions(self):
        self.expect(self.base("mx:\n  policy:\n    target-is-alais: reject\n"), 1,
                    'FILE:6:5: mx.policy: there is no check "target-is-alais": the nearest is target-is-alias\n')
        self.expect(self.base("mx:\n  policy: {target-is-alias: drop}\n"), 1,
                    'FILE:5:29: mx.policy: "drop" is none of ignore log strip reject\n')
        self.expect(self.base("mx:\n  policy: {target-is-alias: reject, uncorroborated: ignore}\n"), 0, "")

    def test_webhook(self):
        self.expect(self.base("alerts: {webhook: {url: 'http://hooks.example/x'}}\n"), 1,
                    'FILE:4:25: alerts.webhook.url: "http://hooks.example/x" is http:// to another machine, where anybody on the way '
                    "can read and change it: use https://\n")
        self.expect(self.base("alerts: {webhook: {url: 'http://127.0.0.1:8065/x'}}\n"), 0, "")

    def test_serve_refuses_the_same(self):
        path = self.write("x.yaml", self.base("mx: {policy: {no-such-check: log}}\n"))
        served = subprocess.run([MXWARD, "serve", "-c", path], capture_output=True, text=True, timeout=60, check=False)
        self.assertIn('no check "no-such-check"', served.stderr)
        self.assertEqual((served.returncode, served.stderr), (78, self.run_it(path).stderr))

    def test_missing_file(self):
        self.expect("resolver:\n  root-hints: /nonexistent/hints\n", 1,
                    "FILE:2:15: resolver.root-hints: /nonexistent/hints cannot be read (No such file or directory): "
                    "name another file, or install the package dns-root-data\n")
        self.expect(f"resolver:\n  root-hints: {self.hints}\n  trust-anchor-file: [/nonexistent/key]\n", 1,
                    "FILE:3:22: resolver.trust-anchor-file: /nonexistent/key cannot be read (No such file or "
                    "directory): name another file, or install the package dns-root-data\n")

    def test_file_that_libunbound_refuses(self):
        bad = self.write("bad.key", ". IN DS what\n")
        path = self.write("x.yaml", f"resolver: {{root-hints: {self.hints},\n  trust-anchor-file: [{bad}]}}")
        done = self.run_it(path)
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stderr.startswith(f"{path}:2:22: "), done.stderr)
        self.assertIn(bad, done.stderr)

    def test_serve_notices_it_when_no_process_gets_ready(self):
        folder = os.path.dirname(self.write("x.yaml", ""))
        own = (f"listen: [127.0.0.1@0]\nuser: ''\nvalidation-log: {{file: '', key: {folder}/key}}\nalerts: {{file: ''}}\n"
               f"history: {{enable: no}}\ninspection: {{enable: no}}\ncontrol: {{socket: '', nta-file: ''}}\n"
               "cache: {snapshot: {file: ''}}\n")
        path = self.write("x.yaml", own + self.base("  libunbound: |\n    no-such-option: 1\n"))
        served = subprocess.run([MXWARD, "serve", "-c", path], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(served.returncode, 78, served.stderr)
        self.assertIn(self.run_it(path).stderr, served.stderr)
        self.assertNotIn("ready on", served.stderr)

    def test_option_that_libunbound_refuses(self):
        path = self.write("x.yaml", self.base("  libunbound: |\n    neg-cache-size: 1m\n    no-such-option: 1\n"))
        done = self.run_it(path)
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stderr.startswith(f"{path}:4:15: resolver.libunbound, line 2: "), done.stderr)
        self.assertIn("no-such-option", done.stderr)

    def test_warnings_do_not_count(self):
        self.expect(self.base("log:\n  to: /nonexistent/x.log\nuser: no-such-user-here\n"), 0,
                    "FILE:5:7: warning: log.to: there is no directory /nonexistent (No such file or directory): lines "
                    "would go to standard error\n"
                    "FILE:6:7: warning: user: there is no user no-such-user-here, and a daemon started as root would "
                    "refuse: add it, or name another\n")
        self.expect(self.base("  auto-trust-anchor-file: /nonexistent/root.key\n"), 0,
                    "FILE:4:27: warning: resolver.auto-trust-anchor-file: there is no directory /nonexistent (No such "
                    "file or directory): the static trust anchor would be used\n")
        self.expect(self.base("validation-log:\n  file: /nonexistent/v.log\n  key: /nonexistent/v.key\n"), 0,
                    "FILE:5:9: warning: validation-log.file: there is no directory /nonexistent (No such file or "
                    "directory): nothing would be written\n"
                    "FILE:6:8: warning: validation-log.key: there is no directory /nonexistent (No such file or "
                    "directory): the key could not be kept\n")
        for key, consequence in (("cache.snapshot.file", "a restart would empty the cache"),
                                 ("cache.snapshot.key", "a restart would empty the cache"),
                                 ("alerts.file", "a restart would tell what is open again"),
                                 ("history.file", "MX sets would not be remembered"),
                                 ("control.nta-file", "a restart would forget negative trust anchors that were set by command")):
            *sections, name = key.split(".")
            text = "".join(f"{section}: {{" for section in sections) + f"{name}: /nonexistent/x" + "}" * len(sections)
            self.expect(self.base(f"{text}\n"), 0,
                        f"FILE:4:{text.index('/') + 1}: warning: {key}: there is no directory /nonexistent (No such file or directory): "
                        f"{consequence}\n")
        self.expect(self.base("validation-log: {file: ''}\n"), 0, "")
        self.expect(f"resolver:\n  root-hints: {self.hints}\n  trust-anchor-file: []\n  auto-trust-anchor-file: ''\n", 0,
                    "FILE:3:22: warning: resolver.trust-anchor-file: without a trust anchor nothing is validated\n")

    def test_holes_of_libunbound_are_for_terminals(self):
        path = self.write("x.yaml", self.base())
        holes = "older than upstream's fix" in subprocess.run([MXWARD, "version"], capture_output=True, text=True,
                                                              timeout=60, check=True).stdout
        ours, theirs = pty.openpty()
        with os.fdopen(ours, "rb", buffering=0) as terminal:
            done = subprocess.run([MXWARD, "checkconf", path], stderr=theirs, timeout=60, check=False)
            os.write(theirs, b"end\n")
            os.close(theirs)
            said = b""
            while b"end" not in said:
                said += terminal.read(4096)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(b"known holes" in said, holes, said)

    def test_no_such_file(self):
        done = self.run_it("/nonexistent/mxward.yaml")
        self.assertEqual((done.returncode, done.stderr),
                         (1, "/nonexistent/mxward.yaml: cannot be opened: No such file or directory\n"))

    def test_command_line(self):
        for args, status in ((["--help"], 0), (["-h"], 0), (["a", "b"], 64), (["--nonsense"], 64), (["--sample", "x"], 64)):
            done = self.run_it(*args)
            self.assertEqual(done.returncode, status, args)
            self.assertEqual(done.stdout.startswith("Usage: mxward checkconf"), status == 0, args)
            self.assertEqual(done.stderr == "", status == 0, args)


if __name__ == "__main__":
    MXWARD = os.path.abspath(sys.argv.pop(1))
    unittest.main()
