/* now.js: what is happening: counts and plots of the last hours, who is in trouble most, and each answer as it comes. */
import { follow, get } from "./api.js";
import { address, el, link, name, plain, put, say, unseen } from "./dom.js";
import { Plot, bars, lines } from "./plot.js";
import { entryRow } from "./log.js";
import { DAY, HOUR, VERDICTS, clock, compact, count, moment, number, took } from "./words.js";

export const title = "Now";

const SPANS = [["1h", "1 hour", HOUR, 60], ["6h", "6 hours", 6 * HOUR, 72], ["24h", "24 hours", DAY, 72], ["7d", "7 days", 7 * DAY, 84],
	["30d", "30 days", 30 * DAY, 90]];
const KEPT = 100;        /* answers of the stream that stay on the page */
const FRAME = 250;       /* milliseconds between two paintings of the stream */
const SAY_EVERY = 15000; /* for screen readers: a sum, not each answer */
const FRESH_EVERY = 30000;
const LATENCIES = [
	{ key: "p50", label: "p50, half are faster", dash: "" },
	{ key: "p90", label: "p90", dash: "6 4" },
	{ key: "p99", label: "p99, one in 100 is slower", dash: "1.5 4" },
];
const TOPS = [["checks", "Checks", "check"], ["domains", "Domains", "domain"], ["hosts", "Exchanges", "host"], ["clients", "Clients", "client"]];

function total(bucket) {
	return VERDICTS.reduce((sum, kind) => sum + (bucket.verdicts[kind.key] ?? 0), 0);
}

function period(bucket) {
	return `${clock(bucket.from, false)} to ${clock(bucket.to, false)}`;
}

function readVerdicts(bucket) {
	const parts = VERDICTS.filter((kind) => bucket.verdicts[kind.key]).map((kind) => `${number(bucket.verdicts[kind.key])} ${kind.key}`);
	return `${period(bucket)}: ${parts.join(", ") || "no answer"}`;
}

function readLatency(bucket) {
	if (typeof bucket.took_ms?.p50 !== "number" || total(bucket) === 0)
		return `${period(bucket)}: no answer`;
	return `${period(bucket)}: ${LATENCIES.map((kind) => `${kind.key} ${took(bucket.took_ms[kind.key])}`).join(", ")}, longest ${took(bucket.took_ms.max)}`;
}

function tile(label, value, more, where) {
	const inside = [el("span", { class: "label" }, label), el("strong", null, value), el("span", { class: "more" }, more)];
	return el("li", null, where ? el("a", { class: "tile", href: where }, inside) : el("div", { class: "tile" }, inside));
}

/* The middle of all answers is not the middle of the buckets' middles; this is near enough for a tile, and says "about". */
function typical(buckets) {
	const filled = buckets.filter((bucket) => typeof bucket.took_ms?.p50 === "number" && total(bucket) > 0).sort((a, b) => a.took_ms.p50 - b.took_ms.p50);
	const half = filled.reduce((sum, bucket) => sum + total(bucket), 0) / 2;
	let sum = 0;
	return filled.find((bucket) => (sum += total(bucket)) >= half)?.took_ms.p50;
}

function tiles(summary, since, until) {
	const of = (key) => summary.totals?.verdicts?.[key] ?? 0;
	const all = VERDICTS.reduce((sum, kind) => sum + of(kind.key), 0);
	const share = (key) => (all > 0 ? `${((100 * of(key)) / all).toFixed(of(key) * 100 < all && of(key) > 0 ? 2 : 1)} %` : "nothing judged");
	const to = (verdict) => address("log", { verdict, since, until });
	return [
		tile("Judged", compact(all), "answers", address("log", { since, until })),
		tile("Rejected", compact(of("reject")), share("reject"), to("reject")),
		tile("Stripped", compact(of("strip")), share("strip"), to("strip")),
		tile("Failed", compact(of("failed")), share("failed"), to("failed")),
		tile("Typical answer", took(typical(summary.buckets)), "about, half are faster"),
	];
}

function topList([key, label, parameter], summary, since, until) {
	const rows = summary.top?.[key] ?? [];
	const most = Math.max(1, ...rows.map((row) => row.count));
	return el("section", { class: "top-list" }, el("h3", null, label),
		rows.length === 0 ? el("p", { class: "quiet-text" }, "none") :
			el("ol", null, rows.slice(0, 6).map((row) => {
				const meter = el("span", { class: "bar", "aria-hidden": "true" });
				meter.style.width = `${(100 * row.count) / most}%`;
				return el("li", null, link("log", { [parameter]: row.name, since, until },
					el("span", { class: "text" }, key === "domains" || key === "hosts" ? name(row.name) : plain(row.name)),
					el("span", { class: "number" }, number(row.count))), meter);
			})));
}

/* ---- the stream ---- */

