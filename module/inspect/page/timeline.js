/* timeline.js: a domain's MX sets over time as a picture: a lane for each exchange, a bar for each time in which it was named,
 * a line where the set changed. */
import { plain, svg } from "./dom.js";
import { date } from "./words.js";
import { timeTicks } from "./plot.js";

const LANES = 40;
const LANE = 40;
const TOP = 30;
const LABEL = 250;    /* pixels for names beside the lanes; above them where there is little room */
const NARROW = 620;
const NARROW_LANE = 58;
const LETTER = 7.4;   /* pixels, about, for cutting a name that does not fit */
const RIGHT = 16;

/* {name, owner, spans: [{from, to, seen, preference}]} for each exchange, those of the newest set first. */
export function lanesOf(sets, now) {
	const lanes = new Map();
	for (const set of sets) {
		const names = set.kind === "mx" ? set.exchanges : [{ exchange: set.kind, owner: "", preference: null }];
		for (const one of names) {
			if (!lanes.has(one.exchange))
				lanes.set(one.exchange, { name: one.exchange, owner: one.owner, kind: set.kind, spans: [] });
			lanes.get(one.exchange).spans.push({ from: set.from * 1000, to: set.to === null ? now : set.to * 1000,
				seen: set.to === null ? set.last_seen * 1000 : set.to * 1000, open: set.to === null, preference: one.preference, security: set.security });
		}
	}
	return [...lanes.values()];
}

const KINDS = { "null-mx": "takes no mail (null MX)", none: "no MX record" };

function cut(text, width) {
	const most = Math.max(8, Math.floor(width / LETTER));
	return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function laneLabel(lane, top, wide, width) {
	const shown = KINDS[lane.kind] ?? plain(lane.name);
	const owner = plain(lane.owner ?? "");
	if (wide)
		return [svg("text", { class: "lane-name", x: 0, y: top + 16 }, svg("title", null, shown), cut(shown, LABEL - 12)),
			owner && svg("text", { class: "lane-owner", x: 0, y: top + 31 }, cut(owner, LABEL - 12))];
	const name = cut(shown, width * (owner ? 0.6 : 1));
	return [svg("text", { class: "lane-name", x: 0, y: top + 17 }, svg("title", null, shown), name),
		owner && svg("text", { class: "lane-owner", x: width, y: top + 17, "text-anchor": "end" }, cut(owner, width - name.length * LETTER - 16))];
}

function bar(span, x, top) {
	const left = x(span.from);
	const seen = Math.max(left + 3, x(span.seen));
	const right = Math.max(seen, x(span.to));
	const words = `from ${date(span.from)} ${span.open ? `on, last seen ${date(span.seen)}` : `to ${date(span.to)}`}` +
		`${span.preference === null ? "" : `, preference ${span.preference}`}, ${plain(span.security)}`;
	return svg("g", { class: `span ${span.security === "secure" ? "secure" : "insecure"}` }, svg("title", null, words),
		svg("rect", { class: "seen", x: left, width: seen - left, y: top, height: 22, rx: 3 }),
		right > seen + 1 && svg("rect", { class: "unseen-since", x: seen, width: right - seen, y: top, height: 22 }),
		span.preference !== null && seen - left > 24 && svg("text", { class: "in-bar", x: left + 7, y: top + 15 }, String(span.preference)));
}

/* The picture of `sets`, newest first, for a width in pixels. Beside it {left}: how many exchanges did not fit. */
export function timeline(sets, width, now) {
	const all = lanesOf(sets, now);
	const lanes = all.slice(0, LANES);
	const wide = width >= NARROW;
	const lane = wide ? LANE : NARROW_LANE;
	const left = wide ? LABEL : 0;
	const first = Math.min(...sets.map((set) => set.from * 1000));
	const from = first - Math.max(3600000, (now - first) * 0.02);
	const x = (time) => left + ((time - from) / (now - from)) * (width - left - RIGHT);
	const bottom = TOP + lanes.length * lane;
	const times = timeTicks(from, now, Math.max(2, Math.floor((width - left) / 90)));
	const changes = sets.map((set) => set.from * 1000).filter((time) => time > first);
	const image = svg("svg", { class: "timeline", width, height: bottom + 26, role: "img",
		"aria-label": `MX sets over time: ${sets.length} sets, ${all.length} exchanges; the table below has the same` },
	times.ticks.map((tick) => [svg("line", { class: "grid", x1: x(tick), x2: x(tick), y1: TOP, y2: bottom }),
		svg("text", { class: "axis", x: Math.max(x(tick), 26), y: bottom + 18, "text-anchor": "middle" }, times.label(tick))]),
	lanes.map((one, i) => svg("line", { class: "grid", x1: 0, x2: width, y1: TOP + i * lane, y2: TOP + i * lane })),
	changes.map((time) => svg("g", { class: "change" }, svg("title", null, `the set changed on ${date(time)}`),
		svg("line", { x1: x(time), x2: x(time), y1: TOP - 8, y2: bottom }),
		svg("path", { d: `M${x(time)} ${TOP - 20}l6 6-6 6-6-6z` }))),
	lanes.map((one, i) => laneLabel(one, TOP + i * lane, wide, width)),
	lanes.map((one, i) => one.spans.map((span) => bar(span, x, TOP + i * lane + (wide ? 9 : 26)))));
	return { image, left: all.length - lanes.length };
}
