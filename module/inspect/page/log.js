/* log.js: search through the validation log. The address holds the search, so that it can be shared and the back button works. */
import { get } from "./api.js";
import { address, el, link, name, plain, put, say, unseen } from "./dom.js";
import { List } from "./list.js";
import { sentences } from "./checks.js";
import { VERDICTS, brief, count, number, security, took, typed, typedHost, verdict } from "./words.js";

export const title = "Validation log";

const PAGE = 500;
const LOOK_AGAIN = 2000; /* milliseconds; the index follows the log within half a second */
const FIELDS = ["q", "domain", "host", "check", "verdict", "type", "client", "since", "until"];

/* What an entry is about, in few words. */
function why(entry) {
	if (entry.reason)
		return plain(entry.reason);
	return (entry.checks ?? []).map(plain).join(", ");
}

/* An entry as one line, or as a few on a phone: a link to all of it. */
export function entryRow(entry) {
	return link("entry", { id: entry.id },
		el("span", { class: "when" }, brief(entry.time)),
		el("span", { class: "verdict" }, verdict(entry.verdict), entry.would ? el("span", { class: "tag" }, `would ${plain(entry.would)}`) : null),
		el("span", { class: "what" }, name(entry.domain), entry.type === "MX" ? null : [" ", plain(entry.type)]),
		el("span", { class: "why" }, why(entry)),
		el("span", { class: "how" }, security(entry.security)),
		el("span", { class: "took number" }, unseen("took "), took(entry.took_ms)),
		el("span", { class: "who" }, unseen("asked by "), entry.client ? plain(entry.client.address) : "nobody"));
}

