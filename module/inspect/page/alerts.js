/* alerts.js: what is wrong right now, and what was. */
import { get } from "./api.js";
import { el, link, name, plain, put, table } from "./dom.js";
import { count, moment, span } from "./words.js";

export const title = "Alerts";

const FRESH_EVERY = 15000;

const OUTCOMES = { forgotten: "nothing was heard of it for long", displaced: "others needed its place", withdrawn: "it is not asked for any more" };

function about(alert) {
	return alert.domain ? link("domain", { name: alert.domain }, name(alert.domain)) : "the server";
}

function openAlert(alert) {
	return el("li", { class: "card alert" }, el("h3", null, plain(alert.kind)), el("p", null, about(alert), alert.host ? [" ", name(alert.host)] : ""),
		alert.sentence ? el("p", null, plain(alert.sentence)) : null,
		alert.detail ? el("p", { class: "quiet-text" }, plain(alert.detail)) : null,
		el("p", { class: "quiet-text" }, "since ", moment(alert.began, false), `, for ${span(Date.now() - alert.began)}`),
		alert.domain && el("p", { class: "actions" }, link("log", { domain: alert.domain }, "Its answers"), link("lookup", { name: alert.domain }, "Look it up now")));
}

function endedRows(list) {
	return list.map((alert) => [plain(alert.kind), [about(alert), alert.host ? [" ", name(alert.host)] : ""], moment(alert.began, false),
		[moment(alert.ended, false), OUTCOMES[alert.outcome] ? el("div", { class: "quiet-text" }, OUTCOMES[alert.outcome]) : null], plain(alert.detail)]);
}

export function show(body, parameters, { signal }) {
	const out = el("div", { "aria-live": "polite" });
	let last = "";

	async function refresh() {
		try {
			const told = await get("alerts", {}, signal);
			const text = JSON.stringify([told.open, told.ended]);
			if (text === last)
				return;
			last = text;
			const open = told.open ?? [];
			const done = told.ended ?? [];
			put(out,
				el("h2", null, open.length === 0 ? "No open alert" : count(open.length, "open alert")),
				open.length === 0 ? el("p", { class: "empty" }, "No watched domain deviates, nothing has drifted, and no domain has failed for long.") :
					el("ul", { class: "alerts" }, open.map(openAlert)),
				el("section", { class: "card" }, el("h2", null, "Ended"),
					done.length === 0 ? el("p", { class: "quiet-text" }, "None yet.") :
						table("Ended alerts", ["Alert", "About", "From", "To", "Detail"], endedRows(done), [], true)));
		} catch (error) {
			last = "";
			if (!signal.aborted)
				put(out, el("p", { class: "error", role: "alert" }, error.message));
		}
	}
	const timer = setInterval(refresh, FRESH_EVERY);
	signal.addEventListener("abort", () => clearInterval(timer));
	put(body, out);
	put(out, el("p", { class: "state" }, "Reading …"));
	refresh();
	return undefined;
}
