"""What the page's modules make of values, in the browser that they are for: rows of name, module, call and result."""

ROWS = (
    ("a domain gets its final dot", "words", "typed(' Example.ORG ')", "example.org."),
    ("of a mail address the domain counts", "words", "typed('Someone@example.org')", "example.org."),
    ("an internationalised domain gets its ASCII form", "words", "typed('bücher.example')", "xn--bcher-kva.example."),
    ("an escaped name stays as it is", "words", r"typed('a\\032b.example.')", r"a\032b.example."),
    ("nothing stays nothing", "words", "typed('  ')", ""),
    ("markup is no domain, and comes back as it is", "words", "typed('<b>x</b>')", "<b>x</b>."),
    ("an IPv4 address gets no dot", "words", "typedHost('192.0.2.25')", "192.0.2.25"),
    ("an IPv6 address gets no dot", "words", "typedHost('2001:db8::25')", "2001:db8::25"),
    ("a suffix is a name", "words", "typedHost('*.Example.net')", "*.example.net."),
    ("a short time", "words", "span(999)", "0 s"),
    ("two units of time at most", "words", "span(90061000)", "1 d 1 h"),
    ("a unit that is zero is left out", "words", "span(3600000)", "1 h"),
    ("octets below 1024", "words", "octets(1023)", "1,023 octets"),
    ("octets in a larger unit", "words", "octets(1536)", "1.5 KB"),
    ("octets that are not known", "words", "octets(undefined)", "–"),
    ("one of something", "words", "count(1, 'answer')", "1 answer"),
    ("many of something", "words", "count(2000, 'answer')", "2,000 answers"),
    ("milliseconds", "words", "took(999)", "999 ms"),
    ("seconds", "words", "took(5012)", "5 s"),
    ("control characters are written out", "dom", r"plain('a\u0007\u001b[31m')", r"a\u{7}\u{1B}[31m"),
    ("a turned direction is written out", "dom", r"plain('\u202emoc')", r"\u{202E}moc"),
    ("what lies beyond 16 bits is one character", "dom", r"plain('\u{1F4A9}')", r"\u{1F4A9}"),
    ("nothing is no text", "dom", "plain(null)", ""),
    ("an address without parameters", "dom", "address('now')", "#now"),
    ("what is empty is not in an address", "dom", "address('log', { q: '', domain: null, id: 0 })", "#log?id=0"),
    ("an address keeps what would end it", "dom", "address('log', { q: 'a&b#c' })", "#log?q=a%26b%23c"),
    ("ticks of nothing", "plot", "valueTicks(0).join()", "0,1"),
    ("ticks of little", "plot", "valueTicks(3).join()", "0,1,2,3"),
    ("ticks are round", "plot", "valueTicks(51).join()", "0,20,40,60"),
    ("powers of ten hold all values", "plot", "powerTicks(7, 1001).join()", "1,10,100,1000,10000"),
    ("ticks of time are at round ones", "plot", "timeTicks(3600001, 7200001, 4).ticks.map((t) => t % 900000).join()", "0,0,0,0"),
    ("a quantile lies within its bucket", "health", "quantile({ buckets: [[1, 0], [2, 100]], count: 100 }, 0.5)", 1.5),
    ("a quantile of nothing", "health", "quantile({ buckets: [[1, 0]], count: 0 }, 0.5)", None),
    ("a quantile beyond the last bound is that bound", "health", "quantile({ buckets: [[1, 1], ['+Inf', 100]], count: 100 }, 0.9)", 1),
    ("lanes are those of the newest set first", "timeline",
     "lanesOf([{ kind: 'mx', from: 2, to: null, last_seen: 3, exchanges: [{ exchange: 'b.' }] },"
     " { kind: 'mx', from: 1, to: 2, last_seen: 2, exchanges: [{ exchange: 'a.' }, { exchange: 'b.' }] }], 9000)"
     ".map((lane) => `${lane.name}${lane.spans.length}`).join()", "b.2,a.1"),
)

# Server-sent events in pieces: name, pieces, events.
STREAMS = (
    ("an event in one piece", ["event: entry\nid: 7\ndata: {}\n\n"], [["entry", "7", "{}"]]),
    ("an event cut anywhere", ["ev", "ent: entry\ni", "d: 7\nda", "ta: {}\n", "\n"], [["entry", "7", "{}"]]),
    ("comments are nothing", [": still here\n\n"], []),
    ("data of several lines", ["data: a\ndata: b\n\n"], [["message", None, "a\nb"]]),
    ("the id stays for the next", ["id: 1\ndata: a\n\ndata: b\n\n"], [["message", "1", "a"], ["message", "1", "b"]]),
    ("line breaks of another kind", ["event: entry\r\ndata: a\r\n\r\n"], [["entry", None, "a"]]),
    ("an event that has no end is none", ["data: a\n"], []),
)
READ = """return import("/api.js").then((api) => {
	const told = [];
	const feed = api.eventReader((event) => told.push([event.type, event.id, event.data]));
	arguments[0].forEach(feed);
	return told;
});"""

# Plots that end at different times: labels of their axes that are cut off.
LABELS = """return import("/plot.js").then(({ bars }) => {
	const image = document.createElementNS("http://www.w3.org/2000/svg", "svg");
	image.setAttribute("class", "plot");
	document.body.append(image);
	const wrong = [];
	for (const hours of [1, 6, 24, 168, 720])
		for (const width of [200, 330, 620])
			for (let part = 0; part < 24; part++) {
				const to = 1795392000000 + (hours * 3600000 * part) / 24;
				image.setAttribute("width", width);
				image.replaceChildren(...bars([])(width, [{ from: to - hours * 3600000, to, verdicts: {} }]).flat(Infinity).filter(Boolean));
				for (const label of image.querySelectorAll("text")) {
					const box = label.getBBox();
					if (box.x < 0 || box.x + box.width > width)
						wrong.push(`${label.textContent}, ${hours} h in ${width}`);
				}
			}
	image.remove();
	return wrong;
});"""


def check(page):
    """Runs all rows in the page that is shown."""
    for name, module, call, wanted in ROWS:
        function = call.partition("(")[0]
        got = page.window.run(f'return import("/{module}.js").then(({{ {function} }}) => {call});')
        page.cases.check(got == wanted, f"{module}.js: {name}", f"{got!r} instead of {wanted!r}")
    for name, pieces, wanted in STREAMS:
        got = page.window.run(READ, pieces)
        page.cases.check(got == wanted, f"api.js: {name}", got)
    wrong = page.window.run(LABELS)
    page.cases.check(not wrong, "plot.js: no label of an axis is cut off", wrong)
