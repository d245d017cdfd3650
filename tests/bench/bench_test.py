#!/usr/bin/python3 -B
"""Tests the bench itself, of which no test asserts how fast something is: figures and plot, and that the load generator and the
echo program tell right from wrong. Usage: bench_test.py LOAD ECHO"""
import contextlib
import json
import pathlib
import re
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
import xml.etree.ElementTree

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

import figures
import plot

LOAD, ECHO = sys.argv[1:3]
HOST = "127.0.0.1"
COUNT = 400
NAME = "example.test."
TIME = figures.Measure("Time", "µs")
RATE = figures.Measure("Rate", "1/s", more_is_better=True)


def some_figures():
    data = figures.Figures()
    for name, values in {"mxward": [2, 1, 3], "slow": [8, 9, 10], "quick": [4, 4, 4], "echo": [1, 1, 1]}.items():
        for value in values:
            data.add(TIME, name, value)
            data.add(RATE, name, 100 / value)
    return data


class FiguresTest(unittest.TestCase):
    def test_medians_spreads_and_ratios(self):
        data = some_figures()
        self.assertEqual(data.median(TIME, "mxward"), 2)
        self.assertEqual(data.quartiles(TIME, "mxward"), (1.5, 2.5))
        self.assertEqual(data.spread(TIME, "mxward"), 0.5)
        self.assertEqual(data.spread(TIME, "quick"), 0)
        self.assertEqual(data.ratio(TIME, "slow"), 2 / 9)
        self.assertIsNone(data.ratio(TIME, "nobody"))

    def test_the_best_other_is_neither_ours_nor_the_limit(self):
        data = some_figures()
        data.add(TIME, "mxward, two workers", 0.5)
        self.assertEqual(data.best_other(TIME), "quick")
        self.assertEqual(data.best_other(RATE), "quick")

    def test_targets(self):
        rows = (
            # target, value, met
            (figures.Target(TIME, 0.6, figures.BEST_OTHER), 0.5, True),
            (figures.Target(TIME, 0.4, figures.BEST_OTHER), 0.5, False),
            (figures.Target(TIME, 1.15, figures.LIMIT), 2, False),
            (figures.Target(RATE, 1.5, "quick"), 2, True),
            (figures.Target(RATE, 2.5, "quick"), 2, False),
            (figures.Target(TIME, 2), 2, True),
            (figures.Target(TIME, 1), 2, False),
            (figures.Target(TIME, 1, "nobody"), None, False),
        )
        for target, value, met in rows:
            outcome = some_figures().outcome(target)
            self.assertEqual((outcome.value, outcome.met), (value, met), outcome.text())

    def test_the_table_and_json_have_it_all(self):
        data = some_figures()
        data.note("something")
        data.note("something")
        told = json.loads(json.dumps(data.as_json([figures.Target(TIME, 1)])))
        self.assertEqual(told["notes"], ["something"])
        self.assertEqual(told["targets"][0]["met"], False)
        self.assertEqual([measure["title"] for measure in told["measures"]], ["Time", "Rate"])
        self.assertEqual(told["measures"][0]["resolvers"]["slow"]["rounds"], [8, 9, 10])
        for name in ("mxward", "slow", "quick", "echo"):
            self.assertIn(name, data.table())


class PlotTest(unittest.TestCase):
    def test_bars_are_as_long_as_medians(self):
        data = some_figures()
        root = xml.etree.ElementTree.fromstring(plot.svg("A & B", data, [figures.Target(TIME, 1)]))
        bars = [float(item.get("width")) for item in root.iter("{http://www.w3.org/2000/svg}rect") if item.get("class") != "ground"]
        self.assertEqual(len(bars), 8)
        self.assertAlmostEqual(bars[1] / bars[0], 4.5, places=2)  # slow, mxward
        texts = [item.text for item in root.iter("{http://www.w3.org/2000/svg}text")]
        self.assertIn("A & B", texts)
        self.assertIn("µs, less is better", texts)
        self.assertIn("Time: at most 1 µs: NOT MET with 2", texts)

    def test_it_needs_no_network_and_knows_the_dark(self):
        text = plot.svg("title", some_figures())
        self.assertEqual(re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text), [])
        self.assertIn("prefers-color-scheme: dark", text)


def reply_to(query, rcode=dns.rcode.NOERROR, flags=0):
    """Two exchanges."""
    reply = dns.message.make_response(query)
    reply.flags |= dns.flags.RA | flags
    reply.set_rcode(rcode)
    if rcode == dns.rcode.NOERROR:
        reply.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "MX", "10 mx1.test.", "20 mx2.test."))
    return reply.to_wire()


