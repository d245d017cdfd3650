/* health.js: how the server is doing, from the counters that it keeps since its start. A counter that the server does not have is
 * not shown. */
import { get } from "./api.js";
import { el, plain, put, table } from "./dom.js";
import { facts } from "./entry.js";
import { compact, moment, number, octets, span, took } from "./words.js";

export const title = "Health";

const FRESH_EVERY = 5000;
const WORDS = {
	pending_questions: "questions that wait for an answer", waiting_clients: "clients that wait", log: "log", validation_log: "validation log",
	history: "history", alerts: "alerts", hits: "from the cache", misses: "resolved", stale: "stale, for want of better", refused: "refused",
	malformed: "malformed", dropped: "dropped", servfail: "SERVFAIL", hit: "from the cache", miss: "resolved", assessment: "judged",
	afresh: "of these past libunbound's caches", zone: "of a zone", suffix: "of the zones below a suffix", client: "of a client", all: "of all together",
};

const words = (key) => WORDS[key] ?? plain(key).replaceAll("_", " ");

/* The value below which a share of a histogram lies, between its bucket's bounds; null when it is empty or beyond the last. */
export function quantile(histogram, share) {
	const wanted = share * histogram.count;
	let before = [0, 0];
	for (const bucket of histogram.buckets) {
		const [bound, below] = [Number(bucket[0]), bucket[1]];
		if (below >= wanted && below > before[1])
			return Number.isFinite(bound) ? before[0] + ((bound - before[0]) * (wanted - before[1])) / (below - before[1]) : before[0];
		before = [bound, below];
	}
	return null;
}

function meter(label, value, most, text) {
	const share = most > 0 ? Math.min(1, value / most) : 0;
	const full = el("span", null);
	full.style.width = `${100 * share}%`;
	return el("div", { class: "meter", role: "meter", "aria-label": label, "aria-valuemin": 0, "aria-valuemax": most, "aria-valuenow": value, "aria-valuetext": text }, full);
}

function card(heading, ...inside) {
	return el("section", { class: "card" }, el("h2", null, heading), ...inside);
}

/* Each counter, and how many a second since it was looked at before. */
function counters(caption, now, before, seconds) {
	const rate = (key) => (before && seconds > 0 && now[key] >= (before[key] ?? 0) ? `${number((now[key] - (before[key] ?? 0)) / seconds)} /s` : "");
	return table(caption, ["", "Since the start", "Now"], Object.entries(now).filter(([, value]) => typeof value === "number")
		.map(([key, value]) => [words(key), number(value), rate(key)]), [1, 2]);
}

function queries(now) {
	const types = [...new Set(Object.values(now).flatMap((one) => Object.keys(one)))];
	const transports = Object.keys(now);
	const sum = (type) => transports.reduce((all, transport) => all + (now[transport][type] ?? 0), 0);
	return table("Questions", ["Type", ...transports.map((one) => one.toUpperCase())], types.filter((type) => sum(type) > 0).sort((a, b) => sum(b) - sum(a))
		.map((type) => [plain(type), ...transports.map((transport) => number(now[transport][type] ?? 0))]), [1, 2]);
}

function latencies(now) {
	const cell = (histogram, share) => {
		const value = quantile(histogram, share);
		return value === null ? "–" : took(value * 1000 < 10 ? Math.round(value * 10000) / 10 : Math.round(value * 1000));
	};
	return table("Time to an answer", ["", "p50", "p90", "p99", "Answers"], Object.entries(now).map(([key, histogram]) =>
		[words(key), ...[0.5, 0.9, 0.99].map((share) => cell(histogram, share)), compact(histogram.count)]), [1, 2, 3, 4]);
}

function cacheCard(cache) {
	const text = `${octets(cache.octets)} of ${octets(cache.limit)}`;
	return card("Cache", meter("Cache in use", cache.octets, cache.limit, text),
		facts([["In use", text], ["Answers", number(cache.entries)], ["Evicted", number(cache.evictions)]]));
}

/* What a restart would have of the cache. */
function snapshotCard(snapshot, now) {
	const written = snapshot.written > 0;
	return card("Snapshot of the cache", snapshot.error && el("p", { class: "error" }, plain(snapshot.error)),
		!snapshot.enabled ? el("p", null, "None is kept: a restart begins with an empty cache.") :
			facts([["Written", written ? `${span(Math.max(0, now - snapshot.written) * 1000)} ago` : "not yet"],
				written && ["Answers", number(snapshot.entries)], written && ["Size", octets(snapshot.octets)],
				["Read at the start", number(snapshot.loaded)], snapshot.failures > 0 && ["Could not be written", number(snapshot.failures)]]));
}

