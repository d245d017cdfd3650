#!/usr/bin/python3 -B
"""Whether a large MX history slows answers: times questions in the lab with the history on and off, in turns.

Usage: ./dev lab tests/bench/history_answers.py FILE    a history that history_bench has filled; it grows"""
import pathlib
import statistics
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lab"))

import asking  # noqa: E402
import daemon  # noqa: E402

QUESTIONS, TURNS = 400, 4


def _times(names):
    """Milliseconds of each question."""
    taken = []
    for name in names:
        began = time.perf_counter()
        answer = asking.ask(daemon.ADDRESS, name, "MX")
        taken.append((time.perf_counter() - began) * 1000)
        if answer.failure:
            raise RuntimeError(f"{name}: {answer.failure}")
    return taken


def _measure(file, enable, turn):
    changes = {"history": {"enable": enable, "file": file, "max-rows": 1000000000}, "log": {"level": "warning"}}
    with daemon.Mxward(f"mxward-answers-{enable}-{turn}", changes) as mxward:
        names = [f"x{number}-{turn}.wildcard.plain." for number in range(QUESTIONS)]
        _times([f"warm{number}.wildcard.plain." for number in range(50)])
        fresh, again = _times(names), _times(names)
        mxward.stop()
    return fresh, again


def main():
    results = {}
    for turn in range(TURNS):
        for enable in (True, False) if turn % 2 else (False, True):
            for kind, taken in zip(("not cached", "cached"), _measure(sys.argv[1], enable, turn)):
                results.setdefault((kind, enable), []).extend(taken)
    for (kind, enable), taken in sorted(results.items()):
        centiles = statistics.quantiles(taken, n=100)
        print(f"{kind:12} history {'on ' if enable else 'off'}  p50 {centiles[49]:6.2f} ms  p90 {centiles[89]:6.2f} ms  p99 {centiles[98]:6.2f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
