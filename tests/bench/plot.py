"""Draws figures as SVG: bars of medians with the spread between the quartiles, for light and dark backgrounds. No I/O."""
from xml.sax.saxutils import escape

import figures

WIDTH, LABELS, VALUES, MARGIN = 760, 170, 110, 20
TITLE, HEADING, ROW, BAR, GAP, LINE = 34, 30, 26, 16, 14, 18
STYLE = """\
text { font: 13px system-ui, sans-serif; fill: #1c2733 }
.title { font-size: 17px; font-weight: 600 }
.heading { font-weight: 600 }
.quiet { fill: #5a6672 }
.own { fill: #0b6bcb } .other { fill: #9aa7b4 } .limit { fill: #d08a1d }
.spread { stroke: #1c2733; stroke-width: 1.5; fill: none }
.ground { fill: #ffffff }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .quiet { fill: #9aa7b4 }
  .own { fill: #4aa3ff } .other { fill: #5d6b78 } .limit { fill: #e0a64b }
  .spread { stroke: #e6edf3 }
  .ground { fill: #0d1117 }
}
"""


def _text(x, y, text, kind="", anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{escape(text)}</text>'


def _kind(name):
    if name.startswith(figures.OWN):
        return "own"
    return "limit" if name == figures.LIMIT else "other"


def _bar(data, measure, name, top, scale):
    """One resolver's row."""
    median = data.median(measure, name)
    low, high = (LABELS + value * scale for value in data.quartiles(measure, name))
    middle = top + ROW / 2
    return [
        _text(LABELS - 8, middle + 4, name, anchor="end"),
        f'<rect x="{LABELS}" y="{middle - BAR / 2:.1f}" width="{median * scale:.1f}" height="{BAR}" rx="2" class="{_kind(name)}"/>',
        f'<path class="spread" d="M{low:.1f} {middle - 4:.1f}v8M{high:.1f} {middle - 4:.1f}v8M{low:.1f} {middle:.1f}H{high:.1f}"/>',
        _text(WIDTH - MARGIN, middle + 4, figures.number(median), anchor="end"),
    ]


def _group(data, measure, top):
    """A measure's heading and bars; returns them with where they end."""
    resolvers = data.values[measure]
    most = max(max(data.median(measure, name), data.quartiles(measure, name)[1]) for name in resolvers)
    scale = (WIDTH - LABELS - VALUES - MARGIN) / most if most > 0 else 0
    better = "more" if measure.more_is_better else "less"
    parts = [_text(MARGIN, top + 18, measure.title, "heading"),
             _text(WIDTH - MARGIN, top + 18, f"{measure.unit}, {better} is better", "quiet", "end")]
    top += HEADING
    for name in resolvers:
        parts += _bar(data, measure, name, top, scale)
        top += ROW
    return parts, top + GAP


def svg(title, data, targets=()):
    """The text of an SVG file."""
    parts = [_text(MARGIN, 26, title, "title")]
    top = TITLE + GAP
    for measure in data.values:
        group, top = _group(data, measure, top)
        parts += group
    for line in [outcome.text() for outcome in map(data.outcome, targets)] + data.notes:
        parts.append(_text(MARGIN, top + 12, line, "quiet"))
        top += LINE
    height = top + MARGIN
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">\n'
            f"<title>{escape(title)}</title>\n<style>\n{STYLE}</style>\n"
            f'<rect class="ground" width="{WIDTH}" height="{height}"/>\n' + "\n".join(parts) + "\n</svg>\n")