function waits(stats) {
	const more = (counts) => Object.entries(counts ?? {}).filter(([, value]) => value > 0);
	const inWords = (counts) => counts.map(([key, value]) => `${words(key)} ${number(value)}`).join(", ");
	const lost = more(stats.lost);
	const away = more(stats.turned_away);
	return card("Queues and losses",
		stats.queues && table("Queues", ["Queue", "Length"], Object.entries(stats.queues).map(([key, value]) => [words(key), number(value)]), [1]),
		stats.lost && (lost.length === 0 ? el("p", { class: "good-text" }, "Nothing was lost.") :
			el("p", { class: "error" }, `Lost since the start: ${inWords(lost)}. The log says why; a full or slow disk is the usual cause.`)),
		away.length > 0 && el("p", { class: "error" }, `Questions turned away since the start, as many as may be underway: ${inWords(away)}.`));
}

function resolvers(list) {
	return card("Resolver processes", list.length === 0 ? el("p", { class: "error" }, "There is none, so nothing can be resolved. The log says why.") :
		table("Resolver processes", ["PID", "State", "Open questions"], list.map((one) => [String(one.pid), plain(one.state), number(one.open)]), [2]));
}

function cards(stats, before) {
	const seconds = before ? stats.time - before.time : 0;
	const hits = stats.answers?.hits ?? 0;
	const all = hits + (stats.answers?.misses ?? 0);
	return [
		stats.answers && card("Answers", all > 0 && el("p", { class: "big" }, `${((100 * hits) / all).toFixed(1)} %`, el("span", { class: "quiet-text" }, " from the cache")),
			counters("Answers", stats.answers, before?.answers, seconds)),
		stats.queries && card("Questions", queries(stats.queries)),
		stats.latency_seconds && card("Time to an answer", latencies(stats.latency_seconds)),
		stats.cache && cacheCard(stats.cache),
		stats.prefetch && card("Renewed before their end", counters("Renewed before their end", stats.prefetch, before?.prefetch, seconds)),
		stats.snapshot && snapshotCard(stats.snapshot, stats.time),
		(stats.queues || stats.lost) && waits(stats),
		stats.resolvers && resolvers(stats.resolvers),
		stats.bogus && Object.keys(stats.bogus).length > 0 && card("Bogus, by reason", counters("Bogus", stats.bogus, before?.bogus, seconds)),
		stats.corroboration && card("Asked again over TCP", counters("Asked again over TCP", stats.corroboration, before?.corroboration, seconds)),
		stats.history && card("History", facts([["Sets", number(stats.history.rows)], stats.history.octets !== undefined && ["On the disk", octets(stats.history.octets)]])),
	];
}

function verdictOn(health) {
	if (health === null)
		return ["bad", "The inspection process does not answer."];
	return health.ready ? ["good", "Ready: the server answers, and resolves."] : ["bad", `Not ready: ${plain(health.why) || "no reason was given"}`];
}

/* /healthz answers 503 with the reason when the server is not ready. */
async function healthz(signal) {
	const response = await fetch("healthz", { signal, cache: "no-store" }).catch(() => null);
	return response === null ? null : response.json().catch(() => null);
}

export function show(body, parameters, { signal }) {
	const state = el("p", { class: "health-state", role: "status" });
	const error = el("p", { class: "error", role: "alert", hidden: true });
	const since = el("div");
	const grid = el("div", { class: "grid-cards" });
	let before = null;

	async function refresh() {
		const [kind, sentence] = verdictOn(await healthz(signal));
		if (signal.aborted)
			return;
		if (state.textContent !== sentence)
			put(state, el("span", { class: `dot ${kind}`, "aria-hidden": "true" }), sentence);
		try {
			const stats = await get("stats", {}, signal);
			error.hidden = true;
			put(since, facts([stats.version && ["Version", plain(stats.version)], stats.started && ["Started", moment(stats.started * 1000, false),
				` (${span((stats.time - stats.started) * 1000)} ago)`], stats.pid && ["Process", String(stats.pid)]]));
			if (!grid.contains(document.activeElement)) { /* who reads a table with the keyboard stays where they are */
				put(grid, cards(stats, before));
				before = stats;
			}
		} catch (failure) {
			if (signal.aborted)
				return;
			error.hidden = false;
			put(error, failure.message);
		}
	}
	const timer = setInterval(() => {
		if (!document.hidden)
			refresh();
	}, FRESH_EVERY);
	signal.addEventListener("abort", () => clearInterval(timer));
	put(body, el("div", { class: "card" }, state, since), error, grid);
	refresh();
	return undefined;
}
