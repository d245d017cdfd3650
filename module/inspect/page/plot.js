/* plot.js: plots over time, drawn as SVG by ourselves: stacked bars and lines, with axes, a cursor for mouse and keyboard that
 * reads the values out, and the same as a table. */
import { el, put, svg, table } from "./dom.js";
import { DAY, HOUR, MINUTE, clock, compact, date } from "./words.js";

const HEIGHT = 220;
const EDGE = { left: 46, right: 14, top: 10, bottom: 26 };
const TICK_APART = 90; /* pixels between labels of the time axis, at least */
const LETTER = 7.5;    /* pixels of a digit of a label, at most */
const STEPS = [MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR,
	DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY, 364 * DAY];

const HINT = "Point at a time, or use the arrow keys; a click or Enter shows its answers.";

let patterns = 0;

/* Moments for labels between two times, at round ones of local time. */
export function timeTicks(from, to, most) {
	const step = STEPS.find((one) => (to - from) / one <= most) ?? STEPS.at(-1);
	const offset = new Date(from).getTimezoneOffset() * MINUTE;
	const ticks = [];
	for (let tick = Math.ceil((from - offset) / step) * step + offset; tick <= to; tick += step)
		ticks.push(tick);
	return { ticks, label: (tick) => (step < DAY ? clock(tick, false) : step < 28 * DAY ? date(tick).slice(5) : date(tick).slice(0, 7)) };
}

/* Round numbers from 0 to at least `most`, and two at least. */
export function valueTicks(most) {
	const rough = Math.max(most, 1) / 4;
	const power = 10 ** Math.floor(Math.log10(rough));
	const step = Math.max(1, [1, 2, 5, 10].find((one) => one * power >= rough) * power);
	const ticks = [];
	for (let tick = 0; tick < most + step || ticks.length < 2; tick += step)
		ticks.push(tick);
	return ticks;
}

/* Powers of ten that hold all values. */
export function powerTicks(least, most) {
	const ticks = [];
	for (let power = Math.floor(Math.log10(least)); ; power++) {
		ticks.push(10 ** power);
		if (10 ** power >= most)
			return ticks;
	}
}

/* What fills the bars of each kind: its colour, and lines or dots that do without it. */
function pattern(kind, id) {
	const marks = {
		log: [svg("circle", { cx: 3, cy: 3, r: 1.1 })],
		strip: [svg("path", { d: "M-1 7 7-1M-1 1 1-1M5 7 7 5" })],
		reject: [svg("path", { d: "M0 0 6 6M6 0 0 6" })],
		failed: [svg("path", { d: "M0 1.5h6M0 4.5h6" })],
	};
	return svg("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", class: `pattern ${kind}` },
		svg("rect", { width: 6, height: 6 }), marks[kind] ?? []);
}

/* The axes of a plot, and where things are in it. */
function frame(width, from, to, ticks, y, text) {
	const right = width - EDGE.right;
	const bottom = HEIGHT - EDGE.bottom;
	const x = (time) => EDGE.left + ((time - from) / (to - from)) * (right - EDGE.left);
	const whole = (at, text) => Math.min(at, width - (text.length * LETTER) / 2); /* the last one ends where the drawing does */
	const times = timeTicks(from, to, Math.max(2, Math.floor((right - EDGE.left) / TICK_APART)));
	const parts = [
		ticks.map((tick) => [
			svg("line", { class: "grid", x1: EDGE.left, x2: right, y1: y(tick), y2: y(tick) }),
			svg("text", { class: "axis", x: EDGE.left - 8, y: y(tick) + 4, "text-anchor": "end" }, text(tick)),
		]),
		times.ticks.map((tick) => [
			svg("line", { class: "tick", x1: x(tick), x2: x(tick), y1: bottom, y2: bottom + 4 }),
			svg("text", { class: "axis", x: whole(x(tick), times.label(tick)), y: bottom + 18, "text-anchor": "middle" }, times.label(tick)),
		]),
		svg("line", { class: "base", x1: EDGE.left, x2: right, y1: bottom, y2: bottom }),
	];
	return { x, parts, bottom };
}

