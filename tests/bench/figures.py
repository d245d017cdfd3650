"""What was measured, and what follows from it: medians, spreads, ratios, targets that were met or not. No I/O."""
import dataclasses
import math
import statistics

OWN = "mxward"
BEST_OTHER = "the best other"
LIMIT = "echo"  # no resolver, and none of the others: it knows one reply


@dataclasses.dataclass(frozen=True)
class Measure:
    """Something that is measured of each resolver."""
    title: str
    unit: str
    more_is_better: bool = False


@dataclasses.dataclass(frozen=True)
class Target:
    """mxward's median is at most (at least) `bound` times that of `against`; without `against` it is `bound` itself."""
    measure: Measure
    bound: float
    against: str = ""


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a target. `value` is a ratio, or the median; None when there is nothing to compare with."""
    target: Target
    value: float
    met: bool

    def text(self):
        measure = self.target.measure
        bound = f"{'at least' if measure.more_is_better else 'at most'} {self.target.bound:g}"
        what = f"{bound} × {self.target.against}" if self.target.against else f"{bound} {measure.unit}"
        if self.value is None:
            return f"{measure.title}: {what}: NOT KNOWN, for nothing was measured"
        return f"{measure.title}: {what}: {'met' if self.met else 'NOT MET'} with {self.value:.3g}"


class Figures:
    """One value per round, for each measure and resolver, in the order in which they came."""

    def __init__(self):
        self.values = {}
        self.notes = []

    def add(self, measure, resolver, value):
        self.values.setdefault(measure, {}).setdefault(resolver, []).append(value)

    def note(self, sentence):
        """Something that a reader must know; said once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    def median(self, measure, resolver):
        """None when it was not measured."""
        rounds = self.values.get(measure, {}).get(resolver)
        return statistics.median(rounds) if rounds else None

    def quartiles(self, measure, resolver):
        """The lower and the upper one."""
        rounds = self.values[measure][resolver]
        if len(rounds) < 2:
            return rounds[0], rounds[0]
        low, _, high = statistics.quantiles(rounds, n=4, method="inclusive")
        return low, high

    def spread(self, measure, resolver):
        """Distance between the quartiles as a share of the median."""
        low, high = self.quartiles(measure, resolver)
        median = self.median(measure, resolver)
        return (high - low) / median if median else 0.0

    def best_other(self, measure):
        """The name of the best resolver that is not ours, or None."""
        others = [name for name in self.values.get(measure, {}) if not name.startswith(OWN) and name != LIMIT]
        pick = max if measure.more_is_better else min
        return pick(others, key=lambda name: self.median(measure, name)) if others else None

    def ratio(self, measure, other):
        """mxward's median by the other's; None when one is not known."""
        own, theirs = self.median(measure, OWN), self.median(measure, other)
        return own / theirs if own is not None and theirs else None

    def outcome(self, target):
        other = self.best_other(target.measure) if target.against == BEST_OTHER else target.against
        value = self.ratio(target.measure, other) if target.against else self.median(target.measure, OWN)
        if value is None or math.isnan(value):
            return Outcome(target, None, False)
        return Outcome(target, value, value >= target.bound if target.measure.more_is_better else value <= target.bound)

    def table(self):
        """For people: a block of lines for each measure."""
        lines = []
        for measure, resolvers in self.values.items():
            lines.append(f"{measure.title} ({measure.unit}; {'more' if measure.more_is_better else 'less'} is better)")
            lines.append(f"  {'':24}{'median':>12}{'spread':>9}{'mxward by it':>15}")
            for name in resolvers:
                ratio = self.ratio(measure, name)
                shown = f"{ratio:15.2f}" if ratio is not None and name != OWN else ""
                lines.append(f"  {name:24}{number(self.median(measure, name)):>12}{self.spread(measure, name):9.1%}{shown}")
            lines.append("")
        return "\n".join(lines)

    def as_json(self, targets):
        """Plain lists and objects."""
        return {
            "measures": [{
                "title": measure.title,
                "unit": measure.unit,
                "more_is_better": measure.more_is_better,
                "resolvers": {name: {"median": self.median(measure, name), "quartiles": list(self.quartiles(measure, name)),
                                     "spread": self.spread(measure, name), "ratio": self.ratio(measure, name), "rounds": rounds}
                              for name, rounds in resolvers.items()},
            } for measure, resolvers in self.values.items()],
            "targets": [{"text": outcome.text(), "value": outcome.value, "met": outcome.met}
                        for outcome in map(self.outcome, targets)],
            "notes": self.notes,
        }


def number(value):
    """Three or four digits that matter."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if abs(value) >= 100 else f"{value:.3g}"