class Servant:
    """Answers over UDP and TCP as `answer` says, in a thread."""

    def __init__(self, answer):
        self.answer = answer
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.tcp = socket.create_server((HOST, 0))
        self.udp.bind(self.tcp.getsockname())
        self.port = self.udp.getsockname()[1]
        self.threads = [threading.Thread(target=run) for run in (self._datagrams, self._connections)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.tcp.shutdown(socket.SHUT_RDWR)
        self.udp.sendto(b"", self.udp.getsockname())
        for thread in self.threads:
            thread.join()
        self.udp.close()
        self.tcp.close()

    def _datagrams(self):
        while True:
            octets, peer = self.udp.recvfrom(65535)
            if not octets:
                return
            if reply := self.answer(dns.message.from_wire(octets)):
                self.udp.sendto(reply, peer)

    def _connections(self):
        while True:
            try:
                connection, _ = self.tcp.accept()
            except OSError:  # it is shut down
                return
            with connection, connection.makefile("rb") as stream:
                while size := stream.read(2):
                    reply = self.answer(dns.message.from_wire(stream.read(struct.unpack("!H", size)[0])))
                    connection.sendall(struct.pack("!H", len(reply)) + reply)


class LoadTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def load(self, port, *options, lines=(f"{NAME} MX 2",)):
        path = self.folder / "questions"
        path.write_text("".join(line + "\n" for line in lines))
        done = subprocess.run([LOAD, "-s", "60", *options, HOST, str(port), path], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, check=True)
        return json.loads(done.stdout)

    @contextlib.contextmanager
    def echo(self, reply):
        path = self.folder / "reply"
        path.write_bytes(reply)
        with subprocess.Popen([ECHO, HOST, "0", path], stdout=subprocess.PIPE, text=True) as process:
            try:
                yield int(process.stdout.readline().rpartition("@")[2])
            finally:
                process.kill()

    def check(self, found, **expected):
        self.assertEqual({key: found[key] for key in expected}, expected, found)

    def test_echo_answers_with_the_id_of_each_query(self):
        with self.echo(reply_to(dns.message.make_query(NAME, "MX"))) as port:
            self.check(self.load(port, "-n", str(COUNT)), sent=COUNT, answered=COUNT, wrong=0, lost=0, late=0, rcodes={"0": COUNT})
            self.check(self.load(port, "-n", str(COUNT), "-d", "-c", "3", "-o", "100"), sent=COUNT, answered=COUNT, wrong=0)

    def test_it_sees_wrong_replies(self):
        query = dns.message.make_query(NAME, "MX")
        rows = (
            # what, reply, options, wrong
            ("another question", reply_to(dns.message.make_query("other.test.", "MX")), (), COUNT),
            ("another type", reply_to(dns.message.make_query(NAME, "A")), (), COUNT),
            ("another RCODE", reply_to(query, dns.rcode.SERVFAIL), (), COUNT),
            ("cut off", reply_to(query, flags=dns.flags.TC), (), COUNT),
            ("any answer to the question", reply_to(query, dns.rcode.SERVFAIL), ("-x", "question"), 0),
            ("the question is still looked at", reply_to(dns.message.make_query(NAME, "A")), ("-x", "question"), COUNT),
            ("nothing but the ID", b"\0" * 12, ("-x", "id"), 0),
        )
        for what, reply, options, wrong in rows:
            with self.subTest(what), self.echo(reply) as port:
                self.check(self.load(port, "-n", str(COUNT), *options), answered=COUNT, wrong=wrong)

    def test_it_counts_the_answers(self):
        with self.echo(reply_to(dns.message.make_query(NAME, "MX"))) as port:
            self.check(self.load(port, "-n", "20", lines=[f"{NAME} MX 3"]), answered=20, wrong=20)
            self.check(self.load(port, "-n", "20", lines=[f"{NAME} MX"]), answered=20, wrong=0)

    def test_tcp_with_many_queries_on_a_connection(self):
        with Servant(reply_to) as servant:
            self.check(self.load(servant.port, "-t", "-c", "1", "-o", "50", "-n", str(COUNT)), answered=COUNT, wrong=0, lost=0)

    def test_each_question_once_and_names_that_are_new(self):
        seen = []

        def answer(query):
            seen.append(query.question[0].name.to_text())
            return reply_to(query)

        with Servant(answer) as servant:
            self.check(self.load(servant.port, "-1", lines=["a.test MX", "%.b.test 15", "%.b.test MX 2"]), sent=3, answered=3, wrong=0)
        self.assertEqual(sorted(seen), ["00000001.b.test.", "00000002.b.test.", "a.test."])

    def test_counters_begin_where_they_should_and_return(self):
        seen = []

        def answer(query):
            seen.append(int(query.question[0].name.labels[0], 16))
            return reply_to(query)

        with Servant(answer) as servant:
            self.check(self.load(servant.port, "-o", "1", "-u", "7", "-n", "3", lines=["%.test MX"]), answered=3, wrong=0)
            self.assertEqual(seen, [7, 8, 9])
            seen.clear()
            self.check(self.load(servant.port, "-o", "1", "-m", "7", "-n", "14", lines=["%.test MX"]), answered=14, wrong=0)
        self.assertEqual(sorted(seen), sorted(2 * list(range(7))))
        self.assertNotEqual(seen[:7], list(range(7)))

    def test_silence_is_a_loss(self):
        def answer(query):
            return reply_to(query) if query.question[0].name.to_text() == NAME else None

        with Servant(answer) as servant:
            found = self.load(servant.port, "-1", "-w", "0.2", lines=[f"{NAME} MX", "silent.test MX"])
            self.check(found, sent=2, answered=1, lost=1)
            self.assertGreater(found["replied_seconds"], 0)
            self.assertLessEqual(found["replied_seconds"], found["seconds"])

    def test_a_rate_does_not_wait_for_answers(self):
        with Servant(lambda query: None) as servant:
            found = self.load(servant.port, "-r", "100000", "-n", "300", "-o", "1", "-w", "0.2")
            self.check(found, sent=300, answered=0, lost=300, replied_seconds=0)

    def test_faults_of_the_one_who_calls_it(self):
        for arguments in ((), ("nowhere", "53", "/dev/null"), (HOST, "53", "/dev/null"), (HOST, "53", "/nonexistent"),
                          ("-x", "what", HOST, "53", "/dev/null")):
            done = subprocess.run([LOAD, *arguments], capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stdout, done.stderr.startswith("load: ")), (1, "", True), arguments)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