/* Bars for each bucket, stacked in the order of `kinds`. */
export function bars(kinds) {
	return (width, buckets) => {
		const sum = (bucket) => kinds.reduce((all, kind) => all + (bucket.verdicts[kind.key] ?? 0), 0);
		const ticks = valueTicks(Math.max(...buckets.map(sum)));
		const space = HEIGHT - EDGE.top - EDGE.bottom;
		const y = (value) => HEIGHT - EDGE.bottom - (value / ticks.at(-1)) * space;
		const { x, parts } = frame(width, buckets[0].from, buckets.at(-1).to, ticks, y, compact);
		const id = `pattern-${++patterns}`;
		const drawn = buckets.map((bucket) => {
			const left = x(bucket.from);
			const wide = x(bucket.to) - left;
			let below = 0;
			return kinds.map((kind) => {
				const value = bucket.verdicts[kind.key] ?? 0;
				const top = y(below + value);
				const high = y(below) - top;
				below += value;
				return value > 0 && svg("rect", { x: left + wide * 0.1, width: Math.max(1, wide * 0.8), y: top, height: Math.max(high, 1),
					fill: `url(#${id}-${kind.key})` });
			});
		});
		return [svg("defs", null, kinds.map((kind) => pattern(kind.key, `${id}-${kind.key}`))), ...parts, ...drawn];
	};
}

/* A line for each of `kinds` ({key, dash}), over powers of ten; a bucket without values leaves a gap. */
export function lines(kinds, text) {
	return (width, buckets) => {
		const value = (bucket, kind) => (typeof bucket.took_ms?.[kind.key] === "number" ? Math.max(1, bucket.took_ms[kind.key]) : null);
		const all = buckets.flatMap((bucket) => kinds.map((kind) => value(bucket, kind))).filter((one) => one !== null);
		const ticks = powerTicks(Math.min(...all, 10), Math.max(...all, 10));
		const space = HEIGHT - EDGE.top - EDGE.bottom;
		const least = Math.log10(ticks[0]);
		const y = (one) => HEIGHT - EDGE.bottom - ((Math.log10(one) - least) / (Math.log10(ticks.at(-1)) - least || 1)) * space;
		const { x, parts } = frame(width, buckets[0].from, buckets.at(-1).to, ticks, y, text);
		const drawn = kinds.map((kind) => {
			let path = "";
			let draws = false;
			for (const bucket of buckets) {
				const one = value(bucket, kind);
				if (one !== null)
					path += `${draws ? "L" : "M"}${x((bucket.from + bucket.to) / 2).toFixed(1)} ${y(one).toFixed(1)}`;
				draws = one !== null;
			}
			const dots = buckets.filter((bucket, i) => value(bucket, kind) !== null && !(buckets[i - 1] && value(buckets[i - 1], kind)) &&
				!(buckets[i + 1] && value(buckets[i + 1], kind)));
			return [svg("path", { class: `line ${kind.key}`, d: path, "stroke-dasharray": kind.dash }),
				dots.map((bucket) => svg("circle", { class: `dot-of ${kind.key}`, cx: x((bucket.from + bucket.to) / 2), cy: y(value(bucket, kind)), r: 2.5 }))];
		});
		return [...parts, ...drawn];
	};
}

function swatch(kind, drawing) {
	const id = `pattern-${++patterns}-${kind.key}`;
	return svg("svg", { class: "swatch", width: 22, height: 12, "aria-hidden": "true" },
		drawing === "bars" ? [svg("defs", null, pattern(kind.key, id)), svg("rect", { width: 22, height: 12, rx: 2, fill: `url(#${id})` })] :
			svg("line", { class: `line ${kind.key}`, x1: 0, x2: 22, y1: 6, y2: 6, "stroke-dasharray": kind.dash }));
}

