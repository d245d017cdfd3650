#!/usr/bin/python3 -B
"""What `mxward log show` and `mxward log stats` print. Usage: logshow_test.py MXWARD MAKE_LOG"""
import bz2
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

MXWARD, MAKE_LOG = sys.argv[1], sys.argv[2]
PREV = "0123456789abcdef" * 4


def line(seq, domain="example.org.", verdict="accept", time="2026-11-22T18:53:01.042Z", client="192.0.2.1", **more):
    entry = {"v": 1, "seq": seq, "prev": PREV, "type": "assessment", "time": time,
             "question": {"name": domain, "type": "MX"},
             "client": {"address": client, "port": 5353, "transport": "udp", "count": 1},
             "took_ms": 77, "verdict": verdict, "security": "insecure", "rcode": "NOERROR", "ede": None, "reason": "",
             "would": None, "received": "insecure", "corroboration": "agreed", "negative": False, "null_mx": False,
             "chain": [], "findings": [], "findings_left_out": 0,
             "mx": [{"preference": 10, "exchange": "mx1.example.org.", "stripped": False, "state": "resolved",
                     "security": "insecure", "tlsa": "none", "alias_of": None,
                     "addresses": [{"address": "192.0.2.25", "special": None}]}],
             "other": []}
    entry.update(more)
    return json.dumps(entry, separators=(",", ":")) + "\n"


def finding(check, action, host="mx1.example.org.", detail=""):
    return {"check": check, "severity": "warning", "action": action, "source": "RFC 2181, 10.3", "host": host, "detail": detail}


REJECTED = {"verdict": "reject", "rcode": "SERVFAIL", "ede": {"code": 15, "name": "Blocked"},
            "reason": "mx: target-is-alias mx1.example.org.", "findings": [finding("target-is-alias", "reject")]}


