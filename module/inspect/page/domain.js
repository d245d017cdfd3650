/* domain.js: a domain's MX sets over time, and its last answers. */
import { get } from "./api.js";
import { el, link, name, plain, put, table } from "./dom.js";
import { entryRow } from "./log.js";
import { count, moment, security, span, typed } from "./words.js";
import { timeline } from "./timeline.js";

export const title = "Domain";

const ANSWERS = 10;

function picture(sets, signal) {
	const box = el("div", { class: "picture" });
	const note = el("p", { class: "quiet-text" });
	let width = 0;
	const watcher = new ResizeObserver(() => {
		if (box.clientWidth === width || box.clientWidth === 0)
			return;
		width = box.clientWidth;
		const { image, left } = timeline(sets, width, Date.now());
		put(box, image);
		put(note, left > 0 ? `${count(left, "more exchange")} of older sets in the table below.` : "");
	});
	watcher.observe(box);
	signal.addEventListener("abort", () => watcher.disconnect());
	return [box, el("ul", { class: "legend" },
		el("li", null, el("span", { class: "key secure", "aria-hidden": "true" }), "secure set, with its preference"),
		el("li", null, el("span", { class: "key insecure", "aria-hidden": "true" }), "insecure set"),
		el("li", null, el("span", { class: "key faint", "aria-hidden": "true" }), "not asked for since"),
		el("li", null, el("span", { class: "key change", "aria-hidden": "true" }), "the set changed")), note];
}

function exchanges(set) {
	if (set.kind !== "mx")
		return set.kind === "null-mx" ? "takes no mail (null MX)" : "no MX record";
	return el("ul", { class: "plain" }, set.exchanges.map((one) => el("li", null, el("span", { class: "preference" }, String(one.preference)), " ",
		link("host", { mx: one.exchange }, name(one.exchange)), one.owner ? el("span", { class: "quiet-text" }, ` ${plain(one.owner)}`) : null,
		el("div", { class: "quiet-text addresses" }, one.addresses.map((address) => plain(address.address)).join(", ")))));
}

function setRows(sets) {
	return sets.map((set) => [moment(set.from * 1000, false), set.to === null ? ["until now", el("div", { class: "quiet-text" }, "last seen ", moment(set.last_seen * 1000, false))] :
		[moment(set.to * 1000, false), el("div", { class: "quiet-text" }, `for ${span((set.to - set.from) * 1000)}`)], security(set.security), exchanges(set)]);
}

async function history(out, wanted, signal) {
	const { sets } = await get("history", { domain: wanted }, signal);
	if (sets.length === 0)
		return put(out, el("p", { class: "empty" }, "The history holds no MX set of this domain: nobody has asked this server for it, or the answer never passed. ",
			link("lookup", { name: wanted }, "Look it up now"), "."));
	return put(out, picture(sets, signal), table("MX sets, newest first", ["From", "To", "DNSSEC", "Exchanges"], setRows(sets), [], true));
}

async function answers(out, wanted, signal) {
	const { entries } = await get("log", { domain: wanted, limit: ANSWERS }, signal);
	return put(out, entries.length === 0 ? el("p", { class: "empty" }, "The validation log holds no answer about it.") :
		[el("ol", { class: "live" }, entries.map((entry) => el("li", null, entryRow(entry)))),
			el("p", { class: "actions" }, link("log", { domain: wanted }, "All its answers"))]);
}

/* Fills a card, or says in it why that cannot be. */
function card(heading, fill, wanted, signal) {
	const out = el("div", null, el("p", { class: "state" }, "Reading …"));
	fill(out, wanted, signal).catch((error) => {
		if (!signal.aborted)
			put(out, el("p", { class: "error", role: "alert" }, error.message));
	});
	return el("section", { class: "card" }, el("h2", null, heading), out);
}

export function show(body, parameters, { signal, go, heading }) {
	const input = el("input", { id: "domain-name", type: "text", value: plain(parameters.name ?? ""), placeholder: "example.org", required: true,
		autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: 1024 });
	const form = el("form", { class: "card one-field", on: { submit: (event) => { event.preventDefault(); go({ name: typed(input.value) }); } } },
		el("label", { for: "domain-name" }, "Domain of a mail address"), input, el("button", { type: "submit", class: "primary" }, "Show"));

	if (!parameters.name) {
		put(body, form, el("p", { class: "empty" }, "Since when does a domain use which exchanges, and what changed? The history shows what this server has seen."));
		return undefined;
	}
	put(heading, name(parameters.name));
	put(body, form, el("p", { class: "actions" }, link("lookup", { name: parameters.name }, "Look it up now")),
		card("MX over time", history, parameters.name, signal), card("Its last answers", answers, parameters.name, signal));
	return undefined;
}