/* A figure: title, legend, the drawing, what the cursor is at, and the table in its place on demand.
 *   draw(width, buckets)   makes the SVG's parts
 *   read(bucket)           says a bucket's values, as a sentence
 *   head, row(bucket)      of the table
 *   open(bucket)           goes to what the bucket counts */
export class Plot {
	constructor({ title, kinds, drawing, draw, read, head, row, open, signal }) {
		Object.assign(this, { draw, read, head, row, open, caption: title });
		this.buckets = [];
		this.at = -1;
		this.text = el("p", { class: "readout", "aria-live": "polite" }, HINT);
		this.image = svg("svg", { class: "plot", height: HEIGHT, tabindex: 0, role: "img", "aria-label": title,
			on: { pointermove: (event) => this.point(event), pointerleave: () => this.move(-1), keydown: (event) => this.key(event),
				click: () => this.enter(), blur: () => this.move(-1) } });
		this.table = el("div", { hidden: true });
		this.toggle = el("button", { type: "button", class: "quiet", "aria-pressed": "false", on: { click: () => this.swap() } }, "Table");
		this.element = el("figure", { class: "card" },
			el("figcaption", null, el("h2", null, title), this.toggle),
			el("ul", { class: "legend" }, kinds.map((kind) => el("li", { title: kind.means }, swatch(kind, drawing), kind.label ?? kind.key))),
			this.image, this.table, this.text);
		const watcher = new ResizeObserver(() => this.paint());
		watcher.observe(this.element);
		signal.addEventListener("abort", () => watcher.disconnect());
	}

	show(buckets) {
		this.buckets = buckets;
		this.at = -1;
		this.width = 0;
		this.paint();
		this.fillTable();
	}

	paint() {
		const style = getComputedStyle(this.element);
		const width = Math.floor(this.element.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight));
		if (this.buckets.length === 0 || width <= EDGE.left + EDGE.right || width === this.width)
			return;
		this.width = width;
		this.image.setAttribute("width", width);
		this.cursor = svg("rect", { class: "cursor", y: EDGE.top, height: HEIGHT - EDGE.top - EDGE.bottom, width: 0 });
		put(this.image, this.cursor, ...this.draw(width, this.buckets));
		this.move(this.at);
	}

	move(at) {
		const bucket = this.buckets[at];
		const wide = (this.width - EDGE.left - EDGE.right) / this.buckets.length;
		this.at = bucket ? at : -1;
		this.cursor?.setAttribute("width", bucket ? wide : 0);
		this.cursor?.setAttribute("x", EDGE.left + wide * Math.max(at, 0));
		this.text.textContent = bucket ? this.read(bucket) : HINT;
	}

	point(event) {
		const inside = event.clientX - this.image.getBoundingClientRect().left - EDGE.left;
		this.move(Math.floor((inside / (this.width - EDGE.left - EDGE.right)) * this.buckets.length));
	}

	key(event) {
		const last = this.buckets.length - 1;
		const to = { ArrowLeft: this.at < 0 ? last : Math.max(0, this.at - 1), ArrowRight: Math.min(last, this.at + 1), Home: 0, End: last }[event.key];
		if (event.key === "Enter")
			this.enter();
		if (to === undefined)
			return;
		event.preventDefault();
		this.move(to);
	}

	enter() {
		if (this.at >= 0)
			this.open?.(this.buckets[this.at]);
	}

	swap() {
		const tabular = this.table.hidden;
		this.table.hidden = !tabular;
		this.image.toggleAttribute("hidden", tabular);
		this.toggle.setAttribute("aria-pressed", String(tabular));
		this.fillTable();
	}

	fillTable() {
		if (!this.table.hidden)
			put(this.table, table(this.caption, this.head, this.buckets.map(this.row), this.head.map((_, i) => i).slice(1)));
	}
}