/* "2026-11-22T18:05" for a field of the form, in local time. */
function local(time) {
	if (!time)
		return "";
	const when = new Date(Number(time));
	return Number.isNaN(when.getTime()) ? "" : new Date(when.getTime() - when.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

function field(id, label, input) {
	input.id = `f-${id}`;
	input.name = id;
	return el("div", { class: "field" }, el("label", { for: input.id }, label), input);
}

function text(value, placeholder) {
	return el("input", { type: "text", value: value ?? "", placeholder, autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: 1024 });
}

function choice(value, options) {
	const all = options.some(([key]) => key === (value ?? "")) ? options : [...options, [value, plain(value)]];
	const select = el("select", null, all.map(([key, label]) => el("option", { value: key }, label)));
	select.value = value ?? "";
	return select;
}

/* Several may be wanted; none that is chosen is any. */
function verdicts(value) {
	const wanted = value.split(",");
	return el("fieldset", { class: "field" }, el("legend", null, "Verdict"), VERDICTS.map((kind) =>
		el("label", { class: "choice", title: kind.means },
			el("input", { type: "checkbox", name: "verdict", value: kind.key, checked: wanted.includes(kind.key) }), kind.key)));
}

function form(parameters, search) {
	const checks = [["", "any"], ...Object.keys(sentences).sort().map((check) => [check, check])];
	const types = ["", "MX", "A", "AAAA", "TLSA", "TXT", "PTR", "NS"].map((type) => [type, type || "any"]);
	const made = el("form", { class: "filters card", "aria-label": "Search", on: { submit: (event) => { event.preventDefault(); search(new FormData(made)); } } },
		field("domain", "Domain", text(parameters.domain, "example.org")),
		field("host", "Exchange", text(parameters.host, "mx1.example.org")),
		verdicts(parameters.verdict ?? ""),
		field("check", "Check", choice(parameters.check, checks)),
		field("client", "Client", text(parameters.client, "127.0.0.1")),
		field("type", "Type", choice(parameters.type, types)),
		field("since", "From", el("input", { type: "datetime-local", value: local(parameters.since) })),
		field("until", "Until", el("input", { type: "datetime-local", value: local(parameters.until) })),
		field("q", "Text", text(parameters.q, "part of a name or a reason")),
		el("div", { class: "buttons" }, el("button", { type: "submit", class: "primary" }, "Search"), link("log", {}, "Clear")));
	return made;
}

/* What the form says, in the words of the address: times stay exact where nobody touched them. */
function wanted(data, before) {
	const made = Object.fromEntries(FIELDS.map((key) => [key, data.getAll(key).join(",").trim()]));
	for (const key of ["since", "until"])
		if (made[key] !== "")
			made[key] = made[key] === local(before[key]) ? before[key] : String(new Date(made[key]).getTime());
	made.domain = typed(made.domain);
	made.host = typedHost(made.host);
	return made;
}

function chosen(parameters) {
	return Object.fromEntries(FIELDS.filter((key) => parameters[key]).map((key) => [key, parameters[key]]));
}

function heads() {
	return el("div", { class: "heads", "aria-hidden": "true" },
		["when", "verdict", "what", "why", "how", "took", "who"].map((key, i) =>
			el("span", { class: `${key}${key === "took" ? " number" : ""}` }, ["Time", "Verdict", "Domain", "Why", "DNSSEC", "Took", "Client"][i])));
}

export function show(body, parameters, { signal, go, before }) {
	const search = chosen(parameters);
	const state = el("p", { class: "state", role: "status" });
	const error = el("p", { class: "error", role: "alert", hidden: true });
	const again = el("button", { type: "button", hidden: true, on: { click: () => more() } }, "Try again");
	const list = new List({ label: "Answers, newest first", make: entryRow, more: () => more(), signal });
	const filters = el("details", { class: "filter-box", open: Object.keys(search).length > 0 || window.innerWidth > 720 },
		el("summary", null, "Search"), form(search, (data) => go(wanted(data, search))));
	const kept = { items: [], next: null, loading: false, ended: false };
	let timer = null;

	/* The line is a status: screen readers hear it once, for what stays as it was is not written again. */
	function tellNothing(some, behind) {
		const told = some ? `Nothing in the log is like that. ${behind ? "The index is still reading the log; what it finds appears here by itself." :
			"Take a condition away, or widen the time."}` :
			"The validation log holds no answer yet; the first one appears here by itself. Ask for one: mxward lookup example.org -s 127.0.0.1";
		if (state.textContent !== told)
			put(state, told);
	}
	function tell(indexed) {
		const some = Object.keys(search).length > 0;
		clearTimeout(timer);
		if (kept.items.length === 0) {
			tellNothing(some, indexed?.behind);
			if (!some || indexed?.behind)
				timer = setTimeout(reload, LOOK_AGAIN);
		} else
			put(state, kept.ended ? `${count(kept.items.length, "answer")}, and no more` : `The newest ${number(kept.items.length)}; scroll for more`,
				indexed?.behind ? "; the index is still reading the log, older or newer ones may come" : "");
	}
	async function more() {
		if (kept.loading || kept.ended || signal.aborted)
			return;
		kept.loading = true;
		try {
			const page = await get("log", { ...search, before: kept.next, limit: PAGE }, signal);
			kept.next = page.next;
			kept.ended = page.next === null;
			kept.items = kept.items.concat(page.entries);
			kept.loading = false; /* before the list is told: it may ask for more at once */
			error.hidden = again.hidden = true;
			tell(page.indexed);
			list.append(page.entries, kept.ended);
		} catch (failure) {
			kept.loading = false;
			if (signal.aborted)
				return;
			error.hidden = again.hidden = false;
			put(error, failure.message);
		}
	}
	put(body, filters, el("div", { class: "card flush" }, el("div", { class: "card-head" }, state,
		el("button", { type: "button", class: "quiet", on: { click: () => reload().then(() => say("The list is new.")) } }, "Newest again")), error, again, heads(), list.element));
	function reload() {
		Object.assign(kept, { items: [], next: null, ended: false });
		list.set([], false);
		return more();
	}
	signal.addEventListener("abort", () => clearTimeout(timer));
	if (before) {
		Object.assign(kept, before, { loading: false });
		list.set(kept.items, kept.ended);
		tell();
	} else {
		put(state, "Searching …");
		more();
	}
	return () => ({ items: kept.items, next: kept.next, ended: kept.ended });
}