class LogShowTest(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory(dir=os.getcwd())
        self.addCleanup(self._folder.cleanup)
        self.folder = pathlib.Path(self._folder.name)
        self.log = self.folder / "validation.log"

    def write(self, *lines, name="validation.log"):
        path = self.folder / name
        text = "".join(lines).encode("latin-1")
        if name.endswith(".gz"):
            text = gzip.compress(text)
        elif name.endswith(".zst"):
            text = subprocess.run(["zstd", "-q", "-c"], input=text, capture_output=True, check=True).stdout
        path.write_bytes(text)
        return path

    def run_log(self, *arguments, status=0, **options):
        done = subprocess.run([MXWARD, "log", *map(str, arguments)], capture_output=True, text=True, check=False, **options)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def seqs(self, *arguments, **options):
        said = self.run_log("--json", *arguments, **options).stdout
        return [json.loads(one)["seq"] for one in said.splitlines()]

    def configured(self):
        conf = self.folder / "mxward.yaml"
        conf.write_text(f"validation-log: {{file: {self.log}, key: {self.folder}/key}}\n")
        return "-c", conf

    def test_line(self):
        self.write(line(1, "a.example.org.", **REJECTED))
        self.assertEqual(self.run_log("show", self.log).stdout,
                         "2026-11-22 18:53:01  reject  a.example.org. MX             insecure     77 ms  192.0.2.1"
                         "  mx: target-is-alias mx1.example.org.\n")

    def test_details(self):
        self.write(line(1, "a.example.org.", **REJECTED))
        said = self.run_log("-v", self.log, env={**os.environ, "LC_ALL": "C"}).stdout
        for part in ("|- asked by 192.0.2.1 over udp", "TCP agrees", "10 mx1.example.org.", "192.0.2.25 insecure",
                     "warning, reject: target-is-alias", "(RFC 2181, 10.3)", "`- reject: SERVFAIL, extended error 15 (Blocked)"):
            self.assertIn(part, said)

    def test_json_is_the_line(self):
        one = line(1, **REJECTED)
        self.write(one)
        self.assertEqual(self.run_log("--json", self.log).stdout, one)

    def test_conditions(self):
        self.write(line(1, "a.example.org.", **REJECTED), line(2, "example.com.", time="2026-11-22T19:00:00.000Z"),
                   line(3, "example.org.", client="2001:db8::1"))
        for arguments, want in ((("--domain", "example.org"), [1, 3]), (("--check", "target-is-alias"), [1]),
                                (("--verdict", "accept"), [2, 3]), (("--verdict", "reject,accept"), [1, 2, 3]), (("--client", "2001:db8::/32"), [3]),
                                (("--since", "2026-11-22T19:00"), [2]), (("--until", "2026-11-22T19:00Z"), [1, 3]),
                                (("--text", "BLOCKED"), [1]), (("--host", "mx1.example.org"), [1, 2, 3]),
                                (("--type", "mx", "--domain", "example.com"), [2])):
            self.assertEqual(self.seqs(*arguments, self.log), want, arguments)
        self.run_log("--domain", "example.net", self.log, status=1)

    def test_limit_and_reverse(self):
        old = self.write(line(1), line(2), line(3), name="old")
        new = self.write(line(4), line(5), name="new")
        self.assertEqual(self.seqs("-n", "3", old, new), [3, 4, 5])
        self.assertEqual(self.seqs("-n", "2", "-r", old, new), [5, 4])
        self.assertEqual(self.seqs("-r", old, new), [5, 4, 3, 2, 1])

    def test_rotated_and_packed(self):
        self.write(line(1, time="2026-11-20T00:00:00.000Z"), name="validation.log.3.gz")
        self.write(line(2, time="2026-11-21T00:00:00.000Z"), name="validation.log-20261121")
        self.write(line(3, time="2026-11-21T01:00:00.000Z"), name="validation.log.1")
        self.write(line(4))
        self.write("no log\n", name="validation.log.bak")
        self.assertEqual(self.seqs(*self.configured()), [1, 2, 3, 4])
        self.assertEqual(self.seqs("-n", "2", *self.configured()), [3, 4])

    @unittest.skipUnless(shutil.which("zstd"), "zstd(1) is not installed")
    def test_zstd(self):
        packed = self.write(line(1), line(2), name="log.zst")
        self.assertEqual(self.seqs(packed), [1, 2])
        with packed.open("rb") as stdin:
            self.assertEqual(self.seqs("-", stdin=stdin), [1, 2])

    def test_standard_input(self):
        packed = self.write(line(1), line(2), name="log.gz")
        with packed.open("rb") as stdin:
            self.assertEqual(self.seqs("-", stdin=stdin), [1, 2])

    def test_damaged(self):
        packed = self.write(*(line(i, f"d{i * i * 7919}.example.org.") for i in range(1, 4000)), name="log.gz")
        packed.write_bytes(packed.read_bytes()[:-1000])
        good = self.write(line(9999), name="good")
        said = self.run_log("--json", packed, good, status=2)
        self.assertIn("log.gz: it ends in the middle", said.stderr)
        self.assertEqual(json.loads(said.stdout.splitlines()[-1])["seq"], 9999)

    def test_unreadable(self):
        good = self.write(line(1))
        self.assertIn("Is a directory", self.run_log(self.folder, good, status=2).stderr)
        self.assertIn("No such file", self.run_log(self.folder / "none", good, status=2).stderr)
        if os.getuid() != 0:
            good.chmod(0)
            self.assertIn("Permission denied", self.run_log(good, status=2).stderr)

    def test_garbage(self):
        path = self.folder / "garbage"
        path.write_bytes(bz2.compress(os.urandom(3000)) + b"\n" + os.urandom(200_000) + b"\n{}\n" + line(7).encode())
        said = self.run_log("--json", path, status=2)
        self.assertEqual([json.loads(one)["seq"] for one in said.stdout.splitlines()], [7])
        self.assertRegex(said.stderr, r"lines are no validation log's, the first of them .*garbage:1: it is no JSON")
        self.assertRegex(said.stderr, r"\A[ -~\n]*\Z")

    def test_hostile(self):
        deep = '{"v":1,"seq":1,"prev":"","type":"assessment","x":' + "[" * 100_000 + "\n"
        text = line(2, reason="\x1b[31mred\x1b[0m").replace("\\u001b", "\x1b")
        odd = line(3, client="192.0.2.9", **REJECTED).replace('"rejected"', "null")
        evil = line(4, findings=[finding("target-is-alias", "reject", detail="\x1b]0;title\x07\u202e")], **{"extra": {"a": [1]}})
        self.write(deep, text, odd, evil, "x" * 1_100_000 + "\n", line(5, mx="none"), line(6, question=[]))
        said = self.run_log("-v", self.log, status=2, env={**os.environ, "LC_ALL": "C"})
        self.assertRegex(said.stdout + said.stderr, r"\A[ -~\n]*\Z")
        self.assertIn("\\027]0;title\\007", said.stdout)
        self.assertIn("5 lines are no validation log's", said.stderr)
        self.assertIn("nested deeper", said.stderr)

    def test_no_colour_but_on_terminals(self):
        self.write(line(1))
        self.assertNotIn("\x1b", self.run_log(self.log).stdout)

    def test_follow(self):
        """What is there, what is appended, what the old file gets at last, what the new one gets: in this order."""
        self.write(line(1), line(2))
        with subprocess.Popen([MXWARD, "log", "--follow", "--json", "-n", "1", self.log], stdout=subprocess.PIPE, text=True) as follow:
            try:
                self.assertEqual(json.loads(follow.stdout.readline())["seq"], 2)
                with self.log.open("a", encoding="ascii") as old:
                    old.write(line(3)[:50])
                    old.flush()
                    old.write(line(3)[50:])
                    old.flush()
                    self.assertEqual(json.loads(follow.stdout.readline())["seq"], 3)
                    self.log.rename(self.folder / "validation.log.1")
                    old.write(line(4))
                self.write(line(5))
                self.assertEqual(json.loads(follow.stdout.readline())["seq"], 4)
                self.assertEqual(json.loads(follow.stdout.readline())["seq"], 5)
                with self.log.open("a", encoding="ascii") as new:
                    new.write(line(6))
                self.assertEqual(json.loads(follow.stdout.readline())["seq"], 6)
                self.write(line(7, "short.example."))  # cut, and shorter than what was read
                self.assertEqual(json.loads(follow.stdout.readline())["seq"], 7)
            finally:
                follow.terminate()

    def test_stats(self):
        self.write(line(1, "a.example.org.", **REJECTED), line(2, "a.example.org.", **REJECTED), line(3),
                   line(4, "b.example.org.", would="strip", verdict="log", time="2026-11-24T00:00:00.000Z"))
        said = json.loads(self.run_log("stats", "--json", self.log).stdout)
        self.assertEqual(said["totals"], {"count": 4, "refused": 3,
                                          "verdicts": {"accept": 1, "log": 1, "strip": 0, "reject": 2, "failed": 0}})
        self.assertEqual(said["top"]["checks"], [{"name": "target-is-alias", "count": 2}])
        self.assertEqual(said["top"]["hosts"], [{"name": "mx1.example.org.", "count": 2}])
        self.assertEqual([one["name"] for one in said["top"]["domains"]], ["a.example.org.", "b.example.org."])
        self.assertEqual(sum(one["refused"] for one in said["buckets"]), 3)
        self.assertLessEqual(len(said["buckets"]), 30)
        text = self.run_log("stats", self.log).stdout
        for part in ("4 answers from 2026-11-22 18:53:01 to 2026-11-24 00:00:00 (UTC)", "checks refused most:", "2 refused"):
            self.assertIn(part, text)
        self.assertIn("No answer matches.", self.run_log("stats", "--domain", "example.net", self.log, status=1).stdout)

    def test_written_by_the_writer(self):
        subprocess.run([MAKE_LOG, self.folder, "3"], check=True)
        self.run_log("verify", self.folder / "log")
        packed = self.folder / "log.gz"
        packed.write_bytes(gzip.compress((self.folder / "log").read_bytes()))
        self.assertIn("chain is whole", self.run_log("verify", "-k", self.folder / "key.pub", packed).stdout)
        packed.write_bytes(packed.read_bytes()[:-30])
        self.assertIn("it ends in the middle", self.run_log("verify", packed, status=2).stderr)

    def test_usage(self):
        self.write(line(1))
        for arguments, part in ((("--domain", "a..b"), 'domain is "a..b": give a domain name'),
                                (("--check", "no-such"), "give a check that there is"),
                                (("--verdict", "x"), "give accept, log"), (("--since", "soon"), "give a time"),
                                (("--client", "1.2.3.4/33"), "give an address or a network"), (("--limit", "0"), "give a number"),
                                (("--type", "\x1b"), "\\027"), (("--text", "x" * 300), "at most 255"),
                                (("--since", "1h", "--since", "2h"), "given twice"), (("-f", "-r"), "exclude each other"),
                                (("--no-such",), "mxward log: there is no option --no-such; see mxward log --help")):
            self.assertIn(part, self.run_log(*arguments, self.log, status=64).stderr)
        self.assertIn("a value is missing behind -n", self.run_log(self.log, "-n", status=64).stderr)
        self.assertIn("are for show", self.run_log("stats", "-n", "1", self.log, status=64).stderr)
        self.assertIn("Usage: mxward log", self.run_log("--help").stdout)
        missing = self.folder / "none.yaml"
        self.run_log("-c", missing, status=78)
        self.assertIn("there is no", self.run_log(*self.configured_without_log(), status=2).stderr)

    def configured_without_log(self):
        self.log.unlink()
        return self.configured()

    def test_closed_output(self):
        self.write(line(1))
        with open("/dev/full", "w", encoding="ascii") as full:
            done = subprocess.run([MXWARD, "log", self.log], stdout=full, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 70)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
