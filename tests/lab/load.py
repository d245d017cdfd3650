"""Clients that ask all the time: some for names that are in the cache, some for ones that nobody asked before. Each has one
question in flight and waits for its answer, so that none is lost unnoticed; all together ask a bounded number."""
import itertools
import threading

import dns.name
import dns.rcode
import dns.rdatatype

import asking
import daemon

HIT = "rsa.lab."
MISSES = "wildcard.plain."  # whatever is below it has an exchange, and no proof lets a resolver know it beforehand
MOST = 50000
SECONDS = 30


class Load:
    """hits, misses: numbers of clients, which wait `seconds` for an answer. Answers are counted by kind and RCODE, or what went wrong."""

    def __init__(self, label, hits=2, misses=2, seconds=SECONDS):
        self.label = label
        self.seconds = seconds
        self.counts = {"hit": {}, "miss": {}}
        self.total = {"hit": 0, "miss": 0}
        self.lock = threading.Lock()
        self.numbers = itertools.count()
        self.ending = threading.Event()
        self.clients = [threading.Thread(target=self._ask, args=("hit",)) for _ in range(hits)]
        self.clients += [threading.Thread(target=self._ask, args=("miss",)) for _ in range(misses)]

    def __enter__(self):
        first = asking.ask(daemon.ADDRESS, dns.name.from_text(HIT), dns.rdatatype.MX)
        if first.failure:
            raise RuntimeError(f"{HIT} MX: {first.failure}")
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_):
        self.end()

    def end(self):
        self.ending.set()
        for client in self.clients:
            client.join()

    def _name(self, kind):
        return dns.name.from_text(HIT if kind == "hit" else f"{self.label}-{next(self.numbers)}.{MISSES}")

    def _ask(self, kind):
        while not self.ending.is_set() and self.total[kind] < MOST:
            answer = asking.ask(daemon.ADDRESS, self._name(kind), dns.rdatatype.MX, seconds=self.seconds)
            what = answer.failure or dns.rcode.to_text(answer.reply.rcode())
            with self.lock:
                self.total[kind] += 1
                self.counts[kind][what] = self.counts[kind].get(what, 0) + 1

    def wait_for_more(self, number, kinds=("hit", "miss")):
        """Waits until each kind has got `number` more answers."""
        goals = {kind: self.total[kind] + number for kind in kinds}
        daemon.wait_until(lambda: all(self.total[kind] >= goal for kind, goal in goals.items()), f"{number} more answers")