function liveCard(signal) {
	const rows = el("ol", { class: "live" });
	const state = el("p", { class: "state" }, "Connecting …");
	const empty = el("p", { class: "empty" }, "Nothing has been judged since this page was opened. Each answer appears here as it is judged.");
	const trouble = el("input", { type: "checkbox", id: "live-trouble" });
	const button = el("button", { type: "button", class: "quiet", "aria-pressed": "false", on: { click: swap } }, "Pause");
	let waiting = [];
	let kept = [];
	let paused = false;
	let dirty = false;
	let unsaid = { all: 0, bad: 0 };

	const bad = (entry) => ["reject", "strip", "failed"].includes(entry.verdict);

	function paint() {
		const shown = (trouble.checked ? kept.filter(bad) : kept).slice(0, KEPT);
		const there = new Map([...rows.children].map((row) => [row.dataset.id, row]));
		const wanted = shown.map((entry) => there.get(String(entry.id)) ?? fresh(entry));
		rows.replaceChildren(...wanted);
		empty.hidden = shown.length > 0;
	}
	function fresh(entry) {
		const row = el("li", { class: "fresh" }, entryRow(entry));
		row.dataset.id = entry.id;
		return row;
	}
	function take() {
		kept = waiting.reverse().concat(kept).slice(0, 4 * KEPT);
		waiting = [];
		dirty = true;
	}
	function swap() {
		paused = !paused;
		button.setAttribute("aria-pressed", String(paused));
		button.textContent = paused ? "Go on" : "Pause";
		if (!paused)
			take();
		tell();
	}
	function tell() {
		if (paused)
			put(state, waiting.length > 0 ? `Paused; ${count(waiting.length, "answer")} wait.` : "Paused.");
	}
	function arrived(entry) {
		waiting.push(entry);
		if (waiting.length > 4 * KEPT)
			waiting.shift();
		unsaid = { all: unsaid.all + 1, bad: unsaid.bad + (bad(entry) ? 1 : 0) };
		if (paused)
			tell();
		else
			take();
	}
	trouble.addEventListener("change", paint);
	const painter = setInterval(() => {
		if (dirty)
			paint();
		dirty = false;
	}, FRAME);
	const speaker = setInterval(() => {
		if (unsaid.all === 0 || paused)
			return;
		say(`${count(unsaid.all, "new answer")}, ${number(unsaid.bad)} rejected, stripped or failed.`);
		unsaid = { all: 0, bad: 0 };
	}, SAY_EVERY);
	signal.addEventListener("abort", () => { clearInterval(painter); clearInterval(speaker); });
	follow(signal, arrived, (text) => {
		state.classList.toggle("bad", text !== "live");
		if (!paused)
			put(state, text === "live" ? [el("span", { class: "dot good", "aria-hidden": "true" }), "Live"] : text);
	});
	return el("section", { class: "card stream", "aria-labelledby": "live-title" },
		el("div", { class: "card-head" }, el("h2", { id: "live-title" }, "As it happens"), state,
			el("label", { class: "choice" }, trouble, "only rejected, stripped, failed"), button),
		empty, rows);
}

/* ---- all of it ---- */

export function show(body, parameters, { signal, go }) {
	const [key, words, length, buckets] = SPANS.find((one) => one[0] === parameters.span) ?? SPANS[2];
	const error = el("p", { class: "error", role: "alert", hidden: true });
	const counts = el("ul", { class: "tiles", "aria-label": `The last ${words}` });
	const tops = el("section", { class: "card tops", "aria-labelledby": "tops-title" });
	const open = (bucket) => go({ since: bucket.from, until: bucket.to }, "log");
	const verdicts = new Plot({ title: "Verdicts", kinds: VERDICTS, drawing: "bars", draw: bars(VERDICTS), read: readVerdicts, open, signal,
		head: ["From", ...VERDICTS.map((kind) => kind.key)],
		row: (bucket) => [moment(bucket.from, false), ...VERDICTS.map((kind) => number(bucket.verdicts[kind.key] ?? 0))] });
	const latency = new Plot({ title: "Time to an answer", kinds: LATENCIES, drawing: "lines", draw: lines(LATENCIES, took), read: readLatency, open, signal,
		head: ["From", ...LATENCIES.map((kind) => kind.key), "longest"],
		row: (bucket) => [moment(bucket.from, false), ...LATENCIES.map((kind) => took(bucket.took_ms?.[kind.key])), took(bucket.took_ms?.max)] });
	const plots = el("div", { class: "plots" }, verdicts.element, latency.element);

	async function refresh() {
		if (document.hidden)
			return;
		const until = Date.now();
		const since = until - length;
		try {
			const summary = await get("log/summary", { since, until, buckets }, signal);
			error.hidden = true;
			put(counts, tiles(summary, since, until));
			if (summary.buckets.length > 0) {
				verdicts.show(summary.buckets);
				latency.show(summary.buckets);
			}
			put(tops, el("h2", { id: "tops-title" }, "In trouble most"), el("p", { class: "quiet-text" }, `Rejected, stripped or failed in the last ${words}.`),
				TOPS.map((one) => topList(one, summary, since, until)));
		} catch (failure) {
			if (signal.aborted)
				return;
			error.hidden = false;
			put(error, failure.message);
		}
	}
	const timer = setInterval(refresh, FRESH_EVERY);
	signal.addEventListener("abort", () => clearInterval(timer));
	put(body,
		el("div", { class: "spans", role: "group", "aria-label": "Time that is shown" },
			SPANS.map(([one, text]) => el("a", { href: address("now", { span: one }), "aria-current": one === key ? "true" : null }, unseen("the last "), text))),
		error, counts, plots, el("div", { class: "halves" }, liveCard(signal), tops));
	refresh();
}
