#!/usr/bin/python3 -B
"""How much longer an MX answer takes because it is corroborated: the numbers of docs/performance.md, which are medians of what
the validation log says. Each question is asked once, of zones whose servers let each message wait for DELAY; what leads to
the zones is known. Run it with: ./dev lab tests/lab/latency.py"""
import statistics
import sys

import asking
import daemon

DELAY_MS = 100
ROUNDS = 3
DOMAINS = range(1, 8)  # the first one makes the way known
KINDS = {
    "secure, an exchange": "d{}.distant.lab.",
    "insecure, an exchange": "d{}.distant.plain.",
    "insecure, no such name": "no{}.distant.plain.",
    "insecure, no MX": "mx.d{}.distant.plain.",
}


def _measure(corroborate):
    """Milliseconds of each kind."""
    took = {kind: [] for kind in KINDS}
    for number in range(ROUNDS):
        name = f"latency-{'yes' if corroborate else 'no'}-{number}"
        with daemon.Mxward(name, {"mx": {"corroborate": corroborate}}) as mxward:
            for kind, domain in KINDS.items():
                for which in (0, *DOMAINS):
                    asking.ask(daemon.ADDRESS, domain.format(which), "MX")
            mxward.stop()
        entries = {entry["question"]["name"]: entry["took_ms"] for entry in mxward.validated()}
        for kind, domain in KINDS.items():
            took[kind] += [entries[domain.format(which)] for which in DOMAINS]
    return {kind: statistics.median(values) for kind, values in took.items()}


def main():
    without, corroborated = _measure(False), _measure(True)
    print(f"Median of {ROUNDS * len(DOMAINS)} questions each, in milliseconds; each message takes {DELAY_MS} ms\n")
    print("| answer | UDP alone | corroborated | added |\n| --- | ---: | ---: | ---: |")
    for kind in KINDS:
        print(f"| {kind} | {without[kind]:.0f} | {corroborated[kind]:.0f} | {corroborated[kind] - without[kind]:.0f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
